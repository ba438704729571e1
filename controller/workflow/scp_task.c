/* A task or condition: what is under the tag and what is beside it. */
#include <string.h>

#include "alloc.h"
#include "known.h"
#include "scp_keys.h"
#include "scp_private.h"
#include "yaml_scalar.h"

static bool
is_empty(const struct yaml_value *value)
{
	return value->kind == YAML_KIND_SCALAR && value->plain && yaml_scalar_of(value->text) == YAML_SCALAR_NULL;
}

/* Beside the tag, and none of the engine's. */
static bool
is_parameter(const char *what, const char *key)
{
	return strcmp(what, key) != 0 && !scp_key(SCP_TASK | SCP_CONDITION, key);
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

/* One that an earlier key of the mapping has said in other words: timeout after timeout_seconds. */
static const struct yaml_value *
said_before(const struct yaml_value *mapping, size_t number, unsigned place, const struct scp_key *key)
{
	for (size_t i = 0; i < number; i++) {
		const struct scp_key *other = scp_key(place, mapping->keys[i]->text);

		if (other && strcmp(other->structured, key->structured) == 0)
			return mapping->keys[i];
	}
	return NULL;
}

static void
put_object_name(struct scp *s, const struct scp_key *key, const struct yaml_value *value)
{
	CLEANUP_FREE char *name = value->kind == YAML_KIND_SCALAR ? scp_object_name(value->text) : NULL;

	if (name)
		marked_text(&s->m, key->structured, name, value->mark);
	else
		complain(s, value, "%s: expected a name, got %s", key->name, scp_kind(value));
}

static void
put_key(struct scp *s, const struct yaml_value *mapping, size_t number, unsigned place, const struct scp_key *key)
{
	const struct yaml_value *before = said_before(mapping, number, place, key), *value = mapping->values[number];

	if (before) {
		complain(s, mapping->keys[number], "%s says what %s in line %d says; once is enough", key->name, before->text,
		    before->mark.line);
		return;
	}
	switch (key->kind) {
	case SCP_APART:
		break;
	case SCP_PLAIN:
		scp_put_plain(s, key->structured, 0, value);
		break;
	case SCP_TEXT:
		scp_put_value(s, key->structured, 0, value);
		break;
	case SCP_SECONDS:
		scp_put_seconds(s, key->structured, key->name, value);
		break;
	case SCP_OBJECT:
		put_object_name(s, key, value);
		break;
	case SCP_TASKS:
		scp_put_tasks(s, key->structured, value, s->of_node);
		break;
	case SCP_MEMBERS:
		scp_put_members(s, key->structured, value, key->inside, key->name);
		break;
	}
}

/* Beside a tag; what is none of the engine's are the type's parameters. */
static void
put_engine_keys(struct scp *s, const struct yaml_value *item, enum scp_place place)
{
	for (size_t i = 0; i < item->count; i++) {
		const char *name = item->keys[i]->text;
		const struct scp_key *key = scp_key(place, name);

		if (key)
			put_key(s, item, i, place, key);
		else if (scp_key(SCP_TASK | SCP_CONDITION, name))
			complain(s, item->keys[i], "%s belongs to a %s", name, place == SCP_CONDITION ? "task" : "condition");
	}
}

static void
say_unknown(struct scp *s, const struct yaml_value *key, enum scp_place place, const char *of)
{
	struct err sentence = {""};
	struct known known;

	known_init(&known, key->text);
	for (size_t i = 0; scp_key_at(place, i); i++)
		known_offer(&known, scp_key_at(place, i)->name);
	known_refuse(&known, &sentence, "unknown key \"%.80s\"%s%s", key->text, *of ? " of " : "", of);
	complain(s, key, "%s", sentence.text);
}

void
scp_put_members(struct scp *s, const char *structured, const struct yaml_value *mapping, enum scp_place place,
    const char *of)
{
	size_t before = structured ? marked_enter(&s->m, structured, 0, mapping->mark) : 0;

	if (structured)
		json_open(&s->m.out, structured);
	for (size_t i = 0; mapping->kind == YAML_KIND_MAPPING && i < mapping->count; i++) {
		const struct scp_key *key = scp_key(place, mapping->keys[i]->text);

		if (key)
			put_key(s, mapping, i, place, key);
		else
			say_unknown(s, mapping->keys[i], place, of);
	}
	if (mapping->kind != YAML_KIND_MAPPING && !is_empty(mapping))
		complain(s, mapping, "%s: expected a mapping, got %s", of, scp_kind(mapping));
	if (!structured)
		return;
	json_close(&s->m.out);
	marked_leave(&s->m, before);
}

/* The tagged value of 'what'; NULL with a finding. */
static const struct yaml_value *
typed_value(struct scp *s, const struct yaml_value *item, const char *what)
{
	const struct yaml_value *typed = yaml_member(item, what);

	scp_refuse_tag(s, item);
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
	put_engine_keys(s, item, SCP_CONDITION);
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
	if (list)
		scp_refuse_tag(s, list);
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
}

/* Beside a construct's tag. */
static void
put_beside(struct scp *s, const struct yaml_value *item, const struct scp_form *form)
{
	for (size_t i = 0; i < item->count; i++) {
		const char *name = item->keys[i]->text;
		const struct scp_key *key = scp_key(form->beside, name);

		if (strcmp(name, "task") == 0 || (form->beside == SCP_WAIT && strcmp(name, "conditions") == 0))
			continue;
		if (key)
			put_key(s, item, i, form->beside, key);
		else if (form->beside == SCP_WAIT)
			complain(s, item->keys[i], "%s stands with a condition, not with the wait", name);
		else
			complain(s, item->keys[i], "%s does not belong beside !%s; what is its own stands under it", name,
			    form->tag);
	}
}

/* --- lists of tasks */

static void
put_form(struct scp *s, const struct yaml_value *item, const struct yaml_value *typed, const struct scp_form *form,
    bool of_node)
{
	CLEANUP_FREE char *of = xasprintf("!%s", form->tag);

	if (of_node && form->of_cluster) {
		complain(s, typed, form->under == SCP_ROLL ? "!%s stands under cluster_tasks, not in another one"
		    : "!%s stands under cluster_tasks, not under node_tasks", form->tag);
		return;
	}
	if (form->beside == SCP_WAIT) {
		put_wait(s, item, typed);
	} else {
		s->of_node = form->under == SCP_ROLL;
		scp_put_members(s, form->under == SCP_NESTED ? NULL : form->structured, typed, (enum scp_place)form->under, of);
		s->of_node = of_node;
	}
	if (form->under == SCP_ROLL && !yaml_member(typed, "node_tasks"))
		complain(s, typed, "!node-workflow: node_tasks is missing");
	if (form->under == SCP_NESTED && !yaml_member(typed, "workflow"))
		complain(s, typed, "!workflow: expected \"workflow: NAME\" under it, the other one's name");
	put_beside(s, item, form);
}

static void
read_task(struct scp *s, size_t index, const struct yaml_value *item, bool of_node)
{
	const struct yaml_value *typed = typed_value(s, item, "task");
	const struct scp_form *form;
	size_t before;

	if (!typed)
		return;
	form = scp_form(typed->tag);
	before = marked_enter(&s->m, NULL, index, item->mark);
	json_open(&s->m.out, NULL);
	if (form) {
		put_form(s, item, typed, form, of_node);
	} else {
		marked_text(&s->m, "task", typed->tag, typed->mark);
		put_parameters(s, "task", item, typed);
		put_engine_keys(s, item, SCP_TASK);
	}
	json_close(&s->m.out);
	marked_leave(&s->m, before);
}

void
scp_put_tasks(struct scp *s, const char *key, const struct yaml_value *list, bool of_node)
{
	size_t before = marked_enter(&s->m, key, 0, list->mark);

	scp_refuse_tag(s, list);
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
