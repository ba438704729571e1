#include "oracle.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

static int64_t
later(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

/* Since when anybody could have seen that 'observer' does not reach 'node'; INT64_MAX: it does. Who has just become a member
 * was nobody's to miss, and asked by nobody. */
static int64_t
unseen_since(const struct sim *sim, size_t observer, size_t node)
{
	size_t at = observer * sim->nnodes + node;
	const struct node *o = &sim->nodes[observer];

	if (observer == node || !o->alive || sim->up[at] || !sim_in_ring(o->member))
		return INT64_MAX;
	return later(later(sim->view_changed[at], o->alive_changed), later(o->member_changed, sim->nodes[node].member_changed));
}

/* Since when it has been possible to see that the node is down for somebody; INT64_MAX: it is up. What the controller
 * took down itself it knows without looking. The view of 'leaving', which is about to go down, does not matter. */
static int64_t
down_since(const struct sim *sim, size_t node, size_t leaving)
{
	const struct node *n = &sim->nodes[node];
	int64_t since = n->alive ? INT64_MAX : n->alive_changed;

	if (!sim_in_ring(n->member))
		return INT64_MAX;
	for (size_t i = 0; n->alive && i < sim->nnodes; i++) {
		int64_t unseen = i == leaving ? INT64_MAX : unseen_since(sim, i, node);

		if (unseen < since)
			since = unseen;
	}
	return since < INT64_MAX && n->taken ? INT64_MIN : since;
}

size_t
oracle_down(const struct sim *sim)
{
	size_t down = 0;

	for (size_t i = 0; i < sim->nnodes; i++)
		down += down_since(sim, i, SIZE_MAX) < INT64_MAX;
	return down;
}

/* A world to judge: what is down for everybody, and what each coordinator does not reach besides. */
struct world {
	struct sim *sim;
	size_t node;            /* what is about to go down */
	int64_t before;         /* causes younger than this do not count */
};

static bool
counts(const struct world *w, int64_t since)
{
	return since < w->before;
}

static bool
reaches(const struct world *w, size_t observer, size_t replica)
{
	const struct node *n = &w->sim->nodes[replica];

	if (replica == w->node)
		return false;
	if (!n->alive)
		return !counts(w, n->taken ? INT64_MIN : n->alive_changed);
	if (observer == replica)
		return true;
	/* A line that was cut a moment ago: nobody has noticed. */
	if (w->sim->up[observer * w->sim->nnodes + replica])
		return !w->sim->cut[observer * w->sim->nnodes + replica] || w->before < INT64_MAX;
	return !counts(w, n->taken ? INT64_MIN : unseen_since(w->sim, observer, replica));
}

static bool
two_zones(const struct world *w, char *why, size_t size)
{
	const struct sim *sim = w->sim;
	const struct node *n = &sim->nodes[w->node];

	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct node *m = &sim->nodes[i];

		if (m->zone == n->zone || !counts(w, down_since(sim, i, w->node)))
			continue;
		snprintf(why, size, "kind=two-zones other=%s other_zone=%s/%s", m->name, m->datacenter, m->rack);
		return true;
	}
	return false;
}

struct tally {
	size_t total, left;
};

/* A quorum is of the replicas that are wanted, also where there are fewer. */
static void
want(const struct keyspace *keyspace, const struct node *replica, struct tally *dc, struct tally *all)
{
	size_t rf = keyspace->of.replication == SIM_NETWORK ? sim_rf_in(&keyspace->of, replica->datacenter) : 0;

	if (dc->total < rf) {
		all->total += rf - dc->total;
		dc->total = rf;
	}
	if (keyspace->of.replication == SIM_SIMPLE && all->total < keyspace->of.rf)
		all->total = keyspace->of.rf;
}

/* Is a set of replicas that the node is one of below a quorum, of all or of a datacenter's? */
static bool
set_lost(const struct world *w, const struct keyspace *keyspace, const uint16_t *replicas, size_t width,
    const bool *reached, struct tally *dcs)
{
	const struct sim *sim = w->sim;
	const struct oracle_needs needs = oracle_needs(sim, keyspace);
	struct tally all = {0};
	bool concerned = false;

	memset(dcs, 0, sim->ndcs * sizeof *dcs);
	for (size_t i = 0; i < width && replicas[i] != NO_REPLICA; i++) {
		struct tally *dc = &dcs[sim->nodes[replicas[i]].dc];

		concerned |= replicas[i] == w->node;
		all.total++;
		dc->total++;
		all.left += reached[replicas[i]];
		dc->left += reached[replicas[i]];
	}
	if (!concerned)
		return false;
	for (size_t i = 0; i < width && replicas[i] != NO_REPLICA; i++)
		want(keyspace, &sim->nodes[replicas[i]], &dcs[sim->nodes[replicas[i]].dc], &all);
	for (size_t dc = 0; (keyspace->of.replication == SIM_NETWORK || sim->policy.told) && dc < sim->ndcs; dc++)
		if (oracle_lost(needs.of.each, needs.least, dcs[dc].total, dcs[dc].left))
			return true;
	return oracle_lost(needs.of.all, needs.least, all.total, all.left);
}

