#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

/* An effect's way from the core to its peer, and its completion's way back. */

/* Beside others a core is named. */
static const char *
whose(const struct process *process)
{
	return process->world->nprocesses > 1 ? process->identity : "";
}

static void
log_line_of(const struct process *process, const struct effect *effect)
{
	struct world *world = process->world;
	char fields[240] = "";
	size_t len = 0;
	const char *at = effect->log.fields;

	if (transcript_is_off(world->log))
		return;
	while (at && *at && len + 2 < sizeof fields) {
		const char *value = at + strlen(at) + 1;

		len += (size_t)snprintf(fields + len, sizeof fields - len, " %s=%s", at, value);
		len = len < sizeof fields ? len : sizeof fields - 1;
		at = value + strlen(value) + 1;
	}
	transcript_add(world->log, world->now, "log %s %d %s%s", whose(process), effect->log.level,
	    effect->log.message, fields);
}

static struct flight *
find_effect(const struct process *process, uint64_t id)
{
	struct world *world = process->world;

	for (size_t i = 0; i < world->nflights; i++) {
		struct flight *flight = world->flights[i];

		if (flight->wanted && flight->process == process && flight->effect.id == id)
			return flight;
	}
	return NULL;
}

struct flight *
flight_find(struct world *world, uint64_t number)
{
	for (size_t i = 0; i < world->nflights; i++) {
		if (world->flights[i]->number == number)
			return world->flights[i];
	}
	return NULL;
}

void
flight_free(struct world *world, struct flight *flight)
{
	size_t i = 0;

	while (world->flights[i] != flight)
		i++;
	world->flights[i] = world->flights[--world->nflights];
	effect_done(&flight->effect);
	free(flight->body);
	free(flight->error);
	free(flight);
}

/* Free it when nothing refers to it any more. */
void
flight_release(struct world *world, struct flight *flight)
{
	if (flight->items == 0 && !flight->held && !(flight->open && flight->wanted))
		flight_free(world, flight);
}

static void
schedule(struct world *world, struct flight *flight, enum item_kind kind, int64_t at)
{
	flight->items++;
	queue_put(&world->queue, (struct item){.at = at, .kind = kind, .flight = flight});
}

/* The core does not wait for it any more. */
static void
unwant(struct world *world, struct flight *flight)
{
	flight->wanted = false;
	if (flight->open)
		api_close_watch(world->api, flight->number);
	flight->open = false;
	if (flight->held)
		peers_forget(world, flight);
	flight->held = false;
}

/* A mere question, what clusters say of themselves, or what comes every second. */
static bool
is_minor(const struct effect *effect)
{
	return effect_letter(effect) == '.' || (effect->kind == EFFECT_REDIS && effect->redis.script == REDIS_PROBE) ||
	    (effect->kind == EFFECT_KUBE && (effect->kube.pool == KUBE_LEASE ||
	    strstr(effect->kube.path, "/targetclusters/")));
}

static void
order_request(struct process *process, struct effect *effect)
{
	struct world *world = process->world;
	struct flight *flight = xcalloc(1, sizeof *flight);
	char text[320];

	flight->number = ++world->numbers;
	flight->process = process;
	flight->life = process->life;
	flight->effect = *effect;
	flight->wanted = true;
	flight->ordered_ms = world->now;
	flight->sent = process_instant(process);
	/* The flight owns the texts now. */
	*effect = (struct effect){.kind = EFFECT_EXIT};
	*ARRAY_GROW(world->flights, world->nflights) = flight;
	shares_ordered(world, flight);
	if (!transcript_is_off(world->log) && (!is_minor(&flight->effect) || transcript_shows_minor(world->log))) {
		effect_text(world, &flight->effect, text, sizeof text);
		(is_minor(&flight->effect) ? transcript_minor : transcript_add)(world->log, world->now,
		    "%zu> %s #%" PRIu64 " %s", world->effects, whose(process), flight->number, text);
		if (transcript_shows_minor(world->log))
			transcript_minor(world->log, world->now, "#%" PRIu64 " is %016" PRIx64, flight->number,
			    effect_digest(&flight->effect));
	}
	schedule(world, flight, ITEM_LEAVE, world->now + world_delay(world, world->weather.io_max));
	if (flight->effect.deadline_ms > 0)
		schedule(world, flight, ITEM_DEADLINE, world->now + flight->effect.deadline_ms);
}

