#include "model_manager.h"

#include <string.h>

#include "alloc.h"
#include "instant.h"

#define HOST "http://manager/api/v1/"
#define CLUSTER "475ebc46-0000-4000-8000-00000000000c"
#define TASK "5ea1e000-0000-4000-8000-00000000000a"

void
manager_begin(struct manager *manager, int64_t wall_ms, const char *ended)
{
	size_t kept = manager->nruns < MANAGER_RUNS_KEPT ? manager->nruns : MANAGER_RUNS_KEPT - 1;

	if (manager->nruns && ended)
		manager_end(manager, ended);
	memmove(manager->runs + 1, manager->runs, kept * sizeof *manager->runs);
	manager->runs[0] = (struct manager_run){"RUNNING", wall_ms};
	manager->nruns = kept + 1;
}

void
manager_end(struct manager *manager, const char *status)
{
	manager->runs[0].status = status;
}

/* Its end is not kept: a minute later stands for it, which is what the list of tasks tells of. */
static void
put_tasks(const struct manager *manager, struct buf *body)
{
	char at[INSTANT_TEXT];

	buf_printf(body, "[{\"cluster_id\":\"" CLUSTER "\",\"type\":\"repair\",\"id\":\"" TASK "\",\"name\":\"\","
	    "\"enabled\":true,"
	    "\"schedule\":{\"cron\":\"{\\\"spec\\\":\\\"\\\",\\\"start_date\\\":\\\"0001-01-01T00:00:00Z\\\"}\","
	    "\"interval\":\"\"},\"properties\":%s,\"status\":\"%s\"", manager->properties,
	    manager->nruns ? manager->runs[0].status : "NEW");
	for (size_t i = 0; i < manager->nruns; i++) {
		if (strcmp(manager->runs[i].status, "DONE") != 0)
			continue;
		buf_printf(body, ",\"last_success\":\"%s\"", instant_micro(manager->runs[i].start_wall_ms + MINUTES(1), at));
		break;
	}
	buf_puts(body, "}]");
}

static void
put_runs(const struct manager *manager, struct buf *body)
{
	char at[INSTANT_TEXT];

	buf_putc(body, '[');
	for (size_t i = 0; i < manager->nruns; i++)
		buf_printf(body, "%s{\"type\":\"repair\",\"task_id\":\"" TASK "\",\"status\":\"%s\",\"start_time\":\"%s\"}",
		    i ? "," : "", manager->runs[i].status, instant_micro(manager->runs[i].start_wall_ms, at));
	buf_putc(body, ']');
}

bool
manager_serve(struct manager *manager, const struct effect_web *request, struct buf *body)
{
	const char *path;

	if (!request->url || strncmp(request->url, HOST, strlen(HOST)) != 0)
		return false;
	manager->asked++;
	path = request->url + strlen(HOST);
	if (strcmp(path, "clusters") == 0)
		buf_printf(body, "[{\"id\":\"" CLUSTER "\",\"name\":\"%s\"}]",
		    manager->cluster_name ? manager->cluster_name : "another");
	else if (strcmp(path, "cluster/" CLUSTER "/tasks?type=repair") == 0)
		put_tasks(manager, body);
	else if (strstr(path, "cluster/" CLUSTER "/task/repair/" TASK "/history?limit="))
		put_runs(manager, body);
	else
		buf_puts(body, "{}");
	return true;
}
