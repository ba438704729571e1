#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "recording.h"

/* A controller's process: it starts, steps, is halted, dies. */

struct instant
process_instant(const struct process *process)
{
	const struct world *world = process->world;

	return (struct instant){.up_ms = world->now + process->up_ahead,
	    .wall_ms = world->now + world->wall_ahead + process->wall_ahead};
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

/* The uid of the operation whose status the effect writes; NULL: of none, or of one that has been deleted, by its own uid: the
 * next of its name refuses it. */
static const char *
status_of(struct world *world, const struct effect *effect)
{
	CLEANUP_FREE char *copy = xstrdup(effect->kube.path);
	const struct api_object *object;
	struct api_path path;

	if (!api_path_parse(&path, copy) || path.kind != KIND_OPERATION || strcmp(path.sub, "status") != 0)
		return NULL;
	object = api_find(world->api, KIND_OPERATION, path.namespace_, path.name);
	if (!object || (strstr(effect->kube.body, "\"uid\":") && !strstr(effect->kube.body, object->uid)))
		return NULL;
	return object->uid;
}

const char *
process_tells_of(struct world *world, const struct effect *effect)
{
	return effect->kind == EFFECT_KUBE && strcmp(effect->kube.method, "PATCH") == 0 ? status_of(world, effect) : NULL;
}

/* As checker_ordered() wants it. */
static const char *
operation_of(struct world *world, const struct effect *effect)
{
	const struct api_object *object;

	if (effect->kind == EFFECT_KUBE)
		return process_tells_of(world, effect);
	if (effect->kind != EFFECT_REDIS || effect->redis.script != REDIS_EXPIRE)
		return NULL;
	object = api_find_uid(world->api, effect->redis.uid);
	return object ? object->uid : NULL;
}

static void
tell_to_stop(void *arg, int64_t unused)
{
	(void)unused;
	transcript_add(((struct process *)arg)->world->log, ((struct process *)arg)->world->now, "---- core %s gets SIGTERM",
	    ((struct process *)arg)->identity);
	process_stop(arg);
}

/* Something happens to the process, or to another one, that is no crash. */
static void
halt(struct process *process, enum crash_how how)
{
	struct world *world = process->world;

	if (how == HALT_PAUSED)
		process_pause(process, world->pause_ms);
	else if (how == HALT_TOLD)
		world_at(world, world->now, tell_to_stop, process, 0);
	else if (how == HALT_JOINED)
		queue_put(&world->queue, (struct item){.at = world->now, .kind = ITEM_RESTART,
		    .value = (int64_t)world->nprocesses - 1});
}

/* The uid of the operation that the effect takes our finalizer from, unless a person has abandoned it; or NULL. */
static const char *
released(struct world *world, const struct effect *effect)
{
	CLEANUP_FREE char *copy = effect->kind == EFFECT_KUBE ? xstrdup(effect->kube.path) : NULL;
	const struct api_object *object;
	struct api_path path;

	if (!copy || strcmp(effect->kube.method, "PATCH") != 0 || !strstr(effect->kube.body, "\"op\":\"remove\"") ||
	    !api_path_parse(&path, copy) || path.kind != KIND_OPERATION || *path.sub)
		return NULL;
	object = api_find(world->api, KIND_OPERATION, path.namespace_, path.name);
	return object && !(object->annotations && strstr(object->annotations, "abandon")) ? object->uid : NULL;
}

/* Order an effect that gets an answer; false: the core died over it. */
static bool
request(struct process *process, struct effect *effect)
{
	struct world *world = process->world;
	const struct sender sender = {.life = process->life, .number = world->numbers};
	const struct crash *crash;

	world->effects++;
	if (world->kinds)
		buf_putc(world->kinds, effect_letter(effect));
	crash = crash_of(world, world->effects, effect_letter(effect) == 'a');
	if (crash && crash->how == CRASH_BEFORE) {
		process_crash(process, -1);
		return false;
	}
	checker_ordered(world->checker, world->now, &sender, effect, operation_of(world, effect));
	if (released(world, effect))
		checker_released(world->checker, world->now, &sender, released(world, effect));
	turns_ordered(world, effect);
	windows_ordered(world, effect);
	flight_order(process, effect);
	if (effect_letter(&world->flights[world->nflights - 1]->effect) == 'a' && world->acts == world->pause_at_act)
		process_pause(process, world->pause_ms);
	if (crash)
		halt(process, crash->how);
	if (crash && crash->how == CRASH_UNSEEN)
		world->flights[world->nflights - 1]->crash_unseen = true;
	if (crash && crash->how == CRASH_UNANSWERED) {
		/* Out of the process before it dies. */
		struct item leave = {.kind = ITEM_LEAVE, .flight = world->flights[world->nflights - 1]};

		leave.flight->items++;
		flight_item(world, &leave);
		process_crash(process, -1);
		return false;
	}
	return true;
}

static bool
carry_out(struct process *process, struct effect *effect)
{
	struct world *world = process->world;

	if (effect->kind == EFFECT_LOG || effect->kind == EFFECT_CANCEL) {
		flight_order(process, effect);
		return true;
	}
	if (effect->kind != EFFECT_EXIT)
		return request(process, effect);
	world->exits++;
	world->exit_status = effect->status;
	transcript_add(world->log, world->now, "---- core %s exits with %d", process->identity, effect->status);
	process_crash(process, -1);
	return false;
}

static bool
is_recorded(const struct process *process)
{
	return process->world->recording && process->number == 0;
}

void
process_step(struct process *process, const struct event *event)
{
	struct effects out = {.wake_up_ms = INT64_MAX};
	unsigned life = process->life;

	if (!process->core)
		return;
	process->world->steps++;
	if (is_recorded(process))
		recording_put_event(process->world->recording, event, process_instant(process));
	core_step(process->core, event, process_instant(process), &out);
	if (is_recorded(process))
		recording_put_decision(process->world->recording, &out);
	process->wake = out.wake_up_ms == INT64_MAX ? INT64_MAX : out.wake_up_ms - process->up_ahead;
	for (size_t i = 0; i < out.count && process->core && process->life == life; i++) {
		if (!carry_out(process, &out.list[i]))
			break;
	}
	effects_clear(&out);
}

void
process_start(struct process *process)
{
	struct world *world = process->world;
	const struct event start = {.kind = EVENT_START, .body = "", .sent = process_instant(process)};
	struct core_config config = world->config;

	process->life = ++world->lives;
	snprintf(process->identity, sizeof process->identity, "strait-%u", process->life);
	config.identity = process->identity;
	process->redis_last_arrival = process->redis_last_answer = 0;
	host_forget(process);
	if (is_recorded(process)) {
		buf_clear(world->recording);
		recording_put_head(world->recording, &config, "simulated");
	}
	process->told_to_stop = false;
	process->core = core_new(&config);
	process->wake = INT64_MAX;
	transcript_add(world->log, world->now, "---- core %s starts", process->identity);
	process_step(process, &start);
}

/* What was held back happens now: what had come, in its order; its deadlines sometimes first, sometimes last. */
static void
let_go(struct process *process)
{
	struct world *world = process->world;
	bool first = chance_of(&world->chance, 500);

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < process->nlate; i++) {
			struct item item = process->late[i];

			if ((item.kind == ITEM_DEADLINE) != (round == (first ? 0 : 1)))
				continue;
			item.at = world->now;
			queue_put(&world->queue, item);
		}
	}
	process->nlate = 0;
}

