#include "world.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "notices.h"

/* Where requests arrive: the models, and what keeps requests from them. */

enum { CONNECT_TIMEOUT_MS = 5000 };

static int64_t
back(struct world *world)
{
	return world_delay(world, world->weather.net_max);
}

/* An answer goes back, or its beginning: HTTP tells the one from the other. */
static void
give(struct world *world, struct flight *flight, int status, const char *body, size_t len, const char *error)
{
	if (world->weather.cut_answer > 0 && len > 0 && chance_of(&world->chance, world->weather.cut_answer))
		world_answer(world, flight, back(world), OUTCOME_BROKEN, status, body,
		    (size_t)chance_between(&world->chance, 0, (int64_t)len - 1), "transfer closed with data outstanding");
	else
		world_answer(world, flight, back(world), OUTCOME_ANSWERED, status, body, len, error);
}

/* The peer is away: nobody listens, or nothing comes back. */
static void
nobody(struct world *world, struct flight *flight)
{
	if (!world->away_silently)
		world_answer(world, flight, back(world), OUTCOME_REFUSED, 0, "", 0, "connection refused");
	else if (flight->effect.deadline_ms == 0)
		world_answer(world, flight, CONNECT_TIMEOUT_MS, OUTCOME_REFUSED, 0, "", 0, "connect timed out");
}

static bool
api_is_away(const struct world *world, const struct process *process)
{
	return world->api_away_until > world->now || process->api_away_until > world->now;
}

static void
arrive_watch(struct world *world, struct flight *flight)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_ANSWER);
	const char *seconds = strstr(flight->effect.kube.path, "timeoutSeconds=");
	int status = api_open_watch(world->api, flight->number, &flight->effect.kube, &body);

	if (status != 200) {
		world_answer(world, flight, back(world), OUTCOME_ANSWERED, status, buf_str(&body), body.len, NULL);
		return;
	}
	if (!flight->wanted) {
		api_close_watch(world->api, flight->number);
		return;
	}
	flight->open = true;
	if (seconds)
		world_answer(world, flight, strtoll(seconds + 15, NULL, 10) * 1000, OUTCOME_ANSWERED, 200, "", 0, NULL);
	world_tell_watches(world);
}

/* The API server's answer is another one than asked for; 0: it is not. */
static int
api_trouble(struct world *world, struct flight *flight, struct buf *body)
{
	const struct weather *weather = &world->weather;
	bool write = strcmp(flight->effect.kube.method, "GET") != 0;

	if (chance_of(&world->chance, weather->throttled)) {
		flight->retry_after_ms = (int)chance_between(&world->chance, 1, 3) * 1000;
		return api_failure(body, 429, "TooManyRequests", "the server has received too many requests");
	}
	if (chance_of(&world->chance, weather->unavailable))
		return api_failure(body, 503, "ServiceUnavailable", "etcdserver: leader changed");
	if (write && chance_of(&world->chance, weather->conflict))
		return api_failure(body, 409, "Conflict", "the object has been modified; please apply your changes to the "
		    "latest version and try again");
	return 0;
}

static int
serve(struct world *world, struct flight *flight, struct buf *body)
{
	int status = api_trouble(world, flight, body);

	if (status)
		return status;
	status = api_serve(world->api, &flight->effect.kube, body);
	if (!chance_of(&world->chance, world->weather.twice))
		return status;
	buf_clear(body);
	return api_serve(world->api, &flight->effect.kube, body);
}

static void
arrive_api(struct world *world, struct flight *flight)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_ANSWER);
	int status;

	if (api_is_away(world, flight->process)) {
		nobody(world, flight);
		return;
	}
	if (flight->effect.kube.stream) {
		arrive_watch(world, flight);
		return;
	}
	status = serve(world, flight, &body);
	if (flight->fate == FATE_LOST_ANSWER)
		world_answer(world, flight, back(world), OUTCOME_BROKEN, 0, "", 0, "connection reset");
	else
		give(world, flight, status, buf_str(&body), body.len, NULL);
	world_tell_watches(world);
}

static void
arrive_redis(struct world *world, struct flight *flight)
{
	CLEANUP_BUF struct buf reply = BUF_INIT(BUF_MAX_ANSWER);
	int status;

	if (world->redis_away_until > world->now || flight->process->redis_away_until > world->now) {
		nobody(world, flight);
		return;
	}
	status = store_run(world->store, &flight->effect.redis, &reply);
	if (flight->effect.redis.script == REDIS_TAKEOVER && status == 0)
		checker_takeover(world->checker, world->now, flight->effect.redis.uid, buf_str(&reply));
	if (flight->fate == FATE_LOST_ANSWER && flight->wanted) {
		transcript_add(world->log, world->now, "---- the answer to #%" PRIu64 " is lost: %.100s",
		    flight->number, buf_str(&reply));
		peers_break_redis(world, flight->process);
		return;
	}
	world_answer(world, flight, back(world), OUTCOME_ANSWERED, status, buf_str(&reply), reply.len,
	    status ? buf_str(&reply) : NULL);
}

