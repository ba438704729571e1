#include "workflow.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "field.h"
#include "impact.h"
#include "json.h"
#include "variables.h"
#include "workflow_parts.h"
#include "workflow_roll.h"
#include "workflow_variable.h"

enum { RETRIES_MAX = 100 };

int
workflow_mistake(struct reading *r)
{
	r->mistaken = true;
	if (!r->say)
		return -1;
	r->say(r->user, SEVERITY_ERROR, r->err->text);
	return 0;
}

static int
read_values(const struct field *with, struct workflow_value **values, size_t *count, struct err *err)
{
	if (with->value && field_need_object(with, err) < 0)
		return -1;
	JSON_EACH(member, with->value) {
		struct field f = field_get(with, json_key(member));
		struct workflow_value *value;
		char *text = NULL;
		bool list;

		if (field_value(&f, &text, &list, err) < 0)
			return -1;
		value = ARRAY_GROW(*values, *count);
		*value = (struct workflow_value){.name = xstrdup(json_key(member)), .text = text, .list = list};
	}
	return 0;
}

static int
read_condition(struct workflow_condition *condition, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"name", "condition", "with", "successWindow", "pollInterval", "timeout", NULL};
	struct field type = field_get(f, "condition"), with = field_get(f, "with"), timeout = field_get(f, "timeout");
	struct field window = field_get(f, "successWindow"), poll = field_get(f, "pollInterval");
	struct field name = field_get(f, "name");

	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0 ||
	    field_text(&name, &condition->name, err) < 0 ||
	    field_need_text(&type, &condition->type, err) < 0 ||
	    read_values(&with, &condition->with, &condition->nwith, err) < 0 ||
	    field_text(&window, &condition->success_window, err) < 0 ||
	    field_text(&poll, &condition->poll_interval, err) < 0)
		return -1;
	return field_text(&timeout, &condition->timeout, err);
}

static int
read_wait(struct reading *r, struct workflow_step *step, const struct field *wait)
{
	size_t index = 0;

	if (field_need_array(wait, r->err) < 0)
		return -1;
	if (json_count(wait->value) > WORKFLOW_CONDITIONS)
		return field_error(wait, r->err, "more than %d conditions; wait in two steps", WORKFLOW_CONDITIONS);
	JSON_EACH(element, wait->value) {
		struct field f = field_at(wait, index++, element);

		if (read_condition(ARRAY_GROW(step->conditions, step->nconditions), &f, r->err) < 0 && workflow_mistake(r) < 0)
			return -1;
	}
	return index ? 0 : field_error(wait, r->err, "waits for nothing; expected at least one condition");
}

static int
read_impact(struct workflow_step *step, const struct field *impact, struct err *err)
{
	int chosen = 0;

	step->impact_stated = impact->value != NULL;
	if (field_choice(impact, impact_names, &chosen, err) < 0)
		return -1;
	step->impact = (enum impact)chosen;
	return 0;
}

static int
read_task(struct workflow_step *step, const struct field *f, struct err *err)
{
	struct field task = field_get(f, "task"), with = field_get(f, "with"), retries = field_get(f, "retries");
	struct field timeout = field_get(f, "timeout"), backoff = field_get(f, "retryBackoff");
	struct field impact = field_get(f, "impact");

	if (field_need_text(&task, &step->task, err) < 0 || read_values(&with, &step->with, &step->nwith, err) < 0 ||
	    field_int(&retries, 0, RETRIES_MAX, &step->retries, err) < 0 ||
	    field_text(&backoff, &step->retry_backoff, err) < 0 || read_impact(step, &impact, err) < 0)
		return -1;
	return field_text(&timeout, &step->timeout, err);
}

