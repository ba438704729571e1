/* The structured form as SCP's YAML: by the same table of words as the other way. */
#include <string.h>

#include "alloc.h"
#include "field.h"
#include "json.h"
#include "scp.h"
#include "scp_keys.h"
#include "variables.h"
#include "yaml_print.h"

struct printer {
	struct buf *out;
	struct err *err;
};

static int print_tasks(const struct printer *p, const struct field *list, int indent);
static int print_members(const struct printer *p, const struct field *mapping, enum scp_place place, int indent);

/* --- values */

/* A text of the structured form as the dialect has it: its double pluses single. -1: it would mean something else. */
static int
put_text(const struct field *f, const char *key, const char *text, struct json_out *json, struct err *err)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE);
	CLEANUP_FREE char *again = NULL;

	for (const char *c = text; *c; c += c[0] == '+' && c[1] == '+' ? 2 : 1)
		buf_putc(&out, *c);
	again = scp_text_of(buf_str(&out));
	if (strcmp(again, text) != 0)
		return field_error(f, err, "the dialect has no \"++\" and cannot say \"%.80s\"; there a word between two "
		    "pluses is a variable", text);
	json_put_str(json, key, buf_str(&out));
	return 0;
}

/* 'value' with its texts as the dialect has them. */
static int
put_value(const struct field *f, const char *key, const struct cJSON *value, struct json_out *json, struct err *err)
{
	CLEANUP_BUF struct buf raw = BUF_INIT(BUF_MAX_OBJECT);
	bool object = json_is_object(value);

	if (json_text(value))
		return put_text(f, key, json_text(value), json, err);
	if (!object && !json_is_array(value)) {
		json_print(value, &raw);
		json_put_raw(json, key, buf_str(&raw));
		return 0;
	}
	(object ? json_open : json_open_array)(json, key);
	JSON_EACH(element, value)
		if (put_value(f, object ? json_key(element) : NULL, element, json, err) < 0)
			return -1;
	(object ? json_close : json_close_array)(json);
	return 0;
}

static int
print_value(const struct printer *p, const struct field *f, const char *name, int indent)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_JSON struct cJSON *value = NULL;
	struct json_out json = JSON_OUT(&text);

	if (put_value(f, NULL, f->value, &json, p->err) < 0)
		return -1;
	value = json_parse(buf_str(&text), text.len, p->err);
	if (!value)
		return -1;
	yaml_print_member(name, value, indent, false, p->out);
	return 0;
}

static void
line(const struct printer *p, int indent, const char *name, const char *text)
{
	buf_printf(p->out, "%*s%s:%s%s\n", indent, "", name, *text ? " " : "", text);
}

/* --- members */

static int
print_member(const struct printer *p, const struct field *f, enum scp_place place, int indent)
{
	const char *text = json_text(f->value);
	const struct scp_key *key = scp_key_for(place, f->key, text);
	CLEANUP_FREE char *seconds = NULL;

	if (!key)
		return field_error(f, p->err, "the dialect has no word for it");
	switch (key->kind) {
	case SCP_APART:
		return 0;
	case SCP_PLAIN:
	case SCP_OBJECT:
		yaml_print_member(key->name, f->value, indent, false, p->out);
		return 0;
	case SCP_TEXT:
		return print_value(p, f, key->name, indent);
	case SCP_SECONDS:
		seconds = xstrndup(text, strlen(text) - 1);
		line(p, indent, key->name, seconds);
		return 0;
	case SCP_TASKS:
		line(p, indent, key->name, "");
		return print_tasks(p, f, indent + 2);
	case SCP_MEMBERS:
		line(p, indent, key->name, "");
		return print_members(p, f, key->inside, indent + 2);
	}
	return 0;
}

static int
print_members(const struct printer *p, const struct field *mapping, enum scp_place place, int indent)
{
	JSON_EACH(member, mapping->value) {
		struct field f = field_get(mapping, json_key(member));

		if (print_member(p, &f, place, indent) < 0)
			return -1;
	}
	return 0;
}

/* --- tasks and conditions */

