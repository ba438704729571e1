/* What a node says of its tasks and the cluster's. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"
#include "model_inside.h"

static const struct {
	const char *module, *type, *scope;
} kinds[] = {
	[TASK_REPAIR] = {"repair", "repair", "keyspace"},
	[TASK_CLEANUP] = {"compaction", "cleanup compaction", "keyspace"},
	[TASK_COMPACTION] = {"compaction", "major compaction", "keyspace"},
	[TASK_CLEANUP_ALL] = {"global_topology_requests", "cleanup", "cluster"},
	[TASK_REBUILD] = {"node_ops", "rebuild", "cluster"},
	[TASK_BOOTSTRAP] = {"node_ops", "bootstrap", "cluster"},
	[TASK_REPLACE] = {"node_ops", "replace", "cluster"},
	[TASK_DECOMMISSION] = {"node_ops", "decommission", "cluster"},
	[TASK_REMOVE] = {"node_ops", "remove node", "cluster"},
	[TASK_MIGRATION] = {"tablets", "migration", "tablet"},
};

static const struct {
	const char *module;
	unsigned release;
} modules[] = {
	{"compaction", 0}, {"repair", 0}, {"node_ops", 0}, {"snapshot", 602}, {"sstables_loader", 602},
	{"tablets", 202501}, {"global_topology_requests", 202503}, {"vnodes_to_tablets_migration", 202602},
};

static bool
has_module(const struct node *n, const char *module)
{
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		if (!strcmp(modules[i].module, module))
			return sim_release(n) >= modules[i].release;
	return false;
}

static int
list_modules(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)argument;
	for (size_t i = 0; i < ARRAY_LEN(modules); i++)
		if (sim_release(n) >= modules[i].release)
			buf_printf(out, "%s\"%s\"", i ? "," : "[", modules[i].module);
	buf_putc(out, ']');
	return 200;
}

static void
put_time(const struct sim *sim, int64_t at, struct buf *out)
{
	time_t seconds = at == INT64_MAX ? 0 : (time_t)(sim->config.epoch + at / 1000);
	char text[32];
	struct tm tm;

	gmtime_r(&seconds, &tm);
	strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
	buf_puts(out, text);
}

/* What a list and a status have in common. */
static void
put_stats(const struct sim *sim, const struct task *task, const char *id_name, struct buf *out)
{
	static const char *const states[] = {"created", "running", "done", "failed"};
	char id[SIM_UUID];

	sim_uuid(task->id, id);
	buf_printf(out, "\"%s\": \"%s\", \"state\": \"%s\", \"type\": \"%s\", \"kind\": \"%s\", \"scope\": \"%s\", "
	    "\"keyspace\": \"%s\", \"table\": \"%s\", \"entity\": \"%s\", \"sequence_number\": %u, \"shard\": 0, "
	    "\"start_time\": \"", id_name, id, states[task->state], kinds[task->kind].type,
	    sim_task_of_cluster(task->kind) ? "cluster" : "node", kinds[task->kind].scope, task->keyspace, task->table,
	    strcmp(kinds[task->kind].module, "node_ops") ? "" : sim->nodes[task->entity].host_id,
	    sim_task_of_cluster(task->kind) ? 0 : task->sequence);
	put_time(sim, task->started, out);
	buf_puts(out, "\", \"end_time\": \"");
	put_time(sim, task->ended, out);
	buf_putc(out, '"');
}

static int
list_tasks(struct sim *sim, struct node *n, const char *module, struct buf *out)
{
	const char *comma = "";

	if (!has_module(n, module))
		return sim_bad(out, 400, "task module %s not found", module);
	buf_putc(out, '[');
	for (size_t i = 0; i < sim->ntasks; i++) {
		const struct task *task = &sim->tasks[i];

		if (strcmp(kinds[task->kind].module, module) || !sim_task_listed(sim, task, (size_t)(n - sim->nodes)))
			continue;
		buf_printf(out, "%s{", comma);
		put_stats(sim, task, "task_id", out);
		buf_putc(out, '}');
		comma = ",";
	}
	buf_putc(out, ']');
	return 200;
}

static int
task_status(struct sim *sim, struct node *n, const char *wanted, struct buf *out)
{
	char id[SIM_UUID];

	for (size_t i = 0; i < sim->ntasks; i++) {
		const struct task *task = &sim->tasks[i];

		sim_uuid(task->id, id);
		if (strcmp(id, wanted) || !sim_task_listed(sim, task, (size_t)(n - sim->nodes)))
			continue;
		buf_putc(out, '{');
		put_stats(sim, task, "id", out);
		buf_printf(out, ", \"is_abortable\": %s, \"error\": \"%s\", \"parent_id\": \"none\", \"progress_units\": \"\", "
		    "\"progress_total\": 0, \"progress_completed\": 0, \"children_ids\": []}",
		    task->kind == TASK_REPAIR ? "true" : "false", task->state == TASK_FAILED ? "failed" : "");
		return 200;
	}
	return sim_bad(out, 400, "task with id %s not found", wanted);
}

static const struct task *
repair(const struct sim *sim, const struct node *n, int number)
{
	for (size_t i = 0; i < sim->ntasks; i++)
		if (sim->tasks[i].kind == TASK_REPAIR && sim->tasks[i].node == (size_t)(n - sim->nodes) &&
		    sim->tasks[i].number == number)
			return &sim->tasks[i];
	return NULL;
}

/* An id that the process has given, or one as low, and that it does not track, "was successful". */
static int
repair_status(struct sim *sim, struct node *n, const char *id, struct buf *out)
{
	int number = (int)strtol(id, NULL, 10);
	const struct task *task = repair(sim, n, number);

	if (number < 1)
		return sim_bad(out, 400, "Missing mandatory parameter 'id'");
	if (number > n->repairs)
		return sim_bad(out, 400, "unknown repair id %d", number);
	buf_printf(out, "\"%s\"", !task || task->state == TASK_DONE ? "SUCCESSFUL" :
	    task->state == TASK_FAILED ? "FAILED" : "RUNNING");
	return 200;
}

static int
active_repair(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	const char *comma = "";

	(void)argument;
	buf_putc(out, '[');
	for (int i = 1; i <= n->repairs; i++) {
		const struct task *task = repair(sim, n, i);

		if (!task || task->ended < INT64_MAX)
			continue;
		buf_printf(out, "%s%d", comma, i);
		comma = ",";
	}
	buf_putc(out, ']');
	return 200;
}

const struct endpoint sim_task_endpoints[] = {
	{"/task_manager/list_modules", NULL, STAGE_LISTENING, 0, list_modules},
	{"/task_manager/list_module_tasks/", NULL, STAGE_LISTENING, 0, list_tasks},
	{"/task_manager/task_status/", NULL, STAGE_LISTENING, 0, task_status},
	{"/storage_service/repair_async/", "id", STAGE_GOSSIPER, 0, repair_status},
	{"/storage_service/repair_status", "id", STAGE_GOSSIPER, 0, repair_status},
	{"/storage_service/active_repair", NULL, STAGE_GOSSIPER, 0, active_repair},
	{NULL, NULL, STAGE_OFF, 0, NULL},
};
