#include "survey.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "cluster.h"
#include "op.h"
#include "reasons.h"
#include "release.h"
#include "state.h"

/* How old an answer may be when a plan is made of it, and when one that failed is asked for again. */
enum { YOUNG_MS = 60000, AGAIN_MS = 5000, DEADLINE_MS = 5000, MS_PER_S = 1000 };

struct surveyed {
	char host_id[RING_HOST_ID];
	char version[64];            /* "": it has not told */
	int64_t started_wall_ms;     /* by its generation; -1: it has not told */
	char problem[160];           /* why not; the last one */
};

struct survey {
	struct op *op;
	struct surveyed *nodes;
	size_t nnodes;
	unsigned pending;
	int64_t asked_up_ms;
	struct timer again;
};

static bool
asks_anything(const struct operation *object)
{
	return object->version_below || object->started_before_ms || object->uptime_over_ms;
}

void
survey_drop(struct core *core, struct op *op)
{
	struct survey *survey = op->survey;

	if (!survey)
		return;
	requests_drop(core, survey);
	timer_disarm(&core->timers, &survey->again);
	free(survey->nodes);
	free(survey);
	op->survey = NULL;
}

/* --- asking */

enum { OF_VERSION, OF_GENERATION, QUESTIONS };

static void
take(struct surveyed *node, uint64_t question, const struct event *event)
{
	int64_t generation;

	if (event->outcome != OUTCOME_ANSWERED)
		snprintf(node->problem, sizeof node->problem, "%s", event->error ? event->error : outcome_name(event->outcome));
	else if (event->status != 200)
		snprintf(node->problem, sizeof node->problem, "HTTP %d", event->status);
	else if (question == OF_VERSION)
		scylla_string(event->body, event->len, node->version, sizeof node->version);
	else if (scylla_generation(event->body, event->len, &generation))
		node->started_wall_ms = generation * MS_PER_S;
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct survey *survey = owner;

	take(&survey->nodes[arg / QUESTIONS], arg % QUESTIONS, event);
	if (--survey->pending == 0)
		op_kick(core, survey->op);
}

static void
ask(struct core *core, struct survey *survey)
{
	static const char *const paths[QUESTIONS] = {SCYLLA_RELEASE_VERSION, SCYLLA_GENERATION};
	const struct cluster *cluster = survey->op->cluster;
	const struct ring *ring = cluster->ring;

	free(survey->nodes);
	survey->nnodes = ring->nmembers;
	survey->nodes = xcalloc(ring->nmembers + 1, sizeof *survey->nodes);
	survey->asked_up_ms = core->now.up_ms;
	for (size_t i = 0; i < ring->nmembers; i++) {
		snprintf(survey->nodes[i].host_id, sizeof survey->nodes[i].host_id, "%s", ring->members[i].host_id);
		survey->nodes[i].started_wall_ms = -1;
		for (uint64_t q = 0; q < QUESTIONS; q++) {
			struct effect *effect = request_new(core, EFFECT_REST, answered, survey, i * QUESTIONS + q);

			cluster_rest_effect(cluster, effect, ring->members[i].address, "GET", xstrdup(paths[q]));
			effect->deadline_ms = DEADLINE_MS;
			survey->pending++;
		}
	}
}

/* --- what is known */

static const struct surveyed *
find(const struct survey *survey, const char *host_id)
{
	for (size_t i = 0; i < survey->nnodes; i++)
		if (strcmp(survey->nodes[i].host_id, host_id) == 0)
			return &survey->nodes[i];
	return NULL;
}

/* Of a node whose facts are known: 1 fits, 0 does not; -1: what is asked is not known. */
static int
judge(const struct operation *object, const struct surveyed *node, int64_t wall_ms)
{
	bool known = true, fits = true;

	if (object->version_below)
		fits = scylla_is_older(node->version, object->version_below, &known);
	if (!known || ((object->started_before_ms || object->uptime_over_ms) && node->started_wall_ms < 0))
		return -1;
	if (object->started_before_ms)
		fits = fits && node->started_wall_ms < object->started_before_ms;
	if (object->uptime_over_ms)
		fits = fits && wall_ms - node->started_wall_ms > object->uptime_over_ms;
	return fits;
}

/* Does it matter what this one tells? */
static bool
may_be_target(const struct op *op, size_t member)
{
	char zone[2 * RING_NAME + 2];

	return operation_targets(op->object, op->cluster->ring->members[member].name, cluster_zone(op->cluster, member, zone));
}

/* A member that has not told, or whom nobody has asked; NULL: there is none. */
static const struct ring_member *
silent(const struct core *core, const struct op *op)
{
	const struct ring *ring = op->cluster->ring;

	for (size_t i = 0; i < ring->nmembers; i++) {
		const struct surveyed *node = find(op->survey, ring->members[i].host_id);

		if (!may_be_target(op, i))
			continue;
		if (!node || judge(op->object, node, core->now.wall_ms) < 0)
			return &ring->members[i];
	}
	return NULL;
}

bool
survey_ready(struct core *core, struct op *op, struct err *why)
{
	struct survey *survey = op->survey;
	const struct ring_member *member;

	if (!asks_anything(op->object))
		return true;
	if (!survey) {
		survey = op->survey = xcalloc(1, sizeof *survey);
		survey->op = op;
		survey->asked_up_ms = INT64_MIN;
	}
	member = survey->pending == 0 && survey->asked_up_ms != INT64_MIN ? silent(core, op) : NULL;
	if (survey->pending == 0 && (survey->asked_up_ms == INT64_MIN ||
	    core->now.up_ms >= survey->asked_up_ms + (member ? AGAIN_MS : YOUNG_MS))) {
		ask(core, survey);
	} else if (member) {
		const struct surveyed *node = find(survey, member->host_id);

		timer_arm_earlier(&core->timers, &survey->again, survey->asked_up_ms + AGAIN_MS, op_look, op);
		err_set(why, "spec.targets: %s does not tell its release and since when it runs%s%s; it is asked again",
		    member->name, node && node->problem[0] ? ": " : "", node ? node->problem : "");
		return false;
	}
	if (survey->pending > 0)
		err_set(why, "spec.targets: the nodes are asked for their release and since when they run");
	return survey->pending == 0;
}

bool
survey_is_over(struct core *core, struct op *op)
{
	struct err why = {""};

	if (survey_ready(core, op, &why))
		return true;
	op_set_phase(core, op, PHASE_QUEUED, REASON_Surveying, "%s", why.text);
	return false;
}

bool *
survey_unfit(struct core *core, struct op *op)
{
	const struct ring *ring = op->cluster->ring;
	bool *unfit;

	if (!asks_anything(op->object) || !op->survey)
		return NULL;
	/* Of a node that is no member yet nothing is known, so that it is none of those that are asked for. */
	unfit = xcalloc(ring->nmembers + op->cluster->target->nnodes + 1, sizeof *unfit);
	memset(unfit, true, ring->nmembers + op->cluster->target->nnodes);
	for (size_t i = 0; i < ring->nmembers; i++) {
		const struct surveyed *node = find(op->survey, ring->members[i].host_id);

		unfit[i] = !node || judge(op->object, node, core->now.wall_ms) != 1;
	}
	return unfit;
}