/* "- task: !scylla-drain" and what stands under it: the parameters. */
static int
print_typed(const struct printer *p, const struct field *item, const char *what, int indent)
{
	struct field type = field_get(item, what), with = field_get(item, "with");
	const char *name = json_text(type.value);

	if (!name)
		return field_wrong(&type, "a type's name", p->err);
	buf_printf(p->out, "%*s- %s: !%s\n", indent, "", what, name);
	JSON_EACH(member, with.value) {
		struct field f = field_get(&with, json_key(member));

		if (print_value(p, &f, json_key(member), indent + 4) < 0)
			return -1;
	}
	return 0;
}

/* All but what stands under the tag. */
static int
print_beside(const struct printer *p, const struct field *item, const char *what, unsigned place, int indent)
{
	JSON_EACH(member, item->value) {
		struct field f = field_get(item, json_key(member));

		if (strcmp(f.key, what) == 0 || strcmp(f.key, "with") == 0)
			continue;
		if (print_member(p, &f, (enum scp_place)place, indent + 2) < 0)
			return -1;
	}
	return 0;
}

static int
print_conditions(const struct printer *p, const struct field *list, int indent)
{
	size_t index = 0;

	line(p, indent, "conditions", "");
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (print_typed(p, &f, "condition", indent + 2) < 0 ||
		    print_beside(p, &f, "condition", SCP_CONDITION, indent + 2) < 0)
			return -1;
	}
	return 0;
}

/* Its words stand under the tag here, and beside each other in the structured form. */
static int
print_nested(const struct printer *p, const struct field *item, int indent)
{
	struct field workflow = field_get(item, "workflow"), with = field_get(item, "with");

	if (print_member(p, &workflow, SCP_NESTED, indent) < 0)
		return -1;
	return with.value ? print_member(p, &with, SCP_NESTED, indent) : 0;
}

static int
print_task(const struct printer *p, const struct field *item, int indent)
{
	const struct scp_form *form = NULL;
	struct field f;

	for (size_t i = 0; !form && scp_form_at(i); i++)
		if (json_get(item->value, scp_form_at(i)->structured))
			form = scp_form_at(i);
	if (!form)
		return print_typed(p, item, "task", indent) < 0 ? -1 : print_beside(p, item, "task", SCP_TASK, indent);
	f = field_get(item, form->structured);
	buf_printf(p->out, "%*s- task: !%s\n", indent, "", form->tag);
	if ((form->under == SCP_NESTED ? print_nested(p, item, indent + 4)
	    : form->under ? print_members(p, &f, (enum scp_place)form->under, indent + 4)
	    : print_conditions(p, &f, indent + 4)) < 0)
		return -1;
	return print_beside(p, item, form->structured, form->beside, indent);
}

static int
print_tasks(const struct printer *p, const struct field *list, int indent)
{
	size_t index = 0;

	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (print_task(p, &f, indent) < 0)
			return -1;
	}
	return 0;
}

/* --- the document */

/* What a person wrote there; the rest is the API server's. */
static void
print_metadata(const struct printer *p, const struct cJSON *metadata)
{
	static const char *const keys[] = {"namespace", "labels", "annotations"};
	bool any = false;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		const struct cJSON *value = json_get(metadata, keys[i]);

		if (value && !any)
			line(p, 0, "metadata", "");
		if (value)
			yaml_print_member(keys[i], value, 2, false, p->out);
		any = any || value;
	}
}

/* Read back it must be the same. */
static int
print_name(const struct printer *p, const struct field *name)
{
	const char *text = json_text(name->value);
	CLEANUP_FREE char *object = text ? scp_object_name(text) : NULL;

	if (!object || !*object || strcmp(object, text) != 0)
		return field_wrong(name, "a name of lower-case letters, digits and '-'", p->err);
	yaml_print_member("name", name->value, 0, false, p->out);
	return 0;
}

int
scp_print(const struct cJSON *object, struct buf *out, struct err *err)
{
	struct printer p = {out, err};
	struct field root = field_of(object, ""), spec = field_get(&root, "spec");
	struct field metadata = field_get(&root, "metadata"), name = field_get(&metadata, "name");

	if (field_need_object(&spec, err) < 0 || print_name(&p, &name) < 0)
		return -1;
	print_metadata(&p, metadata.value);
	if (print_members(&p, &spec, SCP_DOCUMENT, 0) < 0)
		return -1;
	return buf_ok(out) ? 0 : err_set(err, "longer than %zu bytes", out->max);
}