/* A tablet in transition needs its old replicas and its new ones. */
static size_t
tablets_lost(const struct world *w, const struct keyspace *keyspace, const bool *reached, struct tally *dcs)
{
	uint16_t *replicas = xcalloc(keyspace->places + 1, sizeof *replicas);
	size_t count = 0;

	for (size_t i = 0; i < keyspace->ntablets; i++) {
		bool is_lost = false;

		for (int other = 0; other < 2 && !is_lost; other++) {
			sim_tablet_replicas(keyspace, i, other, replicas);
			is_lost = set_lost(w, keyspace, replicas, keyspace->places, reached, dcs);
		}
		count += is_lost;
	}
	free(replicas);
	return count;
}

static size_t
vnodes_lost(const struct world *w, struct keyspace *keyspace, const bool *reached, struct tally *dcs)
{
	const struct ring *ring = sim_ring(w->sim, SIZE_MAX);
	size_t count = 0;

	for (size_t range = 0; range < ring->n; range++) {
		const uint16_t *replicas = sim_replicas(w->sim, keyspace, ring, range);

		count += set_lost(w, keyspace, replicas, keyspace->width, reached, dcs);
	}
	return count;
}

/* For the coordinator 'observer'; SIZE_MAX: what anybody does not reach counts for all, the worst case. */
static size_t
ranges_lost(const struct world *w, size_t observer, struct keyspace *keyspace)
{
	const struct sim *sim = w->sim;
	bool *reached = xcalloc(sim->nnodes, sizeof *reached);
	struct tally *dcs = xcalloc(sim->ndcs, sizeof *dcs);
	size_t count;

	for (size_t i = 0; i < sim->nnodes; i++)
		reached[i] = observer != SIZE_MAX ? reaches(w, observer, i) :
		    i != w->node && !counts(w, down_since(sim, i, w->node));
	count = keyspace->tablets ? tablets_lost(w, keyspace, reached, dcs) : vnodes_lost(w, keyspace, reached, dcs);
	free(dcs);
	free(reached);
	return count;
}

static bool
below_quorum(const struct world *w, char *why, size_t size)
{
	const struct sim *sim = w->sim;

	for (size_t k = 0; k < sim->nkeyspaces; k++) {
		struct keyspace *keyspace = &sim->keyspaces[k];

		if (keyspace->of.replication == SIM_LOCAL || keyspace->of.replication == SIM_EVERYWHERE ||
		    !ranges_lost(w, SIZE_MAX, keyspace))
			continue;
		for (size_t i = 0; i < sim->nnodes; i++) {
			size_t count;

			if (i == w->node || !sim->nodes[i].alive || !sim_in_ring(sim->nodes[i].member))
				continue;
			count = ranges_lost(w, i, keyspace);
			if (!count)
				continue;
			snprintf(why, size, "kind=quorum keyspace=%s ranges=%zu coordinator=%s", keyspace->of.name,
			    count, sim->nodes[i].name);
			return true;
		}
	}
	return false;
}

/* Somebody joins, leaves, is removed or replaced: ranges have replicas that are still to come, and what goes down now
 * cancels or fails it. */
static bool
topology_changes(const struct world *w, char *why, size_t size)
{
	const struct sim *sim = w->sim;

	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct change *change = sim->nodes[i].change;

		if (!change || !change->step || !counts(w, change->began))
			continue;
		snprintf(why, size, "kind=topology other=%s", sim->nodes[i].name);
		return true;
	}
	return false;
}

static bool
too_many(const struct world *w, char *why, size_t size)
{
	size_t down = 1, most = w->sim->policy.most_down;

	for (size_t i = 0; i < w->sim->nnodes; i++)
		down += i != w->node && counts(w, down_since(w->sim, i, w->node));
	if (most == 0 || down <= most)
		return false;
	snprintf(why, size, "kind=too-many down=%zu most=%zu", down, most);
	return true;
}

static bool
works(const struct world *w, char *why, size_t size)
{
	return oracle_work(w->sim, w->node, w->before, why, size);
}

