/* The gate: may a node be taken down, or taken further down, now? The conditions that the task type declares, plus
 * the cluster's own limits, judged on facts at most fact_age_ms old that were asked after the last disruptive act
 * left. */
#include "gate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "knobs.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"
#include "task.h"

enum { PATIENCE_MS = 1100 };      /* with a read barrier, before its silence is said */

bool
gate_node_is_up(struct op *op, struct lane *lane)
{
	int member = lane_member(lane);

	return member >= 0 && ring_is_up(op->cluster->ring, (size_t)member, NULL);
}

bool
gate_node_is_down_everywhere(struct op *op, struct lane *lane)
{
	int member = lane_member(lane);

	return member >= 0 && ring_is_down_everywhere(op->cluster->ring, (size_t)member);
}

enum gate
gate_close(struct core *core, struct op *op, struct step *step, const char *node, const char *why)
{
	if (op->closed_since_wall_ms == 0) {
		op->closed_since_wall_ms = core->now.wall_ms;
		op->pace.gate_moved_ms = 0;
		if (!step->gated)       /* said already, and only another node at work meanwhile */
			say(core, LOG_LEVEL_WARN, op, step->id, step->lane ? step->lane->node->name : NULL,
			    "reason=%s the gate is closed: %s", REASON_GateClosed, why);
	}
	op->repair_needed = false;
	snprintf(op->closed_by, sizeof op->closed_by, "%s", why);
	snprintf(op->closed_node, sizeof op->closed_node, "%s", node ? node : "");
	return GATE_CLOSED;
}

static enum gate
opened(struct core *core, struct op *op, struct step *step)
{
	if (op->closed_since_wall_ms != 0)
		say(core, LOG_LEVEL_INFO, op, step->id, step->lane ? step->lane->node->name : NULL,
		    "the gate is open again");
	op->closed_since_wall_ms = 0;
	op->repair_needed = op->repair_told = false;
	op->closed_by[0] = op->closed_node[0] = '\0';
	return GATE_OPEN;
}

/* Whom a person looks for: somebody calls it down. One that only does not answer may be slow. */
static const char *
culprit(const struct ring *ring, const bool *held, int candidate)
{
	int stranger = ring_stranger(ring, held, candidate);

	return stranger < 0 || !ring_is_called_down(ring, (size_t)stranger) ? NULL : ring->members[stranger].name;
}

static bool
is_over_limit(const struct cluster *cluster, const bool *held, int candidate, char *why, size_t size)
{
	const struct ring *ring = cluster->ring;
	int64_t others = 0, most = cluster->target->max_nodes_down;
	const char *first = "";
	char more[32] = "";

	for (size_t i = 0; i < ring->nmembers; i++) {
		if ((int)i == candidate || (!held[i] && ring_is_up(ring, i, NULL)))
			continue;
		if (others++ == 0)
			first = ring->members[i].name;
	}
	if (most <= 0 || others + (candidate >= 0) <= most)
		return false;
	if (others > 1)
		snprintf(more, sizeof more, " and %lld more", (long long)others - 1);
	snprintf(why, size, "limits.maxNodesDown is %lld, this would make %lld: down or held is %s%s", (long long)most,
	    (long long)others + (candidate >= 0), first, more);
	return true;
}

bool
gate_condition_holds(struct core *core, struct op *op, struct step *step, const char *name,
    struct ring_policy *policy, char *why, size_t size)
{
	const struct reconciler *type = plan_find_type(core->config.types, name);
	struct task *judge;
	enum truth truth;

	if (!type || !type->judge) {
		snprintf(why, size, "precondition %s is not known to this build", name);
		free(policy);
		return false;
	}
	judge = task_new(core, op, step);
	judge->gate = true;
	judge->type = type;
	judge->with = NULL;
	judge->nwith = 0;
	judge->policy = policy;
	truth = type->judge(judge);
	snprintf(why, size, "%s", judge->sentence);
	if (truth == TRUTH_HOLDS)
		caveats_note(op, judge);
	task_free(core, judge);
	return truth == TRUTH_HOLDS;
}

static const char *const always[] = {
	"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum",
};

