/* I16: what is told to be stable has been up for as long. A node's stable step is done only when the node has served for the
 * whole window, without a gap. */
#include "world.h"

#include <inttypes.h>
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
	if (since >= 0 && world->now - since < world->config.stable_ms)
		checker_fault(world->checker, world->now, "I16: %s is told stable %" PRId64 " ms after it came back, its "
		    "window is %" PRId64 " ms", node, world->now - since, world->config.stable_ms);
}

void
windows_acked(struct world *world, const struct effect_redis *call)
{
	const struct ledger *ledger;

	if (call->script != REDIS_WRITE)
		return;
	ledger = checker_ledger(world->checker, call->uid);
	for (size_t i = 5; i + 1 < call->nargs; i += 2)
		look_at(world, ledger, call->args[i], call->args[i + 1]);
}
