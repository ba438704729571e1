/* The slow facts of a sweep: where each member stands and which keyspaces have which replicas. They are read again only
 * when the ring's fingerprint has changed. */
#include "observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "log.h"
#include "state.h"

enum { SLOW_DEADLINE_MS = 60000, MOTION_DEADLINE_MS = 2000 };

static bool
contains(char *const *strings, const char *text)
{
	for (; strings && *strings; strings++)
		if (strcmp(*strings, text) == 0)
			return true;
	return false;
}

static void answered(struct core *core, void *owner, uint64_t arg, const struct event *event);

static void
ask(struct core *core, struct cluster *cluster, char *path, enum fact fact, size_t number)
{
	/* Whether tablets move is a short answer, and may stay unknown. */
	sweep_ask(core, cluster, cluster->sweep.asker, path, fact, number,
	    fact == FACT_MOTION ? MOTION_DEADLINE_MS : SLOW_DEADLINE_MS, answered);
}

/* What never closes the gate is said once, and again when it has changed. */
static void
tell_passed_over(struct core *core, struct cluster *cluster)
{
	struct ring_policy policy = cluster_policy(cluster);
	struct err names = {""};
	uint64_t told;

	ring_passed_over(cluster->ring, &policy, &names);
	told = hash_str(HASH_SEED, names.text);
	if (names.text[0] && told != cluster->sweep.passed_over)
		say(core, LOG_LEVEL_INFO, NULL, NULL, NULL, "cluster %s: keyspaces that never close the gate: %s",
		    cluster->key, names.text);
	cluster->sweep.passed_over = told;
}

static void
slow_end(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;
	uint64_t fingerprint = ring_fingerprint(cluster->ring);

	sweep->counted = true;
	if (sweep->slow_fingerprint != fingerprint) {
		sweep->slow_fingerprint = fingerprint;
		say(core, LOG_LEVEL_DEBUG, NULL, NULL, NULL, "cluster %s: ring read: %zu members, %zu keyspaces",
		    cluster->key, cluster->ring->nmembers, cluster->ring->nkeyspaces);
		tell_passed_over(core, cluster);
	} else if (core->now.up_ms - sweep->asked_up_ms > core->config.fact_age_ms * 3 / 4) {
		/* By the time it is in it is too old to act on: the proof that needs no count must do. */
		sweep->count_slow = true;
		sweep->count_until_up_ms = INT64_MIN;
	}
	sweep_facts_in(core, cluster);
}

/* The next keyspace in vnodes; false when all were asked. */
static bool
ask_ranges(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;
	const char *keyspace;

	while ((keyspace = sweep->keyspaces[sweep->slow_next]) &&
	    (!strcmp(keyspace, RING_EVERYWHERE) || ring_has_tablets(cluster->ring, keyspace)))
		sweep->slow_next++;
	if (!keyspace)
		return false;
	ask(core, cluster, xasprintf(SCYLLA_DESCRIBE_RING "%s", keyspace), FACT_RANGES, 0);
	return true;
}

static bool
ask_table(struct core *core, struct cluster *cluster)
{
	const struct ring_keyspace *keyspace;
	const struct ring_table *table;
	CLEANUP_FREE char *escaped = NULL;

	if (!ring_table_at(cluster->ring, cluster->sweep.slow_next, &keyspace, &table))
		return false;
	escaped = scylla_escape(table->name);
	ask(core, cluster, xasprintf(SCYLLA_DESCRIBE_RING "%s?table=%s", keyspace->name, escaped), FACT_TABLE_RANGES,
	    cluster->sweep.slow_next);
	return true;
}

/* Ranges are read one keyspace after the other, and one table after the other: an answer may have tens of megabytes.
 * What moves is asked before and after. */
