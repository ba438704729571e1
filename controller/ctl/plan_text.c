#include "plan_text.h"

#include <string.h>

#include "alloc.h"
#include "gantt.h"
#include "impact.h"
#include "instant.h"
#include "plan.h"
#include "plan_cluster.h"
#include "plan_times.h"
#include "rehearse.h"

enum { WIDTH = 100, INDENT = 15 };

static void
put_with(const struct plan_value *with, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++)
		if (*with[i].text)
			buf_printf(out, " %s=%s", with[i].name, with[i].text);
}

void
plan_step_text(const struct plan_step *step, struct buf *out)
{
	char window[INSTANT_TEXT];

	if (step->approval)
		buf_printf(out, "approval%s%s", step->message ? ": " : "", step->message ? step->message : "");
	if (step->type) {
		buf_puts(out, step->type->name);
		put_with(step->with, step->nwith, out);
		if (step->assumed)
			buf_printf(out, " (impact not stated: %s)", impact_names[step->impact]);
	}
	for (size_t i = 0; i < step->nconditions; i++) {
		const struct plan_condition *condition = &step->conditions[i];

		buf_printf(out, "%s%s", i ? (step->any ? " or " : ", ") : "wait ", condition->type->name);
		put_with(condition->with, condition->nwith, out);
		if (condition->window_ms > 0)
			buf_printf(out, " for %s", duration_text(condition->window_ms, window));
	}
}

void
plan_whens_text(const struct plan_when *whens, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		buf_puts(out, i ? ", and " : "");
		plan_when_text(&whens[i], out);
	}
}

/* What could not be told when the plan was made. */
static void
put_when(const struct plan_when *whens, size_t count, struct buf *out)
{
	if (count > 0)
		buf_puts(out, "; only when ");
	plan_whens_text(whens, count, out);
}

static void
put_step(const struct plan_step *step, const char *why, struct buf *out)
{
	static const char *const on_timeout[] = {", then it fails", ", then it goes on", ", then it is cancelled"};
	CLEANUP_BUF struct buf what = BUF_INIT(BUF_MAX_FILE);
	char timeout[INSTANT_TEXT];

	plan_step_text(step, &what);
	if (what.len == 0)
		return;
	buf_printf(out, "  %-*s %s", INDENT - 3, step->number, buf_str(&what));
	if (step->type && step->retries > 0)
		buf_printf(out, "; %lld retries", (long long)step->retries);
	if (step->timeout_ms > 0)
		buf_printf(out, "; timeout %s", duration_text(step->timeout_ms, timeout));
	if (step->approval && step->timeout_ms > 0)
		buf_puts(out, on_timeout[step->on_timeout]);
	put_when(step->when, step->nwhen, out);
	buf_printf(out, "%s%s\n", why ? "; " : "", why ? why : "");
}

/* The names of nodes, in lines of WIDTH columns. */
static size_t
put_zone(const struct plan *plan, const struct plan_block *block, size_t first, struct buf *out)
{
	const char *zone = plan->nodes[block->lanes[first]].zone;
	size_t i = first, column = INDENT;

	buf_printf(out, "  %-*s", INDENT - 3, zone);
	if (strlen(zone) > INDENT - 3)
		buf_printf(out, "\n%*s", INDENT - 1, "");
	for (; i < block->nlanes && strcmp(plan->nodes[block->lanes[i]].zone, zone) == 0; i++) {
		const struct plan_node *node = &plan->nodes[block->lanes[i]];
		const char *mark = node->is_new ? " (new)" : "";
		size_t width = strlen(node->name) + strlen(mark) + 1;

		column += width;
		if (column > WIDTH && i > first) {
			buf_printf(out, "\n%*s", INDENT - 1, "");
			column = INDENT + width;
		}
		buf_printf(out, " %s%s", node->name, mark);
	}
	buf_putc(out, '\n');
	return i;
}

static void
put_canary(const struct plan_canary *canary, size_t number, struct buf *out)
{
	char soak[INSTANT_TEXT];

	if (canary->nodes == 0)
		return;
	buf_printf(out, "  %zu.canary%*sthe first %lld", number, INDENT - 10, "", (long long)canary->nodes);
	if (canary->soak_ms > 0)
		buf_printf(out, ", then %s", duration_text(canary->soak_ms, soak));
	if (canary->approval)
		buf_printf(out, ", then an approval%s%s", canary->message ? ": " : "", canary->message ? canary->message : "");
	buf_putc(out, '\n');
}

