/* May it run at all? A mistake is told when it is seen, not when its turn comes; what is missing may still appear,
 * and then it is judged again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "bear.h"
#include "catalog.h"
#include "cluster.h"
#include "earlier.h"
#include "impact.h"
#include "knobs.h"
#include "lint.h"
#include "op.h"
#include "reasons.h"
#include "state.h"
#include "survey.h"
#include "workflow.h"

/* For plan_compile(): another workflow, which one of the operation's runs as a step. */
struct finding_ground {
	struct core *core;
	const char *namespace_;
	bool missing;           /* there is none of a name that was asked for */
};

static const struct workflow *
find_nested(void *arg, const char *name, struct err *why)
{
	struct finding_ground *ground = arg;

	return catalog_look(ground->core, ground->namespace_, name, &ground->missing, why);
}

/* As op_compile(); '*ret_missing': because there is no workflow of a name. */
static struct plan *
compile(struct core *core, struct op *op, bool *ret_missing, struct err *err)
{
	struct operation *object = op->object;
	CLEANUP_FREE struct plan_value *variables = xcalloc(object->nvariables + 1, sizeof *variables);
	struct workflow *own = NULL;
	const struct workflow *workflow;
	struct plan_input input = {.types = core->config.types, .variables = variables, .nvariables = object->nvariables};
	struct finding_ground ground = {core, op->namespace_, false};
	struct bearing bearing = {op, core->now.wall_ms};
	struct plan *plan = NULL;
	struct plan_node *nodes;
	bool *up, *unfit;
	CLEANUP_FREE const char **channels = hooks_names(op->cluster);

	for (size_t i = 0; i < object->nvariables; i++)
		variables[i] = (struct plan_value){.name = object->variables[i].name, .text = object->variables[i].text};
	if (object->workflow)
		workflow = catalog_find(core, op->namespace_, object->workflow, ret_missing, err);
	else
		workflow = own = workflow_of_task(object->node_task ? object->node_task : object->cluster_task, object->with,
		    object->node_task != NULL, err);
	/* What lint says of it, in its words, before what only this cluster can tell. */
	if (!workflow || (object->workflow && workflow_check(workflow, core->config.types, err) < 0))
		return NULL;
	if (own)
		impact_state(own, object->impact);
	nodes = cluster_plan_nodes(op->cluster, &input.nnodes);
	input.nodes = nodes;
	input.up = up = cluster_up(op->cluster);
	input.excludes = object->excludes;
	input.nexcludes = object->nexcludes;
	input.unfit = unfit = earlier_unfit(op, survey_unfit(core, op), nodes, input.nnodes);
	input.cluster = object->cluster;
	input.operation = op->name;
	input.owner = object->owner;
	input.zones = object->zones;
	input.nzones = object->nzones;
	input.targets = object->nodes;
	input.ntargets = object->nnodes;
	input.commands = &op->cluster->target->commands;
	input.max_nodes_down = op->cluster->target->max_nodes_down;
	input.stable_ms = core->config.stable_ms;
	input.channels = channels;
	/* One whose journal is lost has begun: what it left behind is not refused for its limit. */
	input.bears_pair = core->config.gate && !op->lost ? op_bears_pair : NULL;
	input.arg = &bearing;
	input.find = find_nested;
	input.find_arg = &ground;
	plan = plan_compile(workflow, &input, err);
	*ret_missing |= ground.missing;
	cluster_plan_nodes_free(nodes, input.nnodes);
	free(up);
	free(unfit);
	workflow_free(own);
	return plan;
}

struct plan *
op_compile(struct core *core, struct op *op, struct err *err)
{
	bool missing = false;

	return compile(core, op, &missing, err);
}

void
op_refuse(struct core *core, struct op *op, const char *reason, const char *why)
{
	op->accepted = false;
	turn_leave(core, op);           /* whoever is behind it need not wait for its correction */
	op_set_phase(core, op, PHASE_PENDING, reason, "%s", why);
}

