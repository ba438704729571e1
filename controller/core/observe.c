/* Questions to a whole cluster. A sweep asks one node what the cluster is (name, members, schema, joining,
 * leaving, its release) and every member how it sees the others (mode, gossiping, live), all at once; when the cluster's
 * fingerprint has changed, the slow facts (datacenters, racks, ranges) follow. The age of a sweep counts from when
 * it was asked. */
#include "observe.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "log.h"
#include "op.h"
#include "state.h"

enum { FAST_DEADLINE_MS = 1000, RETRY_MS = 500 };

static const char *const asker_paths[] = {
	[FACT_NAME] = SCYLLA_CLUSTER_NAME, [FACT_MEMBERS] = SCYLLA_HOST_IDS, [FACT_SCHEMA] = SCYLLA_SCHEMA_VERSION,
	[FACT_TOKENS] = SCYLLA_TOKENS, [FACT_JOINING] = SCYLLA_JOINING, [FACT_LEAVING] = SCYLLA_LEAVING,
	[FACT_VERSION] = SCYLLA_RELEASE_VERSION, [FACT_MOTION] = SCYLLA_TABLET_TASKS,
};

static void sweep_begin(struct core *core, struct cluster *cluster);
static void ask_asker(struct core *core, struct cluster *cluster);

void
sweep_ask(struct core *core, struct cluster *cluster, const char *address, char *path, enum fact fact, size_t member,
    int64_t deadline_ms, request_done *done)
{
	struct effect *effect = request_new(core, EFFECT_REST, done, &cluster->sweep, (uint64_t)member << 8 | (uint64_t)fact);

	cluster_rest_effect(cluster, effect, address, "GET", path);
	effect->rest.passing = cluster->nqueue + cluster->nbeside == 0;
	effect->deadline_ms = deadline_ms;
	cluster->sweep.pending++;
}

static void
sweep_end(struct core *core, struct cluster *cluster, bool good)
{
	struct sweep *sweep = &cluster->sweep;

	sweep->running = false;
	sweep->failed = !good;
	sweep->failures = good ? 0 : sweep->failures + 1;
	sweep->tries = 0;
	if (good) {
		sweep->problem[0] = '\0';
		sweep->done_asked_up_ms = sweep->asked_up_ms;
		ring_note_down(cluster->ring, core->now.wall_ms);
		hints_note(core, cluster);
		core->counters.sweeps++;
	}
	cluster_kick(core, cluster);
}

/* A sweep that nobody waits for any more is not repeated; one that was asked too early for somebody is. */
static void
retry(struct core *core, void *owner)
{
	struct cluster *cluster = owner;

	if (cluster->target && !cluster->sweep.running && cluster->sweep.wanted_up_ms > cluster->sweep.done_asked_up_ms)
		sweep_begin(core, cluster);
}

void
sweep_failed(struct core *core, struct cluster *cluster, const char *problem)
{
	struct sweep *sweep = &cluster->sweep;

	snprintf(sweep->problem, sizeof sweep->problem, "%s", problem);
	requests_drop(core, &cluster->sweep);
	sweep->pending = 0;
	sweep->asker[0] = '\0';
	timer_arm(&core->timers, &sweep->retry, core->now.up_ms + RETRY_MS, retry, cluster);
	sweep_end(core, cluster, false);
}

void
sweep_facts_in(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;

	if (ring_fingerprint(cluster->ring) != sweep->slow_fingerprint) {
		slow_begin(core, cluster);
		return;
	}
	if (!sweep->counted && core->now.up_ms < sweep->count_until_up_ms && ring_has_tablets(cluster->ring, NULL)) {
		slow_count(core, cluster);
		return;
	}
	sweep_end(core, cluster, true);
	if (sweep->wanted_up_ms > sweep->done_asked_up_ms)
		sweep_begin(core, cluster);
}

/* Who may be asked about the cluster: who answered last, then every member, the contact points, the inventory, and
 * those that were members when the status was last written: a restart must not depend on one contact point. */
static const char *
candidate(const struct cluster *cluster, size_t n)
{
	const struct ring *ring = cluster->ring;
	const struct target *target = cluster->target;

	if (n < ring->nmembers)         /* another first each time: one that answers half blinds nobody for long */
		return ring->members[(n + cluster->sweep.failures) % ring->nmembers].address;
	n -= ring->nmembers;
	if (n < target->ncontact_points)
		return target->contact_points[n];
	n -= target->ncontact_points;
	if (n < target->nnodes)
		return target->nodes[n].address;
	n -= target->nnodes;
	return n < target->nknown ? target->known[n].address : NULL;
}

