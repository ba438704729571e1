#include "causes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "breaks.h"
#include "hands.h"
#include "world.h"

/* Of Scylla's nodes and of what they say of each other. */

static const char *
mode_of(const struct claim *claim, size_t node)
{
	return sim_mode(claim->sim, claim->world->now, node);
}

static bool
votes_at(struct sim *sim, int64_t now, size_t node)
{
	return sim_member(sim, node) && strcmp(sim_mode(sim, now, node), "NORMAL") == 0;
}

static bool
votes(const struct claim *claim, size_t node)
{
	return votes_at(claim->sim, claim->world->now, node);
}

bool
cause_is_called_down(struct sim *sim, int64_t now, size_t node)
{
	if (!sim_serving(sim, now, node))
		return true;
	for (size_t i = 0; i < sim_nodes(sim); i++)
		if (i != node && votes_at(sim, now, i) && !sim_sees(sim, now, i, node))
			return true;
	return false;
}

static bool
is_called_down(const struct claim *claim, size_t node)
{
	return cause_is_called_down(claim->sim, claim->world->now, node);
}

/* Its answers are no answers. */
static bool
is_garbled(const struct claim *claim, int node)
{
	return node >= 0 && sim_garbage_of(claim->sim, (size_t)node) != SIM_GARBAGE_NONE;
}

static bool
is_silent(const struct claim *claim, int node)
{
	unsigned changes;

	return node >= 0 && (sim_garbage_of(claim->sim, (size_t)node) == SIM_GARBAGE_EMPTY ||
	    cause_is_recent(claim, claim->seen->rest_failed_ms[node]) ||
	    (cause_is_recent(claim, claim->silence->nobody_ms) && cause_is_gone(claim, node)) ||
	    !sim_listening(claim->sim, claim->world->now, (size_t)node, &changes));
}

/* The time of day that it names is not before the node's trouble began. The clocks of the controllers may differ, and may
 * be set: then nothing is known. */
static bool
since_is_true(const struct claim *claim, int node)
{
	const struct world *world = claim->world;
	int64_t from = claim->seen->down_from_ms[node], wall = from + world->wall_ahead, minutes;

	if (claim->minute < 0 || from == 0 || world->nprocesses > 1 || claim->silence->jumped_ms)
		return true;
	minutes = (wall / 60000) % (24 * 60);
	return (claim->minute - minutes + 24 * 60 + 1) % (24 * 60) <= 12 * 60;
}

bool
cause_called_down(const struct claim *claim)
{
	int node = cause_node(claim);

	return node >= 0 && is_called_down(claim, (size_t)node) && since_is_true(claim, node);
}

bool
cause_seen_down(const struct claim *claim)
{
	struct world *world = claim->world;

	if (claim->nnodes < 2 || !since_is_true(claim, claim->nodes[0]))
		return false;
	return !sim_sees(claim->sim, world->now, (size_t)claim->nodes[1], (size_t)claim->nodes[0]) ||
	    !sim_serving(claim->sim, world->now, (size_t)claim->nodes[0]);
}

bool
cause_says_mode(const struct claim *claim)
{
	return claim->nnodes > 0 && claim->nwords > 0 &&
	    strcmp(mode_of(claim, (size_t)claim->nodes[0]), claim->words[0]) == 0;
}

bool
cause_to_be_normal(const struct claim *claim)
{
	return claim->lane >= 0 && claim->nwords > 0 &&
	    strcmp(mode_of(claim, (size_t)claim->lane), claim->words[0]) == 0;
}

bool
cause_gossips_not(const struct claim *claim)
{
	return claim->nnodes > 0 && !sim_serving(claim->sim, claim->world->now, (size_t)claim->nodes[0]);
}

bool
cause_silent(const struct claim *claim)
{
	return is_silent(claim, cause_node(claim));
}

bool
cause_garbled(const struct claim *claim)
{
	return is_garbled(claim, cause_node(claim));
}

bool
cause_lane_silent(const struct claim *claim)
{
	return is_silent(claim, claim->lane) ||
	    is_garbled(claim, claim->lane);
}

