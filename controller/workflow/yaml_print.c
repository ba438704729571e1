#include "yaml_print.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "yaml_scalar.h"

static void print_members(const struct cJSON *value, int indent, bool inside_item, struct buf *out);

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || strchr("_./+%()=;", c);
}

/* Is it the same text to every reader without quotes? */
static bool
is_plain(const char *text)
{
	size_t len = strlen(text);

	if (len == 0 || yaml_scalar_of(text) != YAML_SCALAR_STRING || !is_word(text[0]) || strchr("%=", text[0]) ||
	    text[len - 1] == ' ' || text[len - 1] == ':')
		return false;
	for (size_t i = 0; i < len; i++) {
		bool inside = text[i] == ' ' || text[i] == '-' || text[i] == ',' || (text[i] == ':' && text[i + 1] != ' ');

		if (!text[i] || !(is_word(text[i]) || inside))
			return false;
	}
	return true;
}

static bool
is_empty(const struct cJSON *value)
{
	return (json_is_object(value) || json_is_array(value)) && json_count(value) == 0;
}

static void
print_scalar(const struct cJSON *value, struct buf *out)
{
	const char *text = json_text(value);

	if (text && is_plain(text))
		buf_puts(out, text);
	else
		json_print(value, out);
	buf_putc(out, '\n');
}

static void
print_key(const char *key, struct buf *out)
{
	struct json_out json = JSON_OUT(out);

	if (is_plain(key))
		buf_puts(out, key);
	else
		json_put_str(&json, NULL, key);
	buf_putc(out, ':');
}

static void
blanks(int count, struct buf *out)
{
	for (int i = 0; i < count; i++)
		buf_putc(out, ' ');
}

static void
print_array(const struct cJSON *array, int indent, struct buf *out)
{
	JSON_EACH(element, array) {
		blanks(indent, out);
		buf_puts(out, "- ");
		if (json_is_object(element) && !is_empty(element)) {
			print_members(element, indent + 2, true, out);
		} else if (json_is_array(element) && !is_empty(element)) {
			/* Lists of lists: in JSON, which YAML is too. */
			json_print(element, out);
			buf_putc(out, '\n');
		} else {
			print_scalar(element, out);
		}
	}
}

void
yaml_print_member(const char *key, const struct cJSON *value, int indent, bool inside_item, struct buf *out)
{
	if (!inside_item)
		blanks(indent, out);
	print_key(key, out);
	if (is_empty(value) || !(json_is_object(value) || json_is_array(value))) {
		buf_putc(out, ' ');
		print_scalar(value, out);
		return;
	}
	buf_putc(out, '\n');
	if (json_is_object(value))
		print_members(value, indent + 2, false, out);
	else
		print_array(value, indent + 2, out);
}

/* 'inside_item': the first one stands behind "- ". */
static void
print_members(const struct cJSON *object, int indent, bool inside_item, struct buf *out)
{
	JSON_EACH(member, object) {
		yaml_print_member(json_key(member), member, indent, inside_item, out);
		inside_item = false;
	}
}

void
yaml_print(const struct cJSON *value, struct buf *out)
{
	if (json_is_object(value) && !is_empty(value))
		print_members(value, 0, false, out);
	else if (json_is_array(value) && !is_empty(value))
		print_array(value, 0, out);
	else
		print_scalar(value, out);
}