/* What the asker has not answered would count no more: nobody waits for it. */
static void
drop_asker(struct core *core, struct sweep *sweep)
{
	struct request *request, *next;

	HASH_ITER (hh, core->requests, request, next) {
		if (request->owner != sweep || (request->arg & 0xff) > FACT_ASKER_LAST)
			continue;
		request_cancel(core, request->id);
		sweep->pending--;
	}
}

/* The asker did not help: take the next one, or give up. */
static void
next_asker(struct core *core, struct cluster *cluster, const struct event *event, const char *path)
{
	struct sweep *sweep = &cluster->sweep;
	char problem[300];
	const char *next = candidate(cluster, sweep->tries++);

	snprintf(problem, sizeof problem, "%s:%d%s: %s", sweep->asker, cluster->target->api_port, path,
	    !event || event->outcome == OUTCOME_ANSWERED ? "no usable answer" :
	    event->error ? event->error : outcome_name(event->outcome));
	if (!next) {
		sweep_failed(core, cluster, problem);
		return;
	}
	drop_asker(core, sweep);
	snprintf(sweep->asker, sizeof sweep->asker, "%s", next);
	ask_asker(core, cluster);
}

/* Membership decides: other facts of the asker are only as good as it is. True: the sweep goes on. */
static bool
take_members(struct core *core, struct cluster *cluster, const struct event *event)
{
	bool changed = false, good;

	good = event->outcome == OUTCOME_ANSWERED && event->status == 200 &&
	    ring_set_members(cluster->ring, event->body, event->len, &changed, NULL) == 0 && cluster->ring->nmembers;
	if (!good) {
		next_asker(core, cluster, event, SCYLLA_HOST_IDS);
		return false;
	}
	if (changed) {
		names_take_inventory(cluster);
		requests_drop(core, &cluster->sweep);
		cluster->sweep.slow_fingerprint = 0;
		sweep_begin(core, cluster);
		return false;
	}
	return true;
}

/* What the slow facts stand by must be known: with a word of it missing another node is asked. */
static void
take_asker_fact(struct cluster *cluster, enum fact fact, const struct event *event)
{
	static int (*const set[])(struct ring *, const char *, size_t, struct err *) = {
		[FACT_TOKENS] = ring_set_tokens, [FACT_JOINING] = ring_set_joining, [FACT_LEAVING] = ring_set_leaving,
	};
	struct ring *ring = cluster->ring;
	bool good = event->outcome == OUTCOME_ANSWERED && event->status == 200;

	if (fact == FACT_NAME && good)
		scylla_string(event->body, event->len, cluster->cluster_name, sizeof cluster->cluster_name);
	else if (fact == FACT_SCHEMA)
		good = good && scylla_string(event->body, event->len, ring->schema, sizeof ring->schema);
	else if (fact == FACT_VERSION)
		good = good && scylla_string(event->body, event->len, cluster->version, sizeof cluster->version);
	else if (fact == FACT_MOTION)
		take_motion(cluster, event);
	else if (fact != FACT_NAME && fact != FACT_MEMBERS)
		good = good && set[fact](ring, event->body, event->len, NULL) == 0;
	if (!good && fact != FACT_NAME && fact != FACT_MOTION) {
		cluster->sweep.missing++;
		cluster->sweep.missing_path = asker_paths[fact];
	}
}

static void
take_member_fact(struct cluster *cluster, enum fact fact, size_t member, const struct event *event)
{
	if (event->outcome != OUTCOME_ANSWERED || event->status != 200 || member >= cluster->ring->nmembers)
		return;         /* not answered: what is unknown stays so */
	if (fact == FACT_MODE)
		ring_set_mode(cluster->ring, member, event->body, event->len, NULL);
	else if (fact == FACT_GOSSIPING)
		ring_set_gossiping(cluster->ring, member, event->body, event->len, NULL);
	else
		ring_set_live(cluster->ring, member, event->body, event->len, NULL);
}

