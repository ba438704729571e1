#include "abandon.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "cluster.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

enum { NAMED = 20 };

/* Those that its journal names; of one whose journal is not read what its status last said. */
static char *
held_nodes(const struct op *op)
{
	struct buf text = BUF_INIT(BUF_MAX_LINE);
	size_t count = 0;

	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].held && count++ < NAMED)
			buf_printf(&text, "%s%s", count > 1 ? ", " : "", op->lanes[i].node->name);
	if (count > NAMED)
		buf_printf(&text, " and %zu more", count - NAMED);
	if (!op->started && op->object->held_node)
		buf_puts(&text, op->object->held_node);
	if (text.len == 0)
		buf_puts(&text, "no node");
	return buf_take(&text);
}

/* Once, and before the finalizer goes: nobody hears of it afterwards. */
static void
tell(struct core *core, struct op *op)
{
	CLEANUP_FREE char *nodes = held_nodes(op);
	const char *why = op->object->meta.abandon;

	op_event(core, op, "Warning", REASON_Abandoned, "let go at once, as " CRD_ABANDON " asks: \"%.400s\"; it held down: "
	    "%.300s. Nothing more is sent; what left before may still arrive for %lld s", why, nodes,
	    (long long)(core->config.settle_ms + 999) / 1000);
	say(core, LOG_LEVEL_WARN, op, NULL, NULL, "reason=%s \"%.300s\"; it held down: %.200s", REASON_Abandoned, why, nodes);
	op_record(op);
	if (op->started)
		journal_note(op, "abandoned: %.400s; it held down: %.300s", why, nodes);
}

/* Others need not wait for it; but an act of its may still arrive. */
static void
give_way(struct core *core, struct op *op)
{
	struct cluster *cluster = op->cluster ? op->cluster : cluster_find(core, op->namespace_, op->object->cluster);
	int64_t settled = core->now.up_ms + core->config.settle_ms;

	turn_leave(core, op);
	if (!cluster)
		return;
	if ((op->started || op->object->plan_hash[0]) && cluster->strays_until_up_ms < settled)
		cluster->strays_until_up_ms = settled;
	turn_kick(core, cluster);
}

static bool
is_asked_for(const struct op *op)
{
	return op->object->meta.abandon && (op->object->meta.deleting || op->gone);
}

bool
abandon_run(struct core *core, struct op *op)
{
	if (!op->abandoned && !is_asked_for(op))
		return false;
	if (!op->abandoned) {
		op->abandoned = true;
		/* Without it another controller has let it go before, or it has never begun. */
		if (op->object->meta.has_finalizer || op->gone)
			tell(core, op);
		give_way(core, op);
	}
	if (!op->gone && op->object->meta.has_finalizer)
		op_patch_finalizer(core, op, false);
	else if (op->gone && (!op->started || !op->journal.taken || (journal_is_quiet(op) && journal_expire(core, op))))
		op_drop(core, op);
	return true;
}