/* The finalizer is there before the first act, and the status has told of the plan (design §6, §8). */
static void
check_object(struct world *world, const char *uid, const char *verb)
{
	const struct api_object *o = uid ? api_find_uid(world->api, uid) : NULL;
	const char *plan = o && o->status ? strstr(o->status, "\"planHash\":\"") : NULL;

	if (uid && (!o || !o->nfinalizers))
		checker_fault(world->checker, world->now, "%s arrives while the object has no finalizer", verb);
	if (uid && (!plan || plan[12] == '"'))
		checker_fault(world->checker, world->now, "%s arrives before a status has told of the plan", verb);
}

/* What Scylla's model has newly written to its audit log: its arrivals are the checker's. */
static void
read_audit_of(struct world *world, struct sim *sim, size_t *audited)
{
	static const char *const verbs[] = {
		[SIM_ARRIVED_DRAIN] = "drain", [SIM_ARRIVED_STOP] = "stop", [SIM_ARRIVED_START] = "start",
		[SIM_ARRIVED_RESTART] = "restart", [SIM_RAN] = "run",
	};

	for (size_t count = sim_audit_count(sim); *audited < count; ++*audited) {
		const struct sim_entry *entry = sim_audit(sim, *audited);
		const char *uid;

		transcript_add(world->log, world->now, "**** %s", entry->text);
		if (entry->source != SIM_CONTROLLER || entry->node == SIZE_MAX)
			continue;
		/* What a program does that was ordered has no intent of its own. */
		if ((size_t)entry->event >= ARRAY_LEN(verbs) || !verbs[entry->event] || strstr(entry->text, " by=salt-call"))
			continue;
		world->arrivals++;
		uid = checker_arrival(world->checker, world->now, sim_name(sim, entry->node),
		    sim_address(sim, entry->node),
		    verbs[entry->event], &world->sender);
		check_object(world, uid, verbs[entry->event]);
		if (entry->event != SIM_RAN)
			turns_arrival(world, sim, *audited, uid);
		freeze_arrival(world, sim, entry, uid);
		if (world->checker->forgiven)
			world_forgive_restarts(world);
		world->checker->forgiven = false;
	}
}

static void
read_audit(struct world *world)
{
	for (size_t i = 0; world_cluster(world, i); i++)
		read_audit_of(world, world_cluster(world, i), &world->audited[i]);
}

static void
arrive_rest(struct world *world, struct flight *flight)
{
	const struct effect_rest *rest = &flight->effect.rest;
	size_t node;
	struct sim *sim = world_find(world, rest->address, &node);
	unsigned changes;

	if (world->black_hole && strcmp(rest->address, world->black_hole) == 0)
		return;
	if (!sim || !sim_listening(sim, world->now, node, &changes)) {
		world_answer(world, flight, back(world), OUTCOME_REFUSED, 0, "", 0, "connection refused");
		return;
	}
	flight->held = true;
	sim_request(sim, world->now, SIM_CONTROLLER, node, rest->method, rest->path, flight->number);
}

static void
arrive_web(struct world *world, struct flight *flight)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	const struct effect_web *web = &flight->effect.web;
	size_t before = world->web.nposts;
	int status;

	/* Hooks are known by their Secrets alone. */
	if (!web->url)
		notices_arrival(world, web);
	status = web_serve(&world->web, world->now, web, &body);
	if (web->url && world->web.nposts > before)
		checker_arrival(world->checker, world->now, NULL, NULL, "request", &world->sender);
	if (status == WEB_REFUSED)
		world_answer(world, flight, back(world), OUTCOME_REFUSED, 0, "", 0, "connection refused");
	if (status <= 0)
		return;          /* nothing is ever said: until the deadline, or for good */
	flight->retry_after_ms = status == 429 ? WEB_RETRY_AFTER_MS : 0;
	if (flight->fate == FATE_LOST_ANSWER)
		world_answer(world, flight, back(world), OUTCOME_BROKEN, 0, "", 0, "connection reset");
	else
		give(world, flight, status, buf_str(&body), body.len, NULL);
}

void
peers_forget(struct world *world, const struct flight *flight)
{
	for (size_t i = 0; world_cluster(world, i); i++)
		sim_forget(world_cluster(world, i), flight->number);
}

