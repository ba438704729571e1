/* A recording of a stranger's, replayed as far as it goes. What was read is written again and reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "print.h"
#include "recording.h"
#include "registry.h"
#include "replay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
told(void *user, int64_t since_ms, size_t line, const struct event *event)
{
	struct buf once = BUF_INIT(BUF_MAX_ANSWER), twice = BUF_INIT(BUF_MAX_ANSWER);
	struct recorded again;

	print_event(user, since_ms, line, event);
	recording_put_event(&once, event, (struct instant){.up_ms = since_ms});
	if (recording_read(once.data, once.len - 1, &again, NULL) < 0)
		abort();
	recording_put_event(&twice, &again.event, again.now);
	if (once.len != twice.len || memcmp(once.data, twice.data, once.len) != 0)
		abort();
	recorded_done(&again);
	buf_done(&once);
	buf_done(&twice);
}

static void
ordered(void *user, int64_t since_ms, const struct effect *effect)
{
	print_effect(user, since_ms, effect);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size, *stop;
	struct buf text = BUF_INIT(BUF_MAX_ANSWER);
	const struct replay_watcher watcher = {.any_decision = true, .told = told, .ordered = ordered, .user = &text};
	struct replay *replay = replay_new(registry, builtin_workflows, &watcher);

	while (at < end && (stop = memchr(at, '\n', (size_t)(end - at))) &&
	    replay_line(replay, at, (size_t)(stop - at), NULL) == 0)
		at = stop + 1;
	/* It goes to a terminal. */
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.data[i] < ' ' && text.data[i] != '\n')
			abort();
	replay_free(replay);
	buf_done(&text);
	return 0;
}
