/* What a workflow leaves out and a plan takes for granted. */
#include "plan_text.h"

#include <stdarg.h>
#include <stdio.h>

#include "plan.h"
#include "plan_cluster.h"
#include "plan_split.h"
#include "registry.h"
#include "workflow.h"

struct saying {
	void (*say)(void *user, const char *sentence);
	void *user;
};

static void say(const struct saying *s, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
say(const struct saying *s, const char *format, ...)
{
	struct err sentence = {""};
	va_list args;

	va_start(args, format);
	err_vset(&sentence, format, args);
	va_end(args);
	s->say(s->user, sentence.text);
}

static void
assume_of_block(const struct saying *s, const struct workflow_block *block, size_t number)
{
	if (!block->each_node || (block->unit_given && block->limit_given))
		return;
	if (block->unit_given)
		say(s, "block %zu names no concurrencyLimit: 1, one node after the other", number);
	else if (block->limit_given)
		say(s, "block %zu names no concurrencyUnit: zone, never nodes of two zones at once", number);
	else
		say(s, "block %zu names neither concurrencyUnit nor concurrencyLimit: zone and 1, one node after the other, "
		    "zone by zone", number);
}

static void
assume_of_parts(const struct saying *s, const struct plan *plan, const struct workflow_block *block, size_t *number)
{
	for (size_t from = 0; from < block->nsteps;) {
		const struct workflow_block part = plan_split(block, &from, registry);

		/* Those of workflows that it runs stand between its own. */
		while (*number < plan->nblocks && plan->blocks[*number].from)
			++*number;
		++*number;
		if (!block->each_node && part.each_node)
			say(s, "block %zu waits for every node, all at once", *number);
		else
			assume_of_block(s, &part, *number);
	}
}

static void
say_sets(const struct saying *s, const struct plan *plan)
{
	for (size_t b = 0; b < plan->nblocks; b++)
		for (size_t i = 0; i < plan->blocks[b].nsteps; i++) {
			const struct plan_step *step = &plan->blocks[b].steps[i];

			if (step->sets)
				say(s, "+%s+ is known when it runs: step %s sets it; what a test of it may skip is counted as "
				    "done", step->sets->variable, step->number);
		}
}

static void
say_unfit(const struct saying *s, const struct plan_cluster *cluster)
{
	size_t unfit = 0;

	for (size_t i = 0; cluster->unfit && i < cluster->nnodes; i++)
		unfit += cluster->unfit[i];
	if (cluster->unfit)
		say(s, "%zu of the cluster's %zu nodes were done by the other operation and are no targets: the controller "
		    "looks again when it plans", unfit, cluster->nnodes);
}

void
plan_assumptions(const struct plan_report *report, void (*tell)(void *user, const char *sentence), void *user)
{
	const struct plan_cluster *cluster = report->cluster;
	struct saying s = {tell, user};

	for (size_t i = 0, number = 0; i < report->workflow->nblocks; i++)
		if (!report->workflow->blocks[i].workflow)
			assume_of_parts(&s, report->plan, &report->workflow->blocks[i], &number);
	if (!cluster->live)
		say(&s, "the nodes are those of spec.nodes, all of them members, without host ids: the controller's plan has "
		    "these, and so another hash");
	if (cluster->missing > 0)
		say(&s, "the status lists %zu nodes and leaves out %zu more: the controller's plan has all of them, and so "
		    "another hash", cluster->nmembers, cluster->missing);
	say_unfit(&s, cluster);
	for (size_t i = 0; i < report->plan->nblocks; i++)
		if (plan_has_new(report->plan, &report->plan->blocks[i]))
			say(&s, "block %zu adds nodes: one joins at a time, and how long its data take to stream nobody knows",
			    i + 1);
	say_sets(&s, report->plan);
	say(&s, "the controller's --stable-window is %s", report->stable_window);
}
