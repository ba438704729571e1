/* I16: what is told to be stable has been up for as long. A node's stable step is done only when the node has served for the
 * whole window, without a gap. */
#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static const char stable[] = ".stable/", done[] = "\"state\":\"done\"";

/* Since when the node has served; -1: it does not, or always has. */
static int64_t
served_since(const struct sim *sim, size_t node)
{
	for (size_t i = sim_audit_count(sim); i-- > 0;) {
		const struct sim_entry *entry = sim_audit(sim, i);

		if (entry->node == node && entry->event == SIM_SERVING)
			return entry->t;
	}
	return -1;
}

static bool
stops_serving(enum sim_event event)
{
	return event == SIM_ARRIVED_DRAIN || event == SIM_ARRIVED_STOP || event == SIM_ARRIVED_RESTART ||
	    event == SIM_PROCESS_EXIT || event == SIM_CRASHED || event == SIM_ISOLATED;
}

/* It had served for its whole window, at a moment not before 'since'. */
static bool
has_served(const struct sim *sim, size_t node, int64_t window, int64_t since)
{
	int64_t from = -1;

	for (size_t i = 0; i < sim_audit_count(sim); i++) {
		const struct sim_entry *entry = sim_audit(sim, i);

		if (entry->node != node)
			continue;
		if (from >= 0 && stops_serving(entry->event) && entry->t >= since && entry->t - from >= window)
			return true;
		if (entry->event == SIM_SERVING)
			from = entry->t;
		else if (stops_serving(entry->event))
			from = -1;
	}
	return false;
}

static void
look_at(struct world *world, const struct ledger *ledger, const char *field, const char *value)
{
	const char *node = strstr(field, stable), *before = store_value(&ledger->journal, field);
	const struct sim *sim;
	size_t number;
	int64_t since;

	/* Who goes on by memory, or has it rebuilt, writes again what was done long ago. */
	if (!node || !strstr(value, done) || (before && strstr(before, done)) || ledger->lost)
		return;
	node += strlen(stable);
	sim = world_find(world, node, &number);
	since = sim ? served_since(sim, number) : -1;
	/* What a write tells that waited for Redis was so while it waited. */
	if (since >= 0 && world->now - since < world->config.stable_ms &&
	    !has_served(sim, number, world->config.stable_ms, ledger->write.since_ms))
		checker_fault(world->checker, world->now, "I16: %s is told stable %" PRId64 " ms after it came back, its "
		    "window is %" PRId64 " ms", node, world->now - since, world->config.stable_ms);
}

/* It follows at once on the acknowledgement of the one before: it was decided while that one waited. */
void
windows_ordered(struct world *world, const struct effect *effect)
{
	struct last_write *write;

	if (effect->kind != EFFECT_REDIS || effect->redis.script != REDIS_WRITE)
		return;
	write = &checker_ledger(world->checker, effect->redis.uid)->write;
	if (strcmp(write->seq, effect->redis.args[1]) == 0 && strcmp(write->digest, effect->redis.args[2]) == 0)
		return;         /* sent again unchanged */
	write->since_ms = write->acked_ms == world->now ? write->ordered_ms : world->now;
	write->ordered_ms = world->now;
	write->acked_ms = 0;
	snprintf(write->seq, sizeof write->seq, "%s", effect->redis.args[1]);
	snprintf(write->digest, sizeof write->digest, "%s", effect->redis.args[2]);
}

void
windows_acked(struct world *world, const struct effect_redis *call)
{
	struct ledger *ledger;

	if (call->script != REDIS_WRITE)
		return;
	ledger = checker_ledger(world->checker, call->uid);
	for (size_t i = 5; i + 1 < call->nargs; i += 2)
		look_at(world, ledger, call->args[i], call->args[i + 1]);
	if (strcmp(ledger->write.seq, call->args[1]) == 0 && strcmp(ledger->write.digest, call->args[2]) == 0)
		ledger->write.acked_ms = world->now;
}