void
flight_order(struct process *process, struct effect *effect)
{
	struct world *world = process->world;
	struct flight *flight;

	switch (effect->kind) {
	case EFFECT_LOG:
		log_line_of(process, effect);
		break;
	case EFFECT_CANCEL:
		flight = find_effect(process, effect->id);
		if (!flight)
			break;
		unwant(world, flight);
		flight_release(world, flight);
		break;
	default:
		order_request(process, effect);
	}
}

void
flights_forget(struct process *process)
{
	struct world *world = process->world;

	for (size_t i = world->nflights; i-- > 0;) {
		struct flight *flight = world->flights[i];

		if (!flight->wanted || flight->process != process)
			continue;
		unwant(world, flight);
		flight_release(world, flight);
	}
}

void
world_answer(struct world *world, struct flight *flight, int64_t delay, enum outcome outcome, int status,
    const char *body, size_t len, const char *error)
{
	int64_t at = world->now + delay;

	free(flight->body);
	free(flight->error);
	flight->outcome = outcome;
	flight->status = status;
	flight->body = xstrndup(body ? body : "", len);
	flight->len = len;
	flight->error = xstrdup_or_null(error);
	if (flight->effect.kind == EFFECT_REDIS) {
		at = at > flight->process->redis_last_answer ? at : flight->process->redis_last_answer;
		flight->process->redis_last_answer = at;
	}
	schedule(world, flight, ITEM_ANSWER, at);
}

static bool
is_muted(const struct world *world, const struct effect *effect)
{
	return world->mute && effect->kind == EFFECT_REST && strstr(effect->rest.path, world->mute);
}

/* What befalls it on its way; the result is how long that takes. */
static int64_t
draw_fate(struct world *world, struct flight *flight)
{
	const struct weather *weather = &world->weather;
	bool act = effect_letter(&flight->effect) == 'a';

	if (chance_of(&world->chance, weather->lost_request) && flight->effect.deadline_ms > 0)
		flight->fate = FATE_LOST_REQUEST;
	else if (chance_of(&world->chance, weather->lost_answer) && !effect_is_stream(&flight->effect))
		flight->fate = FATE_LOST_ANSWER;
	if (is_muted(world, &flight->effect))
		flight->fate = FATE_LOST_ANSWER;
	if (act && chance_of(&world->chance, weather->lost_act))
		flight->fate = chance_of(&world->chance, 500) ? FATE_LOST_REQUEST : FATE_LOST_ANSWER;
	if (act && chance_of(&world->chance, weather->slow_act))
		return chance_between(&world->chance, 0, weather->late_act);
	return world_delay(world, weather->net_max);
}

/* It may not arrive, and then nobody but the world knows that it had left. */
static void
note_act(struct world *world, const struct effect *effect)
{
	size_t node = 0;
	const struct sim *sim = effect_cluster(world, effect, &node);
	int64_t *left = sim && node < ARRAY_LEN(*world->act_left) ? &world->act_left[world_number(world, sim)][node] : NULL;

	if (effect_letter(effect) == 'a' && left && !*left)
		*left = world->now;
}

static void
leave(struct world *world, struct flight *flight)
{
	int64_t at;

	if (flight->state != FLIGHT_ORDERED || !flight->wanted)
		return;
	flight->sent = process_instant(flight->process);
	/* With the real clock, right before the first byte. */
	if (flight->effect.not_after_up && flight->effect.not_after_up < flight->sent.up_ms) {
		world_answer(world, flight, 0, OUTCOME_NOT_SENT, 0, "", 0, "not_after is over");
		return;
	}
	flight->state = FLIGHT_LEFT;
	shares_left(world, flight);
	note_act(world, &flight->effect);
	at = world->now + draw_fate(world, flight);
	if (flight->effect.kind == EFFECT_REDIS) {
		/* One connection keeps its order, and loses nothing but itself. */
		at = at > flight->process->redis_last_arrival ? at : flight->process->redis_last_arrival;
		flight->process->redis_last_arrival = at;
		flight->fate = flight->fate == FATE_FINE ? FATE_FINE : FATE_LOST_ANSWER;
	}
	schedule(world, flight, ITEM_ARRIVE, at);
}

