#include "observe_topology.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "hash.h"
#include "request.h"
#include "state.h"

enum { DEADLINE_MS = 1000, VERSION_BIT = 1 };

static struct cluster *
cluster_of(struct topology_watch *watch)
{
	return (struct cluster *)((char *)watch - offsetof(struct cluster, topology));
}

/* --- the slots --- */

static size_t
slot_of(const struct topology_watch *watch, enum topology_question question, size_t member)
{
	if (question < (enum topology_question)TOPOLOGY_OF_ALL)
		return question;
	return TOPOLOGY_OF_ALL + member + (question == TOPOLOGY_CLEANUPS ? watch->told.nmembers : 0);
}

static enum topology_question
question_of(const struct topology_watch *watch, size_t slot)
{
	if (slot < TOPOLOGY_OF_ALL)
		return (enum topology_question)slot;
	return slot < TOPOLOGY_OF_ALL + watch->told.nmembers ? TOPOLOGY_REPAIRS : TOPOLOGY_CLEANUPS;
}

static struct topology_answer *
answer_of(struct topology_watch *watch, size_t slot)
{
	struct topology *told = &watch->told;

	if (slot < TOPOLOGY_OF_ALL)
		return &told->of_all[slot];
	slot -= TOPOLOGY_OF_ALL;
	return slot < told->nmembers ? &told->repairs[slot] : &told->cleanups[slot - told->nmembers];
}

static size_t
count_slots(const struct topology_watch *watch)
{
	return watch->slots ? TOPOLOGY_OF_ALL + 2 * watch->told.nmembers : 0;
}

static void
forget(struct core *core, struct topology_watch *watch)
{
	requests_drop(core, watch);
	for (size_t i = 0; i < count_slots(watch); i++) {
		topology_answer_done(answer_of(watch, i));
		free(watch->slots[i].body);
	}
	free(watch->told.repairs);
	free(watch->told.cleanups);
	free(watch->slots);
	*watch = (struct topology_watch){.turn = watch->turn};
}

/* Answers belong to members: others than before are asked anew. */
static void
fit(struct core *core, struct topology_watch *watch, const struct ring *ring)
{
	uint64_t members = hash_u64(HASH_SEED, ring->nmembers);

	for (size_t i = 0; i < ring->nmembers; i++)
		members = hash_str(hash_str(members, ring->members[i].host_id), ring->members[i].address);
	if (watch->slots && watch->members == members)
		return;
	forget(core, watch);
	watch->members = members;
	watch->told.nmembers = ring->nmembers;
	watch->told.repairs = xcalloc(ring->nmembers, sizeof *watch->told.repairs);
	watch->told.cleanups = xcalloc(ring->nmembers, sizeof *watch->told.cleanups);
	watch->slots = xcalloc(TOPOLOGY_OF_ALL + 2 * ring->nmembers, sizeof *watch->slots);
	for (size_t i = 0; i < count_slots(watch); i++)
		watch->slots[i].done_asked_up_ms = INT64_MIN;
}

/* --- asking --- */

static void answered(struct core *core, void *owner, uint64_t arg, const struct event *event);

static void
ask(struct core *core, struct cluster *cluster, size_t number, const char *path, uint64_t bit)
{
	struct topology_watch *watch = &cluster->topology;
	struct topology_slot *slot = &watch->slots[number];
	struct effect *effect = request_new(core, EFFECT_REST, answered, watch, (uint64_t)number << 1 | bit);

	cluster_rest_effect(cluster, effect, slot->address, "GET", xstrdup(path));
	effect->rest.passing = cluster->nqueue == 0;
	effect->deadline_ms = DEADLINE_MS;
	slot->request = effect->id;
	watch->pending++;
}

static void
slot_done(struct core *core, struct topology_watch *watch, size_t number)
{
	struct topology_slot *slot = &watch->slots[number];
	struct cluster *cluster = cluster_of(watch);
	int member = ring_find_address(cluster->ring, slot->address);
	struct topology_answer *answer = answer_of(watch, number);

	slot->done_asked_up_ms = slot->asked_up_ms;
	free(slot->body);
	slot->body = NULL;
	snprintf(answer->asked, sizeof answer->asked, "%s",
	    member < 0 ? slot->address : cluster->ring->members[member].name);
	if (number < TOPOLOGY_OF_ALL && answer->state == TOPOLOGY_SILENT)
		watch->turn++;
	if (watch->pending == 0)
		cluster_kick(core, cluster);
}

static void
take(struct core *core, struct topology_watch *watch, size_t number, const struct event *event)
{
	struct topology_slot *slot = &watch->slots[number];
	enum topology_question question = question_of(watch, number);
	struct cluster *cluster = cluster_of(watch);

	if (topology_read(answer_of(watch, number), cluster->ring, question, event->status, event->body, event->len, NULL)) {
		slot_done(core, watch, number);
		return;
	}
	slot->status = event->status;
	slot->body = xstrndup(event->body, event->len);
	ask(core, cluster, number, SCYLLA_RELEASE_VERSION, VERSION_BIT);
}