static bool
schemas_differ(const struct world *w, char *why, size_t size)
{
	return oracle_schema(w->sim, w->node, w->before, why, size);
}

/* The most of group0's voters that reach each other; 'gone' apart (SIZE_MAX: nobody). */
static size_t
voters_together(const struct world *w, size_t gone)
{
	const struct world there = {w->sim, gone, w->before};
	size_t most = 0;

	for (size_t i = 0; i < w->sim->nnodes; i++) {
		size_t together = 0;

		for (size_t j = 0; i != gone && sim_votes(w->sim, i) && j < w->sim->nnodes; j++)
			together += sim_votes(w->sim, j) && reaches(&there, i, j);
		most = together > most ? together : most;
	}
	return most;
}

/* Group0 has its majority, and would have none without the node. Of fewer than three voters none can be missed ever. */
static bool
raft_minority(const struct world *w, char *why, size_t size)
{
	size_t voters = 0, left;

	for (size_t i = 0; i < w->sim->nnodes; i++)
		voters += sim_votes(w->sim, i);
	if (voters < 3 || voters_together(w, SIZE_MAX) < voters / 2 + 1)
		return false;
	left = voters_together(w, w->node);
	if (left >= voters / 2 + 1)
		return false;
	snprintf(why, size, "kind=raft voters=%zu left=%zu", voters, left);
	return true;
}

static void
say(struct sim *sim, enum sim_source source, size_t node, bool blame, const char *why)
{
	if (blame)
		sim->violations++;
	else
		sim->unavoidable++;
	sim_note(sim, blame ? SIM_VIOLATION : SIM_UNAVOIDABLE, source, node, " %s", why);
}

/* Down for everybody but itself until a moment ago: that it serves again could not have been seen for long, and before
 * that an act would have made nothing worse. */
static bool
just_came_back(const struct sim *sim, size_t node)
{
	for (size_t i = 0; i < sim->nnodes; i++) {
		size_t at = i * sim->nnodes + node;

		if (i != node && sim->nodes[i].alive && sim->up[at] &&
		    sim->view_changed[at] < sim->now - sim->config.blame)
			return false;
	}
	return true;
}

static void
judge(struct sim *sim, enum sim_source source, size_t node, bool (*unsafe)(const struct world *, char *, size_t))
{
	struct world known = {sim, node, sim->now - sim->config.blame}, whole = {sim, node, INT64_MAX};
	char why[512];

	if (unsafe(&known, why, sizeof why))
		say(sim, source, node, !just_came_back(sim, node), why);
	else if (unsafe(&whole, why, sizeof why))
		say(sim, source, node, false, why);
}

/* Already down for every coordinator but itself: nothing gets worse. */
static bool
serves_nobody(const struct sim *sim, size_t node)
{
	bool asked = false;

	if (!sim->nodes[node].alive)
		return true;
	for (size_t i = 0; i < sim->nnodes; i++) {
		if (i == node || !sim->nodes[i].alive)
			continue;
		asked = true;
		if (sim->up[i * sim->nnodes + node])
			return false;
	}
	return asked;
}

/* One that is down already is not taken down, but what is begun with it disturbs who joins, or replaces it. What the
 * controller took down itself it brings back whatever goes on. */
static void
judge_dead(struct sim *sim, enum sim_source source, size_t node)
{
	const struct world known = {sim, node, sim->now - sim->config.blame}, whole = {sim, node, INT64_MAX};
	char why[512];

	if (sim->nodes[node].taken || !sim_in_ring(sim->nodes[node].member))
		return;
	if (topology_changes(&whole, why, sizeof why))
		say(sim, source, node, topology_changes(&known, why, sizeof why), why);
}

void
oracle_judge(struct sim *sim, enum sim_source source, size_t node)
{
	const struct node *n = &sim->nodes[node];

	/* What hands do is theirs to answer for. */
	if (source == SIM_HAND)
		return;
	if (n->restarted)
		say(sim, source, node, true, "kind=repeated");
	if (serves_nobody(sim, node)) {
		judge_dead(sim, source, node);
		return;
	}
	judge(sim, source, node, topology_changes);
	if (!oracle_waives(sim, node, "two-zones"))
		judge(sim, source, node, two_zones);
	if (!oracle_waives(sim, node, "quorum"))
		judge(sim, source, node, below_quorum);
	judge(sim, source, node, too_many);
	judge(sim, source, node, raft_minority);
	judge(sim, source, node, works);
	judge(sim, source, node, schemas_differ);
}