void
peers_arrive(struct world *world, struct flight *flight)
{
	if (flight->state == FLIGHT_ENDED || (flight->fate == FATE_LOST_REQUEST && flight->effect.kind != EFFECT_HOST))
		return;
	world->sender = (struct sender){.life = flight->life, .number = flight->number};
	switch (flight->effect.kind) {
	case EFFECT_KUBE:
		arrive_api(world, flight);
		return;
	case EFFECT_REDIS:
		arrive_redis(world, flight);
		return;
	case EFFECT_WEB:
		arrive_web(world, flight);
		return;
	case EFFECT_DNS:
		world_answer(world, flight, back(world), OUTCOME_REFUSED, 0, "", 0, "it has no name");
		return;
	case EFFECT_REST:
		arrive_rest(world, flight);
		break;
	default:
		host_arrive(world, flight);
	}
	/* Nobody waits: the model need not keep its answer. */
	if (flight->held && !flight->wanted) {
		peers_forget(world, flight);
		flight->held = false;
	}
	read_audit(world);
	peers_pump(world);
}

static void
scylla_answered(struct world *world, const struct sim_reply *reply)
{
	struct flight *flight = flight_find(world, reply->request_id);

	if (!flight)
		return;
	flight->held = false;
	if (flight->effect.kind == EFFECT_HOST)
		host_answered(world, flight, reply);
	else if (flight->fate == FATE_LOST_ANSWER || reply->status == 0)
		world_answer(world, flight, back(world), OUTCOME_BROKEN, 0, "", 0, "connection reset");
	else
		give(world, flight, reply->status, reply->body, reply->len, *reply->error ? reply->error : NULL);
}

void
peers_pump(struct world *world)
{
	struct sim_reply reply;

	for (size_t i = 0; world_cluster(world, i); i++)
		while (sim_next(world_cluster(world, i), world->now, &reply))
			scylla_answered(world, &reply);
	read_audit(world);
}

void
peers_break_redis(struct world *world, const struct process *only)
{
	for (size_t i = 0; i < world->nflights; i++) {
		struct flight *flight = world->flights[i];

		if (flight->effect.kind != EFFECT_REDIS || !flight->wanted || flight->state == FLIGHT_ORDERED ||
		    (only && flight->process != only))
			continue;
		/* What has not arrived never will. */
		if (flight->state == FLIGHT_LEFT)
			flight->fate = FATE_LOST_REQUEST;
		world_answer(world, flight, 0, OUTCOME_BROKEN, 0, "", 0, "connection reset");
	}
}

void
peers_break_watches(struct world *world, const struct process *only)
{
	for (size_t i = 0; i < world->nflights; i++) {
		struct flight *flight = world->flights[i];

		if (flight->open && (!only || flight->process == only))
			world_answer(world, flight, 0, OUTCOME_BROKEN, 0, "", 0, "connection reset");
	}
}

/* False: the connection breaks within the line, and half a line is none. */
static bool
put_line(struct world *world, struct flight *flight, struct buf *line)
{
	int64_t at = world->now + back(world);

	if (chance_of(&world->chance, world->weather.slow_line))
		at += chance_between(&world->chance, 0, world->weather.slow_max);
	flight->last_line = at > flight->last_line ? at : flight->last_line;
	if (world->weather.cut_line > 0 && chance_of(&world->chance, world->weather.cut_line)) {
		world_answer(world, flight, flight->last_line - world->now, OUTCOME_BROKEN, 0, "", 0, "connection reset");
		api_close_watch(world->api, flight->number);
		buf_clear(line);
		return false;
	}
	if (chance_of(&world->chance, world->weather.line_twice)) {
		flight->items++;
		queue_put(&world->queue, (struct item){
		    .at = flight->last_line, .kind = ITEM_LINE, .flight = flight, .line = xstrdup(buf_str(line))});
	}
	flight->items++;
	queue_put(&world->queue, (struct item){
	    .at = flight->last_line, .kind = ITEM_LINE, .flight = flight, .line = buf_take(line)});
	return true;
}

void
world_tell_watches(struct world *world)
{
	bool end = false;

	for (size_t i = 0; i < world->nflights; i++) {
		struct flight *flight = world->flights[i];
		struct buf line = BUF_INIT(BUF_MAX_OBJECT);

		/* What a connection that is cut has to tell waits. */
		if (!flight->open || api_is_away(world, flight->process))
			continue;
		while (flight->open && !end && api_next_line(world->api, flight->number, &line, &end)) {
			if (!put_line(world, flight, &line))
				break;
			if (!end)
				continue;
			world_answer(world, flight, flight->last_line - world->now, OUTCOME_ANSWERED, 200, "", 0,
			    NULL);
			api_close_watch(world->api, flight->number);
		}
		end = false;
		if (flight->open && chance_of(&world->chance, 20)) {
			api_bookmark(world->api, flight->number, &line);
			if (line.len)
				put_line(world, flight, &line);
		}
		buf_done(&line);
	}
}
