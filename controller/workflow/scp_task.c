/* A task or condition: what is under the tag and what is beside it. */
#include <string.h>

#include "alloc.h"
#include "scp_private.h"
#include "yaml_scalar.h"

/* Keys beside task: or condition: that are the engine's. 'structured' NULL: a name for readers alone. */
struct engine_key {
	const char *name, *structured;
	bool of_task, of_condition;
	bool seconds;            /* a number of seconds; else a count */
};

static const struct engine_key engine_keys[] = {
	{"name", "name", true, true, false},
	{"retries", "retries", true, false, false},
	{"impact", "impact", true, false, false},
	{"retry_delay_seconds", "retryBackoff", true, false, true},
	{"timeout_seconds", "timeout", true, true, true},
	{"success_window_seconds", "successWindow", false, true, true},
	{"poll_interval_seconds", "pollInterval", false, true, true},
};

static bool
is_empty(const struct yaml_value *value)
{
	return value->kind == YAML_KIND_SCALAR && value->plain && yaml_scalar_of(value->text) == YAML_SCALAR_NULL;
}

static const struct engine_key *
engine_key(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(engine_keys); i++)
		if (strcmp(engine_keys[i].name, name) == 0)
			return &engine_keys[i];
	return NULL;
}

/* Beside the tag, and none of the engine's. */
static bool
is_parameter(const char *what, const char *key)
{
	return strcmp(what, key) != 0 && !engine_key(key);
}

static bool
has_parameters(const char *what, const struct yaml_value *item, const struct yaml_value *typed)
{
	if (typed->kind == YAML_KIND_MAPPING && typed->count > 0)
		return true;
	for (size_t i = 0; i < item->count; i++)
		if (is_parameter(what, item->keys[i]->text))
			return true;
	return false;
}

/* The type's parameters: under the tag, and beside it whatever is none of the engine's. */
static void
put_parameters(struct scp *s, const char *what, const struct yaml_value *item, const struct yaml_value *typed)
{
	size_t before;

	if (!has_parameters(what, item, typed))
		return;
	before = marked_enter(&s->m, "with", 0, typed->mark);
	json_open(&s->m.out, "with");
	for (size_t i = 0; typed->kind == YAML_KIND_MAPPING && i < typed->count; i++)
		scp_put_value(s, typed->keys[i]->text, 0, typed->values[i]);
	for (size_t i = 0; i < item->count; i++) {
		const struct yaml_value *key = item->keys[i], *under = yaml_member(typed, key->text);

		if (!is_parameter(what, key->text))
			continue;
		if (under)
			complain(s, key, "%s is given here and under !%s in line %d; once is enough", key->text, typed->tag,
			    under->mark.line);
		else
			scp_put_value(s, key->text, 0, item->values[i]);
	}
	json_close(&s->m.out);
	marked_leave(&s->m, before);
}

static void
put_engine_keys(struct scp *s, const struct yaml_value *item, bool condition)
{
	for (size_t i = 0; i < item->count; i++) {
		const struct engine_key *key = engine_key(item->keys[i]->text);
		const struct yaml_value *value = item->values[i];

		if (!key)
			continue;
		if (condition ? !key->of_condition : !key->of_task)
			complain(s, item->keys[i], "%s belongs to a %s", key->name, condition ? "task" : "condition");
		else if (key->seconds)
			scp_put_seconds(s, key->structured, key->name, value);
		else
			scp_put_value(s, key->structured, 0, value);
	}
}

/* The tagged value of 'what'; NULL with a finding. */
static const struct yaml_value *
typed_value(struct scp *s, const struct yaml_value *item, const char *what)
{
	const struct yaml_value *typed = yaml_member(item, what);

	if (item->kind != YAML_KIND_MAPPING || !typed) {
		complain(s, item, "expected a mapping with \"%s: !type\", got %s", what, scp_kind(item));
		return NULL;
	}
	if (!typed->tag)
		complain(s, typed, "%s: expected a tag that names the type, such as !%.60s", what,
		    typed->kind == YAML_KIND_SCALAR && *typed->text ? typed->text : "scylla-drain");
	else if (typed->kind == YAML_KIND_SEQUENCE || (typed->kind == YAML_KIND_SCALAR && !is_empty(typed)))
		complain(s, typed, "!%s: expected its parameters as a mapping, or nothing, got %s", typed->tag,
		    scp_kind(typed));
	else
		return typed;
	return NULL;
}

