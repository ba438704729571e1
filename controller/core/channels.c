/* The channels of reconcilers/scylla.h and host.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "cluster.h"
#include "host.h"
#include "op.h"
#include "question.h"
#include "scylla.h"

const struct answer *
scylla_get(struct task *t, const char *path)
{
	return task_question(t, QUESTION_REST, t->node.address ? t->node.address : "", path);
}

const struct answer *
scylla_get_from(struct task *t, const char *node, const char *path)
{
	int member = ring_find_name(t->op->cluster->ring, node);

	return task_question(t, QUESTION_REST, member >= 0 ? t->op->cluster->ring->members[member].address : node, path);
}

const struct act *
scylla_post(struct task *t, const char *label, enum act_kind kind, const char *path)
{
	return task_act(t, label, kind, 'r', path);
}

const struct ring *
scylla_ring(struct task *t)
{
	t->ring_used = true;
	if (!task_has_ring(t)) {
		t->asked++;
		return NULL;
	}
	return t->op->cluster->ring;
}

const bool *
scylla_held(struct task *t)
{
	if (!t->held)
		t->held = roll_held(t->op);
	return t->held;
}

int
scylla_member(struct task *t)
{
	return t->node.host_id && *t->node.host_id ? ring_find_host_id(t->op->cluster->ring, t->node.host_id) : -1;
}

const struct topology *
scylla_topology(struct task *t, bool full)
{
	struct cluster *cluster = t->op->cluster;

	/* For the gate they were asked before. */
	if (t->gate || topology_want(t->core, cluster, t->round_up_ms, scylla_member(t), full))
		return &cluster->topology.told;
	t->asked++;
	return NULL;
}

const struct raft_answer *
scylla_raft(struct task *t)
{
	if (t->gate || raft_want(t->core, t->op->cluster, scylla_held(t), scylla_member(t)))
		return &t->op->cluster->raft.told;
	t->asked++;
	return NULL;
}

const char *
scylla_release(struct task *t)
{
	return t->op->cluster->version;
}

enum impact
scylla_impact(struct task *t)
{
	return step_impact(t->step);
}

int
scylla_member_named(struct task *t, const char *node)
{
	const struct plan *plan = t->op->plan;
	const struct ring *ring = t->op->cluster->ring;
	int member = -1;

	/* One that has moved is at an address that the inventory does not know. */
	for (size_t i = 0; plan && i < plan->nnodes && member < 0; i++)
		if (plan->nodes[i].host_id && strcmp(plan->nodes[i].name, node) == 0)
			member = ring_find_host_id(ring, plan->nodes[i].host_id);
	return member >= 0 ? member : ring_find_name(ring, node);
}

const struct ring_policy *
scylla_policy(struct task *t)
{
	if (!t->policy) {
		t->policy = xcalloc(1, sizeof *t->policy);
		*t->policy = cluster_policy(t->op->cluster);
	}
	return t->policy;
}

enum verdict
scylla_refused(struct task *t, const struct act *act)
{
	const struct act_record *record = act_of(t->step, act);
	char message[200];
	const char *operation;

	operation = record && strrchr(record->target, '/') ? strrchr(record->target, '/') + 1 : "";
	switch (scylla_error_class(act->status, act->answer, strlen(act->answer), operation, message, sizeof message)) {
	case SCYLLA_ERROR_ADOPT:
		return task_wait(t, SECONDS(1), "already under way: %s", message);
	case SCYLLA_ERROR_HALT:
		return task_halt(t, "%s answered HTTP %d: %s", t->node.name, act->status, message);
	default:
		return task_retry(t, "%s answered HTTP %d: %s", t->node.name, act->status, message);
	}
}

/* --- the host --- */

bool
host_property(const char *text, const char *key, char *ret, size_t size)
{
	size_t len = strlen(key);

	for (const char *line = text, *end; line && *line && *line != '\n'; line = end ? end + 1 : NULL) {
		end = strchr(line, '\n');
		if (strncmp(line, key, len) != 0 || line[len] != '=')
			continue;
		snprintf(ret, size, "%.*s", (int)strcspn(line + len + 1, "\r\n"), line + len + 1);
		return true;
	}
	return false;
}

void
host_boot(const char *text, char *ret, size_t size)
{
	const char *second = strstr(text, "\n\n");      /* after an empty line */
	char id[sizeof HOST_BOOT_UNIT + 1] = "";

	if (second && host_property(second + 2, "Id", id, sizeof id) && strcmp(id, HOST_BOOT_UNIT) == 0)
		host_property(second + 2, "InvocationID", ret, size);
}

const struct host_unit *
host_show(struct task *t, const char *name)
{
	const struct answer *answer = task_question(t, QUESTION_HOST, t->node.address ? t->node.address : "", name);
	struct host_unit *unit;
	char job[24] = "", load[24] = "";

	if (!answer)
		return NULL;
	unit = xcalloc(1, sizeof *unit);
	*ARRAY_GROW(t->units, t->nunits) = unit;
	unit->error = answer->error;
	if (!answer->reached)
		return unit;
	/* Whole only if its lines are there: an exit status alone can be ssh's own. */
	if (!host_property(answer->body, "ActiveState", unit->active, sizeof unit->active)) {
		unit->error = answer->error[0] ? answer->error : "systemctl show printed no ActiveState";
		return unit;
	}
	if (host_property(answer->body, "LoadState", load, sizeof load) && strcmp(load, "not-found") == 0) {
		unit->error = "there is no such unit on the host";
		return unit;
	}
	unit->reached = true;
	host_property(answer->body, "InvocationID", unit->invocation, sizeof unit->invocation);
	host_boot(answer->body, unit->boot, sizeof unit->boot);
	unit->job = host_property(answer->body, "Job", job, sizeof job) && job[0] && strcmp(job, "0") != 0;
	return unit;
}

const struct act *
host_systemctl(struct task *t, const char *label, enum act_kind kind, const char *verb, const char *unit)
{
	char target[160];

	snprintf(target, sizeof target, "%s %s", verb, unit);
	return task_act(t, label, kind, 'h', target);
}
