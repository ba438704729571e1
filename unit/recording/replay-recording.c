/* replay-recording FILE: what this build's core does when it is told what a recording tells, as a transcript; and where it
 * decides otherwise than the one that recorded. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "print.h"
#include "registry.h"
#include "replay.h"
#include "version.h"

enum { DIFFERS = 1, USAGE = 2 };

static void
show(struct buf *text)
{
	fputs(buf_str(text), stdout);
	buf_done(text);
}

static void
told(void *user, int64_t since_ms, size_t line, const struct event *event)
{
	struct buf text = BUF_INIT(BUF_MAX_LINE);

	(void)user;
	print_event(&text, since_ms, line, event);
	show(&text);
}

static void
ordered(void *user, int64_t since_ms, const struct effect *effect)
{
	struct buf text = BUF_INIT(BUF_MAX_LINE);

	(void)user;
	print_effect(&text, since_ms, effect);
	show(&text);
}

/* A last line without its end was cut when its writer died. */
static int
replay_file(struct replay *replay, FILE *file, struct err *err)
{
	char *line CLEANUP_FREE = NULL;
	size_t room = 0;
	ssize_t len;

	while ((len = getline(&line, &room, file)) > 0) {
		if (line[len - 1] != '\n')
			break;
		if (replay_line(replay, line, (size_t)len - 1, err) < 0)
			return -1;
	}
	return replay_sum(replay).version ? 0 : err_set(err, "it is empty: expected a recording");
}

/* What is told may be a stranger's words, and this a terminal. */
static void
complain(const char *path, struct err *err)
{
	for (char *at = err->text; *at; at++)
		*at = (unsigned char)*at < ' ' || *at == 0x7f ? ' ' : *at;
	fprintf(stderr, "%s: %s\n", path, err->text);
}

int
main(int argc, char **argv)
{
	const struct replay_watcher watcher = {.told = told, .ordered = ordered};
	FILE *file = argc == 2 ? fopen(argv[1], "re") : NULL;
	struct replay *replay;
	struct replay_sum sum;
	struct err err;
	int r;

	if (argc != 2)
		fprintf(stderr, "usage: replay-recording FILE, as strait-controller --record makes it\n");
	else if (!file)
		perror(argv[1]);
	if (!file)
		return USAGE;
	replay = replay_new(registry, builtin_workflows, &watcher);
	r = replay_file(replay, file, &err);
	sum = replay_sum(replay);
	fflush(stdout);
	if (r < 0)
		complain(argv[1], &err);
	else
		printf("%zu events, %zu decisions compared: %s decides as %s did\n", sum.events, sum.decisions, STRAIT_VERSION,
		    sum.version);
	replay_free(replay);
	fclose(file);
	return r < 0 ? DIFFERS : 0;
}
