/* May a node be taken down as far as schema, topology operations, repairs and cleanups go? */
#include "topology.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "counts.h"

enum { UNREACHABLE = COUNT_MAX_MEMBERS + 1 };

static bool
say_no(struct err *said, const char *format, ...) __attribute__((format(printf, 2, 3)));

static bool
say_no(struct err *said, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	if (said)
		vsnprintf(said->text, sizeof said->text, format, args);
	va_end(args);
	return false;
}

static bool
say_yes(struct err *said, const char *text)
{
	if (said)
		snprintf(said->text, sizeof said->text, "%s", text);
	return true;
}

/* Neither told nor absent for a known reason. */
static bool
is_unknown(const struct topology_answer *answer, struct err *said)
{
	if (answer->state == TOPOLOGY_TOLD || answer->state == TOPOLOGY_ABSENT)
		return false;
	say_no(said, "%s does not tell what is under way, %s", answer->asked[0] ? answer->asked : "no node",
	    answer->problem[0] ? answer->problem : "it was not asked");
	return true;
}

/* --- schema --- */

static size_t
count_same(const uint16_t *schemas, const bool *counts, size_t nmembers, size_t as)
{
	size_t n = 0;

	for (size_t i = 0; i < nmembers; i++)
		n += counts[i] && schemas[i] == schemas[as];
	return n;
}

/* Who has the version that most of those have who count and differ from 'other' (or the fewest); nmembers: nobody. */
static size_t
find_version(const uint16_t *schemas, const bool *counts, size_t nmembers, size_t other, bool most)
{
	size_t found = nmembers, best = 0;

	for (size_t i = 0; i < nmembers; i++) {
		size_t same;

		if (!counts[i] || (other < nmembers && schemas[i] == schemas[other]) ||
		    (found < nmembers && schemas[i] == schemas[found]))
			continue;
		same = count_same(schemas, counts, nmembers, i);
		if (found < nmembers && (most ? same <= best : same >= best))
			continue;
		found = i;
		best = same;
	}
	return found;
}

/* Whom a person looks at is who has the version that the fewest have. */
static bool
judge_schemas(const uint16_t *schemas, const bool *counts, const struct ring *ring, struct err *said)
{
	size_t n = ring->nmembers, many = find_version(schemas, counts, n, n, true), few;

	few = many == n ? n : find_version(schemas, counts, n, many, false);
	if (few == n)
		return say_yes(said, "every member that is up has one schema version");
	return say_no(said, "%s has another schema version than %s, which %zu of the members that are up have",
	    ring->members[few].name, ring->members[many].name, count_same(schemas, counts, n, many));
}

bool
topology_schema_agreed(const struct topology *topology, const struct ring *ring, int candidate, struct err *said)
{
	const struct topology_answer *answer = &topology->of_all[TOPOLOGY_SCHEMA];
	CLEANUP_FREE bool *counts = xcalloc(ring->nmembers + 1, sizeof *counts);

	if (is_unknown(answer, said))
		return false;
	for (size_t i = 0; i < ring->nmembers; i++) {
		counts[i] = (int)i != candidate && ring_is_up(ring, i, NULL);
		if (counts[i] && answer->schemas[i] == 0)
			return say_no(said, "%s has a schema version that is not known, %s does not call it up",
			    ring->members[i].name, answer->asked);
		if (counts[i] && answer->schemas[i] == UNREACHABLE)
			return say_no(said, "%s has a schema version that is not known, %s cannot reach it",
			    ring->members[i].name, answer->asked);
	}
	return judge_schemas(answer->schemas, counts, ring, said);
}

/* --- topology --- */

/* "decommission of host 5f0c… since 2026-08-21T10:02:00Z" into 'text'. */
static const char *
describe(const struct topology_task *task, char *text, size_t size)
{
	snprintf(text, size, "%s%s%s%s%s%s%s", task->type[0] ? task->type : "a task", task->entity[0] ? " of " : "",
	    task->entity, task->keyspace[0] ? " of keyspace " : "", task->keyspace, task->since[0] ? " since " : "",
	    task->since);
	return text;
}

/* Entities are host ids: a person knows the name. */
static struct topology_task
with_name(const struct topology_task *task, const struct ring *ring)
{
	struct topology_task named = *task;
	int member = ring_find_host_id(ring, task->entity);

	if (member >= 0)
		snprintf(named.entity, sizeof named.entity, "%.79s", ring->members[member].name);
	return named;
}