bool
op_accept_cluster(struct core *core, struct op *op)
{
	char why[MESSAGE];

	op->cluster = cluster_find(core, op->namespace_, op->object->cluster);
	if (!op->cluster || !op->cluster->target) {
		snprintf(why, sizeof why, op->cluster ? "spec.cluster: TargetCluster \"%s\" cannot be read: correct it"
		    : "spec.cluster: there is no TargetCluster \"%s\" in this namespace: create it or name another",
		    op->object->cluster);
		/* Of one that has begun nothing is judged anew: it goes on where it is when the object is there again. */
		if (op->started)
			op_say(op, REASON_ClusterNotFound, "%s", why);
		else
			op_refuse(core, op, REASON_ClusterNotFound, why);
		return false;
	}
	if (!op->cluster->ready && !op->started) {
		snprintf(why, sizeof why, "TargetCluster %.60s is not ready: %.400s", op->object->cluster,
		    op->cluster->problem[0] ? op->cluster->problem : "its nodes are being asked");
		op_refuse(core, op, op->cluster->reason[0] ? REASON_ClusterNotReady : REASON_Discovering, why);
		return false;
	}
	return true;
}

/* Can the plan be carried out there at all? -1 and a sentence: it asks for what the cluster does not grant. */
static int
check_host_access(const struct cluster *cluster, const struct plan *plan, struct err *err)
{
	for (size_t b = 0; !cluster->target->host_ssh && b < plan->nblocks; b++)
		for (size_t i = 0; plan_every_step(&plan->blocks[b], i); i++) {
			const struct plan_step *step = plan_every_step(&plan->blocks[b], i);

			if (step->type && step->type->needs_host)
				return err_set(err, "step %s: %s commands the node's host, and the TargetCluster's "
				    "spec.access.host is none: set it to ssh", step->number, step->type->name);
		}
	return 0;
}

/* Of a step's conditions, too. */
static int
check_prometheus(const struct cluster *cluster, const struct plan *plan, struct err *err)
{
	for (size_t b = 0; !cluster->target->prometheus_url && b < plan->nblocks; b++)
		for (size_t i = 0; plan_any_step(&plan->blocks[b], i); i++) {
			const struct plan_step *step = plan_any_step(&plan->blocks[b], i);

			for (size_t k = 0; k < step->nconditions; k++)
				if (step->conditions[k].type->needs_prometheus)
					return err_set(err, "step %s: %s asks Prometheus, and the TargetCluster has no "
					    "spec.access.prometheus: give its url", step->number,
					    step->conditions[k].type->name);
		}
	return 0;
}

static bool
keyspaces_bear(struct core *core, struct op *op, const struct plan *plan)
{
	struct ring_policy policy = cluster_policy(op->cluster);
	struct err err = {""};

	for (size_t b = 0; core->config.gate && b < plan->nblocks; b++) {
		if (plan->blocks[b].disruptive && plan_has_members(plan, &plan->blocks[b]) &&
		    ring_undecided(op->cluster->ring, &policy, &err)) {
			op_refuse(core, op, REASON_KeyspaceUndecided, err.text);
			return false;
		}
	}
	return true;
}

/* It can be read, and what spec.targets asks of nodes and of another operation has been answered. */
static bool
spec_is_known(struct core *core, struct op *op)
{
	const char *reason = REASON_Surveying;
	struct err err = {""};

	if (op->object->problem) {
		op_refuse(core, op, REASON_Invalid, op->object->problem);
		return false;
	}
	if (survey_ready(core, op, &err) && earlier_ready(core, op, &reason, &err))
		return true;
	op_refuse(core, op, reason, err.text);
	return false;
}

static bool
targets_are_known_still(struct core *core, struct op *op)
{
	return survey_is_over(core, op) && earlier_is_over(core, op);
}

bool
op_accept(struct core *core, struct op *op)
{
	struct err err = {""};
	bool missing = false;
	struct plan *plan;

	if (!op_accept_cluster(core, op))
		return false;
	if (op->started)
		return true;            /* its plan is frozen */
	if (op->accepted)
		return !turn_is_ours(op) || targets_are_known_still(core, op);
	if (!spec_is_known(core, op))
		return false;
	/* Seen before its turn, so that a mistake is told at once; the plan itself is made when the turn comes. */
	plan = compile(core, op, &missing, &err);
	if (!plan)
		op_refuse(core, op, missing ? REASON_WorkflowNotFound : REASON_PlanRefused, err.text);
	else if (check_host_access(op->cluster, plan, &err) < 0 || check_prometheus(op->cluster, plan, &err) < 0 ||
	    skip_names_nobody(op, plan, &err))
		op_refuse(core, op, REASON_PlanRefused, err.text);
	else
		op->accepted = keyspaces_bear(core, op, plan);
	if (plan)
		fleet_note_plan(op, plan);
	plan_free(plan);
	/* Observing needs no journal: the gate's first facts come in while the plan is being written. */
	if (op->accepted && core->config.gate)
		sweep_want(core, op->cluster, core->now.up_ms);
	return op->accepted;
}
