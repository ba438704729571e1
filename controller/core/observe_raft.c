/* Raft's read barrier: the node that is asked answers when a quorum of group0 has. It costs the cluster a round of
 * messages, so it is asked at most every 30 s; of a member that stays up, since a quorum seen from a node that goes down
 * proves nothing. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "instant.h"
#include "observe_topology.h"
#include "request.h"
#include "state.h"

enum { GOOD_FOR_MS = 30000, AGAIN_MS = 1000, PATIENCE_MS = 1000, DEADLINE_MS = 6000, TOPOLOGY_DEADLINE_MS = 1000 };
enum step { ASKED_TOPOLOGY, ASKED_BARRIER };

static struct cluster *
cluster_of(struct raft_watch *watch)
{
	return (struct cluster *)((char *)watch - offsetof(struct cluster, raft));
}

static void answered(struct core *core, void *owner, uint64_t arg, const struct event *event);

static void
ask(struct core *core, struct raft_watch *watch, size_t number, enum step step)
{
	struct cluster *cluster = cluster_of(watch);
	struct raft_slot *slot = &watch->slots[number];
	int member = ring_find_host_id(cluster->ring, slot->host_id);
	struct effect *effect;

	if (member < 0)
		return;         /* it has left: the next look takes another */
	effect = request_new(core, EFFECT_REST, answered, watch, number << 1 | step);
	cluster_rest_effect(cluster, effect, cluster->ring->members[member].address, step == ASKED_BARRIER ? "POST" : "GET",
	    xstrdup(step == ASKED_BARRIER ? SCYLLA_READ_BARRIER : SCYLLA_RAFT_TOPOLOGY));
	effect->deadline_ms = step == ASKED_BARRIER ? DEADLINE_MS : TOPOLOGY_DEADLINE_MS;
	slot->request = effect->id;
}

/* Not told at all: another is asked, soon. */
static void
unheard(struct core *core, struct raft_slot *slot, const struct event *event)
{
	slot->asked_up_ms = core->now.up_ms;
	slot->told.state = RAFT_UNASKED;
	snprintf(slot->told.problem, sizeof slot->told.problem, "%.150s",
	    event->error ? event->error : outcome_name(event->outcome));
}

/* It counts for half a minute: whoever reads it then wants to know of when it is. */
static void
note_when(const struct core *core, struct raft_slot *slot)
{
	char clock[INSTANT_TEXT], problem[sizeof slot->told.problem];

	if (slot->told.state != RAFT_SILENT)
		return;
	snprintf(problem, sizeof problem, "%s", slot->told.problem);
	snprintf(slot->told.problem, sizeof slot->told.problem, "asked %s: %.180s",
	    instant_clock(core->now.wall_ms - (core->now.up_ms - slot->asked_up_ms), clock), problem);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct raft_watch *watch = owner;
	struct raft_slot *slot = &watch->slots[arg >> 1];

	slot->request = 0;
	if (event->outcome != OUTCOME_ANSWERED)
		unheard(core, slot, event);
	else if ((arg & 1) == ASKED_BARRIER)
		raft_read_barrier(&slot->told, event->status, event->body, event->len);
	else if (!raft_read_topology(&slot->told, event->status, event->body, event->len))
		ask(core, watch, arg >> 1, ASKED_BARRIER);
	if (slot->request != 0)
		return;
	note_when(core, slot);
	watch->turn += slot->told.state == RAFT_SILENT || slot->told.state == RAFT_UNASKED;
	cluster_kick(core, cluster_of(watch));
}

static bool
stays(const struct ring *ring, const bool *held, int candidate, int member)
{
	return member >= 0 && ring_votes(ring, (size_t)member) && !held[member] && member != candidate;
}

static bool
confirms(const struct raft_slot *slot)
{
	return slot->told.state == RAFT_REACHED || slot->told.state == RAFT_OFF;
}

