#include "causes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "scene.h"
#include "world.h"

/* Of Redis, of the API server and what people have written there, and of other operations. */

bool
cause_redis_away(const struct claim *claim)
{
	const struct world *world = claim->world;

	for (size_t i = 0; i < world->nprocesses; i++)
		if (world->processes[i].redis_away_until > world->now)
			return true;
	return world->redis_away_until > world->now || cause_is_recent(claim, claim->silence->redis_failed_ms);
}

static bool
is_being_asked(const struct claim *claim, enum effect_kind kind)
{
	const struct world *world = claim->world;

	for (size_t i = 0; i < world->nflights; i++)
		if (world->flights[i]->wanted && world->flights[i]->effect.kind == kind)
			return true;
	return false;
}

bool
cause_redis_asked(const struct claim *claim)
{
	return is_being_asked(claim, EFFECT_REDIS) || cause_redis_away(claim);
}

/* Who leads has not taken that operation over. */
bool
cause_journal_awaited(const struct claim *claim)
{
	struct world *world = claim->world;
	const struct api_object *other = claim->nwords > 0
	    ? api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, claim->words[0]) : NULL;
	struct ledger *ledger = other ? checker_ledger(world->checker, other->uid) : NULL;

	for (size_t i = 0; ledger && i < world->nprocesses; i++)
		if (world->processes[i].life == claim->teller && ledger_page(ledger, claim->teller))
			return false;
	return true;
}

/* Less than was reported; a person has to do something about it. */
bool
cause_journal_lost(const struct claim *claim)
{
	const struct store_journal *journal = store_find(claim->world->store, claim->operation->uid);

	return claim->nwords >= 2 && (!journal || journal->seq < strtoll(claim->words[1], NULL, 10));
}

bool
cause_journal_edited(const struct claim *claim)
{
	return claim->world->edited && strcmp(claim->operation->name, claim->world->edited) == 0;
}

/* Some operation was taken over so recently that what was sent before may arrive. */
bool
cause_strays(const struct claim *claim)
{
	const struct checker *checker = claim->world->checker;

	for (size_t i = 0; i < checker->nledgers; i++) {
		const struct ledger *ledger = &checker->ledgers[i];

		if (ledger->ntakeovers > 0 && claim->world->now <= ledger->takeovers[ledger->ntakeovers - 1] +
		    checker->settle_ms + CAUSE_RECENT_MS)
			return true;
	}
	return false;
}

/* Its journal was lost, a person has asked for another, and what is left tells too little. */
bool
cause_not_rebuilt(const struct claim *claim)
{
	const char *status = claim->operation->status;

	return strstr(claim->operation->content, "\"rebuildJournal\"") && status && strstr(status, "\"JournalLost\"");
}

bool
cause_api_away(const struct claim *claim)
{
	return cause_is_recent(claim, claim->silence->watch_failed_ms);
}

static struct api_object *
target_of(const struct claim *claim)
{
	CLEANUP_FREE char *text = xasprintf("{%s}", claim->operation->content);
	CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);

	return api_find(claim->world->api, KIND_TARGET, claim->operation->namespace_,
	    json_str_or(json_get(json, "spec"), "cluster", ""));
}

bool
cause_frozen(const struct claim *claim)
{
	const struct api_object *target = target_of(claim);

	return target && strstr(target->content, "\"frozen\":true");
}

bool
cause_no_target(const struct claim *claim)
{
	return !target_of(claim);
}

bool
cause_suspended(const struct claim *claim)
{
	return strstr(claim->operation->content, "\"suspend\":true") != NULL;
}

bool
cause_cancelled(const struct claim *claim)
{
	return claim->operation->deleted_ms || strstr(claim->operation->content, "\"cancel\":true");
}

/* Its name comes last, and may be cut; or stands before a colon. */
bool
cause_behind(const struct claim *claim)
{
	const struct api *api = claim->world->api;

	for (size_t i = 0; i < api->nobjects; i++) {
		const struct api_object *other = &api->objects[i];

		if (other->kind == KIND_OPERATION && other != claim->operation && strstr(claim->text, other->name))
			return true;
	}
	return claim->cut;
}

/* A time of day that is still to come, by some process' clock. */
bool
cause_until(const struct claim *claim)
{
	const struct world *world = claim->world;

	for (size_t i = 0; i < world->nprocesses; i++) {
		int64_t wall = world->now + world->wall_ahead + world->processes[i].wall_ahead;
		int64_t left = (claim->minute - wall / 60000 % (24 * 60) + 24 * 60) % (24 * 60);

		if (left < 12 * 60)
			return true;
	}
	return claim->cut;
}

bool
cause_approval(const struct claim *claim)
{
	CLEANUP_FREE char *text = xasprintf("{%s}", claim->operation->content);
	CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);
	const char *step = claim->nwords > 0 ? claim->words[claim->nwords - 2 < claim->nwords ? claim->nwords - 2 : 0] : "";

	JSON_EACH (approval, json_get(json_get(json, "spec"), "approvals"))
		if (strcmp(json_str_or(approval, "step", ""), step) == 0 &&
		    strstr(claim->text, json_str_or(approval, "planHash", "?")) && !strstr(claim->text, "wrong planHash"))
			return false;
	return true;
}

bool
cause_gate_paused(const struct claim *claim)
{
	const char *op = store_value(&claim->ledger->journal, "op");

	return op && strstr(op, "\"gatePaused\":");
}

static bool
has_failed(const struct claim *claim, const int64_t *failed)
{
	for (size_t i = 0; i < sim_nodes(claim->sim) && i < SILENCE_NODES; i++)
		if (cause_is_recent(claim, failed[i]))
			return true;
	return false;
}

/* Some have not answered. */
bool
cause_asking_nodes(const struct claim *claim)
{
	return is_being_asked(claim, EFFECT_REST) || has_failed(claim, claim->seen->rest_failed_ms);
}

bool
cause_asking_hosts(const struct claim *claim)
{
	return is_being_asked(claim, EFFECT_HOST) || has_failed(claim, claim->seen->host_failed_ms);
}

bool
cause_not_planned(const struct claim *claim)
{
	return !*claim->ledger->journal.plan;
}

/* Or it has been changed since into what this controller cannot read; no other knob has such a value here. */
bool
cause_refused(const struct claim *claim)
{
	return cause_not_planned(claim) || strstr(claim->operation->content, "\"until\":\"2030-01-28t");
}

/* It was so, and somebody is being asked again. */
bool
cause_read_again(const struct claim *claim)
{
	return cause_silent(claim) || is_being_asked(claim, EFFECT_REST);
}

/* The journal says so. */
bool
cause_ending(const struct claim *claim)
{
	const char *op = store_value(&claim->ledger->journal, "op");
	CLEANUP_JSON struct cJSON *json = op ? json_parse(op, strlen(op), NULL) : NULL;
	const char *ending = json_str_or(json, "ending", "");

	return *ending && strncmp(claim->text + strlen("ends as "), ending, strlen(ending)) == 0;
}

/* Of every node but the lane's. */
bool
cause_normal(const struct claim *claim)
{
	for (size_t i = 0; i < sim_nodes(claim->sim); i++)
		if ((int)i != claim->lane && cause_is_called_down(claim->sim, claim->world->now, i))
			return false;
	return true;
}