void
process_crash(struct process *process, int64_t restart_ms)
{
	struct world *world = process->world;
	struct item restart = {.kind = ITEM_RESTART, .value = (int64_t)process->number};

	if (!process->core)
		return;
	transcript_add(world->log, world->now, "---- core %s is killed after effect %zu", process->identity,
	    world->effects);
	process->core = core_free(process->core);
	process->wake = INT64_MAX;
	process->paused = process->jumped = false;
	world->crashed++;
	flights_forget(process);
	let_go(process);
	if (checker_has_untold_restore(world->checker, process->life))
		world_forgive_restarts(world);
	if (restart_ms < 0)
		restart_ms = chance_between(&world->chance, world->restart_after_ms / 2, world->restart_after_ms * 2);
	restart.at = world->now + restart_ms;
	queue_put(&world->queue, restart);
}

void
process_stop(struct process *process)
{
	const struct event stop = {.kind = EVENT_STOP, .body = "", .sent = process_instant(process)};

	process->told_to_stop |= !process->paused;
	if (!process->paused)
		process_step(process, &stop);
}

void
process_pause(struct process *process, int64_t ms)
{
	struct world *world = process->world;

	if (!process->core || process->paused)
		return;
	transcript_add(world->log, world->now, "---- core %s is stopped for %" PRId64 " ms", process->identity, ms);
	process->paused = true;
	queue_put(&world->queue, (struct item){.at = world->now + ms, .kind = ITEM_CONTINUE, .life = process->life,
	    .value = (int64_t)process->number});
}

void
process_continue(struct process *process, unsigned life)
{
	struct world *world = process->world;
	const struct event jump = {.kind = EVENT_JUMP, .body = "", .sent = process_instant(process)};

	if (!process->paused || process->life != life)
		return;
	transcript_add(world->log, world->now, "---- core %s goes on", process->identity);
	process->paused = false;
	let_go(process);
	if (process->jumped)
		process_step(process, &jump);
	process->jumped = false;
}

bool
process_defers(struct process *process, struct item *item)
{
	/* What has left is in the network's hands. */
	if (!process->paused || item->kind == ITEM_ARRIVE)
		return false;
	*ARRAY_GROW(process->late, process->nlate) = *item;
	return true;
}
