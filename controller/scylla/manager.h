/* What Scylla Manager's REST API tells of repairs (versions 3.x; below /api/v1). Pure: answers are put in as texts. A run of a
 * task has a beginning and an end; a task whose last run was not finished takes up what that one has left, so that the
 * beginning of a run alone does not say from when on all was repaired. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;

enum { MANAGER_ID = 40, MANAGER_RUNS = 50 };

#define MANAGER_CLUSTERS "/api/v1/clusters"
#define MANAGER_TASKS "/api/v1/cluster/%s/tasks?type=repair"                    /* cluster's id */
#define MANAGER_HISTORY "/api/v1/cluster/%s/task/repair/%s/history?limit=%d"    /* cluster's id, task's, MANAGER_RUNS */

/* A task of type repair. */
struct manager_task {
	char id[MANAGER_ID];
	char status[12];             /* of its last run: "DONE", "RUNNING", "ERROR" … */
	char part[100];              /* what it leaves out, "keyspaces app, !app.logs alone"; "": nothing */
	bool resumes;                /* a run goes on where an unfinished one stopped */
	int64_t last_success_ms;     /* when its last good run ended, by the Manager's clock; 0: none has */
};

/* What a task's history tells. Wall times by the Manager's clock; 0: none. */
struct manager_runs {
	int64_t whole_since_ms;      /* all was repaired from then on, by runs that are done */
	int64_t running_since_ms;    /* what is to be done by the run at work is from then on */
};

/* The id of the cluster of this name; NULL: there is none, or it is no id. Borrowed. */
const char *manager_find_cluster(const struct cJSON *clusters, const char *name);
/* At most 'most' of them; false: it is no list. Those without an id that can be asked for are left out. */
bool manager_read_tasks(const char *text, size_t len, struct manager_task *tasks, size_t most, size_t *ret_count);
/* False: it is no list of runs. */
bool manager_read_runs(const char *text, size_t len, bool resumes, struct manager_runs *ret);
/* The times at which a task is run, "cron 0 23 * * SAT", "every 1h", "once"; 'text' is returned. */
char *manager_schedule(const struct cJSON *schedule, char *text, size_t size);
/* A list's texts, with commas between; 'text' is returned. */
char *manager_join(const struct cJSON *list, char *text, size_t size);
