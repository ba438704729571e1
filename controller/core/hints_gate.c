/* What outages that were too long hold back: the gate's answer and its words, and what lifts it. */
#include "hints.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "hash.h"
#include "instant.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

enum { SHOWN = 300 };

static bool
is_too_long(const struct cluster *cluster, const struct outage *outage)
{
	int64_t lasted = outage->up_wall_ms ? outage->up_wall_ms - outage->down_wall_ms : outage->lasted_ms;

	return lasted > cluster->target->hint_window_ms;
}

/* It is up, so that it can be repaired. */
static bool
is_to_repair(const struct cluster *cluster, const struct outage *outage)
{
	return outage->up_wall_ms && is_too_long(cluster, outage);
}

static void
explain(const struct cluster *cluster, const struct outage *outage, char *why, size_t size)
{
	char lasted[INSTANT_TEXT], at[INSTANT_TEXT], window[INSTANT_TEXT];

	duration_text(cluster->target->hint_window_ms, window);
	if (outage->up_wall_ms)
		snprintf(why, size, "%s needs a repair, it was down for %s until %s and hints are kept for %s: repair it and "
		    "say so in spec.acknowledge, or override hints-suffice%s", outage->name,
		    duration_text((outage->up_wall_ms - outage->down_wall_ms) / 1000 * 1000, lasted),
		    instant_clock(outage->up_wall_ms, at), window, cluster->repairs.said);
	else
		snprintf(why, size, "%s needs a repair, it has been down since %s and hints are kept for %s: bring it back and "
		    "repair it, or say in spec.acknowledge why others may be taken down meanwhile, or override hints-suffice",
		    outage->name, instant_clock(outage->down_wall_ms, at), window);
}

bool
hints_suffice(const struct op *op, const struct lane *lane, char *why, size_t size)
{
	const struct cluster *cluster = op->cluster;
	const char *candidate = lane ? lane->node->host_id : "";

	if (lane && lane->held && lane->touched)
		return true;
	for (size_t i = 0; i < cluster->hints.count; i++) {
		const struct outage *outage = &cluster->hints.list[i];

		if (outage->accepted || !is_too_long(cluster, outage) || strcmp(outage->host_id, candidate) == 0)
			continue;
		explain(cluster, outage, why, size);
		return false;
	}
	return true;
}

static void
lift_one(struct core *core, struct op *op, size_t i)
{
	const struct outage *outage = &op->cluster->hints.list[i];
	bool up = outage->up_wall_ms > 0;

	op_event(core, op, "Normal", REASON_Acknowledged, "%s %s for longer than hints are kept, and holds back no other node "
	    "%s: \"%.400s\"", outage->name, up ? "was down" : "has been down", up ? "any more" : "while it is",
	    op->object->acknowledge);
	journal_note(op, "%s: %s acknowledged: %.400s", outage->name, up ? "repair" : "down for long,",
	    op->object->acknowledge);
	if (up)
		hints_forgive(core, op->cluster, i);
	else
		hints_accept(core, op->cluster, i);
}

/* Those that the person could know of. */
static void
lift(struct core *core, struct op *op)
{
	struct cluster *cluster = op->cluster;

	for (size_t i = cluster->hints.count; i > 0; i--) {
		const struct outage *outage = &cluster->hints.list[i - 1];

		if (!outage->accepted && is_too_long(cluster, outage))
			lift_one(core, op, i - 1);
	}
	cluster_kick(core, cluster);
}

static void
tell_repaired(struct core *core, struct cluster *cluster, const struct outage *outage, const char *how)
{
	say(core, LOG_LEVEL_INFO, NULL, NULL, outage->name, "reason=%s %s of cluster %s lacks no writes any more: %s",
	    REASON_Repaired, outage->name, cluster->key, how);
	for (size_t q = 0; q < cluster->nqueue; q++) {
		struct op *op = cluster->queue[q];

		if (!op->repair_needed || op->ended)
			continue;
		op_event(core, op, "Normal", REASON_Repaired, "%s was down for longer than hints are kept, and has been "
		    "repaired since: %s", outage->name, how);
		journal_note(op, "%s: repaired: %s", outage->name, how);
	}
}

void
hints_repaired(struct core *core, struct cluster *cluster, int64_t since_wall_ms, const char *how)
{
	bool any = false;

	for (size_t i = cluster->hints.count; i > 0; i--) {
		struct outage *outage = &cluster->hints.list[i - 1];

		if (!is_to_repair(cluster, outage) || outage->up_wall_ms > since_wall_ms)
			continue;
		tell_repaired(core, cluster, outage, how);
		hints_forgive(core, cluster, i - 1);
		any = true;
	}
	if (any)
		cluster_kick(core, cluster);
}

int64_t
hints_oldest_ms(const struct cluster *cluster)
{
	int64_t oldest = 0;

	for (size_t i = 0; i < cluster->hints.count; i++) {
		const struct outage *outage = &cluster->hints.list[i];

		if (is_to_repair(cluster, outage) && (oldest == 0 || outage->up_wall_ms < oldest))
			oldest = outage->up_wall_ms;
	}
	return oldest;
}

static uint64_t
acknowledge_of(const struct op *op)
{
	return hash_str(HASH_SEED, op->object->acknowledge ? op->object->acknowledge : "");
}

void
hints_hold(struct op *op)
{
	if (!op->repair_told)
		op->acknowledge_then = acknowledge_of(op);
	op->repair_needed = op->repair_told = true;
}

/* What was said before anybody could know of it was not said of it. */
void
hints_acknowledge(struct core *core, struct op *op)
{
	if (!op->repair_needed || op->ended || !op->object->acknowledge || acknowledge_of(op) == op->acknowledge_then)
		return;
	op->acknowledge_then = acknowledge_of(op);
	free(op->acknowledged);
	op->acknowledged = xstrdup(op->object->acknowledge);
	lift(core, op);
	op_record(op);
}

static void
put_outage(const struct cluster *cluster, const struct outage *outage, struct json_out *out)
{
	char down[INSTANT_TEXT], up[INSTANT_TEXT];

	json_open(out, NULL);
	json_put_str(out, "name", outage->name);
	json_put_str(out, "hostId", outage->host_id);
	json_put_str(out, "downSince", instant_rfc3339(outage->down_wall_ms, down));
	json_put_str(out, "upSince", instant_rfc3339(outage->up_wall_ms, up));
	if (cluster->repairs.said[0])
		json_put_str(out, "repair", cluster->repairs.said + strlen(REPAIRS_LEAD));
	json_close(out);
}

void
hints_put(const struct cluster *cluster, struct json_out *out)
{
	int shown = 0;

	for (size_t i = 0; i < cluster->hints.count && shown < SHOWN; i++) {
		if (!is_to_repair(cluster, &cluster->hints.list[i]))
			continue;
		if (shown++ == 0)
			json_open_array(out, "repairNeeded");
		put_outage(cluster, &cluster->hints.list[i], out);
	}
	if (shown > 0)
		json_close_array(out);
}
