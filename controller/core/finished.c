/* Operations that have ended: of each only what its object may still ask for. An object with spec.deleteAfterFinished is
 * deleted when its time is over: that very one (by uid) as it was last seen (by resourceVersion, so that a retry that was
 * written meanwhile is not lost), and never while its status names a node that is held down. */
#include "finished.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "shards.h"
#include "state.h"

enum { LOOK_MS = 10000, AT_A_TIME = 50 };

/* An object to be deleted. */
struct expiry {
	char *namespace_, *name, *version;
	size_t shard;
	int64_t due_wall_ms;
	uint64_t request;
};

static void
expiry_drop(struct core *core, struct finished *finished)
{
	struct expiry *expiry = finished->expiry;

	if (!expiry)
		return;
	request_cancel(core, expiry->request);
	free(expiry->namespace_);
	free(expiry->name);
	free(expiry->version);
	free(expiry);
	finished->expiry = NULL;
}

struct finished *
finished_find(struct core *core, const char *uid)
{
	struct finished *finished;

	HASH_FIND_STR(core->finished, uid, finished);
	return finished;
}

struct finished *
finished_add(struct core *core, const char *uid)
{
	struct finished *finished = xcalloc(1, sizeof *finished);

	finished->uid = xstrdup(uid);
	HASH_ADD_KEYPTR(hh, core->finished, finished->uid, strlen(finished->uid), finished);
	return finished;
}

void
finished_drop(struct core *core, struct finished *finished)
{
	expiry_drop(core, finished);
	HASH_DEL(core->finished, finished);
	free(finished->uid);
	free(finished);
}

void
finished_swept(struct core *core, uint64_t round)
{
	struct finished *finished, *next;

	HASH_ITER (hh, core->finished, finished, next)
		if (finished->round != round)
			finished_drop(core, finished);
}

void
finished_drop_all(struct core *core)
{
	struct finished *finished, *next;

	timer_disarm(&core->timers, &core->expiry);
	HASH_ITER (hh, core->finished, finished, next)
		finished_drop(core, finished);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct finished *finished = owner;
	struct expiry *expiry = finished->expiry;
	char problem[300];

	(void)arg;
	expiry->request = 0;
	/* What it is now comes by the watch: gone, or changed. */
	if (event->outcome == OUTCOME_ANSWERED && (event->status == 200 || event->status == 202 || event->status == 404 ||
	    event->status == 409)) {
		expiry_drop(core, finished);
		return;
	}
	say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "cannot delete the finished ClusterOperation %s/%s, as its "
	    "spec.deleteAfterFinished asks: %s", expiry->namespace_, expiry->name,
	    kube_problem(event, problem, sizeof problem));
}

static void
delete_it(struct core *core, struct finished *finished)
{
	struct expiry *expiry = finished->expiry;

	say(core, LOG_LEVEL_INFO, NULL, NULL, NULL, "deleting the ClusterOperation %s/%s: it has ended, its time is over, and "
	    "its spec.deleteAfterFinished asks for it", expiry->namespace_, expiry->name);
	expiry->request = kube_request(core, "DELETE", kube_path(expiry->namespace_, "clusteroperations", expiry->name, NULL),
	    "application/json", xasprintf("{\"apiVersion\":\"v1\",\"kind\":\"DeleteOptions\",\"preconditions\":{\"uid\":\"%s\","
	    "\"resourceVersion\":\"%s\"}}", finished->uid, expiry->version), answered, finished, 0)->id;
}

static void
look(struct core *core, void *owner)
{
	struct finished *finished, *next;
	size_t waiting = 0, sent = 0;

	(void)owner;
	HASH_ITER (hh, core->finished, finished, next) {
		const struct expiry *expiry = finished->expiry;

		waiting += expiry != NULL;
		if (!expiry || expiry->request || expiry->due_wall_ms > core->now.wall_ms || sent == AT_A_TIME ||
		    !shard_is_led(core, expiry->shard) || !informers_synced(core))
			continue;
		sent++;
		delete_it(core, finished);
	}
	if (waiting)
		timer_arm(&core->timers, &core->expiry, core->now.up_ms + LOOK_MS, look, NULL);
}

void
finished_take(struct core *core, struct finished *finished, const struct operation *object)
{
	struct expiry *expiry;

	expiry_drop(core, finished);
	finished->generation = object->meta.generation;
	if (!object->delete_finished || !operation_phase_is_final(object->phase) || object->completion_ms == 0 ||
	    object->holds_nodes || object->meta.deleting)
		return;
	expiry = finished->expiry = xcalloc(1, sizeof *expiry);
	expiry->namespace_ = xstrdup(object->meta.namespace_);
	expiry->name = xstrdup(object->meta.name);
	expiry->version = xstrdup(object->meta.resource_version);
	expiry->shard = shard_of(core, object->meta.namespace_, object->cluster);
	expiry->due_wall_ms = object->completion_ms + journal_kept_s(object) * 1000;
	if (!core->expiry.armed)
		timer_arm(&core->timers, &core->expiry, core->now.up_ms + LOOK_MS, look, NULL);
}

bool
finished_unchanged(struct core *core, const struct cJSON *object, uint64_t round)
{
	const struct cJSON *metadata = json_get(object, "metadata"), *status = json_get(object, "status");
	struct finished *finished = finished_find(core, json_str_or(metadata, "uid", ""));

	if (!finished || finished->expiry || finished->generation == 0 ||
	    json_int(metadata, "generation", 0) != finished->generation || json_get(metadata, "finalizers") ||
	    json_get(metadata, "deletionTimestamp") || !operation_phase_is_final(json_str_or(status, "phase", "")) ||
	    json_count(json_get(status, "nodesHeldDown")) > 0 || json_bool(status, "keepsCluster", false) ||
	    json_int(status, "notificationsWaiting", 0) > 0)
		return false;
	finished->round = round;
	return true;
}
