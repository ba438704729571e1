/* A recording of a stranger's: its first line, then its events, each stepped by a core. What was read is written again and
 * reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "recording.h"
#include "registry.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
write_again(const struct recorded *recorded)
{
	struct buf once = BUF_INIT(BUF_MAX_ANSWER), twice = BUF_INIT(BUF_MAX_ANSWER);
	struct recorded again;

	recording_put_event(&once, &recorded->event, recorded->now);
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
step(struct core *core, const char *line, size_t len)
{
	struct effects out = {.wake_up_ms = INT64_MAX};
	struct buf text = BUF_INIT(BUF_MAX_ANSWER);
	struct recorded recorded, decided;

	if (recording_read(line, len, &recorded, NULL) < 0)
		return;
	if (recorded.is_event) {
		write_again(&recorded);
		core_step(core, &recorded.event, recorded.now, &out);
		recording_put_decision(&text, &out);
		if (recording_read(text.data, text.len - 1, &decided, NULL) < 0)
			abort();
		recorded_done(&decided);
	}
	recorded_done(&recorded);
	buf_done(&text);
	effects_clear(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *at = (const char *)data, *end = at + size;
	struct recording_head head;
	struct core *core = NULL;

	for (const char *stop; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		stop = stop ? stop : end;
		if (core) {
			step(core, at, (size_t)(stop - at));
			continue;
		}
		if (recording_read_head(at, (size_t)(stop - at), &head, NULL) < 0)
			return 0;
		head.config.types = registry;
		head.config.workflows = builtin_workflows;
		core = core_new(&head.config);
	}
	if (core) {
		core_free(core);
		recording_head_done(&head);
	}
	return 0;
}
