#include "gantt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "plan.h"
#include "rehearse.h"

/* Columns of a bar; rows of one block, above which zones are shown in place of nodes. */
enum { COLUMNS = 60, NODES_SHOWN = 40, LABEL = 22 };

struct bar {
	const char *label;
	int64_t begin_ms, end_ms;
	size_t nodes;
};

struct bars {
	struct bar *list;
	size_t count;
};

static void
add(struct bars *bars, size_t first, const char *label, const struct rehearsal_span *span, bool new_node)
{
	struct bar *bar = NULL;

	for (size_t i = first; i < bars->count && !bar; i++)
		if (strcmp(bars->list[i].label, label) == 0)
			bar = &bars->list[i];
	if (!bar) {
		bar = ARRAY_GROW(bars->list, bars->count);
		*bar = (struct bar){label, span->begin_ms, span->end_ms, 0};
	}
	bar->nodes += new_node;
	if (span->begin_ms < bar->begin_ms)
		bar->begin_ms = span->begin_ms;
	if (span->end_ms > bar->end_ms)
		bar->end_ms = span->end_ms;
}

/* Of one block, in the order in which they begin. */
static void
collect(struct bars *bars, const struct plan *plan, const struct rehearsal *r, size_t block)
{
	CLEANUP_FREE bool *seen = xcalloc(plan->nnodes + 1, sizeof *seen);
	bool zones = plan->blocks[block].nlanes > NODES_SHOWN;
	size_t first = bars->count;

	for (size_t i = 0; i < r->nspans; i++) {
		const struct rehearsal_span *span = &r->spans[i];
		const struct plan_node *node = span->node == SIZE_MAX ? NULL : &plan->nodes[span->node];

		if (span->block != block)
			continue;
		add(bars, first, !node ? span->number : zones ? node->zone : node->name, span, node && !seen[span->node]);
		if (node)
			seen[span->node] = true;
	}
}

static int
column(int64_t ms, int64_t total_ms)
{
	return total_ms > 0 ? (int)(ms * COLUMNS / total_ms) : 0;
}

static void
print(const struct bar *bar, int64_t total_ms, struct buf *out)
{
	int from = column(bar->begin_ms, total_ms), to = column(bar->end_ms, total_ms);
	char text[LABEL + 16], begin[INSTANT_TEXT], takes[INSTANT_TEXT];

	if (from >= COLUMNS)
		from = COLUMNS - 1;
	if (to <= from)
		to = from + 1;
	if (bar->nodes > 1)
		snprintf(text, sizeof text, "%.*s (%zu)", LABEL, bar->label, bar->nodes);
	else
		snprintf(text, sizeof text, "%.*s", LABEL, bar->label);
	buf_printf(out, "  %-*s |%*s", LABEL, text, from, "");
	for (int i = from; i < to; i++)
		buf_putc(out, '#');
	buf_printf(out, "%*s| +%s, %s\n", COLUMNS - to, "", duration_text(bar->begin_ms / 1000 * 1000, begin),
	    duration_text((bar->end_ms - bar->begin_ms + 500) / 1000 * 1000, takes));
}

void
gantt_print(const struct plan *plan, const struct rehearsal *rehearsal, struct buf *out)
{
	struct bars bars = {0};

	for (size_t b = 0; b < plan->nblocks; b++)
		collect(&bars, plan, rehearsal, b);
	for (size_t i = 0; i < bars.count; i++)
		print(&bars.list[i], rehearsal->total_ms, out);
	free(bars.list);
}