/* Nothing is under way by this node's answer. */
static bool
is_quiet(const struct topology_answer *answer, const struct ring *ring, const char *what, struct err *said)
{
	struct topology_task named;
	char text[480];

	if (is_unknown(answer, said))
		return false;
	if (answer->ntasks == 0)
		return true;
	named = with_name(&answer->tasks[0], ring);
	return say_no(said, "%s: %s, as %s tells", what, describe(&named, text, sizeof text), answer->asked);
}

static bool
is_in_set(const uint16_t *members, size_t count, size_t member)
{
	for (size_t i = 0; i < count; i++)
		if (members[i] == member)
			return true;
	return false;
}

/* Some range of the keyspace has replicas on both; true, too, when its ranges are not known. */
static bool
shares_range(const struct ring *ring, const char *keyspace, size_t a, size_t b)
{
	const struct ring_layout *layout = NULL;
	const uint16_t *set;

	for (size_t i = 0; i < ring->nkeyspaces && !layout; i++)
		if (!strcmp(ring->keyspaces[i].name, keyspace))
			layout = ring->keyspaces[i].layout;
	if (!layout || a == b)
		return true;
	set = layout->members;
	for (size_t i = 0; i < layout->nsets; set += layout->counts[i++])
		if (is_in_set(set, layout->counts[i], a) && is_in_set(set, layout->counts[i], b))
			return true;
	return false;
}

/* The repairs that 'member' runs leave the candidate alone. */
static bool
repairs_allow(const struct topology *topology, const struct ring *ring, size_t member, int candidate, bool full,
    struct err *said)
{
	const struct topology_answer *answer = &topology->repairs[member];
	char text[480];

	if (is_unknown(answer, said))
		return false;
	for (size_t i = 0; i < answer->ntasks; i++) {
		const struct topology_task *task = &answer->tasks[i];

		if (!full && task->keyspace[0] && ring_has_tablets(ring, task->keyspace))
			continue;
		if (full || candidate < 0 || shares_range(ring, task->keyspace, member, (size_t)candidate))
			return say_no(said, "%s is repairing, %s", ring->members[member].name,
			    describe(task, text, sizeof text));
	}
	if (answer->more)
		return say_no(said, "%s is repairing more than %d keyspaces at once, which ones is not all known",
		    ring->members[member].name, TOPOLOGY_TASKS);
	return true;
}

static bool
ring_changes(const struct ring *ring, struct err *said)
{
	if (ring->joining == SIZE_MAX || ring->leaving == SIZE_MAX)
		say_no(said, "which nodes join and leave is not known, no node tells");
	else if (ring->joining + ring->leaving > 0)
		say_no(said, "topology is changing, %zu joining and %zu leaving", ring->joining, ring->leaving);
	else
		return false;
	return true;
}

/* A member that does not vote has nobody's trust, but the candidate's own word that it is at work counts; and where it gives
 * none and is not down for all, it may be. */
static bool
is_asked(const struct topology_answer *answer, const struct ring *ring, size_t member, int candidate)
{
	return ring_votes(ring, member) ||
	    ((int)member == candidate && (answer->state == TOPOLOGY_TOLD || !ring_is_out(ring, member)));
}

bool
topology_is_still(const struct topology *topology, const struct ring *ring, struct err *said)
{
	return !ring_changes(ring, said) &&
	    is_quiet(&topology->of_all[TOPOLOGY_NODE_OPS], ring, "topology is changing", said) &&
	    is_quiet(&topology->of_all[TOPOLOGY_REQUESTS], ring, "a topology request is under way", said);
}

bool
topology_is_blind(const struct topology *topology)
{
	return topology->of_all[TOPOLOGY_NODE_OPS].state == TOPOLOGY_ABSENT;
}

bool
topology_is_idle(const struct topology *topology, const struct ring *ring, int candidate, bool full, struct err *said)
{
	if (!topology_is_still(topology, ring, said))
		return false;
	if (full && !is_quiet(&topology->of_all[TOPOLOGY_TABLETS], ring, "tablets are being moved or repaired", said))
		return false;
	for (size_t i = 0; i < ring->nmembers; i++)
		if (is_asked(&topology->repairs[i], ring, i, candidate) &&
		    !repairs_allow(topology, ring, i, candidate, full, said))
			return false;
	if (candidate >= 0 && is_asked(&topology->cleanups[candidate], ring, (size_t)candidate, candidate) &&
	    !is_quiet(&topology->cleanups[candidate], ring, "the node is being cleaned up", said))
		return false;
	if (topology_is_blind(topology))
		return say_yes(said, "no node joins or leaves and nothing is repaired; this release does not tell of other "
		    "topology requests");
	return say_yes(said, "no topology operation and no repair is under way");
}