static void
acknowledge_status(struct world *world, const struct flight *flight)
{
	const struct sender to = {.life = flight->life, .number = world->numbers};
	const char *uid = flight->outcome == OUTCOME_ANSWERED && flight->status / 100 == 2
	    ? process_tells_of(world, &flight->effect) : NULL;

	if (uid)
		checker_told(world->checker, &to, uid, flight->effect.kube.body);
}

static void
tell_core(struct world *world, struct flight *flight)
{
	const struct event event = {
		.kind = EVENT_ANSWER, .id = flight->effect.id, .outcome = flight->outcome, .status = flight->status,
		.body = flight->body, .len = flight->len, .error = flight->error, .sent = flight->sent,
		.retry_after_ms = flight->retry_after_ms,
	};

	if (!flight->wanted)
		return;
	if (flight->crash_unseen) {
		process_crash(flight->process, -1);
		return;
	}
	(is_minor(&flight->effect) ? transcript_minor : transcript_add)(world->log, world->now,
	    "<  %s #%" PRIu64 " %s %d %.200s%s%.80s", whose(flight->process), flight->number,
	    outcome_name(flight->outcome), flight->status, flight->body, flight->error ? " error: " : "",
	    flight->error ? flight->error : "");
	unwant(world, flight);
	flight->state = FLIGHT_ENDED;
	silence_heard(world, flight);
	if (flight->outcome == OUTCOME_ANSWERED)
		freeze_heard(world, flight, flight->body, flight->len);
	if (flight->effect.kind == EFFECT_REDIS && flight->outcome == OUTCOME_ANSWERED && flight->status == 0) {
		const struct sender to = {.life = flight->life, .number = world->numbers};

		windows_acked(world, &flight->effect.redis);
		if (checker_acked(world->checker, world->now, &to, &flight->effect.redis, flight->body))
			world->leader = flight->process;
		if (world->checker->forgiven)
			world_forgive_restarts(world);
		world->checker->forgiven = false;
	}
	acknowledge_status(world, flight);
	process_step(flight->process, &event);
}

static void
tell_line(struct world *world, struct flight *flight, const char *line)
{
	const struct event event = {
		.kind = EVENT_LINE, .id = flight->effect.id, .outcome = OUTCOME_ANSWERED, .status = 200,
		.body = line, .len = strlen(line), .sent = flight->sent,
	};

	if (!flight->wanted)
		return;
	transcript_minor(world->log, world->now, "<- #%" PRIu64 " %.220s", flight->number, line);
	freeze_heard(world, flight, line, strlen(line));
	process_step(flight->process, &event);
}

static void
deadline(struct world *world, struct flight *flight)
{
	if (!flight->wanted)
		return;
	world_answer(world, flight, 0, flight->state == FLIGHT_ORDERED ? OUTCOME_REFUSED : OUTCOME_TIMEOUT, 0, "", 0,
	    "no answer in time");
}

void
flight_item(struct world *world, const struct item *item)
{
	struct flight *flight = item->flight;

	switch (item->kind) {
	case ITEM_LEAVE:
		leave(world, flight);
		break;
	case ITEM_ARRIVE:
		flight->state = flight->state == FLIGHT_LEFT ? FLIGHT_ARRIVED : flight->state;
		peers_arrive(world, flight);
		break;
	case ITEM_ANSWER:
		tell_core(world, flight);
		break;
	case ITEM_LINE:
		tell_line(world, flight, item->line);
		break;
	default:
		deadline(world, flight);
	}
	/* Last: a crash on the way must not free what is in our hands. */
	flight->items--;
	flight_release(world, flight);
}
