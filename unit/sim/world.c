#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "needs.h"

enum { FIRST_UP_MS = 50000 };

struct world *
world_new(const struct core_config *config, struct sim *sim, uint64_t seed)
{
	struct world *world = xcalloc(1, sizeof *world);

	world->now = world->began = FIRST_UP_MS;
	world->wall_ahead = WORLD_FIRST_WALL_MS - FIRST_UP_MS;
	world->chance.state = seed;
	world->weather = (struct weather){.net_max = 2};
	world->restart_after_ms = 1500;
	world->config = *config;
	world->sim = sim;
	world->api = api_new();
	world->api->wall_ms = world->now + world->wall_ahead;
	world->store = store_new();
	world->checker = checker_new();
	world->checker->settle_ms = config->settle_ms;
	world->log = transcript_new();
	world->silence = xcalloc(1, sizeof *world->silence);
	world->nprocesses = 1;
	world->leader = &world->processes[0];
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		world->processes[i].world = world;
		world->processes[i].number = i;
		world->processes[i].wake = INT64_MAX;
	}
	return world;
}

struct world *
world_free(struct world *world)
{
	if (!world)
		return NULL;
	for (size_t i = 0; i < WORLD_PROCESSES; i++) {
		core_free(world->processes[i].core);
		for (size_t k = 0; k < world->processes[i].nlate; k++)
			free(world->processes[i].late[k].line);
		free(world->processes[i].late);
		host_forget(&world->processes[i]);
	}
	while (world->nflights)
		flight_free(world, world->flights[0]);
	free(world->flights);
	queue_done(&world->queue);
	sim_free(world->sim);
	for (size_t i = 0; i < WORLD_CLUSTERS; i++)
		sim_free(world->beside[i]);
	api_free(world->api);
	store_free(world->store);
	web_done(&world->web);
	turns_done(&world->turns);
	freeze_done(&world->freeze);
	checker_free(world->checker);
	silence_free(world->silence);
	transcript_free(world->log);
	free(world);
	return NULL;
}

int64_t
world_delay(struct world *world, int64_t max)
{
	if (chance_of(&world->chance, world->weather.slow))
		return chance_between(&world->chance, 0, world->weather.slow_max);
	return chance_between(&world->chance, 0, max);
}

void
world_start(struct world *world)
{
	world->began = world->now;
	for (size_t i = 0; i + world->late < world->nprocesses; i++)
		process_start(&world->processes[i]);
}

void
world_forgive_restarts(struct world *world)
{
	turns_forgive(&world->turns);
	for (size_t i = 0; world_cluster(world, i); i++)
		if (sim_violations(world_cluster(world, i)) == 0)
			sim_mark(world_cluster(world, i), world->now);
}

void
world_crash(struct world *world, int64_t restart_ms)
{
	process_crash(world->leader, restart_ms);
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
	process_stop(world->leader);
}

void
world_jump(struct world *world, int64_t ms)
{
	transcript_add(world->log, world->now, "---- the wall clock jumps by %" PRId64 " ms", ms);
	world->wall_ahead += ms;
	/* Nobody moves the journal's deadlines with it: for the next one a restart's time is up, and it may try again. */
	if (ms >= MINUTES(90) && !silence_is_led(world))
		world_forgive_restarts(world);
	for (size_t i = 0; world_cluster(world, i); i++)
		sim_policy_clock(world_cluster(world, i), ms);
	for (size_t i = 0; i < world->nprocesses; i++) {
		struct process *process = &world->processes[i];
		const struct event jump = {.kind = EVENT_JUMP, .body = "", .sent = process_instant(process)};

		process->jumped = process->paused;
		if (!process->paused)
			process_step(process, &jump);
	}
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
		peers_break_watches(world, NULL);
}

void
world_redis_away(struct world *world, int64_t ms)
{
	transcript_add(world->log, world->now, "---- Redis is away for %" PRId64 " ms", ms);
	world->redis_away_until = world->now + ms;
	if (!world->away_silently)
		peers_break_redis(world, NULL);
}

struct sim *
world_cluster(const struct world *world, size_t i)
{
	return i == 0 ? world->sim : i < WORLD_CLUSTERS ? world->beside[i - 1] : NULL;
}

size_t
world_clusters(const struct world *world)
{
	size_t count = 0;

	while (world_cluster(world, count))
		count++;
	return count;
}

size_t
world_number(const struct world *world, const struct sim *sim)
{
	size_t i = 0;

	while (world_cluster(world, i) && world_cluster(world, i) != sim)
		i++;
	return i;
}

struct sim *
world_find(const struct world *world, const char *name_or_address, size_t *ret_node)
{
	struct sim *sim;

	for (size_t i = 0; (sim = world_cluster(world, i)); i++) {
		int node = sim_find(sim, name_or_address);

		*ret_node = (size_t)node;
		if (node >= 0)
			return sim;
	}
	return NULL;
}

const char *
world_node_name(const struct world *world, const char *address)
{
	size_t node;
	const struct sim *sim = world_find(world, address, &node);

	return sim ? sim_name(sim, node) : address;
}

/* When one of them has something to say next. */
static int64_t
next_of_scylla(const struct world *world)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; world_cluster(world, i); i++) {
		int64_t wake = sim_wake(world_cluster(world, i));

		next = wake < next ? wake : next;
	}
	return next;
}

static void
take_item(struct world *world)
{
	struct item item = queue_take(&world->queue);

	if (item.kind == ITEM_RESTART) {
		if (!world->processes[item.value].core)
			process_start(&world->processes[item.value]);
	} else if (item.kind == ITEM_CONTINUE) {
		process_continue(&world->processes[item.value], item.life);
	} else if (item.kind == ITEM_HAND) {
		item.hand(item.arg, item.value);
		world_tell_watches(world);
	} else if (process_defers(item.flight->process, &item)) {
		return;
	} else {
		flight_item(world, &item);
	}
	free(item.line);
}

/* Whose timer is next; NULL: nobody's. */
static struct process *
next_to_wake(struct world *world)
{
	struct process *next = NULL;

	for (size_t i = 0; i < world->nprocesses; i++) {
		struct process *process = &world->processes[i];

		if (!process->paused && process->wake < (next ? next->wake : INT64_MAX))
			next = process;
	}
	return next;
}

bool
world_tick(struct world *world)
{
	const struct event wake = {.kind = EVENT_WAKE, .body = ""};
	int64_t item = queue_next(&world->queue), scylla = next_of_scylla(world);
	int64_t next = item < scylla ? item : scylla;
	struct process *process = next_to_wake(world);
	int64_t at = process && process->wake < next ? process->wake : next;

	if (at == INT64_MAX)
		return false;
	world->now = at > world->now ? at : world->now;
	world->api->wall_ms = world->now + world->wall_ahead;
	if (item <= world->now)
		take_item(world);
	else if (scylla <= world->now)
		peers_pump(world);
	else if (process) {
		process->wake = INT64_MAX;
		process_step(process, &wake);
	}
	silence_look(world);
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
