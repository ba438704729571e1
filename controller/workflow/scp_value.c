#include <string.h>

#include "alloc.h"
#include "scp_private.h"
#include "variables.h"

const char *
scp_kind(const struct yaml_value *value)
{
	static const char *const names[] = {[YAML_KIND_SCALAR] = "a single value", [YAML_KIND_SEQUENCE] = "a list",
	    [YAML_KIND_MAPPING] = "a mapping"};

	return names[value->kind];
}

/* A whole number of YAML's core schema that JSON can say too. */
static bool
is_integer(const struct yaml_value *value)
{
	const char *digits = value->kind == YAML_KIND_SCALAR && value->plain ? value->text : "";

	digits += *digits == '-';
	return *digits && strspn(digits, "0123456789") == strlen(digits) && strlen(digits) < 16 &&
	    (digits[0] != '0' || !digits[1]);
}

static bool
is_variable(const char *text)
{
	size_t len = text[0] == '+' ? variables_name_len(text + 1) : 0;

	return len > 0 && text[len + 1] == '+' && !text[len + 2];
}

char *
scp_text_of(const char *text)
{
	struct buf out = BUF_INIT(BUF_MAX_FILE);

	while (*text) {
		size_t len = *text == '+' ? variables_name_len(text + 1) : 0;

		if (len > 0 && text[len + 1] == '+') {
			buf_put(&out, text, len + 2);
			text += len + 2;
			continue;
		}
		if (*text == '+')
			buf_putc(&out, '+');
		buf_putc(&out, *text++);
	}
	if (out.len == 0)
		return xstrdup("");
	return buf_take(&out);
}

enum pluses { PLUSES_OF_VARIABLES, PLUSES_PLAIN };

/* YAML 1.2's core schema: true and false are booleans, whole numbers are numbers, all else is a text. */
static void
put_scalar(struct scp *s, const char *key, const struct yaml_value *value, enum pluses pluses)
{
	CLEANUP_FREE char *text = pluses == PLUSES_PLAIN ? xstrdup(value->text) : scp_text_of(value->text);
	bool truth = value->plain && (!strcmp(value->text, "true") || !strcmp(value->text, "false"));

	if (truth || is_integer(value))
		json_put_raw(&s->m.out, key, value->text);
	else
		json_put_str(&s->m.out, key, text);
}

void
scp_refuse_tag(struct scp *s, const struct yaml_value *value)
{
	if (value->tag)
		complain(s, value, "!%s has no meaning here: tags are for the values of task and condition", value->tag);
}

static void
put(struct scp *s, const char *key, size_t index, const struct yaml_value *value, enum pluses pluses)
{
	size_t before = marked_enter(&s->m, key, index, value->mark);

	scp_refuse_tag(s, value);
	switch (value->kind) {
	case YAML_KIND_SCALAR:
		put_scalar(s, key, value, pluses);
		break;
	case YAML_KIND_SEQUENCE:
		json_open_array(&s->m.out, key);
		for (size_t i = 0; i < value->count; i++)
			put(s, NULL, i, value->values[i], pluses);
		json_close_array(&s->m.out);
		break;
	case YAML_KIND_MAPPING:
		json_open(&s->m.out, key);
		for (size_t i = 0; i < value->count; i++)
			put(s, value->keys[i]->text, 0, value->values[i], pluses);
		json_close(&s->m.out);
		break;
	}
	marked_leave(&s->m, before);
}

void
scp_put_value(struct scp *s, const char *key, size_t index, const struct yaml_value *value)
{
	put(s, key, index, value, PLUSES_OF_VARIABLES);
}

void
scp_put_plain(struct scp *s, const char *key, size_t index, const struct yaml_value *value)
{
	put(s, key, index, value, PLUSES_PLAIN);
}

void
scp_put_seconds(struct scp *s, const char *key, const char *name, const struct yaml_value *value)
{
	CLEANUP_FREE char *text = NULL;

	scp_refuse_tag(s, value);
	if (value->kind != YAML_KIND_SCALAR || (!is_integer(value) && !is_variable(value->text))) {
		complain(s, value, "%s: expected a number of seconds, or a variable that is one", name);
		return;
	}
	text = xasprintf("%ss", value->text);
	marked_text(&s->m, key, text, value->mark);
}

