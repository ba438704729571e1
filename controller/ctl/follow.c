#include "follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "alloc.h"
#include "colour.h"
#include "command.h"
#include "json.h"
#include "lines.h"
#include "objects.h"

enum { AGAIN_MS = 1000, STREAM_S = 240 };

struct follower {
	struct api *api;
	const struct args *args;
	const char *name;
	struct lines lines;
	struct buf *out, *said;
	int ended;               /* the exit status; -1: it goes on */
	bool gone;               /* deleted */
	bool away;               /* said that the server does not answer, or lets nobody watch; since it was last watched */
	bool terminal;           /* standard error is one: the last line tells where it stands */
	struct buf progress;
};

/* The line is drawn last, and taken away before anything else is said. */
static void
erase(struct follower *f)
{
	if (f->terminal)
		fputs("\r\033[K", stderr);
}

static void
draw(struct follower *f)
{
	if (f->terminal && f->ended < 0)
		fputs(buf_str(&f->progress), stderr);
}

static size_t
width_of_terminal(void)
{
	struct winsize size;

	return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1 ? size.ws_col - 1U : 79;
}

/* What there is to say is said now, not at the end. */
static void
flush(struct follower *f)
{
	erase(f);
	fputs(buf_str(f->out), stdout);
	fflush(stdout);
	fputs(buf_str(f->said), stderr);
	buf_clear(f->out);
	buf_clear(f->said);
	draw(f);
}

static void
take(struct follower *f, const struct cJSON *operation)
{
	lines_take(&f->lines, operation, loop_now().wall_ms, f->out);
	f->ended = lines_exit(operation);
	buf_clear(&f->progress);
	lines_progress(operation, width_of_terminal(), &f->progress);
	flush(f);
}

static bool
changed(void *user, const char *text, size_t len)
{
	struct follower *f = user;
	CLEANUP_JSON struct cJSON *event = json_parse(text, len, NULL);
	const char *type = json_str_or(event, "type", "");
	const struct cJSON *object = json_get(event, "object");

	if (strcmp(type, "ERROR") == 0 || !object)
		return false;       /* too old: read it again */
	f->away = false;
	if (strcmp(type, "BOOKMARK") == 0)
		return true;
	take(f, object);
	f->gone = strcmp(type, "DELETED") == 0;
	return f->ended < 0 && !f->gone;
}

/* The server may be restarted while it is looked on: said once, and tried again. False: it cannot be found out. */
static bool
try_again(struct follower *f, const struct err *err)
{
	if (f->api->status >= 400 && f->api->status < 500 && f->api->status != 429) {
		complain(f->args, f->said, 0, "%s", err->text);
		return false;
	}
	if (!f->away)
		complain(f->args, f->said, 0, "%s; trying again", err->text);
	f->away = true;
	flush(f);
	api_sleep(f->api, AGAIN_MS);
	return true;
}

/* Read it, and watch it from there. False: it is not there, or may not be read. */
static bool
look(struct follower *f)
{
	struct err err;
	CLEANUP_JSON struct cJSON *operation = object_get(f->api, KIND_OPERATION, f->name, &err);
	CLEANUP_FREE char *after = NULL, *path = NULL;

	if (!operation)
		return try_again(f, &err);
	take(f, operation);
	if (f->ended >= 0)
		return true;
	after = xasprintf("?watch=true&allowWatchBookmarks=true&timeoutSeconds=%d&fieldSelector=metadata.name%%3D%s&"
	    "resourceVersion=%s", STREAM_S, f->name, json_str_or(json_get(operation, "metadata"), "resourceVersion", "0"));
	path = object_path(f->api, KIND_OPERATION, false, after);
	return api_watch(f->api, path, changed, f, &err) == 0 || try_again(f, &err);
}

int
follow(struct api *api, const struct args *args, const char *name, struct buf *out, struct buf *said)
{
	struct follower f = {.api = api, .args = args, .name = name, .out = out, .said = said, .ended = -1,
	    .lines = {.colour = colour_wanted()}, .terminal = isatty(STDERR_FILENO), .progress = BUF_INIT(BUF_MAX_LINE)};
	struct err err;

	if (api_catch(api, &err))
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	flush(&f);
	while (f.ended < 0 && !f.gone && !api->interrupted)
		if (!look(&f))
			f.ended = EXIT_FAILED;
	erase(&f);
	lines_done(&f.lines);
	buf_done(&f.progress);
	if (f.ended >= 0)
		return f.ended;
	if (f.gone)
		return complain(args, said, EXIT_CANCELLED, "%s was deleted", name);
	return complain(args, said, EXIT_LEFT, "%s goes on without you; \"%s job watch %s\" looks on again, "
	    "\"%s job cancel %s\" ends it", name, args->program, name, args->program, name);
}
