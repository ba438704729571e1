#include "scene.h"

#include <inttypes.h>
#include <stdarg.h>

#include "alloc.h"
#include "check.h"
#include "hands.h"
#include "json.h"

enum { NODES = 64, TRANSCRIPT = 120 };

/* Was the last start of the node before entry 'at' somebody else's, or did it crash after ours? Then restarting it once
 * more repeats nothing. */
static bool
others_had_it(const struct sim *sim, size_t at)
{
	size_t node = sim_audit(sim, at)->node;

	while (at-- > 0) {
		const struct sim_entry *entry = sim_audit(sim, at);

		if (entry->node != node)
			continue;
		if (entry->event == SIM_CRASHED || entry->event == SIM_PROCESS_START)
			return entry->source == SIM_HAND;
	}
	return false;
}

/* What the model calls unsafe, who knows of the operations and their journals need not. */
static bool
is_excused(struct world *world, const struct sim *sim, size_t at)
{
	const char *text = sim_audit(sim, at)->text;

	if (strstr(text, "kind=topology"))
		return turns_has_cured(&world->turns, sim, at);
	return strstr(text, "kind=repeated") && (others_had_it(sim, at) || !turns_has_repeated(&world->turns, sim, at) ||
	    checker_has_lost(world->checker));
}

/* The first violation that is one; NULL: there is none. */
static const char *
violation(struct world *world, const struct sim *sim)
{
	for (size_t i = 0; i < sim_audit_count(sim); i++) {
		const struct sim_entry *entry = sim_audit(sim, i);

		if (entry->event == SIM_VIOLATION && !is_excused(world, sim, i))
			return entry->text;
	}
	return NULL;
}

static bool
is_stalled(const struct api_object *operation)
{
	const char *text = operation->status ? operation->status : "";
	CLEANUP_JSON struct cJSON *status = json_parse(text, strlen(text), NULL);

	JSON_EACH (element, json_get(status, "conditions"))
		if (strcmp(json_str_or(element, "type", ""), "Stalled") == 0)
			return strcmp(json_str_or(element, "status", ""), "True") == 0;
	return false;
}

/* I8: all have ended, or are Stalled. */
static const char *
judge_ends(struct world *world, char *text, size_t size)
{
	for (size_t i = 0; i < world->api->nobjects; i++) {
		const struct api_object *o = &world->api->objects[i];

		if (o->kind != KIND_OPERATION || scene_has_ended(world, o) || is_stalled(o))
			continue;
		snprintf(text, size, "I8: neither ended nor Stalled: %s, phase %s, \"%s\"", o->name,
		    checker_ledger(world->checker, o->uid)->told_phase,
		    checker_ledger(world->checker, o->uid)->told_message);
		return text;
	}
	return NULL;
}

const char *
judge(struct world *world, char *text, size_t size)
{
	struct sim *sim;
	const char *wrong;

	if (world->checker->faults)
		return world->checker->faulty;
	if (*world->api->foul)
		return world->api->foul;
	for (size_t i = 0; (sim = world_cluster(world, i)); i++) {
		wrong = sim_violations(sim) > 0 ? violation(world, sim) : NULL;
		if (!wrong)
			continue;
		snprintf(text, size, "I2: %zu violations, the first: %s", sim_violations(sim), wrong);
		return text;
	}
	wrong = judge_ends(world, text, size);
	if (!wrong)
		wrong = judge_left(world, false, text, size);
	return wrong || !*world->silence->wrong ? wrong : world->silence->wrong;
}

/* The roll as it was seen at the nodes. */
struct roll {
	size_t counts[NODES][4];         /* drains, stops, starts, restarts by the controller */
	bool down[NODES];                /* from the drain to serving again */
	bool began[NODES];
	const char *zone;                /* of the last drain: datacenter, rack */
	char wrong[200];
};

