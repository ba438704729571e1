#include "operation_private.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"

static char
kind_of(const struct cJSON *value)
{
	int64_t number;

	if (json_text(value))
		return 's';
	return json_to_int(value, &number) ? 'i' : 'b';
}

static int
read_variables(struct operation *op, const struct field *variables, struct err *err)
{
	if (variables->value && field_need_object(variables, err) < 0)
		return -1;
	JSON_EACH(member, variables->value) {
		struct field f = field_get(variables, json_key(member));
		struct operation_variable *variable;
		char *text = NULL;
		bool list;

		if (field_value(&f, &text, &list, err) < 0)
			return -1;
		variable = ARRAY_GROW(op->variables, op->nvariables);
		variable->name = xstrdup(json_key(member));
		variable->text = text;
		variable->type = list ? 'l' : kind_of(member);
	}
	return 0;
}

/* nodeTask or clusterTask: its type, and its parameters as JSON text for workflow_of_task(). */
static int
read_task(struct operation *op, const struct field *task, char **type, struct err *err)
{
	static const char *const keys[] = {"type", "with", "impact", NULL};
	static const char *const impacts[] = {"none", "takesNodeDown", "bringsNodeUp", "changesTopology", NULL};
	struct field name = field_get(task, "type"), with = field_get(task, "with"), impact = field_get(task, "impact");
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	int chosen = -1;

	if (!task->value)
		return 0;
	if (field_known(task, keys, err) < 0 || field_need_text(&name, type, err) < 0 ||
	    field_choice(&impact, impacts, &chosen, err) < 0)
		return -1;
	if (chosen >= 0)
		op->impact = xstrdup(impacts[chosen]);
	if (!with.value)
		return 0;
	if (field_need_object(&with, err) < 0)
		return -1;
	json_print(with.value, &text);
	free(op->with);
	op->with = buf_take(&text);
	return 0;
}

static int
read_moment(const struct field *f, int64_t *ret, struct err *err)
{
	CLEANUP_FREE char *text = NULL;

	if (!f->value)
		return 0;
	if (field_need_text(f, &text, err) < 0)
		return -1;
	*ret = instant_parse(text);
	return *ret > 0 ? 0 : field_wrong(f, "a moment such as 2026-11-01T00:00:00Z", err);
}

static int
read_length(const struct field *f, int64_t *ret, struct err *err)
{
	CLEANUP_FREE char *text = NULL;

	if (!f->value)
		return 0;
	if (field_need_text(f, &text, err) < 0)
		return -1;
	*ret = duration_parse(text);
	return *ret > 0 ? 0 : field_wrong(f, "a duration such as 240h", err);
}

static int
read_other(struct operation *op, const struct field *f, struct err *err)
{
	if (field_text(f, &op->not_done_by, err) < 0)
		return -1;
	if (op->not_done_by && strcmp(op->not_done_by, op->meta.name) == 0)
		return field_error(f, err, "names this operation itself; name one that has ended");
	return 0;
}

/* What a node must be besides; '*ret_any': something is asked. */
static int
read_facts(struct operation *op, const struct field *targets, bool *ret_any, struct err *err)
{
	struct field exclude = field_get(targets, "exclude"), version = field_get(targets, "versionBelow");
	struct field started = field_get(targets, "startedBefore"), uptime = field_get(targets, "uptimeOver");
	struct field other = field_get(targets, "notDoneBy");

	*ret_any = exclude.value || version.value || started.value || uptime.value || other.value;
	if (field_texts(&exclude, &op->excludes, &op->nexcludes, err) < 0 ||
	    field_text(&version, &op->version_below, err) < 0 || read_other(op, &other, err) < 0 ||
	    read_moment(&started, &op->started_before_ms, err) < 0 ||
	    read_length(&uptime, &op->uptime_over_ms, err) < 0)
		return -1;
	if (op->version_below && !strchr("0123456789", op->version_below[0]))
		return field_wrong(&version, "a release such as 2025.1.4", err);
	return exclude.value && op->nexcludes == 0 ? field_error(&exclude, err, "names nobody; leave it out") : 0;
}

