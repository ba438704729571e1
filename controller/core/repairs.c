#include "repairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "request.h"
#include "state.h"

/* The Manager's clock and ours may differ by so much. */
enum { SKEW_MS = 60000, AGAIN_MS = 30000, DEADLINE_MS = 10000, SHORT_ID = 8 };
enum question { QUESTION_CLUSTERS, QUESTION_TASKS, QUESTION_RUNS };

static void answered(struct core *core, void *owner, uint64_t arg, const struct event *event);

static struct cluster *
cluster_of(struct repairs *repairs)
{
	return (struct cluster *)((char *)repairs - offsetof(struct cluster, repairs));
}

/* --- asking --- */

static void
ask(struct core *core, struct cluster *cluster, enum question question, const char *path)
{
	struct effect *effect = request_new(core, EFFECT_WEB, answered, &cluster->repairs, question);

	snprintf(effect->web.method, sizeof effect->web.method, "GET");
	effect->web.url = xasprintf("%s%s", cluster->target->manager_url, path);
	effect->deadline_ms = DEADLINE_MS;
}

static bool
is_wanted(const struct core *core, const struct cluster *cluster)
{
	return cluster->target && cluster->target->manager_url && !cluster->gone && cluster_is_led(core, cluster) &&
	    hints_oldest_ms(cluster) != 0;
}

static void
begin(struct core *core, void *owner)
{
	struct repairs *repairs = owner;
	struct cluster *cluster = cluster_of(repairs);

	if (!is_wanted(core, cluster)) {
		repairs->said[0] = '\0';
		return;
	}
	repairs->asking = true;
	repairs->found[0] = '\0';
	ask(core, cluster, QUESTION_CLUSTERS, MANAGER_CLUSTERS);
}

void
repairs_watch(struct core *core, struct cluster *cluster)
{
	struct repairs *repairs = &cluster->repairs;

	if (!repairs->asking && !repairs->again.armed && is_wanted(core, cluster))
		begin(core, repairs);
}

void
repairs_drop(struct core *core, struct cluster *cluster)
{
	requests_drop(core, &cluster->repairs);
	timer_disarm(&core->timers, &cluster->repairs.again);
	free(cluster->repairs.tasks);
	cluster->repairs = (struct repairs){0};
}

/* --- what it says --- */

static void
end(struct core *core, struct repairs *repairs)
{
	struct cluster *cluster = cluster_of(repairs);
	char said[sizeof repairs->said];

	repairs->asking = false;
	free(repairs->tasks);
	repairs->tasks = NULL;
	snprintf(said, sizeof said, REPAIRS_LEAD "Scylla Manager: %s", repairs->found[0] ? repairs->found
	    : "no repair of all keyspaces was begun since");
	timer_arm(&core->timers, &repairs->again, core->now.up_ms + AGAIN_MS, begin, repairs);
	if (strcmp(said, repairs->said) == 0)
		return;
	snprintf(repairs->said, sizeof repairs->said, "%s", said);
	cluster_kick(core, cluster);
}

/* Only one of the whole cluster that may have been at work since then need be looked into. */
static bool
is_of_interest(const struct cluster *cluster, const struct manager_task *task)
{
	bool runs = strcmp(task->status, "RUNNING") == 0;

	return !task->part[0] && (runs || task->last_success_ms > hints_oldest_ms(cluster));
}

static void
next_task(struct core *core, struct repairs *repairs)
{
	struct cluster *cluster = cluster_of(repairs);

	for (; repairs->next < repairs->ntasks && hints_oldest_ms(cluster); repairs->next++) {
		const struct manager_task *task = &repairs->tasks[repairs->next];

		if (is_of_interest(cluster, task)) {
			CLEANUP_FREE char *path = xasprintf(MANAGER_HISTORY, repairs->cluster_id, task->id, MANAGER_RUNS);

			ask(core, cluster, QUESTION_RUNS, path);
			return;
		}
		if (task->part[0] && !repairs->found[0])
			snprintf(repairs->found, sizeof repairs->found, "repair/%.*s does not count, it is of %s", SHORT_ID,
			    task->id, task->part);
	}
	end(core, repairs);
}

static void
take_runs(struct core *core, struct repairs *repairs, const struct manager_runs *runs)
{
	struct cluster *cluster = cluster_of(repairs);
	const struct manager_task *task = &repairs->tasks[repairs->next++];
	char since[INSTANT_TEXT], how[80];

	if (runs->whole_since_ms > SKEW_MS) {
		snprintf(how, sizeof how, "repair/%s of Scylla Manager, begun at %s", task->id,
		    instant_clock(runs->whole_since_ms, since));
		hints_repaired(core, cluster, runs->whole_since_ms - SKEW_MS, how);
	}
	if (runs->running_since_ms > hints_oldest_ms(cluster) + SKEW_MS)
		snprintf(repairs->found, sizeof repairs->found, "repair/%.*s runs since %s", SHORT_ID, task->id,
		    instant_clock(runs->running_since_ms, since));
	else if (runs->running_since_ms)
		snprintf(repairs->found, sizeof repairs->found, "repair/%.*s runs, but goes on with what was begun at %s: it "
		    "does not count", SHORT_ID, task->id, instant_clock(runs->running_since_ms, since));
	next_task(core, repairs);
}

static void
take_tasks(struct core *core, struct repairs *repairs, const struct event *event)
{
	free(repairs->tasks);
	repairs->tasks = xcalloc(REPAIRS_TASKS, sizeof *repairs->tasks);
	repairs->next = 0;
	if (manager_read_tasks(event->body, event->len, repairs->tasks, REPAIRS_TASKS, &repairs->ntasks)) {
		next_task(core, repairs);
		return;
	}
	snprintf(repairs->found, sizeof repairs->found, "its tasks cannot be read");
	end(core, repairs);
}

static void
take_clusters(struct core *core, struct repairs *repairs, const struct event *event)
{
	struct cluster *cluster = cluster_of(repairs);
	CLEANUP_JSON struct cJSON *json = json_parse(event->body, event->len, NULL);
	const char *id = manager_find_cluster(json, cluster->target->cluster_name);

	if (id) {
		CLEANUP_FREE char *path = xasprintf(MANAGER_TASKS, id);

		snprintf(repairs->cluster_id, sizeof repairs->cluster_id, "%s", id);
		ask(core, cluster, QUESTION_TASKS, path);
		return;
	}
	snprintf(repairs->found, sizeof repairs->found, "it knows no cluster of the name %.80s", cluster->target->cluster_name);
	end(core, repairs);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct repairs *repairs = owner;
	struct manager_runs runs;

	if (event->outcome != OUTCOME_ANSWERED)
		snprintf(repairs->found, sizeof repairs->found, "%.140s",
		    event->error ? event->error : outcome_name(event->outcome));
	else if (event->status != 200)
		snprintf(repairs->found, sizeof repairs->found, "it answers HTTP %d", event->status);
	if (event->outcome != OUTCOME_ANSWERED || event->status != 200 || !is_wanted(core, cluster_of(repairs)))
		end(core, repairs);
	else if (arg == QUESTION_CLUSTERS)
		take_clusters(core, repairs, event);
	else if (arg == QUESTION_TASKS)
		take_tasks(core, repairs, event);
	else if (manager_read_runs(event->body, event->len, repairs->tasks[repairs->next].resumes, &runs))
		take_runs(core, repairs, &runs);
	else
		end(core, repairs);
}