/* What goes wrong first is what counts: the rest follows from it. */
static void complain(struct roll *roll, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
complain(struct roll *roll, const char *format, ...)
{
	va_list args;

	if (*roll->wrong)
		return;
	va_start(args, format);
	vsnprintf(roll->wrong, sizeof roll->wrong, format, args);
	va_end(args);
}

/* A drain arrives: who else is down, and has its zone been left before? */
static void
see_drain(struct world *world, struct roll *roll, size_t node, size_t *last, size_t limit)
{
	size_t down = 0;

	for (size_t i = 0; i < sim_nodes(world->sim); i++) {
		if (!roll->down[i] || i == node)
			continue;
		down++;
		if (!scene_same_zone(world, i, node))
			complain(roll, "two zones: %s is drained while %s is down", sim_name(world->sim, node),
			    sim_name(world->sim, i));
	}
	if (down >= limit)
		complain(roll, "%s is drained while %zu others are down, the limit is %zu", sim_name(world->sim, node), down,
		    limit);
	if (*last != SIZE_MAX && !scene_same_zone(world, *last, node)) {
		for (size_t i = 0; i < sim_nodes(world->sim); i++) {
			if (roll->began[i] && scene_same_zone(world, i, node))
				complain(roll, "out of order: %s after another zone was begun", sim_name(world->sim, node));
		}
	}
	*last = node;
	roll->down[node] = roll->began[node] = true;
}

static void
see(struct world *world, struct roll *roll, const struct sim_entry *entry, size_t *last, size_t limit)
{
	if (entry->node >= NODES)
		return;
	if (entry->event == SIM_SERVING)
		roll->down[entry->node] = false;
	if (entry->source != SIM_CONTROLLER || entry->event > SIM_ARRIVED_RESTART)
		return;
	roll->counts[entry->node][entry->event]++;
	if (entry->event == SIM_ARRIVED_DRAIN)
		see_drain(world, roll, entry->node, last, limit);
}

const char *
judge_order(struct world *world, size_t nodes, size_t limit, char *text, size_t size)
{
	struct roll roll = {0};
	size_t last = SIZE_MAX, done = 0;

	for (size_t i = 0; i < sim_audit_count(world->sim); i++)
		see(world, &roll, sim_audit(world->sim, i), &last, limit);
	for (size_t i = 0; i < sim_nodes(world->sim) && i < NODES; i++) {
		const size_t *counts = roll.counts[i];

		if (counts[0] + counts[1] + counts[2] + counts[3] == 0)
			continue;
		done++;
		if (counts[0] != 1 || counts[1] + counts[3] != 1 || counts[2] + counts[3] != 1)
			complain(&roll, "%s: %zu drains, %zu stops, %zu starts, %zu restarts",
			    sim_name(world->sim, i), counts[0], counts[1], counts[2], counts[3]);
	}
	if (done != nodes)
		complain(&roll, "%zu nodes were touched instead of %zu", done, nodes);
	snprintf(text, size, "%s", roll.wrong);
	return *text ? text : NULL;
}

void
judge_or_fail(struct world *world, const char *wrong, const char *what, uint64_t seed)
{
	if (!wrong)
		return;
	transcript_print(world->log, TRANSCRIPT);
	for (size_t i = 0; i < world->ncrashes; i++)
		printf("crash after effect %zu, way %d\n", world->crashes[i].effect, (int)world->crashes[i].how);
	CHECK_FAIL("%s, SEED=%" PRIu64 ": %s", what, seed, wrong);
}

size_t
seeds_wanted(size_t fallback)
{
	const char *count = getenv("SEEDS") ? getenv("SEEDS") : getenv("STRAIT_SEEDS");

	if (getenv("SEED"))
		return 1;
	if (count && *count)
		return (size_t)strtoul(count, NULL, 10);
	/* Under valgrind. */
	return getenv("STRAIT_QUICK") ? (fallback + 19) / 20 : fallback;
}

uint64_t
seed_number(size_t i)
{
	const char *one = getenv("SEED");

	return one ? strtoull(one, NULL, 10) : i + 1;
}
