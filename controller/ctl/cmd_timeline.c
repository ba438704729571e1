#include <stdlib.h>

#include "alloc.h"
#include "command.h"
#include "json.h"
#include "objects.h"
#include "timeline.h"
#include "trail.h"

enum { EVENTS_MOST = 500, TRAIL_MAX = 16 << 20 };

static int
of_journal(struct api *api, const struct args *args, const char *uid, struct buf *out, struct err *err)
{
	CLEANUP_BUF struct buf text = BUF_INIT(TRAIL_MAX);
	CLEANUP_FREE char *url = trail_find_redis(api, args, err);
	CLEANUP_JSON struct cJSON *trail = NULL;

	if (!url || trail_read(api, url, uid, &text, err) < 0)
		return -1;
	trail = json_parse(buf_str(&text), text.len, err);
	if (!trail)
		return -1;
	if (json_count(trail) == 0)
		return err_set(err, "the journal has nothing of it: it has not begun, or its journal has expired");
	return timeline_of_trail(trail, args->output != NULL, out, err);
}

static struct cJSON *
events_of(struct api *api, const char *uid)
{
	CLEANUP_FREE char *path = xasprintf("/api/v1/namespaces/%s/events?limit=%d&fieldSelector=involvedObject.uid%%3D%s",
	    api->namespace_, EVENTS_MOST, uid);
	bool missing;

	return api_get(api, path, &missing, NULL);
}

static int
ask(struct api *api, const struct args *args, struct buf *out, struct buf *said)
{
	struct err err;
	CLEANUP_JSON struct cJSON *operation = object_get(api, KIND_OPERATION, args->words[0], &err);
	CLEANUP_JSON struct cJSON *events = NULL;
	const char *uid = json_str_or(json_get(operation, "metadata"), "uid", "");

	if (!operation)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	if (of_journal(api, args, uid, out, &err) == 0)
		return EXIT_DONE;
	if (args->output)
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	buf_clear(out);
	events = events_of(api, uid);
	timeline_of_status(operation, events, out);
	return complain(args, said, EXIT_DONE, "this is what the status and the Events still tell; the journal could not be "
	    "read: %s", err.text);
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	return api_with(args, out, said, ask);
}

const struct command cmd_timeline = {
	.name = "timeline",
	.arguments = "OP",
	.takes = TAKES_API | TAKES_REDIS | TAKES_OUTPUT,
	.least = 1,
	.most = 1,
	.summary = "Tell everything that has happened to an operation, from its journal.",
	.help = "Where Redis cannot be reached: what the status and the Events still tell, with a note that says so.\n"
	    "With -o json: an array of objects with time, seq, epoch and text, from the journal alone.\n",
	.run = run,
};
