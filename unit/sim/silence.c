#include "silence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "world.h"

/* MOVES_MS: who has moved since then owes no reason yet. FALSE_MS: so long may a sentence stay that is not true any more.
 * LOST_MS: and so much longer if meanwhile a question to a node ended without an answer: what was asked with it is judged when
 * its deadline is over. AGAIN_MS: within it a refused status is told again. */
enum { LOOK_MS = 250, MOVES_MS = 2000, FALSE_MS = 2000, LOST_MS = 1000, AGAIN_MS = 1500 };

/* An operation as it was at the last look. */
struct watched {
	char uid[64];
	int64_t version;                 /* of the object whose status was read */
	int64_t seq, moved_ms;           /* the journal's, and when it changed */
	int64_t bad_ms;                  /* since when it says nothing that is true; 0: it does, or need not */
	unsigned teller;                 /* the life that leads */
	bool final, reported;
	struct claim claim;
};

struct silence *
silence_free(struct silence *silence)
{
	if (silence)
		free(silence->operations);
	free(silence);
	return NULL;
}

/* --- what its status says --- */

static bool
is_final(const char *phase)
{
	return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0 || strcmp(phase, "Cancelled") == 0 ||
	    strcmp(phase, "Planned") == 0;
}

/* The column WHY is cut at 60 characters; the conditions have the whole. */
static void
read_message(struct claim *claim, const struct cJSON *status)
{
	const char *message = json_str_or(status, "message", "");
	size_t len = strlen(message);
	char text[CLAIM_TEXT];

	snprintf(text, sizeof text, "%s", message);
	claim->cut = len > 3 && strcmp(message + len - 3, "...") == 0;
	if (claim->cut)
		text[len - 3] = '\0';
	JSON_EACH (condition, json_get(status, "conditions")) {
		const char *whole = json_str_or(condition, "message", "");

		if (claim->cut && strncmp(whole, text, len - 3) == 0) {
			snprintf(text, sizeof text, "%s", whole);
			claim->cut = false;
		}
	}
	cause_read(claim, text);
}

/* The first one unless another is named by the object. */
static size_t
number_of_cluster(const struct world *world, const struct api_object *object)
{
	for (size_t i = 1; world_cluster(world, i); i++) {
		CLEANUP_FREE char *named = xasprintf("\"cluster\":\"%s\"", sim_cluster_name(world_cluster(world, i)));

		if (strstr(object->content, named))
			return i;
	}
	return 0;
}

/* Does it say something else now, and something known? */
static bool
read_status(struct world *world, struct watched *watched, const struct api_object *object)
{
	const char *text = object->status ? object->status : "{}";
	static const struct json_cut cuts[] = {{.key = "transitions"}, {.key = "nodesDone"}, {.key = NULL}};
	CLEANUP_JSON struct cJSON *status = json_parse_cut(text, strlen(text), cuts, 1, NULL);
	char before[CLAIM_TEXT];

	snprintf(before, sizeof before, "%s", watched->claim.text);
	watched->version = object->version;
	watched->final = is_final(json_str_or(status, "phase", ""));
	watched->claim.world = world;
	watched->claim.sim = world_cluster(world, number_of_cluster(world, object));
	watched->claim.seen = &world->silence->seen[number_of_cluster(world, object)];
	read_message(&watched->claim, status);
	return watched->claim.cause && strcmp(before, watched->claim.text) != 0;
}

/* --- who could tell --- */

/* Who is at work for the cluster; NULL: nobody is. */
static struct process *
leader_of(struct world *world, const struct sim *sim)
{
	for (size_t i = 0; i < world->nprocesses; i++) {
		struct process *process = &world->processes[i];

		if (process->core && !process->paused && shares_has(world, process, sim))
			return process;
	}
	return NULL;
}

bool
silence_is_led(struct world *world)
{
	for (size_t i = 0; world_cluster(world, i); i++)
		if (!leader_of(world, world_cluster(world, i)))
			return false;
	return true;
}

static struct process *
teller(struct world *world, const struct sim *sim)
{
	struct process *process = leader_of(world, sim);

	return process && process->api_away_until <= world->now && world->api_away_until <= world->now ? process : NULL;
}

/* A request of its to the API server has no answer yet, or a line of a watch is still to come: what it asks for it cannot
 * know, what it tells nobody does. */
static bool
is_on_its_way(const struct world *world, const struct flight *flight)
{
	const struct effect *effect = &flight->effect;

	return flight->wanted && effect->kind == EFFECT_KUBE && effect->kube.pool != KUBE_LEASE &&
	    (!flight->open || flight->last_line > world->now);
}

static bool
is_being_told(const struct world *world, unsigned teller)
{
	for (size_t i = 0; i < world->nflights; i++)
		if (world->flights[i]->life == teller && is_on_its_way(world, world->flights[i]))
			return true;
	return false;
}

static void
note_node(struct world *world, bool host, const char *address)
{
	size_t node = 0;
	struct sim *sim = world_find(world, address, &node);
	size_t i = world_number(world, sim);

	world->silence->unanswered_ms = world->now;
	if (!sim)
		world->silence->nobody_ms = world->now;
	if (sim && node < SILENCE_NODES)
		(host ? world->silence->seen[i].host_failed_ms : world->silence->seen[i].rest_failed_ms)[node] = world->now;
}

