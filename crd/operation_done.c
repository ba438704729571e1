#include "operation_done.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "operation.h"

static void
read_nodes(struct operation_done *done, const struct cJSON *status)
{
	const struct cJSON *nodes = json_get(status, "nodesDone");

	done->told = json_is_array(nodes);
	done->omitted = json_int(status, "nodesDoneOmitted", 0);
	JSON_EACH(element, done->told ? nodes : NULL) {
		struct operation_done_node *node = ARRAY_GROW(done->nodes, done->nnodes);

		node->name = xstrdup(json_str_or(element, "name", ""));
		node->host_id = xstrdup(json_str_or(element, "hostId", ""));
	}
}

struct operation_done *
operation_done_read(const struct cJSON *object)
{
	const struct cJSON *spec = json_get(object, "spec"), *status = json_get(object, "status");
	struct operation_done *done = xcalloc(1, sizeof *done);

	done->name = xstrdup(json_str_or(json_get(object, "metadata"), "name", ""));
	done->cluster = xstrdup(json_str_or(spec, "cluster", ""));
	done->phase = xstrdup(json_str_or(status, "phase", ""));
	done->dry_run = json_bool(spec, "dryRun", false);
	done->planned = json_str_or(status, "planHash", "")[0] != '\0';
	done->for_nodes = json_int(json_get(status, "counts"), "total", 0) > 0;
	/* One that was cancelled is taken up by no retry. */
	done->taken_up = json_int(spec, "retry", 0) > json_int(status, "retryObserved", 0) &&
	    !json_bool(spec, "cancel", false);
	read_nodes(done, status);
	return done;
}

void
operation_done_free(struct operation_done *done)
{
	if (!done)
		return;
	for (size_t i = 0; i < done->nnodes; i++) {
		free(done->nodes[i].name);
		free(done->nodes[i].host_id);
	}
	free(done->nodes);
	free(done->name);
	free(done->cluster);
	free(done->phase);
	free(done);
}

static enum operation_done_verdict
refuse(struct err *why, const char *name, const char *problem)
{
	err_set(why, "spec.targets.notDoneBy: %.100s %s", name, problem);
	return OPERATION_DONE_REFUSED;
}

static enum operation_done_verdict
is_open(const struct operation_done *done, struct err *why)
{
	err_set(why, "spec.targets.notDoneBy: %.100s has not ended, it is %.40s; what it has done is looked at when it has",
	    done->name, done->taken_up && operation_phase_is_final(done->phase) ? "to be taken up again"
	    : done->phase[0] ? done->phase : "not looked at yet");
	return OPERATION_DONE_OPEN;
}

/* Of one that has ended. */
static enum operation_done_verdict
judge_ended(const struct operation_done *done, struct err *why)
{
	if (!done->planned)
		return refuse(why, done->name, "has ended before it had a plan, and has done no node: leave notDoneBy out");
	if (!done->for_nodes)
		return refuse(why, done->name, "had no steps for nodes, and so has done none: leave notDoneBy out");
	if (!done->told)
		return refuse(why, done->name, "does not tell in its status which nodes it has done: name the nodes that are "
		    "left in spec.targets.nodes");
	if (done->omitted > 0) {
		err_set(why, "spec.targets.notDoneBy: the status of %.100s names %zu of %" PRId64 " nodes that it has done, "
		    "and not the others: name the nodes that are left in spec.targets.nodes", done->name, done->nnodes,
		    (int64_t)done->nnodes + done->omitted);
		return OPERATION_DONE_REFUSED;
	}
	return OPERATION_DONE_TOLD;
}

enum operation_done_verdict
operation_done_judge(const struct operation_done *done, const char *cluster, struct err *why)
{
	if (strcmp(done->cluster, cluster) != 0) {
		err_set(why, "spec.targets.notDoneBy: %.100s is an operation on %.100s, expected one on %.100s", done->name,
		    done->cluster, cluster);
		return OPERATION_DONE_REFUSED;
	}
	if (done->dry_run)
		return refuse(why, done->name, "is a dry run, and has done no node: name the operation that has");
	if (!operation_phase_is_final(done->phase) ||
	    (done->taken_up && strcmp(done->phase, "Succeeded") != 0 && done->planned))
		return is_open(done, why);
	return judge_ended(done, why);
}

bool
operation_done_has(const struct operation_done *done, const char *name, const char *host_id)
{
	for (size_t i = 0; i < done->nnodes; i++) {
		const struct operation_done_node *node = &done->nodes[i];
		bool ids = node->host_id[0] && host_id[0];

		if (ids ? strcmp(node->host_id, host_id) == 0 : strcmp(node->name, name) == 0)
			return true;
	}
	return false;
}
