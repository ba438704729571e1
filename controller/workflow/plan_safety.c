/* What the engine adds to lanes that take their node down: how to bring it back, and when it is back. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "impact.h"
#include "instant.h"
#include "plan_parts.h"

static const int64_t stable_poll_ms = SECONDS(1), stable_timeout_ms = MINUTES(60), joined_timeout_ms = HOURS(24);

static bool
is(const struct plan_step *step, const char *type)
{
	return step->type && strcmp(step->type->name, type) == 0;
}

static bool
takes_down(const struct plan_step *step)
{
	return step->type && step->impact == IMPACT_TAKES_NODE_DOWN;
}

static char *
as_written(const struct plan_value *value)
{
	return value->rule ? xstrdup(value->text) : variables_escape(value->text);
}

/* Which service must run for the node to be up: what the block's own steps stop or start, Scylla's own before others
 * (exporters and agents); NULL when nothing tells. As a workflow would write it; owned. */
static char *
service_of(const struct plan_block *block)
{
	const struct plan_value *named = NULL;
	bool scylla = false;

	for (size_t i = 0; plan_any_step(block, i); i++) {
		const struct plan_step *step = plan_any_step(block, i);
		const struct plan_value *service;

		if (!takes_down(step) && !impact_brings_up(step))
			continue;
		service = plan_value_find(step->with, step->nwith, "service");
		if (service && strncmp(service->text, "scylla-server", strlen("scylla-server")) == 0)
			return as_written(service);
		if (service && *service->text && !named)
			named = service;
		scylla = scylla || is(step, "scylla-drain") || is(step, "systemd-stop-scylla-server");
	}
	return named ? as_written(named) : scylla ? xstrdup("scylla-server") : NULL;
}

static int
add_restore(struct compiler *c, struct plan_block *block, size_t number)
{
	static const char name[] = "systemd-restart-service";
	const struct reconciler *type = plan_find_type(c->input->types, name);
	struct plan_step *step = &block->restore;
	struct workflow_value given = {0};
	CLEANUP_FREE char *key = xstrdup("service"), *service = service_of(block);

	step->number = xasprintf("%zu.restore", number);
	step->implied = true;
	step->retries = 0;      /* the lane has failed once already: the next failure is a person's */
	if (!service)
		return 0;
	if (!type)
		return err_set(c->err, "there is no task type %s, which brings back what a step takes down", name);
	step->type = type;
	step->impact = type->impact;
	step->timeout_ms = type->timeout_ms ? type->timeout_ms : MINUTES(10);
	given.name = key;
	given.text = service;
	return plan_compile_with(c, type, step->number, &given, 1, &step->with, &step->nwith);
}

static int
add_stable(struct compiler *c, struct plan_block *block, size_t number)
{
	static const char name[] = "is-up-normal";
	struct plan_step *step = &block->stable;
	struct plan_condition *condition;

	step->number = xasprintf("%zu.stable", number);
	step->implied = true;
	step->timeout_ms = plan_has_new(c->plan, block) ? joined_timeout_ms : stable_timeout_ms;
	if (block->leaves_down)
		return 0;
	condition = ARRAY_GROW(step->conditions, step->nconditions);
	*condition = (struct plan_condition){
		.type = plan_find_type(c->input->types, name), .window_ms = c->input->stable_ms,
		.poll_ms = stable_poll_ms, .timeout_ms = step->timeout_ms,
	};
	if (!condition->type)
		return err_set(c->err, "there is no condition %s, which every node that was taken down must meet", name);
	return plan_compile_with(c, condition->type, step->number, NULL, 0, &condition->with, &condition->nwith);
}

/* Over all units that it goes through. Nodes that are not in the ring do not go down. */
static int64_t
widest(const struct plan *plan, const struct plan_block *block)
{
	int64_t most = 0;

	for (size_t i = 0; i < block->nlanes; i++) {
		int64_t limit = plan_limit(plan, block, &plan->nodes[block->lanes[i]]);

		if (limit > most && !plan->nodes[block->lanes[i]].is_new)
			most = limit;
	}
	return most;
}

static int check_limit(struct compiler *c, const struct workflow_block *source, const struct plan_block *block);

/* Of members that are to be known later those of now stand in for them. */
static int
check_limit_of_others(struct compiler *c, const struct workflow_block *source, const struct plan_block *block)
{
	struct plan_block now = *block;
	int result;

	now.lanes = NULL;
	now.others = false;
	for (size_t i = 0; i < c->plan->nnodes; i++) {
		if (!c->targets[i])
			*ARRAY_GROW(now.lanes, now.nlanes) = i;
	}
	result = check_limit(c, source, &now);
	free(now.lanes);
	return result;
}

static int
check_limit(struct compiler *c, const struct workflow_block *source, const struct plan_block *block)
{
	int64_t most = c->input->max_nodes_down, limit = widest(c->plan, block);
	struct err why = {""};

	if (block->others)
		return check_limit_of_others(c, source, block);
	if (most > 0 && limit > most)
		return err_set(c->err, "%s.concurrencyLimit: %lld nodes at once, but the TargetCluster's "
		    "limits.maxNodesDown is %lld; lower one or raise the other", source->place,
		    (long long)limit, (long long)most);
	if (limit > 1 && c->input->bears_pair && !c->input->bears_pair(c->input->arg, c->plan, block, &why))
		return err_set(c->err, "%s.concurrencyLimit: %lld nodes at once, but no two of a unit can ever be down "
		    "together: %s; set it to 1, choose another concurrencyUnit, or replicate otherwise", source->place,
		    (long long)limit, why.text);
	return 0;
}

/* Of what is fallen back on, that it may bring the node up counts: then being up is what is meant, and waited for. */
static bool
leaves_down(const struct plan_block *block)
{
	bool down = false;

	for (size_t i = 0; i < block->nsteps; i++) {
		const struct plan_step *step = &block->steps[i];

		/* What an opaque one has taken down it has started again, or a later step does. */
		down = (down || (takes_down(step) && !step->type->opaque)) && !impact_brings_up(step);
		for (size_t f = 0; f < step->nfallbacks; f++)
			down = down && !impact_brings_up(&step->on_failure[f]);
	}
	return down;
}

int
plan_compile_safety(struct compiler *c, const struct workflow_block *source, struct plan_block *block,
    size_t number)
{
	for (size_t i = 0; plan_any_step(block, i); i++)
		block->disruptive = block->disruptive || takes_down(plan_any_step(block, i));
	block->disruptive = block->disruptive || plan_may_join(c->plan, block);
	block->leaves_down = leaves_down(block);
	if (!block->each_node || !block->disruptive) {
		block->disruptive = block->leaves_down = false;
		return 0;
	}
	if (check_limit(c, source, block) < 0)
		return -1;
	return add_restore(c, block, number) < 0 ? -1 : add_stable(c, block, number);
}