void
silence_heard(struct world *world, const struct flight *flight)
{
	struct silence *silence = world->silence;
	const struct effect *effect = &flight->effect;
	bool http = effect->kind == EFFECT_REST || effect->kind == EFFECT_KUBE || effect->kind == EFFECT_WEB;

	if (flight->outcome == OUTCOME_ANSWERED && (http ? flight->status >= 200 && flight->status < 300 : flight->status == 0))
		return;
	switch (effect->kind) {
	case EFFECT_REST:
		note_node(world, false, effect->rest.address);
		break;
	case EFFECT_HOST:
		note_node(world, true, effect->host.address);
		break;
	case EFFECT_WEB:
	case EFFECT_DNS:
		break;
	case EFFECT_REDIS:
		silence->redis_failed_ms = world->now;
		break;
	default:
		*(effect_is_stream(effect) ? &silence->watch_failed_ms : &silence->told_failed_ms) = world->now;
	}
}

/* --- looks --- */

static struct watched *
watched_of(struct silence *silence, const struct api_object *object, int64_t now)
{
	struct watched *watched;

	for (size_t i = 0; i < silence->noperations; i++)
		if (strcmp(silence->operations[i].uid, object->uid) == 0)
			return &silence->operations[i];
	watched = ARRAY_GROW(silence->operations, silence->noperations);
	snprintf(watched->uid, sizeof watched->uid, "%s", object->uid);
	watched->version = -1;
	watched->moved_ms = now;
	return watched;
}

/* Nobody could have told: what was not told meanwhile is no fault, and some time afterwards. */
static bool
is_excused(struct world *world, struct watched *watched, const struct sim *sim)
{
	const struct process *process = teller(world, sim);
	unsigned before = watched->teller;
	const struct silence *silence = world->silence;

	watched->teller = process ? process->life : 0;
	return !process || watched->teller != before ||
	    (silence->told_failed_ms && world->now - silence->told_failed_ms < AGAIN_MS) || watched->reported;
}

static int64_t
allowed_ms(const struct silence *silence, const struct watched *watched)
{
	return FALSE_MS + (silence->unanswered_ms >= watched->bad_ms ? LOST_MS : 0);
}

static void
look_at(struct world *world, const struct api_object *object)
{
	struct silence *silence = world->silence;
	struct watched *watched = watched_of(silence, object, world->now);
	const struct ledger *ledger = checker_ledger(world->checker, object->uid);
	bool excused = is_excused(world, watched, world_cluster(world, number_of_cluster(world, object)));

	if (watched->seq != ledger->seq)
		watched->moved_ms = world->now;
	watched->seq = ledger->seq;
	if (watched->version != object->version && read_status(world, watched, object))
		watched->bad_ms = 0;             /* another sentence: it may have been true when it was written */
	watched->claim.silence = silence;
	watched->claim.teller = watched->teller;
	watched->claim.operation = object;
	watched->claim.ledger = ledger;
	if (excused || watched->final || world->now - watched->moved_ms <= MOVES_MS || cause_is_true(&watched->claim))
		watched->bad_ms = 0;
	else if (watched->bad_ms == 0)
		watched->bad_ms = world->now;
	else if (is_being_told(world, watched->teller))
		watched->bad_ms += world->now - silence->looked_ms;
	if (watched->bad_ms == 0 || world->now - watched->bad_ms <= allowed_ms(silence, watched))
		return;
	watched->reported = true;
	if (*silence->wrong)
		return;
	snprintf(silence->wrong, sizeof silence->wrong, "%.3f I9: for %.1f s %s has not moved, and its status says \"%.200s\", "
	    "which %s", (double)world->now / 1000, (double)(world->now - watched->moved_ms) / 1000, object->name,
	    watched->claim.text, !watched->claim.text[0] ? "is nothing" : !watched->claim.cause ? "nobody knows" :
	    "is not true, or no reason");
	transcript_add(world->log, world->now, "%s", silence->wrong);
}

static void
look_at_nodes(struct world *world)
{
	struct silence *silence = world->silence;

	if (silence->wall_ahead != world->wall_ahead)
		silence->jumped_ms = world->now;
	silence->wall_ahead = world->wall_ahead;
	for (size_t c = 0; c < SILENCE_CLUSTERS && world_cluster(world, c); c++) {
		struct sim *sim = world_cluster(world, c);
		int64_t *from = silence->seen[c].down_from_ms;

		for (size_t i = 0; i < sim_nodes(sim) && i < SILENCE_NODES; i++)
			from[i] = !cause_is_called_down(sim, world->now, i) ? 0 : from[i] ? from[i] : world->now;
	}
}

/* What is due at Scylla's nodes happens in its turn, not by our asking. */
static bool
is_due(const struct world *world)
{
	for (size_t i = 0; world_cluster(world, i); i++)
		if (sim_wake(world_cluster(world, i)) <= world->now)
			return true;
	return false;
}

void
silence_look(struct world *world)
{
	struct silence *silence = world->silence;

	if (world->now < silence->next_ms || is_due(world))
		return;
	if (silence->next_ms == 0)
		silence->wall_ahead = world->wall_ahead;
	silence->next_ms = world->now + LOOK_MS;
	look_at_nodes(world);
	for (size_t i = 0; i < world->api->nobjects; i++)
		if (world->api->objects[i].kind == KIND_OPERATION)
			look_at(world, &world->api->objects[i]);
	silence->looked_ms = world->now;
}
