/* The slow facts of a sweep: where each member stands and which keyspaces have which replicas. They are read again only
 * when the ring's fingerprint has changed. */
#include "observe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "log.h"
#include "state.h"

enum { SLOW_DEADLINE_MS = 60000 };

static bool
contains(char *const *strings, const char *text)
{
	for (; strings && *strings; strings++)
		if (strcmp(*strings, text) == 0)
			return true;
	return false;
}

static void answered(struct core *core, void *owner, uint64_t arg, const struct event *event);

/* Ranges are read one keyspace after the other: an answer may have tens of megabytes. */
static void
slow_continue(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;

	if (sweep->pending > 0)
		return;
	if (sweep->keyspaces[sweep->slow_next] && strcmp(sweep->keyspaces[sweep->slow_next], RING_EVERYWHERE) == 0)
		sweep->slow_next++;
	if (sweep->keyspaces[sweep->slow_next]) {
		sweep_ask(core, cluster, sweep->asker, xasprintf(SCYLLA_DESCRIBE_RING "%s", sweep->keyspaces[sweep->slow_next]),
		    FACT_RANGES, 0, SLOW_DEADLINE_MS, answered);
		return;
	}
	sweep->slow_fingerprint = ring_fingerprint(cluster->ring);
	say(core, LOG_LEVEL_DEBUG, NULL, NULL, NULL, "cluster %s: ring read: %zu members, %zu keyspaces", cluster->key,
	    cluster->ring->nmembers, cluster->ring->nkeyspaces);
	sweep_facts_in(core, cluster);
}

/* Both lists are told to the ring together, before any range: a ring half read must not pass for a whole one. */
static int
take_keyspaces(struct cluster *cluster, enum fact fact, const struct event *event, struct err *err)
{
	struct sweep *sweep = &cluster->sweep;
	char **text = fact == FACT_KEYSPACES ? &sweep->all_text : &sweep->user_text;
	char ***list = fact == FACT_KEYSPACES ? &sweep->keyspaces : &sweep->user_keyspaces;

	*list = scylla_strings(event->body, event->len);
	if (!*list)
		return err_set(err, "the list of keyspaces cannot be read");
	free(*text);
	*text = xstrndup(event->body, event->len);
	if (!sweep->all_text || !sweep->user_text)
		return 0;
	return ring_set_keyspaces(cluster->ring, sweep->all_text, strlen(sweep->all_text), sweep->user_text,
	    strlen(sweep->user_text), err);
}

/* -1 and the reason when the answer is of no use. */
static int
take_slow_fact(struct cluster *cluster, enum fact fact, size_t member, const struct event *event, struct err *err)
{
	struct sweep *sweep = &cluster->sweep;
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
	case FACT_VERSION:
		scylla_string(event->body, event->len, cluster->version, sizeof cluster->version);
		return 0;
	case FACT_KEYSPACES:
	case FACT_USER_KEYSPACES:
		return take_keyspaces(cluster, fact, event, err);
	default: {
		const char *keyspace = sweep->keyspaces[sweep->slow_next++];

		return ring_set_ranges(ring, keyspace, contains(sweep->user_keyspaces, keyspace), event->body, event->len,
		    err);
	}
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
	if (event->outcome != OUTCOME_ANSWERED)
		err_set(&err, "%s", event->error ? event->error : outcome_name(event->outcome));
	else if (event->status != 200)
		err_set(&err, "HTTP %d: %.200s", event->status, event->body);
	else
		take_slow_fact(cluster, fact, arg >> 8, event, &err);
	if (err.text[0]) {
		snprintf(problem, sizeof problem, "%s:%d: reading the ring%s%s: %s", cluster->sweep.asker,
		    cluster->target->api_port, fact == FACT_RANGES ? " of keyspace " : "",
		    fact == FACT_RANGES && cluster->sweep.keyspaces[cluster->sweep.slow_next]
		    ? cluster->sweep.keyspaces[cluster->sweep.slow_next] : "", err.text);
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
	sweep->keyspaces = sweep->user_keyspaces = NULL;
	sweep->all_text = sweep->user_text = NULL;
}

void
slow_begin(struct core *core, struct cluster *cluster)
{
	struct sweep *sweep = &cluster->sweep;
	const char *asker = sweep->asker;

	sweep->slow_next = 0;
	ring_forget_ranges(cluster->ring);
	keyspaces_free(sweep);
	sweep_ask(core, cluster, asker, xstrdup(SCYLLA_KEYSPACES), FACT_KEYSPACES, 0, SLOW_DEADLINE_MS, answered);
	sweep_ask(core, cluster, asker, xstrdup(SCYLLA_USER_KEYSPACES), FACT_USER_KEYSPACES, 0, SLOW_DEADLINE_MS, answered);
	sweep_ask(core, cluster, asker, xstrdup(SCYLLA_RELEASE_VERSION), FACT_VERSION, 0, SLOW_DEADLINE_MS, answered);
	for (size_t i = 0; i < cluster->ring->nmembers; i++) {
		const char *address = cluster->ring->members[i].address;

		sweep_ask(core, cluster, asker, xasprintf(SCYLLA_DATACENTER "%s", address), FACT_DATACENTER, i,
		    SLOW_DEADLINE_MS, answered);
		sweep_ask(core, cluster, asker, xasprintf(SCYLLA_RACK "%s", address), FACT_RACK, i, SLOW_DEADLINE_MS, answered);
	}
}