/* A member was asked after it and did not confirm it. */
static bool
is_refuted(const struct core *core, const struct raft_watch *watch, const struct ring *ring, const struct raft_slot *slot)
{
	for (size_t i = 0; i < RAFT_ASKED; i++) {
		const struct raft_slot *other = &watch->slots[i];
		int member = other->host_id[0] ? ring_find_host_id(ring, other->host_id) : -1;

		if (member >= 0 && ring_votes(ring, (size_t)member) && !confirms(other) && other->request == 0 &&
		    other->asked_up_ms >= slot->asked_up_ms && core->now.up_ms < other->asked_up_ms + GOOD_FOR_MS)
			return true;
	}
	return false;
}

/* The slot whose word counts now: the newest answer of a member that stays, or one that is waited for. NULL: somebody is
 * to be asked; so it is, too, when another one has denied it since. */
static struct raft_slot *
find(const struct core *core, struct raft_watch *watch, const struct ring *ring, const bool *held, int candidate)
{
	struct raft_slot *answer = NULL, *awaited = NULL;

	for (size_t i = 0; i < RAFT_ASKED; i++) {
		struct raft_slot *slot = &watch->slots[i], **place = slot->request ? &awaited : &answer;
		bool unheard = slot->told.state == RAFT_UNASKED && slot->request == 0;
		int64_t until = slot->asked_up_ms + (unheard ? AGAIN_MS : GOOD_FOR_MS);

		if (slot->host_id[0] && core->now.up_ms < until && (!*place || slot->asked_up_ms > (*place)->asked_up_ms) &&
		    stays(ring, held, candidate, ring_find_host_id(ring, slot->host_id)))
			*place = slot;
	}
	return !answer || (confirms(answer) && is_refuted(core, watch, ring, answer)) ? awaited : answer;
}

/* The oldest of those that wait for nothing; NULL: all wait. */
static struct raft_slot *
take_slot(struct raft_watch *watch)
{
	struct raft_slot *oldest = NULL;

	for (size_t i = 0; i < RAFT_ASKED; i++) {
		struct raft_slot *slot = &watch->slots[i];

		if (slot->request == 0 && (!oldest || !slot->host_id[0] || slot->asked_up_ms < oldest->asked_up_ms))
			oldest = slot;
		if (oldest && !oldest->host_id[0])
			break;
	}
	return oldest;
}

/* -1: nobody stays. */
static int
choose(const struct raft_watch *watch, const struct ring *ring, const bool *held, int candidate)
{
	for (size_t i = 0; i < ring->nmembers; i++) {
		size_t member = (watch->turn + i) % ring->nmembers;

		if (stays(ring, held, candidate, (int)member))
			return (int)member;
	}
	return -1;
}

static struct raft_slot *
begin(struct core *core, struct cluster *cluster, const bool *held, int candidate)
{
	struct raft_watch *watch = &cluster->raft;
	struct raft_slot *slot = take_slot(watch);
	int member = choose(watch, cluster->ring, held, candidate);

	if (!slot || member < 0)
		return NULL;
	*slot = (struct raft_slot){.asked_up_ms = core->now.up_ms};
	snprintf(slot->host_id, sizeof slot->host_id, "%s", cluster->ring->members[member].host_id);
	snprintf(slot->told.asked, sizeof slot->told.asked, "%s", cluster->ring->members[member].name);
	ask(core, watch, (size_t)(slot - watch->slots),
	    raft_release(cluster->version) == RAFT_RELEASE_OPTIONAL ? ASKED_TOPOLOGY : ASKED_BARRIER);
	return slot;
}

bool
raft_want(struct core *core, struct cluster *cluster, const bool *held, int candidate)
{
	struct raft_watch *watch = &cluster->raft;
	enum raft_release release = raft_release(cluster->version);
	struct raft_slot *slot;

	if (release == RAFT_RELEASE_NONE || release == RAFT_RELEASE_BLIND)
		return true;
	slot = find(core, watch, cluster->ring, held, candidate);
	if (!slot)
		slot = begin(core, cluster, held, candidate);
	watch->told = slot ? slot->told : (struct raft_answer){RAFT_UNASKED, "", ""};
	return !slot || slot->request == 0 || core->now.up_ms > slot->asked_up_ms + PATIENCE_MS;
}