static void
slow_continue(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;
	bool tablets = ring_has_tablets(cluster->ring, NULL);

	if (sweep->pending > 0)
		return;
	if (sweep->stage == SLOW_LISTS) {
		sweep->stage = SLOW_RANGES;
		if (tablets) {
			ask(core, cluster, xstrdup(SCYLLA_TABLES), FACT_TABLES, 0);
			ask(core, cluster, xstrdup(SCYLLA_TABLET_TASKS), FACT_MOTION, 0);
			return;
		}
	}
	if (sweep->stage == SLOW_RANGES) {
		if (ask_ranges(core, cluster))
			return;
		sweep->stage = SLOW_TABLES;
		sweep->slow_next = 0;
	}
	if (sweep->stage == SLOW_TABLES) {
		if (ask_table(core, cluster))
			return;
		sweep->stage = SLOW_LAST;
		if (tablets) {
			ask(core, cluster, xstrdup(SCYLLA_TABLET_TASKS), FACT_MOTION, 0);
			return;
		}
	}
	slow_end(core, cluster);
}

void
take_motion(struct cluster *cluster, const struct event *event)
{
	bool good = event->outcome == OUTCOME_ANSWERED && event->status == 200;

	ring_set_motion(cluster->ring, good ? event->body : "", good ? event->len : 0, NULL);
}

/* The lists are told to the ring together, before any range: a ring half read must not pass for a whole one. */
static int
put_keyspaces(struct cluster *cluster, struct err *err)
{
	const struct sweep *s = &cluster->sweep;

	if (!s->all_text || !s->user_text || !s->tablets_text || !s->vnodes_text)
		return 0;
	if (ring_set_keyspaces(cluster->ring, s->all_text, strlen(s->all_text), s->user_text, strlen(s->user_text), err) < 0)
		return -1;
	return ring_set_tablet_keyspaces(cluster->ring, s->tablets_text, strlen(s->tablets_text), s->vnodes_text,
	    strlen(s->vnodes_text), err);
}

static int
take_keyspaces(struct cluster *cluster, enum fact fact, const struct event *event, struct err *err)
{
	struct sweep *sweep = &cluster->sweep;
	char **text[] = {
		[FACT_KEYSPACES] = &sweep->all_text, [FACT_USER_KEYSPACES] = &sweep->user_text,
		[FACT_TABLET_KEYSPACES] = &sweep->tablets_text, [FACT_VNODE_KEYSPACES] = &sweep->vnodes_text,
	};
	char **list = scylla_strings(event->body, event->len);

	if (!list)
		return err_set(err, "the list of keyspaces cannot be read");
	free(*text[fact]);
	*text[fact] = xstrndup(event->body, event->len);
	if (fact == FACT_KEYSPACES)
		sweep->keyspaces = list;
	else if (fact == FACT_USER_KEYSPACES)
		sweep->user_keyspaces = list;
	else
		scylla_strings_free(list);
	return put_keyspaces(cluster, err);
}

static int
take_ranges(struct cluster *cluster, const struct event *event, struct err *err)
{
	struct sweep *sweep = &cluster->sweep;
	const char *keyspace = sweep->keyspaces[sweep->slow_next++];

	return ring_set_ranges(cluster->ring, keyspace, contains(sweep->user_keyspaces, keyspace), event->body, event->len,
	    err);
}

static int
take_table_ranges(struct cluster *cluster, const struct event *event, struct err *err)
{
	const struct ring_keyspace *keyspace;
	const struct ring_table *table;

	if (!ring_table_at(cluster->ring, cluster->sweep.slow_next++, &keyspace, &table))
		return err_set(err, "the table is there no more");
	return ring_set_table_ranges(cluster->ring, keyspace->name, table->name, event->body, event->len, err);
}