bool
cause_not_voting(const struct claim *claim)
{
	int node = cause_node(claim);

	return node >= 0 && (is_silent(claim, node) || !votes(claim, (size_t)node) ||
	    is_garbled(claim, node));
}

static bool
hears_nobody_but(const struct claim *claim, int node)
{
	for (size_t i = 0; i < sim_nodes(claim->sim); i++)
		if ((int)i != node && votes(claim, i) && !is_silent(claim, (int)i) &&
		    !is_garbled(claim, (int)i))
			return false;
	return true;
}

bool
cause_alone(const struct claim *claim)
{
	return hears_nobody_but(claim, cause_node(claim));
}

/* None that stays: those that are held down, or about to be, do not count. */
bool
cause_nobody_votes(const struct claim *claim)
{
	size_t heard = 0, held = 0;

	for (size_t i = 0; i < claim->ledger->journal.nfields; i++)
		held += strstr(claim->ledger->journal.fields[i].value, "\"held\":true") != NULL;
	for (size_t i = 0; i < sim_nodes(claim->sim); i++)
		heard += votes(claim, i) && !is_silent(claim, (int)i) && !is_garbled(claim, (int)i);
	return heard <= held + 1;
}

bool
cause_somebody_silent(const struct claim *claim)
{
	for (size_t i = 0; i < sim_nodes(claim->sim); i++)
		if (is_silent(claim, (int)i) || is_garbled(claim, (int)i))
			return true;
	return false;
}

static bool
is_held(const struct claim *claim, size_t node)
{
	for (size_t i = 0; i < claim->ledger->journal.nfields; i++) {
		const struct store_field *field = &claim->ledger->journal.fields[i];

		if (strncmp(field->name, "lane/", 5) == 0 && cause_is_of(claim, field->name, (int)node) &&
		    strstr(field->value, "\"held\":true"))
			return true;
	}
	return false;
}

/* "(down: db-c-2 since 10:02; held: db-b-1)": so it is with one of them at least. One that is to be taken down is
 * named beside them. */
bool
cause_short(const struct claim *claim)
{
	const char *named = strrchr(claim->text, '(');

	for (size_t i = 0; i < sim_nodes(claim->sim); i++) {
		/* Its rack has nobody left for its ranges. */
		if (!sim_member(claim->sim, i))
			return true;
		if (named && !claim->cut && !strstr(named, sim_name(claim->sim, i)))
			continue;
		if (is_called_down(claim, i) || is_held(claim, i))
			return true;
	}
	return false;
}

/* Towards limits.maxNodesDown. */
bool
cause_counted(const struct claim *claim)
{
	size_t node = claim->nnodes > 0 ? (size_t)claim->nodes[0] : SIZE_MAX;

	return node != SIZE_MAX && (is_held(claim, node) || is_called_down(claim, node) ||
	    !sim_serving(claim->sim, claim->world->now, node));
}

/* A voter is away, or held by us. */
bool
cause_voters_gone(const struct claim *claim)
{
	for (size_t i = 0; i < sim_nodes(claim->sim); i++)
		if (!sim_member(claim->sim, i) || is_called_down(claim, i) || is_held(claim, i))
			return true;
	return false;
}

/* Tasks are under way, or a member comes or goes. */
bool
cause_work(const struct claim *claim)
{
	if (sim_works(claim->sim, claim->world->now) > 0)
		return true;
	for (size_t i = 0; i < sim_nodes(claim->sim); i++)
		if (sim_member(claim->sim, i) && strcmp(mode_of(claim, i), "NORMAL") != 0)
			return true;
	return false;
}

bool
cause_no_barrier(const struct claim *claim)
{
	return cause_silent(claim) || cause_voters_gone(claim);
}

/* Asked at most every 30 s: until then it is that answer that counts, and it says of when it is. */
bool
cause_barrier_failed(const struct claim *claim)
{
	const struct world *world = claim->world;
	int64_t minute = (world->now + world->wall_ahead) / 60000 % (24 * 60);

	return cause_no_barrier(claim) || world->nprocesses > 1 || claim->silence->jumped_ms ||
	    (minute - claim->minute + 24 * 60) % (24 * 60) <= 1;
}