static void
put_condition(struct scp *s, size_t index, const struct yaml_value *item)
{
	const struct yaml_value *typed = typed_value(s, item, "condition");
	size_t before;

	if (!typed)
		return;
	before = marked_enter(&s->m, NULL, index, item->mark);
	json_open(&s->m.out, NULL);
	marked_text(&s->m, "condition", typed->tag, typed->mark);
	put_parameters(s, "condition", item, typed);
	put_engine_keys(s, item, true);
	json_close(&s->m.out);
	marked_leave(&s->m, before);
}

static void
put_wait(struct scp *s, const struct yaml_value *item, const struct yaml_value *typed)
{
	const struct yaml_value *list = yaml_member(typed, "conditions");
	const struct yaml_value *beside = yaml_member(item, "conditions");
	size_t before;

	if (list && beside)
		complain(s, beside, "conditions is given here and under !%s in line %d; once is enough", typed->tag,
		    list->mark.line);
	list = list ? list : beside;
	if (!list || list->kind != YAML_KIND_SEQUENCE) {
		complain(s, typed, "!wait-for-conditions: expected a list of conditions");
		return;
	}
	before = marked_enter(&s->m, "wait", 0, list->mark);
	json_open_array(&s->m.out, "wait");
	for (size_t i = 0; i < list->count; i++)
		put_condition(s, i, list->values[i]);
	json_close_array(&s->m.out);
	marked_leave(&s->m, before);
	for (size_t i = 0; i < item->count; i++) {
		const char *key = item->keys[i]->text;

		if (strcmp(key, "name") == 0)
			scp_put_value(s, key, 0, item->values[i]);
		else if (strcmp(key, "task") && strcmp(key, "conditions"))
			complain(s, item->keys[i], "%s stands with a condition, not with the wait", key);
	}
}

/* --- lists of tasks */

static void
put_roll(struct scp *s, const struct yaml_value *item, const struct yaml_value *typed)
{
	static const char *const keys[][2] = {{"name", "name"}, {"concurrency_unit", "concurrencyUnit"},
	    {"concurrency_limit", "concurrencyLimit"}, {"node_tasks", "steps"}};
	size_t before = marked_enter(&s->m, "eachNode", 0, typed->mark);

	json_open(&s->m.out, "eachNode");
	for (size_t i = 0; typed->kind == YAML_KIND_MAPPING && i < typed->count; i++) {
		const char *key = typed->keys[i]->text, *structured = NULL;

		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			if (strcmp(keys[k][0], key) == 0)
				structured = keys[k][1];
		if (!structured)
			complain(s, typed->keys[i], "unknown key \"%.80s\" of !node-workflow; known: name, concurrency_unit, "
			    "concurrency_limit, node_tasks", key);
		else if (strcmp(structured, "steps") == 0)
			scp_put_tasks(s, "steps", typed->values[i], true);
		else
			scp_put_value(s, structured, 0, typed->values[i]);
	}
	if (!yaml_member(typed, "node_tasks"))
		complain(s, typed, "!node-workflow: node_tasks is missing");
	json_close(&s->m.out);
	marked_leave(&s->m, before);
	for (size_t i = 0; i < item->count; i++)
		if (strcmp(item->keys[i]->text, "task") != 0)
			complain(s, item->keys[i], "%s does not belong beside !node-workflow; what is its own stands under it",
			    item->keys[i]->text);
}

static void
read_task(struct scp *s, size_t index, const struct yaml_value *item, bool of_node)
{
	const struct yaml_value *typed = typed_value(s, item, "task");
	size_t before;

	if (!typed)
		return;
	before = marked_enter(&s->m, NULL, index, item->mark);
	json_open(&s->m.out, NULL);
	if (strcmp(typed->tag, "node-workflow") == 0) {
		if (of_node)
			complain(s, typed, "!node-workflow stands under cluster_tasks, not in another one");
		else
			put_roll(s, item, typed);
	} else if (strcmp(typed->tag, "wait-for-conditions") == 0) {
		put_wait(s, item, typed);
	} else {
		marked_text(&s->m, "task", typed->tag, typed->mark);
		put_parameters(s, "task", item, typed);
		put_engine_keys(s, item, false);
	}
	json_close(&s->m.out);
	marked_leave(&s->m, before);
}

void
scp_put_tasks(struct scp *s, const char *key, const struct yaml_value *list, bool of_node)
{
	size_t before = marked_enter(&s->m, key, 0, list->mark);

	if (list->kind != YAML_KIND_SEQUENCE) {
		complain(s, list, "expected a list of tasks, got %s", scp_kind(list));
		marked_leave(&s->m, before);
		return;
	}
	json_open_array(&s->m.out, key);
	for (size_t i = 0; i < list->count; i++)
		read_task(s, i, list->values[i], of_node);
	json_close_array(&s->m.out);
	marked_leave(&s->m, before);
}
