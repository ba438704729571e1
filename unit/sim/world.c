#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

enum { FIRST_UP_MS = 50000 };

struct world *
world_new(const struct core_config *config, struct sim *sim, uint64_t seed)
{
	struct world *world = xcalloc(1, sizeof *world);

	world->now = FIRST_UP_MS;
	/* 2026-11-21T08:00:00Z when the machine had been up for 50 s. */
	world->wall_ahead = INT64_C(1795248000000) - FIRST_UP_MS;
	world->chance.state = seed;
	world->weather = (struct weather){.net_max = 2};
	world->restart_after_ms = 1500;
	world->config = *config;
	world->sim = sim;
	world->api = api_new();
	world->api->wall_ms = world->now + world->wall_ahead;
	world->store = store_new();
	world->checker = checker_new();
	world->log = transcript_new();
	world->wake = INT64_MAX;
	return world;
}

struct world *
world_free(struct world *world)
{
	if (!world)
		return NULL;
	core_free(world->core);
	while (world->nflights)
		flight_free(world, world->flights[0]);
	free(world->flights);
	queue_done(&world->queue);
	sim_free(world->sim);
	api_free(world->api);
	store_free(world->store);
	checker_free(world->checker);
	transcript_free(world->log);
	free(world);
	return NULL;
}

struct instant
world_instant(const struct world *world)
{
	return (struct instant){.up_ms = world->now, .wall_ms = world->now + world->wall_ahead};
}

int64_t
world_delay(struct world *world, int64_t max)
{
	if (chance_of(&world->chance, world->weather.slow))
		return chance_between(&world->chance, 0, world->weather.slow_max);
	return chance_between(&world->chance, 0, max);
}

static const struct crash *
crash_of(struct world *world, size_t effect, bool act)
{
	static const struct crash at_act = {.how = CRASH_UNANSWERED};

	world->acts += act;
	if (act && world->acts == world->crash_at_act)
		return &at_act;
	for (size_t i = 0; i < world->ncrashes; i++) {
		if (world->crashes[i].effect == effect)
			return &world->crashes[i];
	}
	return NULL;
}

/* The uid of the operation whose status the effect writes. */
static const char *
status_of(struct world *world, const struct effect *effect)
{
	CLEANUP_FREE char *copy = NULL;
	const struct api_object *object;
	struct api_path path;

	if (effect->kind != EFFECT_KUBE || strcmp(effect->kube.method, "PATCH") != 0)
		return NULL;
	copy = xstrdup(effect->kube.path);
	if (!api_path_parse(&path, copy) || path.kind != KIND_OPERATION || strcmp(path.sub, "status") != 0)
		return NULL;
	object = api_find(world->api, KIND_OPERATION, path.namespace_, path.name);
	return object ? object->uid : NULL;
}

/* Order one effect of the core's; false: the core died over it. */
static bool
carry_out(struct world *world, struct effect *effect)
{
	const struct crash *crash;

	if (effect->kind == EFFECT_LOG || effect->kind == EFFECT_CANCEL) {
		flight_order(world, effect);
		return true;
	}
	if (effect->kind == EFFECT_EXIT) {
		world->exits++;
		world->exit_status = effect->status;
		transcript_add(world->log, world->now, "---- core %u exits with %d", world->life, effect->status);
		world_crash(world, -1);
		return false;
	}
	world->effects++;
	if (world->kinds)
		buf_putc(world->kinds, effect_letter(effect));
	crash = crash_of(world, world->effects, effect_letter(effect) == 'a');
	if (crash && crash->how == CRASH_BEFORE) {
		world_crash(world, -1);
		return false;
	}
	checker_ordered(world->checker, world->now, effect, status_of(world, effect));
	flight_order(world, effect);
	if (crash && crash->how == CRASH_UNSEEN)
		world->flights[world->nflights - 1]->crash_unseen = true;
	if (crash && crash->how == CRASH_UNANSWERED) {
		/* Out of the process before it dies. */
		struct item leave = {.kind = ITEM_LEAVE, .flight = world->flights[world->nflights - 1]};

		leave.flight->items++;
		flight_item(world, &leave);
		world_crash(world, -1);
		return false;
	}
	return true;
}

void
world_step(struct world *world, const struct event *event)
{
	struct effects out = {.wake_up_ms = INT64_MAX};
	unsigned life = world->life;

	if (!world->core)
		return;
	world->steps++;
	core_step(world->core, event, world_instant(world), &out);
	world->wake = out.wake_up_ms;
	for (size_t i = 0; i < out.count && world->life == life; i++) {
		if (!carry_out(world, &out.list[i]))
			break;
	}
	effects_clear(&out);
}