/* Who has answered for all may be drained, or cut off, and not have heard what has begun since: now that all have said whom
 * they see, one is asked that they see. */
static bool
ask_witness(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;
	const struct ring *ring = cluster->ring;
	int asker = ring_find_address(ring, sweep->asker);
	size_t witness;

	if (asker >= 0 && ring_is_witness(ring, (size_t)asker))
		return false;
	witness = ring_find_witness(ring, sweep->tries);
	if (witness == ring->nmembers)
		return false;
	snprintf(sweep->asker, sizeof sweep->asker, "%s", ring->members[witness].address);
	ask_asker(core, cluster);
	return true;
}

static void
fast_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct cluster *cluster = ((struct sweep *)owner)->cluster;
	enum fact fact = (enum fact)(arg & 0xff);

	cluster->sweep.pending--;
	if (fact == FACT_MEMBERS && !take_members(core, cluster, event))
		return;
	else if (fact <= FACT_ASKER_LAST)
		take_asker_fact(cluster, fact, event);
	else
		take_member_fact(cluster, fact, arg >> 8, event);
	if (cluster->sweep.pending > 0)
		return;
	if (cluster->sweep.missing > 0)
		next_asker(core, cluster, NULL, cluster->sweep.missing_path);
	else if (!ask_witness(core, cluster))
		sweep_facts_in(core, cluster);
}

static void
ask_asker(struct core *core, struct cluster *cluster)
{
	int64_t deadline = cluster->ready ? FAST_DEADLINE_MS : core->config.connect_timeout_ms;

	cluster->sweep.missing = 0;
	for (enum fact fact = FACT_NAME; fact <= FACT_ASKER_LAST; fact++)
		if (fact != FACT_MOTION || ring_has_tablets(cluster->ring, NULL))
			sweep_ask(core, cluster, cluster->sweep.asker, xstrdup(asker_paths[fact]), fact, cluster->sweep.tries,
			    deadline, fast_answered);
}

static void
sweep_begin(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;
	struct ring *ring = cluster->ring;

	sweep->running = true;
	sweep->counted = false;
	sweep->pending = 0;
	sweep->asked_up_ms = core->now.up_ms;
	timer_disarm(&core->timers, &sweep->retry);
	ring_begin_sweep(ring);
	if (!sweep->asker[0])
		snprintf(sweep->asker, sizeof sweep->asker, "%s", candidate(cluster, sweep->tries++));
	ask_asker(core, cluster);
	for (size_t i = 0; i < ring->nmembers; i++) {
		const char *address = ring->members[i].address;

		sweep_ask(core, cluster, address, xstrdup(SCYLLA_MODE), FACT_MODE, i, FAST_DEADLINE_MS, fast_answered);
		sweep_ask(core, cluster, address, xstrdup(SCYLLA_GOSSIPING), FACT_GOSSIPING, i, FAST_DEADLINE_MS,
		    fast_answered);
		sweep_ask(core, cluster, address, xstrdup(SCYLLA_LIVE), FACT_LIVE, i, FAST_DEADLINE_MS, fast_answered);
	}
}

bool
sweep_want(struct core *core, struct cluster *cluster, int64_t since_up_ms)
{
	struct sweep *sweep = &cluster->sweep;

	if (sweep->done_asked_up_ms >= since_up_ms)
		return true;
	if (since_up_ms > sweep->wanted_up_ms)
		sweep->wanted_up_ms = since_up_ms;
	/* Through ssh there is no way without the key; secret.c asks again once it is there. */
	if (!sweep->running && !sweep->retry.armed && cluster->target && (!cluster->target->api_ssh || cluster->secret.synced))
		sweep_begin(core, cluster);
	return false;
}

void
sweep_count_tablets(struct core *core, struct cluster *cluster)
{
	if (!cluster->sweep.count_slow)
		cluster->sweep.count_until_up_ms = core->now.up_ms + MINUTES(1);
}

void
sweep_drop(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;

	topology_drop(core, cluster);
	repairs_drop(core, cluster);
	requests_drop(core, &cluster->sweep);
	timer_disarm(&core->timers, &sweep->retry);
	keyspaces_free(sweep);
	*sweep = (struct sweep){.cluster = cluster, .done_asked_up_ms = INT64_MIN, .wanted_up_ms = INT64_MIN,
	    .count_until_up_ms = INT64_MIN};
}
