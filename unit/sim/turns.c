#include "turns.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "json.h"
#include "world.h"

/* Younger than this an operation may not have reached every core yet. */
enum { SEEN_AFTER_MS = 10000 };

/* An operation as the world has it. */
struct known {
	const struct api_object *object;
	const struct ledger *ledger;
	struct cJSON *content, *op;      /* spec and all; the journal's "op" */
	const struct cJSON *spec;
	const char *phase;               /* of the journal; "": it has none yet */
};

static void
known_done(struct known *known)
{
	json_free(known->content);
	json_free(known->op);
}
#define CLEANUP_KNOWN __attribute__((cleanup(known_done)))

/* Ledgers move when there is another one. */
static void
open_ledgers(struct world *world)
{
	for (size_t i = 0; i < world->api->nobjects; i++)
		if (world->api->objects[i].kind == KIND_OPERATION)
			checker_ledger(world->checker, world->api->objects[i].uid);
}

static struct known
know(struct world *world, const struct api_object *object)
{
	CLEANUP_FREE char *content = xasprintf("{%s}", object->content);
	struct known known = {.object = object, .ledger = checker_ledger(world->checker, object->uid)};
	const char *op = store_value(&known.ledger->journal, "op");

	known.content = json_parse(content, strlen(content), NULL);
	known.spec = json_get(known.content, "spec");
	known.op = op ? json_parse(op, strlen(op), NULL) : NULL;
	known.phase = json_str_or(known.op, "phase", "");
	return known;
}

