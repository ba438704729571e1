/* Our finalizer: acknowledged before the first act, removed when nothing is left to do, and nobody else's is
 * touched. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "shards.h"
#include "state.h"

static void
finalizer_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	bool add = arg != 0;
	char problem[300];

	op->finalizer_request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 200) {
		CLEANUP_JSON struct cJSON *json = json_parse(event->body, event->len, NULL);

		op_take_object(core, op, operation_decode(json, NULL));
		op->object->meta.has_finalizer = add;
	} else if (!add && event->outcome == OUTCOME_ANSWERED && event->status == 404) {
		op->object->meta.has_finalizer = false;
	} else {
		say(core, LOG_LEVEL_WARN, op, NULL, NULL, "cannot %s the finalizer: %s", add ? "add" : "remove",
		    kube_problem(event, problem, sizeof problem));
		timer_arm(&core->timers, &op->timer, core->now.up_ms + SECONDS(1), op_look, op);
		return;
	}
	op_kick(core, op);
}

void
op_patch_finalizer(struct core *core, struct op *op, bool add)
{
	const struct object_meta *meta = &op->object->meta;
	char *body;

	if (op->finalizer_request || op->timer.armed || !shard_is_valid(core, op->shard))
		return;
	if (add && meta->finalizers == 0)
		body = xasprintf("[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"%s\"},"
		    "{\"op\":\"add\",\"path\":\"/metadata/finalizers\",\"value\":[\"" CRD_FINALIZER "\"]}]", op->uid);
	else if (add)
		body = xasprintf("[{\"op\":\"test\",\"path\":\"/metadata/uid\",\"value\":\"%s\"},"
		    "{\"op\":\"add\",\"path\":\"/metadata/finalizers/-\",\"value\":\"" CRD_FINALIZER "\"}]", op->uid);
	else
		body = xasprintf("[{\"op\":\"test\",\"path\":\"/metadata/finalizers/%d\",\"value\":\"" CRD_FINALIZER "\"},"
		    "{\"op\":\"remove\",\"path\":\"/metadata/finalizers/%d\"}]", meta->finalizer_index,
		    meta->finalizer_index);
	op->finalizer_request = kube_request(core, "PATCH", kube_path(op->namespace_, "clusteroperations", op->name, NULL),
	    KUBE_JSON_PATCH, body, finalizer_answered, op, add)->id;
}