/* It has not served for the hint window at a stretch. */
bool
cause_long_down(const struct claim *claim)
{
	int64_t since = 0;

	for (size_t i = 0; claim->nnodes > 0 && i < sim_audit_count(claim->sim); i++) {
		const struct sim_entry *entry = sim_audit(claim->sim, i);

		if (entry->node != (size_t)claim->nodes[0])
			continue;
		if (entry->event == SIM_SERVING && since && entry->t - since >= HOURS(3))
			return true;
		if (entry->event == SIM_SERVING)
			since = 0;
		else if (!since &&
		    (entry->event == SIM_DRAINED || entry->event == SIM_PROCESS_EXIT || entry->event == SIM_CRASHED))
			since = entry->t;
	}
	return since && claim->world->now - since >= HOURS(3);
}

static bool
is_cut(const struct claim *claim)
{
	return claim->nnodes >= 2 && sim_is_cut(claim->sim, (size_t)claim->nodes[0], (size_t)claim->nodes[1]);
}

/* They differ, or one asks the other in vain; or a node that would have to tell its version is away. */
bool
cause_schema(const struct claim *claim)
{
	for (size_t i = 0; i < claim->nnodes; i++)
		if (is_called_down(claim, (size_t)claim->nodes[i]) || is_silent(claim, claim->nodes[i]))
			return true;
	return claim->nnodes >= 2 && (is_cut(claim) ||
	    sim_schemas_differ(claim->sim, claim->world->now, (size_t)claim->nodes[0], (size_t)claim->nodes[1]));
}

bool
cause_lane_left(const struct claim *claim)
{
	return claim->lane >= 0 && !sim_member(claim->sim, (size_t)claim->lane);
}

bool
cause_somebody_left(const struct claim *claim)
{
	for (size_t i = 0; i < sim_nodes(claim->sim); i++)
		if (!sim_member(claim->sim, i))
			return true;
	return false;
}

bool
cause_lane_no_cql(const struct claim *claim)
{
	return claim->lane >= 0 && !sim_serving(claim->sim, claim->world->now, (size_t)claim->lane);
}

/* By whom one can read. */
static bool
is_called_down_legibly(const struct claim *claim, size_t node)
{
	struct sim *sim = claim->sim;
	int64_t now = claim->world->now;

	if (!sim_serving(sim, now, node))
		return true;
	for (size_t i = 0; i < sim_nodes(sim); i++)
		if (i != node && !is_garbled(claim, (int)i) && votes_at(sim, now, i) && !sim_sees(sim, now, i, node))
			return true;
	return false;
}

bool
cause_window(const struct claim *claim)
{
	return claim->lane >= 0 && !is_called_down_legibly(claim, (size_t)claim->lane);
}

bool
cause_compactions(const struct claim *claim)
{
	return claim->lane >= 0 && claim->nwords == 2 && sim_pending(claim->sim, claim->world->now,
	    (size_t)claim->lane) > strtoul(claim->words[1], NULL, 10);
}

/* It was sent, and the node is as it says. */
bool
cause_draining(const struct claim *claim)
{
	const char *mode = claim->lane < 0 ? "" : mode_of(claim, (size_t)claim->lane);

	return strcmp(mode, "DRAINING") == 0 || (strcmp(mode, "NORMAL") == 0 && cause_act_state(claim, "drain"));
}

bool
cause_is_asked(const struct claim *claim, int node, enum effect_kind kind)
{
	const struct world *world = claim->world;

	for (size_t i = 0; node >= 0 && i < world->nflights; i++) {
		const struct effect *effect = &world->flights[i]->effect;
		const char *address = kind == EFFECT_REST ? effect->rest.address : effect->host.address;
		size_t other;

		/* One that it had then is nobody's now. */
		if (world->flights[i]->wanted && effect->kind == kind &&
		    (strcmp(address, sim_address(claim->sim, (size_t)node)) == 0 || !world_find(world, address, &other)))
			return true;
	}
	return false;
}

bool
cause_asked(const struct claim *claim)
{
	return cause_silent(claim) || cause_is_asked(claim, cause_node(claim), EFFECT_REST);
}

bool
cause_host_asked(const struct claim *claim)
{
	return cause_is_asked(claim, cause_node(claim), EFFECT_HOST);
}