static bool
has_task_keys(const struct field *f)
{
	static const char *const keys[] = {"with", "retries", "retryBackoff", "timeout", "impact"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (field_get(f, keys[i]).value)
			return true;
	return false;
}

/* A task, a wait or, outside eachNode, an approval. */
static int
read_work(struct reading *r, struct workflow_step *step, const struct field *f, bool each_node)
{
	struct field name = field_get(f, "name"), approval = field_get(f, "approval");
	struct field task = field_get(f, "task"), wait = field_get(f, "wait");
	struct err *err = r->err;

	step->place = field_place(f);
	step->retries = -1;
	if (field_text(&name, &step->name, err) < 0)
		return -1;
	if ((task.value != NULL) + (wait.value != NULL) + (approval.value != NULL) != 1)
		return field_error(f, err, each_node ? "exactly one of task and wait must be set"
		    : "exactly one of eachNode, task, wait, approval and workflow must be set");
	if (!task.value && has_task_keys(f))
		return field_error(f, err, "with, retries, retryBackoff, timeout and impact belong to a task; a condition has "
		    "its own");
	if (approval.value)
		return workflow_read_approval(step, &approval, err);
	return wait.value ? read_wait(r, step, &wait) : read_task(step, f, err);
}

int
workflow_read_step(struct reading *r, struct workflow_step *step, const struct field *f, bool each_node)
{
	return read_work(r, step, f, each_node) < 0 ? -1 : workflow_read_ways(r, step, f, each_node);
}

static int
read_node_steps(struct reading *r, struct workflow_block *block, const struct field *list)
{
	static const char *const keys[] = {"name", "task", "with", "retries", "retryBackoff", "timeout", "impact", "wait",
	    "any", "abortOnFailure", "onFailure", "when", NULL};
	size_t index = 0;

	if (field_need_array(list, r->err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if ((field_need_object(&f, r->err) < 0 || field_known(&f, keys, r->err) < 0 ||
		    workflow_read_step(r, ARRAY_GROW(block->steps, block->nsteps), &f, true) < 0) && workflow_mistake(r) < 0)
			return -1;
	}
	return index ? 0 : field_error(list, r->err, "does nothing; expected at least one step");
}

static int
read_each_node(struct reading *r, const struct field *f)
{
	struct field steps = field_get(f, "steps"), batch = field_get(f, "batch"), when = field_get(f, "when");
	struct workflow_block *block = ARRAY_GROW(r->w->blocks, r->w->nblocks);

	block->place = field_place(f);
	block->each_node = true;
	block->limit.count = 1;
	if ((workflow_read_roll(block, f, r->err) < 0 ||
	    workflow_read_when(&when, &block->when, &block->nwhen, r->err) < 0 ||
	    workflow_read_batch(r, &block->batch, &batch) < 0) &&
	    workflow_mistake(r) < 0)
		return -1;
	return read_node_steps(r, block, &steps);
}

/* Joins the cluster steps before it, if the last block is one of cluster steps. */
static int
read_cluster_step(struct reading *r, const struct field *f)
{
	struct workflow *w = r->w;
	struct workflow_block *block = w->nblocks ? &w->blocks[w->nblocks - 1] : NULL;

	if (!block || block->each_node || block->workflow) {
		block = ARRAY_GROW(w->blocks, w->nblocks);
		block->place = field_place(f);
		block->limit.count = 1;
	}
	return workflow_read_step(r, ARRAY_GROW(block->steps, block->nsteps), f, false);
}

static int
read_nested(struct reading *r, const struct field *f)
{
	struct field workflow = field_get(f, "workflow"), with = field_get(f, "with"), name = field_get(f, "name");
	struct field when = field_get(f, "when");
	struct workflow_block *block = ARRAY_GROW(r->w->blocks, r->w->nblocks);

	block->place = field_place(f);
	block->limit.count = 1;
	JSON_EACH(member, f->value) {
		const char *key = json_key(member);

		if (strcmp(key, "workflow") != 0 && strcmp(key, "with") != 0 && strcmp(key, "name") != 0 &&
		    strcmp(key, "when") != 0)
			return field_error(f, r->err, "%s does not stand beside workflow, whose own steps have theirs; with "
			    "gives it its variables", key);
	}
	if (field_text(&name, &block->name, r->err) < 0 || field_need_text(&workflow, &block->workflow, r->err) < 0 ||
	    workflow_read_when(&when, &block->when, &block->nwhen, r->err) < 0)
		return -1;
	return read_values(&with, &block->with, &block->nwith, r->err);
}

static int
read_outer_step(struct reading *r, const struct field *f)
{
	static const char *const keys[] = {"name", "eachNode", "task", "with", "retries", "retryBackoff", "timeout",
	    "impact", "wait", "any", "abortOnFailure", "onFailure", "approval", "workflow", "when", NULL};
	struct field each = field_get(f, "eachNode");

	if (field_need_object(f, r->err) < 0 || field_known(f, keys, r->err) < 0)
		return -1;
	if (each.value && json_count(f->value) > 1)
		return field_error(f, r->err, "eachNode stands alone; what its nodes do goes under its 'steps'");
	if (field_get(f, "workflow").value)
		return read_nested(r, f);
	return each.value ? read_each_node(r, &each) : read_cluster_step(r, f);
}

static int
read_steps(struct reading *r, const struct field *list)
{
	size_t index = 0;

	if (field_need_array(list, r->err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (read_outer_step(r, &f) < 0 && workflow_mistake(r) < 0)
			return -1;
	}
	return index ? 0 : field_error(list, r->err, "does nothing; expected at least one step");
}

static int
read_variables(struct reading *r, const struct field *list)
{
	size_t index = 0;

	if (list->value && field_need_array(list, r->err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (workflow_read_variable(r->w, &f, r->err) < 0 && workflow_mistake(r) < 0)
			return -1;
	}
	return 0;
}

static int
read_workflow(struct reading *r, const struct cJSON *object, const char *origin)
{
	static const char *const keys[] = {"description", "variables", "steps", "finally", NULL};
	struct field root = field_of(object, origin), spec = field_get(&root, "spec");
	struct field variables = field_get(&spec, "variables"), steps = field_get(&spec, "steps");
	struct field description = field_get(&spec, "description"), finally = field_get(&spec, "finally");

	if (field_need_object(&spec, r->err) < 0)
		return -1;
	if ((field_known(&spec, keys, r->err) < 0 || field_text(&description, &r->w->description, r->err) < 0) &&
	    workflow_mistake(r) < 0)
		return -1;
	if (read_variables(r, &variables) < 0 && workflow_mistake(r) < 0)
		return -1;
	return read_steps(r, &steps) < 0 ? -1 : workflow_read_finally(r, &finally);
}

static struct workflow *
decode(struct reading *r, const struct cJSON *object)
{
	struct field root = field_of(object, ""), metadata = field_get(&root, "metadata");
	struct field name = field_get(&metadata, "name");
	CLEANUP_FREE char *origin = NULL;

	r->w = xcalloc(1, sizeof *r->w);
	if (field_need_text(&name, &r->w->name, r->err) < 0) {
		workflow_mistake(r);
		return workflow_free(r->w);
	}
	origin = xasprintf("workflow %s, ", r->w->name);
	if (read_workflow(r, object, origin) < 0)
		workflow_mistake(r);
	return r->mistaken ? workflow_free(r->w) : r->w;
}

struct workflow *
workflow_decode(const struct cJSON *object, struct err *err)
{
	return decode(&(struct reading){.err = err}, object);
}

struct workflow *
workflow_decode_all(const struct cJSON *object, lint_fn *say, void *user)
{
	struct err err = {""};

	return decode(&(struct reading){.err = &err, .say = say, .user = user}, object);
}

/* A single task's parameters are meant as written: no variables, so each plus is a plus. */
static void
keep_pluses(struct workflow_step *step)
{
	for (size_t i = 0; i < step->nwith; i++) {
		char *plain = step->with[i].text;

		step->with[i].text = variables_escape(plain);
		free(plain);
	}
}

struct workflow *
workflow_of_task(const char *type, const char *with, bool each_node, struct err *err)
{
	CLEANUP_JSON struct cJSON *values = json_parse(with, strlen(with), err);
	struct field root = field_of(NULL, ""), spec = field_get(&root, "spec");
	struct field task = field_get(&spec, each_node ? "nodeTask" : "clusterTask");
	struct field given = {.up = &task, .key = "with", .value = values};
	struct workflow *w;
	struct workflow_block *block;
	struct workflow_step *step;

	if (!values)
		return NULL;
	w = xcalloc(1, sizeof *w);
	w->name = xasprintf("%s %s", each_node ? "node-task" : "cluster-task", type);
	block = ARRAY_GROW(w->blocks, w->nblocks);
	*block = (struct workflow_block){.place = field_place(&task), .each_node = each_node, .limit.count = 1};
	step = ARRAY_GROW(block->steps, block->nsteps);
	*step = (struct workflow_step){.place = field_place(&task), .task = xstrdup(type), .retries = -1};
	if (read_values(&given, &step->with, &step->nwith, err) < 0)
		return workflow_free(w);
	keep_pluses(step);
	return w;
}