static bool
is_always(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		if (strcmp(always[i], name) == 0)
			return true;
	return false;
}

void
gate_conditions(const struct step *step, const char **names)
{
	const struct reconciler *type = step->plan->type;

	for (size_t i = 0; i < ARRAY_LEN(always); i++)
		*names++ = always[i];
	for (size_t i = 0; i < TASK_PRECONDITIONS && type->preconditions[i]; i++)
		if (!is_always(type->preconditions[i]))
			*names++ = type->preconditions[i];
	*names = NULL;
}

static bool
condition_holds(struct core *core, struct op *op, struct step *step, const char *name, char *why, size_t size)
{
	return gate_condition_holds(core, op, step, name, NULL, why, size) || override_lifts(core, op, step, name, why);
}

static bool
preconditions_hold(struct core *core, struct op *op, struct step *step, char *why, size_t size)
{
	const struct reconciler *type = step->plan->type;
	char short_of[MESSAGE];
	bool normal = condition_holds(core, op, step, always[0], why, size);

	/* Who is down, and what would be missing: who has to act wants both. */
	if (!condition_holds(core, op, step, always[1], normal ? why : short_of, normal ? size : sizeof short_of)) {
		size_t len = strlen(why);

		if (!normal && strcmp(short_of, why) != 0)
			snprintf(why + len, size - len, "; %s", short_of);
		return false;
	}
	if (!normal)
		return false;
	for (size_t i = 2; i < ARRAY_LEN(always); i++)
		if (!condition_holds(core, op, step, always[i], why, size))
			return false;
	for (size_t i = 0; i < TASK_PRECONDITIONS && type->preconditions[i]; i++)
		if (!is_always(type->preconditions[i]) &&
		    !condition_holds(core, op, step, type->preconditions[i], why, size))
			return false;
	return true;
}

bool
gate_node_is_returning(struct op *op, struct lane *lane)
{
	int member = lane_member(lane);

	return member >= 0 && ring_is_returning(op->cluster->ring, (size_t)member);
}

static bool
is_out(const struct op *op, const struct step *step, int candidate)
{
	return candidate >= 0 && !lane_is_outside(step->lane) && ring_is_out(op->cluster->ring, (size_t)candidate);
}

/* Of what is out no range and no quorum loses anything by taking it further down, and the cure must be possible. Whether it
 * is being replaced, or somebody joins, is another question. */
static bool
is_cure(const struct op *op, const struct step *step, int candidate)
{
	return step_impact(step) == IMPACT_TAKES_NODE_DOWN && is_out(op, step, candidate);
}

/* An act of ours has left for it, or may have: whatever stops the beginning of nodes does not keep it down. */
static bool
is_ours(const struct step *step)
{
	return step->lane->held && step->lane->touched;
}

/* Repairs and cleanups do not count: it has no part in any while it is out, and one that waits for it must not forbid the
 * cure. */
static bool
cure_is_allowed(struct core *core, struct op *op, struct step *step, char *why, size_t size)
{
	struct err said = {""};

	if (is_ours(step))
		return true;
	if (!newcomers_allow(op, step->lane, why, size))
		return false;
	if (topology_is_still(&op->cluster->topology.told, op->cluster->ring, &said))
		return true;
	snprintf(why, size, "%.300s; if that waits for %s itself, override topology-idle", said.text, step->lane->node->name);
	return override_lifts(core, op, step, "topology-idle", why);
}

static enum gate
judge_cure(struct core *core, struct op *op, struct step *step)
{
	char why[MESSAGE];

	if (!cure_is_allowed(core, op, step, why, sizeof why))
		return gate_close(core, op, step, NULL, why);
	if (step->lifted)       /* else what the node was taken down with stands */
		override_record(core, op, step);
	return opened(core, op, step);
}

/* Where the tablets are decides, and they were not counted: in the next sweep they are. */
static void
count_if_it_helps(struct core *core, struct cluster *cluster, const bool *held, int candidate)
{
	struct ring_policy policy = cluster_policy(cluster);
	struct ring_proof proof;

	ring_quorum_proof(cluster->ring, held, candidate, &policy, &proof, NULL);
	if (proof.uncounted)
		sweep_count_tablets(core, cluster);
}