static void
take_version(struct core *core, struct topology_watch *watch, size_t number, const struct event *event)
{
	struct topology_slot *slot = &watch->slots[number];
	char version[64];

	if (event->status == 200 && scylla_string(event->body, event->len, version, sizeof version))
		topology_read(answer_of(watch, number), cluster_of(watch)->ring, question_of(watch, number), slot->status,
		    slot->body, strlen(slot->body), version);
	else
		topology_fail(answer_of(watch, number), "it does not tell its version");
	slot_done(core, watch, number);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct topology_watch *watch = owner;
	size_t number = arg >> 1;

	watch->slots[number].request = 0;
	watch->pending--;
	if (event->outcome != OUTCOME_ANSWERED) {
		topology_fail(answer_of(watch, number), event->error ? event->error : outcome_name(event->outcome));
		slot_done(core, watch, number);
	} else if (arg & VERSION_BIT) {
		take_version(core, watch, number, event);
	} else {
		take(core, watch, number, event);
	}
}

/* --- what is wanted --- */

/* Is the member's own word needed? While a sweep is under way nobody knows who votes: whoever answered last is asked. */
static bool
is_needed(const struct cluster *cluster, size_t member, int candidate)
{
	const struct topology_watch *watch = &cluster->topology;

	/* Who is about to go down is asked also when it does not vote: one answer that is lost does not end its work. */
	if (!cluster->sweep.running)
		return (int)member == candidate || ring_votes(cluster->ring, member);
	return watch->told.repairs[member].state != TOPOLOGY_SILENT;
}

/* Who answers for all: whom the sweep asks, and after a failure another one that others see. */
static const char *
asker(const struct cluster *cluster)
{
	const struct ring *ring = cluster->ring;
	size_t turn = cluster->topology.turn;

	if (turn == 0 && cluster->sweep.asker[0])
		return cluster->sweep.asker;
	if (!cluster->sweep.running)
		turn = ring_find_witness(ring, turn % ring->nmembers);
	return ring->members[turn % ring->nmembers].address;
}

/* Asked while the sweep was under way: by now it may be known that it was the wrong one. */
static bool
is_wrong_one(const struct cluster *cluster, const char *address)
{
	int member = ring_find_address(cluster->ring, address);

	return !cluster->sweep.running && strcmp(address, asker(cluster)) != 0 &&
	    !(member >= 0 && ring_is_witness(cluster->ring, (size_t)member));
}

static bool
want(struct core *core, struct cluster *cluster, int64_t since_up_ms, enum topology_question question, size_t member)
{
	size_t number = slot_of(&cluster->topology, question, member);
	struct topology_slot *slot = &cluster->topology.slots[number];

	if (slot->done_asked_up_ms != INT64_MIN && slot->done_asked_up_ms >= since_up_ms &&
	    !(number < TOPOLOGY_OF_ALL && is_wrong_one(cluster, slot->address)))
		return true;
	if (slot->request != 0)
		return false;
	slot->asked_up_ms = core->now.up_ms;
	snprintf(slot->address, sizeof slot->address, "%s",
	    number < TOPOLOGY_OF_ALL ? asker(cluster) : cluster->ring->members[member].address);
	ask(core, cluster, number, topology_path(question), 0);
	return false;
}

bool
topology_want(struct core *core, struct cluster *cluster, int64_t since_up_ms, int member, bool full)
{
	bool all;

	if (!cluster->target || cluster->ring->nmembers == 0)
		return false;
	fit(core, &cluster->topology, cluster->ring);
	all = want(core, cluster, since_up_ms, TOPOLOGY_SCHEMA, 0);
	all &= want(core, cluster, since_up_ms, TOPOLOGY_NODE_OPS, 0);
	all &= want(core, cluster, since_up_ms, TOPOLOGY_REQUESTS, 0);
	if (full)
		all &= want(core, cluster, since_up_ms, TOPOLOGY_TABLETS, 0);
	for (size_t i = 0; i < cluster->ring->nmembers; i++)
		if (is_needed(cluster, i, member))
			all &= want(core, cluster, since_up_ms, TOPOLOGY_REPAIRS, i);
	if (member >= 0 && is_needed(cluster, (size_t)member, member))
		all &= want(core, cluster, since_up_ms, TOPOLOGY_CLEANUPS, (size_t)member);
	return all;
}

void
topology_drop(struct core *core, struct cluster *cluster)
{
	forget(core, &cluster->topology);
	cluster->topology.turn = 0;
	requests_drop(core, &cluster->raft);
	cluster->raft = (struct raft_watch){0};
}