/* A list that came out empty must not mean all nodes. */
static int
read_targets(struct operation *op, const struct field *targets, struct err *err)
{
	static const char *const keys[] = {"zones", "nodes", "exclude", "versionBelow", "startedBefore", "uptimeOver",
	    "notDoneBy", NULL};
	struct field zones = field_get(targets, "zones"), nodes = field_get(targets, "nodes");
	bool any = false;

	if (field_known(targets, keys, err) < 0 || field_texts(&zones, &op->zones, &op->nzones, err) < 0 ||
	    field_texts(&nodes, &op->nodes, &op->nnodes, err) < 0 || read_facts(op, targets, &any, err) < 0)
		return -1;
	if (zones.value && nodes.value)
		return field_error(targets, err, "takes zones or nodes, not both");
	any = any && !zones.value && !nodes.value;
	if (targets->value && op->nzones == 0 && op->nnodes == 0 && !any)
		return field_error(targets, err, "names no node; leave it out to mean all nodes of the cluster");
	return 0;
}

/* What must fit together, as the CRD's rules say; an object may be older than they are. */
static int
check_spec(const struct operation *op, const struct field *spec, struct err *err)
{
	int chosen = (op->workflow != NULL) + (op->node_task != NULL) + (op->cluster_task != NULL);
	struct field variables = field_get(spec, "variables"), targets = field_get(spec, "targets");

	if (chosen != 1)
		return field_error(spec, err, "exactly one of workflow, nodeTask and clusterTask must be set");
	if (variables.value && !op->workflow)
		return field_error(&variables, err,
		    "variables belong to a workflow; a single task's parameters are written under its 'with'");
	if (targets.value && op->cluster_task)
		return field_error(&targets, err, "a clusterTask runs once for the whole cluster and takes no targets");
	return 0;
}

static int
read_spec(struct operation *op, const struct field *spec, struct err *err)
{
	static const char *const keys[] = {"cluster", "workflow", "nodeTask", "clusterTask", "variables", "targets",
	    "owner", "suspend", "cancel", "retry", "urgent", "acknowledge", "skip", "overrides", "approvals", "dryRun",
	    "rebuildJournal", "ttlSecondsAfterFinished",
	    "deleteAfterFinished", NULL};
	struct field cluster = field_get(spec, "cluster"), workflow = field_get(spec, "workflow");
	struct field node_task = field_get(spec, "nodeTask"), cluster_task = field_get(spec, "clusterTask");
	struct field variables = field_get(spec, "variables"), targets = field_get(spec, "targets");

	if (field_need_object(spec, err) < 0 || field_known(spec, keys, err) < 0 ||
	    field_need_text(&cluster, &op->cluster, err) < 0 || field_text(&workflow, &op->workflow, err) < 0 ||
	    read_task(op, &node_task, &op->node_task, err) < 0 ||
	    read_task(op, &cluster_task, &op->cluster_task, err) < 0 ||
	    read_variables(op, &variables, err) < 0 || read_targets(op, &targets, err) < 0 ||
	    operation_read_knobs(op, spec, err) < 0)
		return -1;
	return check_spec(op, spec, err);
}

static int64_t
read_time(const struct cJSON *status, const char *key)
{
	int64_t ms = instant_parse(json_str(status, key));

	return ms < 0 ? 0 : ms;
}

/* Owned; "[]" when it is none. */
static char *
array_text(const struct cJSON *array)
{
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	if (json_text(array))           /* as json_parse_cut() leaves it */
		buf_puts(&text, json_text(array));
	else if (json_is_array(array))
		json_print(array, &text);
	else
		buf_puts(&text, "[]");
	return buf_take(&text);
}

