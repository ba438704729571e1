#include "field.h"

#include <stdarg.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "json.h"
#include "nearest.h"

enum { DEEPEST = 64, SHOWN = 60 };

struct field
field_of(const struct cJSON *value, const char *origin)
{
	return (struct field){.key = origin, .value = value};
}

struct field
field_get(const struct field *object, const char *key)
{
	return (struct field){.up = object, .key = key, .value = json_get(object->value, key)};
}

struct field
field_at(const struct field *array, size_t index, const struct cJSON *element)
{
	return (struct field){.up = array, .index = index, .value = element};
}

static void
put_place(const struct field *f, struct buf *out)
{
	const struct field *way[DEEPEST];
	size_t depth = 0;

	for (; f && depth < DEEPEST; f = f->up)
		way[depth++] = f;
	while (depth-- > 0) {
		if (!way[depth]->key)
			buf_printf(out, "[%zu]", way[depth]->index);
		else
			buf_printf(out, "%s%s", way[depth]->up && way[depth]->up->up ? "." : "", way[depth]->key);
	}
}

char *
field_place(const struct field *f)
{
	struct buf place = BUF_INIT(BUF_MAX_LINE);

	put_place(f, &place);
	return buf_take(&place);
}

int
field_error(const struct field *f, struct err *err, const char *format, ...)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_LINE);
	va_list args;

	put_place(f, &text);
	buf_puts(&text, ": ");
	va_start(args, format);
	buf_vprintf(&text, format, args);
	va_end(args);
	return err_set(err, "%s", buf_str(&text));
}

/* The most bytes of 'text', up to 'len', that cut no UTF-8 sequence. */
static int
whole(const char *text, int len)
{
	while (len > 0 && (text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

int
field_wrong(const struct field *f, const char *what, struct err *err)
{
	CLEANUP_BUF struct buf value = BUF_INIT(BUF_MAX_LINE);

	if (!f->value)
		return field_error(f, err, "missing; expected %s", what);
	json_print(f->value, &value);
	if (value.len > SHOWN)
		return field_error(f, err, "expected %s, got %.*s...", what, whole(buf_str(&value), SHOWN),
		    buf_str(&value));
	return field_error(f, err, "expected %s, got %s", what, buf_str(&value));
}

int
field_need_object(const struct field *f, struct err *err)
{
	return json_is_object(f->value) ? 0 : field_wrong(f, "an object", err);
}

int
field_need_array(const struct field *f, struct err *err)
{
	return json_is_array(f->value) ? 0 : field_wrong(f, "a list", err);
}

static int
unknown_member(const struct field *f, const char *name, const char *const *keys, struct err *err)
{
	struct field member = field_get(f, name);
	struct nearest near = NEAREST_INIT(name);
	char hint[NEAREST_TEXT];

	for (; *keys; keys++)
		nearest_offer(&near, *keys);
	return field_error(&member, err, "unknown field%s", nearest_text(&near, hint));
}

int
field_known(const struct field *f, const char *const *keys, struct err *err)
{
	if (!f->value)
		return 0;
	if (field_need_object(f, err) < 0)
		return -1;
	JSON_EACH(member, f->value) {
		size_t i = 0;

		while (keys[i] && strcmp(keys[i], json_key(member)) != 0)
			i++;
		if (!keys[i])
			return unknown_member(f, json_key(member), keys, err);
	}
	return 0;
}

int
field_need_text(const struct field *f, char **ret, struct err *err)
{
	const char *text = json_text(f->value);

	if (!text || !*text)
		return field_wrong(f, "a string", err);
	*ret = xstrdup(text);
	return 0;
}

int
field_text(const struct field *f, char **ret, struct err *err)
{
	return f->value ? field_need_text(f, ret, err) : 0;
}

int
field_scalar(const struct field *f, char **ret, struct err *err)
{
	static const char what[] = "a string, an integer or a boolean";
	CLEANUP_FREE char *text = json_scalar(f->value);
	int64_t number;

	if (!text)
		return field_wrong(f, what, err);
	/* Of the three kinds that are scalars, only a number may be none of ours. */
	if (!json_text(f->value) && strcmp(text, "true") != 0 && strcmp(text, "false") != 0 &&
	    !json_to_int(f->value, &number))
		return field_wrong(f, what, err);
	*ret = TAKE_PTR(text);
	return 0;
}

int
field_value(const struct field *f, char **ret, bool *ret_list, struct err *err)
{
	CLEANUP_BUF struct buf list = BUF_INIT(BUF_MAX_OBJECT);
	size_t index = 0;

	*ret_list = json_is_array(f->value);
	if (!*ret_list)
		return field_scalar(f, ret, err);
	JSON_EACH(element, f->value) {
		struct field at = field_at(f, index++, element);
		CLEANUP_FREE char *text = NULL;

		if (field_scalar(&at, &text, err) < 0)
			return -1;
		if (!*text || strchr(text, ','))
			return field_wrong(&at, "an entry that is not empty and has no comma in it", err);
		buf_printf(&list, "%s%s", index > 1 ? "," : "", text);
	}
	if (!buf_ok(&list))
		return field_error(f, err, "longer than %d bytes", BUF_MAX_OBJECT);
	*ret = xstrdup(buf_str(&list));
	return 0;
}

static int
wrong_integer(const struct field *f, int64_t min, int64_t max, struct err *err)
{
	CLEANUP_BUF struct buf what = BUF_INIT(BUF_MAX_LINE);

	if (max == INT64_MAX)
		buf_printf(&what, "an integer of %lld or more", (long long)min);
	else
		buf_printf(&what, "an integer from %lld to %lld", (long long)min, (long long)max);
	return field_wrong(f, buf_str(&what), err);
}

int
field_int(const struct field *f, int64_t min, int64_t max, int64_t *ret, struct err *err)
{
	int64_t number;

	if (!f->value)
		return 0;
	if (!json_to_int(f->value, &number) || number < min || number > max)
		return wrong_integer(f, min, max, err);
	*ret = number;
	return 0;
}

int
field_bool(const struct field *f, bool *ret, struct err *err)
{
	CLEANUP_FREE char *text = json_scalar(f->value);

	if (!f->value)
		return 0;
	if (!text || json_text(f->value) || (strcmp(text, "true") != 0 && strcmp(text, "false") != 0))
		return field_wrong(f, "true or false", err);
	*ret = strcmp(text, "true") == 0;
	return 0;
}

static int
wrong_choice(const struct field *f, const char *const *names, struct err *err)
{
	CLEANUP_BUF struct buf what = BUF_INIT(BUF_MAX_LINE);

	for (size_t i = 0; names[i]; i++)
		buf_printf(&what, "%s%s", i == 0 ? "" : names[i + 1] ? ", " : " or ", names[i]);
	return field_wrong(f, buf_str(&what), err);
}

int
field_choice(const struct field *f, const char *const *names, int *ret, struct err *err)
{
	const char *text = json_text(f->value);

	if (!f->value)
		return 0;
	for (int i = 0; text && names[i]; i++) {
		if (strcmp(text, names[i]) == 0) {
			*ret = i;
			return 0;
		}
	}
	return wrong_choice(f, names, err);
}

int
field_texts(const struct field *f, char ***ret, size_t *count, struct err *err)
{
	size_t index = 0;

	if (!f->value)
		return 0;
	if (field_need_array(f, err) < 0)
		return -1;
	JSON_EACH(element, f->value) {
		struct field at = field_at(f, index++, element);
		char *text = NULL;

		if (field_need_text(&at, &text, err) < 0)
			return -1;
		*ARRAY_GROW(*ret, *count) = text;
	}
	return 0;
}