/* -1 and the reason when the answer is of no use. */
static int
take_slow_fact(struct cluster *cluster, enum fact fact, size_t member, const struct event *event, struct err *err)
{
	struct ring *ring = cluster->ring;

	switch (fact) {
	case FACT_DATACENTER:
		if (!scylla_string(event->body, event->len, ring->members[member].datacenter, RING_NAME))
			return err_set(err, "the datacenter of %s is no text", ring->members[member].address);
		return 0;
	case FACT_RACK:
		if (!scylla_string(event->body, event->len, ring->members[member].rack, RING_NAME))
			return err_set(err, "the rack of %s is no text", ring->members[member].address);
		return 0;
	case FACT_OWNERS:
		return ring_set_owners(ring, event->body, event->len, err);
	case FACT_KEYSPACES:
	case FACT_USER_KEYSPACES:
	case FACT_TABLET_KEYSPACES:
	case FACT_VNODE_KEYSPACES:
		return take_keyspaces(cluster, fact, event, err);
	case FACT_TABLES:
		return ring_set_tables(ring, event->body, event->len, err);
	case FACT_RANGES:
		return take_ranges(cluster, event, err);
	default:
		return take_table_ranges(cluster, event, err);
	}
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct cluster *cluster = ((struct sweep *)owner)->cluster;
	enum fact fact = (enum fact)(arg & 0xff);
	struct err err = {""};
	char problem[300];

	cluster->sweep.pending--;
	if (fact == FACT_MOTION)
		take_motion(cluster, event);
	else if (event->outcome != OUTCOME_ANSWERED)
		err_set(&err, "%s", event->error ? event->error : outcome_name(event->outcome));
	else if (event->status != 200)
		err_set(&err, "HTTP %d: %.200s", event->status, event->body);
	else
		take_slow_fact(cluster, fact, arg >> 8, event, &err);
	if (err.text[0]) {
		snprintf(problem, sizeof problem, "%s:%d: reading the ring: %s", cluster->sweep.asker,
		    cluster->target->api_port, err.text);
		sweep_failed(core, cluster, problem);
		return;
	}
	slow_continue(core, cluster);
}

void
keyspaces_free(struct sweep *sweep)
{
	scylla_strings_free(sweep->keyspaces);
	scylla_strings_free(sweep->user_keyspaces);
	free(sweep->all_text);
	free(sweep->user_text);
	free(sweep->tablets_text);
	free(sweep->vnodes_text);
	sweep->keyspaces = sweep->user_keyspaces = NULL;
	sweep->all_text = sweep->user_text = sweep->tablets_text = sweep->vnodes_text = NULL;
}

void
slow_count(struct core *core, struct cluster *cluster)
{
	cluster->sweep.stage = SLOW_TABLES;
	cluster->sweep.slow_next = 0;
	slow_continue(core, cluster);
}

void
slow_begin(struct core *core, struct cluster *cluster)
{
	static const struct {
		enum fact fact;
		const char *path;
	} lists[] = {
		{FACT_KEYSPACES, SCYLLA_KEYSPACES}, {FACT_USER_KEYSPACES, SCYLLA_USER_KEYSPACES},
		{FACT_TABLET_KEYSPACES, SCYLLA_TABLET_KEYSPACES}, {FACT_VNODE_KEYSPACES, SCYLLA_VNODE_KEYSPACES},
		{FACT_OWNERS, SCYLLA_TOKENS_ENDPOINT},
	};
	struct sweep *sweep = &cluster->sweep;

	sweep->stage = SLOW_LISTS;
	sweep->slow_next = 0;
	sweep->slow_fingerprint = 0;
	sweep->count_slow = false;
	ring_forget_ranges(cluster->ring);
	keyspaces_free(sweep);
	for (size_t i = 0; i < ARRAY_LEN(lists); i++)
		ask(core, cluster, xstrdup(lists[i].path), lists[i].fact, 0);
	for (size_t i = 0; i < cluster->ring->nmembers; i++) {
		const char *address = cluster->ring->members[i].address;

		ask(core, cluster, xasprintf(SCYLLA_DATACENTER "%s", address), FACT_DATACENTER, i);
		ask(core, cluster, xasprintf(SCYLLA_RACK "%s", address), FACT_RACK, i);
	}
}