static bool
is_one_of(const char *phase, const char *list)
{
	size_t len = strlen(phase);

	for (const char *at = list; len && (at = strstr(at, phase)); at += len)
		if ((at == list || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
			return true;
	return false;
}

static bool
has_ended(const struct known *known)
{
	return is_one_of(known->phase, "Succeeded Failed Cancelled Planned");
}

/* Somebody wants it taken up again: what it holds down may be brought back before Redis has heard of that. */
static bool
is_retried(const struct known *known)
{
	return json_int(known->spec, "retry", 0) > json_int(known->op, "retrySeen", 0);
}

static bool
stands(const struct known *known)
{
	return is_one_of(known->phase, "Frozen Paused AwaitingApproval");
}

static bool
is_urgent(const struct known *known)
{
	return json_bool(known->spec, "urgent", false);
}

static bool
only_looks(const struct known *known)
{
	return strcmp(json_str_or(known->spec, "workflow", ""), TURNS_LOOKS) == 0;
}

static bool
is_cancelled(const struct known *known)
{
	return known->object->deleted_ms || json_bool(known->spec, "cancel", false);
}

static bool
is_on_the_same(const struct known *one, const struct known *other)
{
	return strcmp(json_str_or(one->spec, "cluster", ""), json_str_or(other->spec, "cluster", "-")) == 0 &&
	    strcmp(one->object->namespace_, other->object->namespace_) == 0;
}

/* The lane, by its journal, of a node that it holds down; NULL: none. */
static const char *
held_lane(const struct known *known)
{
	for (size_t i = 0; i < known->ledger->journal.nfields; i++) {
		const struct store_field *field = &known->ledger->journal.fields[i];

		if (strncmp(field->name, "lane/", 5) == 0 && strstr(field->value, "\"held\":true") &&
		    !strstr(field->value, "\"state\":\"skipped\""))
			return field->name;
	}
	return NULL;
}

/* Its journal is lost or unreadable, and nobody has had it rebuilt: all that is known is what its status says. */
static bool
is_lost(const struct known *known)
{
	const char *status = known->object->status ? known->object->status : "";

	return strstr(status, "\"JournalLost\"") || strstr(status, "\"JournalUnreadable\"") ||
	    (known->ledger->lost && !*known->phase);
}

/* I14 */
static void
check_lost(struct world *world, const struct known *actor, const struct known *other, const char *what)
{
	const char *told = other->object->status ? other->object->status : "";
	CLEANUP_JSON struct cJSON *status = json_parse(told, strlen(told), NULL);
	const char *word = json_str_or(other->spec, "acknowledge", "");
	bool final = is_one_of(json_str_or(status, "phase", ""), "Succeeded Failed Cancelled Planned");

	/* A word that was taken before is none about the loss. */
	if (!*json_str_or(status, "planHash", "") || (*word && strcmp(word, json_str_or(status, "acknowledged", "")) != 0) ||
	    (final && (is_cancelled(other) || !json_bool(status, "keepsCluster", false))))
		return;
	if (is_urgent(actor) && json_count(json_get(status, "nodesHeldDown")) == 0)
		return;
	checker_fault(world->checker, world->now, "I14: %s arrives while %s keeps the cluster, whose journal is lost", what,
	    other->object->name);
}

/* May 'actor' do something that takes a node down, as far as 'other' is concerned? */
static void
check_turn(struct world *world, const struct known *actor, const struct known *other, const char *what)
{
	const char *lane = held_lane(other);
	bool ended = has_ended(other);

	if (lane && ended && !is_cancelled(other) && !json_bool(other->op, "released", false))
		checker_fault(world->checker, world->now, "I13: %s arrives, but %s, which has ended, keeps the cluster (%s)",
		    what, other->object->name, lane);
	if (ended)
		return;
	if (lane)
		checker_fault(world->checker, world->now, "I10: %s arrives while %s holds %s down", what, other->object->name,
		    lane + 5);
	else if (!is_one_of(other->phase, "Queued Pending") && *other->phase && !(stands(other) && is_urgent(actor)))
		checker_fault(world->checker, world->now, "I10: %s arrives while %s is %s", what, other->object->name,
		    other->phase);
}

static void
check_deed(struct world *world, const char *uid, const struct sim *sim, const struct sim_entry *entry)
{
	const struct api_object *object = api_find_uid(world->api, uid);
	CLEANUP_KNOWN struct known actor = {0};
	char what[200];

	if (!object)
		return;          /* away by force; that its acts need a finalizer is seen elsewhere */
	open_ledgers(world);
	actor = know(world, object);
	snprintf(what, sizeof what, "%s of %s at %s", sim_event_name(entry->event), object->name, sim_name(sim, entry->node));
	if (!actor.ledger->lost && ((has_ended(&actor) && !is_retried(&actor)) || json_bool(actor.spec, "dryRun", false)))
		checker_fault(world->checker, world->now, "I12: %s arrives, but it %s", what,
		    has_ended(&actor) ? "has ended" : "is a dry run");
	for (size_t i = 0; i < world->api->nobjects && entry->event != SIM_ARRIVED_START; i++) {
		CLEANUP_KNOWN struct known other = {0};

		if (world->api->objects[i].kind != KIND_OPERATION || &world->api->objects[i] == object)
			continue;
		other = know(world, &world->api->objects[i]);
		if (!is_on_the_same(&actor, &other) || only_looks(&other))
			continue;
		if (is_lost(&other))
			check_lost(world, &actor, &other, what);
		else
			check_turn(world, &actor, &other, what);
	}
}

static bool
voids(const struct world *world, const char *uid)
{
	const struct api_object *object = world->checker->restored && uid ? api_find_uid(world->api, uid) : NULL;

	return object && world->turns.begins_again && strcmp(object->name, world->turns.begins_again) == 0;
}

/* "lane/1/db-a-1": since a step before this one, whose own intent says so too. */
static bool
is_held(struct world *world, const char *uid, const char *node)
{
	const struct store_journal *journal = &checker_ledger(world->checker, uid)->journal;

	for (size_t i = 0; i < journal->nfields; i++) {
		const char *name = strrchr(journal->fields[i].name, '/');

		if (strncmp(journal->fields[i].name, "lane/", 5) == 0 && strcmp(name + 1, node) == 0)
			return strstr(journal->fields[i].value, "\"held\":true") &&
			    !strstr(journal->fields[i].value, "\"at\":0,");
	}
	return false;
}

void
turns_arrival(struct world *world, const struct sim *sim, size_t at, const char *uid)
{
	const struct sim_entry *entry = sim_audit(sim, at);

	*ARRAY_GROW(world->turns.deeds, world->turns.ndeeds) = (struct deed){
	    .sim = sim, .at = at, .node = entry->node, .event = entry->event, .uid = uid, .voids = voids(world, uid),
	    .cures = uid && strstr(entry->text, " mode=- ") && is_held(world, uid, sim_name(sim, entry->node))};
	if (uid)
		check_deed(world, uid, sim, entry);
}

/* By creation, to the second as objects tell it, namespace, name. */
static bool
is_older(const struct api_object *a, const struct api_object *b)
{
	int64_t seconds = a->created_ms / 1000 - b->created_ms / 1000;
	int order = strcmp(a->namespace_, b->namespace_);

	if (seconds)
		return seconds < 0;
	return order ? order < 0 : strcmp(a->name, b->name) < 0;
}

static bool
has_left(const struct world *world, const char *name)
{
	size_t node;
	const struct sim *sim = name ? world_find(world, name, &node) : NULL;

	return !sim || !sim_member(sim, node);
}

/* A node that it names, among its targets or as the known one, is no member any more: its plan is refused, and nobody
 * waits for that. */
static bool
names_who_left(const struct world *world, const struct known *known)
{
	const struct cJSON *known_node = json_get(json_get(known->spec, "variables"), "known_node");

	JSON_EACH (name, json_get(json_get(known->spec, "targets"), "nodes"))
		if (has_left(world, json_text(name)))
			return true;
	return known_node && has_left(world, json_text(known_node));
}

/* It has been there for a while, wants the cluster and has not begun. */
static bool
waits(const struct world *world, const struct known *known)
{
	const char *told = known->ledger->told_phase;

	return world->now + world->wall_ahead - known->object->created_ms > SEEN_AFTER_MS && !known->ledger->lost &&
	    !*known->ledger->journal.plan && !is_cancelled(known) && !json_bool(known->spec, "dryRun", false) &&
	    is_one_of(told, "Pending Queued") && !only_looks(known) && !names_who_left(world, known);
}

static void
check_beginning(struct world *world, const struct api_object *object)
{
	CLEANUP_KNOWN struct known actor = {0};

	open_ledgers(world);
	actor = know(world, object);
	/* One whose journal was lost had begun before that: it is rebuilt. */
	if (actor.ledger->lost)
		return;
	for (size_t i = 0; i < world->api->nobjects && !*actor.ledger->journal.plan && !only_looks(&actor); i++) {
		CLEANUP_KNOWN struct known other = {0};

		if (world->api->objects[i].kind != KIND_OPERATION || !is_older(&world->api->objects[i], object))
			continue;
		other = know(world, &world->api->objects[i]);
		if (!is_on_the_same(&actor, &other) || !waits(world, &other) || (is_urgent(&actor) && !is_urgent(&other)))
			continue;
		checker_fault(world->checker, world->now, "I11: %s begins before %s, which is older and told %s",
		    object->name, other.object->name, other.ledger->told_phase);
	}
}

void
turns_ordered(struct world *world, const struct effect *effect)
{
	const struct api_object *object;

	if (effect->kind != EFFECT_REDIS || effect->redis.script != REDIS_WRITE || !*effect->redis.args[3])
		return;
	object = api_find_uid(world->api, effect->redis.uid);
	if (object)
		check_beginning(world, object);
}

void
turns_forgive(struct turns *turns)
{
	*ARRAY_GROW(turns->forgiven, turns->nforgiven) = turns->ndeeds;
}

static bool
is_start_of(const struct deed *deed, const struct deed *later)
{
	return deed->sim == later->sim && deed->node == later->node && !deed->voids &&
	    (!later->uid || !deed->uid || deed->uid == later->uid) &&
	    (deed->event == SIM_ARRIVED_START || deed->event == SIM_ARRIVED_RESTART);
}

/* Somebody else has started the node between the two, or it crashed: what was done to it is void. */
static bool
is_void(const struct sim *sim, const struct deed *deed, size_t at)
{
	for (size_t i = deed->at + 1; i < at; i++) {
		const struct sim_entry *entry = sim_audit(sim, i);

		if (entry->node == deed->node && entry->source == SIM_HAND &&
		    (entry->event == SIM_CRASHED || entry->event == SIM_PROCESS_START))
			return true;
	}
	return false;
}

/* The last one before the entry; SIZE_MAX: none. */
static size_t
last_before(const struct turns *turns, const struct sim *sim, size_t at)
{
	size_t last = SIZE_MAX;

	for (size_t i = 0; i < turns->ndeeds; i++)
		if (turns->deeds[i].sim == sim && turns->deeds[i].at < at)
			last = i;
	return last;
}

bool
turns_has_cured(const struct turns *turns, const struct sim *sim, size_t at)
{
	size_t last = last_before(turns, sim, at);

	return last != SIZE_MAX && turns->deeds[last].cures;
}

bool
turns_has_repeated(const struct turns *turns, const struct sim *sim, size_t at)
{
	size_t last = last_before(turns, sim, at), since = 0;

	for (size_t i = 0; i < turns->nforgiven; i++)
		if (turns->forgiven[i] <= last)
			since = turns->forgiven[i];
	for (size_t i = since; last != SIZE_MAX && i < last; i++)
		if (is_start_of(&turns->deeds[i], &turns->deeds[last]) && !is_void(sim, &turns->deeds[i], at))
			return true;
	return false;
}

void
turns_done(struct turns *turns)
{
	free(turns->deeds);
	free(turns->forgiven);
}