void
world_start(struct world *world)
{
	const struct event start = {.kind = EVENT_START, .body = "", .sent = world_instant(world)};

	snprintf(world->identity, sizeof world->identity, "strait-%u", world->life);
	world->config.identity = world->identity;
	world->core = core_new(&world->config);
	world->wake = INT64_MAX;
	transcript_add(world->log, world->now, "---- core %u starts", world->life);
	world_step(world, &start);
}

void
world_forgive_restarts(struct world *world)
{
	if (sim_violations(world->sim) == 0)
		sim_mark(world->sim, world->now);
}

void
world_crash(struct world *world, int64_t restart_ms)
{
	struct item restart = {.kind = ITEM_RESTART};

	if (!world->core)
		return;
	transcript_add(world->log, world->now, "---- core %u is killed after effect %zu", world->life, world->effects);
	world->core = core_free(world->core);
	world->wake = INT64_MAX;
	world->life++;
	world->crashed++;
	flights_forget_core(world);
	if (checker_has_untold_restore(world->checker))
		world_forgive_restarts(world);
	checker_crashed(world->checker);
	if (restart_ms < 0)
		restart_ms = chance_between(&world->chance, world->restart_after_ms / 2, world->restart_after_ms * 2);
	restart.at = world->now + restart_ms;
	queue_put(&world->queue, restart);
}

void
world_crash_at(struct world *world, size_t effect, enum crash_how how)
{
	if (world->ncrashes < WORLD_CRASHES)
		world->crashes[world->ncrashes++] = (struct crash){.effect = effect, .how = how};
}

void
world_stop(struct world *world)
{
	const struct event stop = {.kind = EVENT_STOP, .body = "", .sent = world_instant(world)};

	world_step(world, &stop);
}

void
world_jump(struct world *world, int64_t ms)
{
	const struct event jump = {.kind = EVENT_JUMP, .body = "", .sent = world_instant(world)};

	transcript_add(world->log, world->now, "---- the wall clock jumps by %" PRId64 " ms", ms);
	world->wall_ahead += ms;
	world_step(world, &jump);
}

void
world_at(struct world *world, int64_t at, void (*hand)(void *arg, int64_t value), void *arg, int64_t value)
{
	queue_put(&world->queue, (struct item){.at = at, .kind = ITEM_HAND, .hand = hand, .arg = arg, .value = value});
}

void
world_api_away(struct world *world, int64_t ms)
{
	transcript_add(world->log, world->now, "---- the API server is away for %" PRId64 " ms", ms);
	world->api_away_until = world->now + ms;
	if (!world->away_silently)
		peers_break_watches(world);
}

void
world_redis_away(struct world *world, int64_t ms)
{
	transcript_add(world->log, world->now, "---- Redis is away for %" PRId64 " ms", ms);
	world->redis_away_until = world->now + ms;
	if (!world->away_silently)
		peers_break_redis(world);
}

const char *
world_node_name(const struct world *world, const char *address)
{
	int node = sim_find(world->sim, address);

	return node < 0 ? address : sim_name(world->sim, (size_t)node);
}

static void
take_item(struct world *world)
{
	struct item item = queue_take(&world->queue);

	if (item.kind == ITEM_RESTART) {
		if (!world->core)
			world_start(world);
	} else if (item.kind == ITEM_HAND) {
		item.hand(item.arg, item.value);
		world_tell_watches(world);
	} else {
		flight_item(world, &item);
	}
	free(item.line);
}

bool
world_tick(struct world *world)
{
	const struct event wake = {.kind = EVENT_WAKE, .body = ""};
	int64_t item = queue_next(&world->queue), scylla = sim_wake(world->sim);
	int64_t next = item < scylla ? item : scylla;
	int64_t at = next < world->wake ? next : world->wake;

	if (at == INT64_MAX)
		return false;
	world->now = at > world->now ? at : world->now;
	world->api->wall_ms = world->now + world->wall_ahead;
	if (item <= world->now)
		take_item(world);
	else if (scylla <= world->now)
		peers_pump(world);
	else {
		world->wake = INT64_MAX;
		world_step(world, &wake);
	}
	return true;
}

bool
world_run(struct world *world, bool (*until)(struct world *world, const char *arg), const char *arg, int64_t limit_ms)
{
	int64_t limit = world->now + limit_ms;

	while (!until || !until(world, arg)) {
		if (world->now > limit || !world_tick(world))
			return false;
	}
	return true;
}