/* Ours alone, and rebuilt from the journal: what cannot be read counts as never written. */
static void
read_status(struct operation *op, const struct cJSON *status)
{
	const struct cJSON *journal = json_get(status, "journal");

	op->transitions = array_text(json_get(status, "transitions"));
	op->phase = xstrdup(json_str_or(status, "phase", ""));
	op->observed_generation = json_int(status, "observedGeneration", -1);
	op->journal_epoch = json_int(journal, "epoch", 0);
	op->journal_seq = json_int(journal, "seq", 0);
	op->journal_rebuilt = json_int(journal, "rebuilt", 0);
	op->told = op->rebuild_journal ? operation_read_told(status) : NULL;
	op->plan_hash = xstrdup(json_str_or(status, "planHash", ""));
	op->start_ms = read_time(status, "startTime");
	op->completion_ms = read_time(status, "completionTime");
	op->retry_seen = json_int(status, "retryObserved", 0);
	op->held_node = operation_read_held(status);
	op->acknowledged = xstrdup_or_null(json_str(status, "acknowledged"));
	op->holds_nodes = json_count(json_get(status, "nodesHeldDown")) > 0;
	/* Before there was that field, nodes held down at the end said so by themselves. */
	op->notices_waiting = json_int(status, "notificationsWaiting", 0) > 0;
	op->keeps_cluster = json_bool(status, "keepsCluster", op->holds_nodes);
	op->conditions = array_text(json_get(status, "conditions"));
}

struct operation *
operation_decode(const struct cJSON *object, struct err *err)
{
	struct field root = field_of(object, "");
	struct field spec = field_get(&root, "spec");
	struct operation *op = xcalloc(1, sizeof *op);

	op->with = xstrdup("{}");
	if (object_meta_decode(&op->meta, object, err) < 0 || read_spec(op, &spec, err) < 0)
		return operation_free(op);
	read_status(op, json_get(object, "status"));
	return op;
}

struct operation *
operation_decode_unreadable(const struct cJSON *object, const char *problem)
{
	const struct cJSON *spec = json_get(object, "spec");
	struct operation *op = xcalloc(1, sizeof *op);

	if (object_meta_decode(&op->meta, object, NULL) < 0)
		return operation_free(op);
	op->cluster = xstrdup(json_str_or(spec, "cluster", ""));
	op->cancel = json_bool(spec, "cancel", false);
	op->suspend = true;
	op->with = xstrdup("{}");
	op->problem = xstrdup(problem);
	read_status(op, json_get(object, "status"));
	return op;
}

void
operation_take_refused(struct operation *op, struct operation *refused)
{
	struct object_meta meta = op->meta;

	op->meta = refused->meta;
	refused->meta = meta;
	free(op->problem);
	op->problem = TAKE_PTR(refused->problem);
	op->cancel |= refused->cancel;
	op->suspend = true;
	operation_free(refused);
}

void
operation_free_texts(char **texts, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(texts[i]);
	free(texts);
}

struct operation *
operation_free(struct operation *op)
{
	if (!op)
		return NULL;
	object_meta_done(&op->meta);
	free(op->problem);
	for (size_t i = 0; i < op->nvariables; i++) {
		free(op->variables[i].name);
		free(op->variables[i].text);
	}
	free(op->variables);
	operation_free_texts(op->zones, op->nzones);
	operation_free_texts(op->nodes, op->nnodes);
	operation_free_texts(op->excludes, op->nexcludes);
	free(op->version_below);
	free(op->not_done_by);
	free(op->cluster);
	free(op->workflow);
	free(op->node_task);
	free(op->cluster_task);
	free(op->impact);
	free(op->with);
	operation_knobs_done(op);
	free(op->phase);
	free(op->conditions);
	free(op->transitions);
	free(op->plan_hash);
	free(op->held_node);
	free(op->acknowledged);
	operation_told_free(op->told);
	free(op);
	return NULL;
}

bool
operation_phase_is_final(const char *phase)
{
	return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0 || strcmp(phase, "Cancelled") == 0 ||
	    strcmp(phase, "Planned") == 0;
}
