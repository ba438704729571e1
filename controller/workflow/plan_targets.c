/* Which nodes an operation works on: spec.targets, and what an eachNode says of its own. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "known.h"
#include "plan_parts.h"

static int
unknown_zone(const struct compiler *c, size_t index)
{
	const struct plan *plan = c->plan;
	struct known known;

	known_init(&known, c->input->zones[index]);
	for (size_t i = 0; i < plan->nnodes; i++) {
		if (!plan->nodes[i].is_new && (i == 0 || strcmp(plan->nodes[i].zone, plan->nodes[i - 1].zone) != 0))
			known_offer(&known, plan->nodes[i].zone);
	}
	return known_refuse(&known, c->err, "spec.targets.zones[%zu]: the cluster has no zone \"%.80s\"", index,
	    c->input->zones[index]);
}

static int
unknown_node(const struct compiler *c, size_t index)
{
	struct known known;

	known_init(&known, c->input->targets[index]);
	for (size_t i = 0; i < c->plan->nnodes; i++)
		known_offer(&known, c->plan->nodes[i].name);
	return known_refuse(&known, c->err, "spec.targets.nodes[%zu]: the cluster has no node \"%.80s\"", index,
	    c->input->targets[index]);
}

/* Mark the nodes of the zone called 'wanted', or the node; false when there is none. Who is not in the ring yet is meant by
 * its own name alone. */
static bool
choose(const struct plan *plan, bool zone, const char *wanted, bool *chosen)
{
	bool found = false;

	for (size_t i = 0; i < plan->nnodes; i++) {
		const struct plan_node *node = &plan->nodes[i];

		if (strcmp(zone ? node->zone : node->name, wanted) == 0 && !(zone && node->is_new))
			chosen[i] = found = true;
	}
	return found;
}

static int
unknown_name(const struct compiler *c, const char *place, const char *name)
{
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < c->plan->nnodes; i++)
		known_offer(&known, c->plan->nodes[i].name);
	return known_refuse(&known, c->err, "%s: the cluster has no node and no zone \"%.80s\"", place, name);
}

/* By the name: nodes of the input come in another order. */
static bool
is_unfit(const struct plan_input *input, const char *name)
{
	for (size_t i = 0; input->unfit && i < input->nnodes; i++) {
		if (strcmp(input->nodes[i].name, name) == 0)
			return input->unfit[i];
	}
	return false;
}

/* What is excluded, and what does not meet the predicates. */
static int
leave_out(struct compiler *c)
{
	const struct plan *plan = c->plan;
	CLEANUP_FREE bool *out = xcalloc(plan->nnodes + 1, sizeof *out);
	size_t named = 0, left = 0;

	for (size_t i = 0; i < c->input->nexcludes; i++) {
		const char *name = c->input->excludes[i];
		CLEANUP_FREE char *place = xasprintf("spec.targets.exclude[%zu]", i);

		if (!choose(plan, false, name, out) && !choose(plan, true, name, out))
			return unknown_name(c, place, name);
	}
	for (size_t i = 0; i < plan->nnodes; i++) {
		named += c->targets[i];
		c->targets[i] = c->targets[i] && !out[i] && !is_unfit(c->input, plan->nodes[i].name);
		left += c->targets[i];
	}
	if (named > 0 && left == 0)
		return err_set(c->err, "spec.targets: of %zu nodes none is left; nothing is to be done, or what is excluded or "
		    "asked for is more than was meant", named);
	return 0;
}

int
plan_compile_targets(struct compiler *c)
{
	const struct plan_input *input = c->input;
	const struct plan *plan = c->plan;
	bool all = input->nzones == 0 && input->ntargets == 0;

	c->targets = xcalloc(plan->nnodes + 1, sizeof *c->targets);
	for (size_t i = 0; i < input->nzones; i++) {
		if (!choose(plan, true, input->zones[i], c->targets))
			return unknown_zone(c, i);
	}
	for (size_t i = 0; i < input->ntargets; i++) {
		if (!choose(plan, false, input->targets[i], c->targets))
			return unknown_node(c, i);
	}
	for (size_t i = 0; all && i < plan->nnodes; i++)
		c->targets[i] = !plan->nodes[i].is_new;
	return leave_out(c);
}

/* --- an eachNode's own */

static int
select_named(struct compiler *c, const struct workflow_block *source, bool *chosen)
{
	CLEANUP_FREE char *place = xasprintf("%s.nodes", source->place), *names = NULL;

	if (variables_expand(&c->vars, place, source->names, &names, c->err) < 0)
		return -1;
	if (!names)
		return err_set(c->err, "%s: %s has no value; give it under spec.variables, or declare a default", place,
		    source->names);
	for (char *name = names, *end; name; name = end) {
		end = strchr(name, ',');
		if (end)
			*end++ = '\0';
		if (!*name)
			return err_set(c->err, "%s: names no node; expected at least one, and none left empty", place);
		if (!choose(c->plan, false, name, chosen) && !choose(c->plan, true, name, chosen))
			return unknown_name(c, place, name);
	}
	return 0;
}

int
plan_select(struct compiler *c, const struct workflow_block *source, bool *chosen)
{
	if (source->selection == WORKFLOW_NAMED)
		return select_named(c, source, chosen);
	for (size_t i = 0; source->selection != WORKFLOW_OTHERS && i < c->plan->nnodes; i++)
		chosen[i] = chosen[i] || (source->selection == WORKFLOW_ALL && !c->plan->nodes[i].is_new) || c->targets[i];
	return 0;
}