static void
put_shape(const struct plan_block *block, struct buf *out)
{
	static const char *const units[] = {"of a zone", "of a datacenter", "of all"};
	char text[INSTANT_TEXT];

	if (block->limit_percent > 0)
		buf_printf(out, "%lld%% %s at once", (long long)block->limit_percent, units[block->unit]);
	else
		buf_printf(out, "%lld %s at once", (long long)block->limit, units[block->unit]);
	if (block->order != WORKFLOW_ORDER_PLAN)
		buf_puts(out, block->order == WORKFLOW_ORDER_REVERSE ? ", in reverse order" : ", in the order of spec.targets");
	if (block->cool_down_ms > 0)
		buf_printf(out, ", %s between", duration_text(block->cool_down_ms, text));
	if (block->max_failures > 0)
		buf_printf(out, ", %lld may fail", (long long)block->max_failures);
	buf_printf(out, ", gate timeout %s\n", duration_text(block->gate_timeout_ms, text));
}

/* "2  each of 12 nodes, of restart-node: 1 of a zone at once". */
static void
put_heading(const struct plan_block *block, size_t number, struct buf *out)
{
	buf_printf(out, "\n%zu  ", number);
	if (block->finally)
		buf_puts(out, "finally, however it ends, for the cluster");
	else if (!block->each_node)
		buf_puts(out, block->nsteps == 0 && block->nleft_out > 0 ? "nothing" : "once, for the cluster");
	else if (block->others)
		buf_printf(out, "each member that is none of %zu targets when the block begins", block->nexcept);
	else
		buf_printf(out, "each of %zu nodes", block->nlanes);
	if (block->from)
		buf_printf(out, ", of %s", block->from);
	put_when(block->when, block->nwhen, out);
	if (!block->each_node) {
		buf_putc(out, '\n');
		return;
	}
	buf_puts(out, ": ");
	put_shape(block, out);
}

static void
put_steps(const struct plan_step *steps, size_t count, struct buf *out)
{
	for (size_t i = 0; i < count; i++) {
		const struct plan_step *step = &steps[i];

		put_step(step, step->borne ? "its failure ends nothing" : NULL, out);
		for (size_t f = 0; f < step->nfallbacks; f++)
			put_step(&step->on_failure[f], step->on_failure[f].borne
			    ? "when that has failed; its own failure ends nothing" : "when that has failed", out);
	}
}

static void
put_batch(const struct plan_block *block, size_t number, struct buf *out)
{
	if (block->batch.size == 0)
		return;
	buf_printf(out, "  %zu.batch%*safter every %lld nodes, and after the last:\n", number, INDENT - 9, "",
	    (long long)block->batch.size);
	put_steps(block->batch.then, block->batch.nthen, out);
}

static void
put_block(const struct plan *plan, const struct plan_block *block, size_t number, struct buf *out)
{
	put_heading(block, number, out);
	for (size_t i = 0; i < block->nlanes;)
		i = put_zone(plan, block, i, out);
	put_canary(&block->canary, number, out);
	put_steps(block->steps, block->nsteps, out);
	put_batch(block, number, out);
	for (size_t i = 0; i < block->nleft_out; i++)
		buf_printf(out, "  %-*s %s is skipped; %s\n", INDENT - 3, block->left_out[i].number, block->left_out[i].what,
		    block->left_out[i].why);
	if (!block->disruptive)
		return;
	put_step(&block->stable, "added: before the next node begins", out);
	put_step(&block->restore, "added: when the node is down and a step fails", out);
}

static void
put_assumption(void *user, const char *sentence)
{
	buf_printf(user, "  - %s\n", sentence);
}

static size_t
count_zones(const struct plan *plan)
{
	size_t zones = 0;

	for (size_t i = 0; i < plan->nnodes; i++)
		zones += i == 0 || strcmp(plan->nodes[i].zone, plan->nodes[i - 1].zone) != 0;
	return zones;
}

void
plan_text(const struct plan_report *report, struct buf *out)
{
	const struct plan *plan = report->plan;

	buf_printf(out, "plan %s: %s for %s, %zu nodes in %zu zones\n", plan->hash, plan->title, report->cluster->name,
	    plan->nnodes, count_zones(plan));
	for (size_t i = 0; i < plan->nblocks; i++)
		put_block(plan, &plan->blocks[i], i + 1, out);
	buf_puts(out, "\nAssumed:\n");
	plan_assumptions(report, put_assumption, out);
	plan_now(report->cluster, out);
}

void
plan_estimate(const struct plan_report *report, const struct plan_times *times, struct buf *out)
{
	char total[INSTANT_TEXT];

	buf_printf(out, "\nEstimated: %s\n  with ", duration_text((report->rehearsal->total_ms + 500) / 1000 * 1000, total));
	plan_times_text(times, out);
	buf_puts(out, "\n\n");
	gantt_print(report->plan, report->rehearsal, out);
}