static enum gate
judge(struct core *core, struct op *op, struct step *step)
{
	struct cluster *cluster = op->cluster;
	CLEANUP_FREE bool *held = roll_held(op);
	int candidate = lane_member(step->lane);
	char why[MESSAGE];

	override_begin(op, step);
	caveats_begin(op);
	if (step->lane && candidate < 0 && !lane_is_outside(step->lane))
		return gate_close(core, op, step, NULL, "the node is no member of the cluster");
	if (cluster->target->frozen && !(is_out(op, step, candidate) && is_ours(step)))
		return gate_close(core, op, step, NULL, "limits.frozen is set on the TargetCluster");
	if (is_cure(op, step, candidate))
		return judge_cure(core, op, step);
	if (!newcomers_allow(op, step->lane, why, sizeof why))
		return gate_close(core, op, step, NULL, why);
	if (!preconditions_hold(core, op, step, why, sizeof why) ||
	    is_over_limit(cluster, held, candidate, why, sizeof why)) {
		count_if_it_helps(core, cluster, held, candidate);
		return gate_close(core, op, step, culprit(cluster->ring, held, candidate), why);
	}
	if (!hints_suffice(op, step->lane, why, sizeof why) && !override_lifts(core, op, step, "hints-suffice", why)) {
		gate_close(core, op, step, NULL, why);
		hints_hold(op);
		return GATE_CLOSED;
	}
	override_record(core, op, step);
	caveats_keep(op);
	return opened(core, op, step);
}

/* What conditions ask beside the sweep is there. It is not needed for a node that we hold and that is out, or no member. */
static bool
is_told(struct core *core, struct op *op, struct step *step, int64_t since)
{
	struct cluster *cluster = op->cluster;
	int candidate = lane_member(step->lane);
	bool full = step_impact(step) == IMPACT_CHANGES_TOPOLOGY, told;
	bool cure = !cluster->sweep.running && is_cure(op, step, candidate);
	CLEANUP_FREE bool *held = NULL;

	if (!cluster->sweep.running && step->lane && candidate < 0 && !lane_is_outside(step->lane))
		return true;
	if (cure && is_ours(step))
		return true;
	told = topology_want(core, cluster, since, candidate, full);
	if (cluster->sweep.running || cure)
		return told && cure;
	held = roll_held(op);
	return raft_want(core, cluster, held, candidate) && told;
}

void
gate_ask_ahead(struct core *core, struct op *op, struct step *step)
{
	is_told(core, op, step, core->now.up_ms - core->config.fact_age_ms);
}

static enum gate
check(struct core *core, struct op *op, struct step *step)
{
	struct cluster *cluster = op->cluster;
	int64_t since = core->now.up_ms - core->config.fact_age_ms;
	bool told;

	if (step->gated && since < core->now.up_ms - step_gate_poll_ms(op) / 2)
		since = core->now.up_ms - step_gate_poll_ms(op) / 2;    /* old facts would only say the same again */
	if (since <= cluster->last_act_up_ms)
		since = cluster->last_act_up_ms + 1;
	told = is_told(core, op, step, since);
	if (cluster->sweep.done_asked_up_ms < since) {
		/* Asked now, not at 'since': the answer must still be young when the intent has been journaled. */
		sweep_want(core, cluster, core->now.up_ms > since ? core->now.up_ms : since);
		if (cluster->sweep.failed)
			return gate_close(core, op, step, NULL, cluster->sweep.problem);
		return GATE_ASKING;
	}
	if (cluster->sweep.running)
		return GATE_ASKING;      /* its views are being filled in again */
	if (!told) {
		step_wake_at(core, step, core->now.up_ms + PATIENCE_MS);
		return GATE_ASKING;
	}
	return judge(core, op, step);
}

enum gate
gate_check(struct core *core, struct op *op, struct step *step)
{
	enum gate gate = core->config.gate ? check(core, op, step) : GATE_OPEN;

	if (core->config.gate && gate != GATE_ASKING) {
		core->counters.gate_checks++;
		core->counters.gate_closed += gate == GATE_CLOSED;
	}
	return gate;
}
