#include "yaml_json.h"

#include <string.h>

#include "marked.h"
#include "yaml_scalar.h"

struct writer {
	struct marked m;
	struct yaml_mark *where;
	struct err *err;
};

static int put(struct writer *w, const char *key, size_t index, const struct yaml_value *value);

static int refuse(struct writer *w, const struct yaml_value *value, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int
refuse(struct writer *w, const struct yaml_value *value, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err_vset(w->err, format, args);
	va_end(args);
	*w->where = value->mark;
	return -1;
}

static int
put_scalar(struct writer *w, const char *key, const struct yaml_value *value)
{
	enum yaml_scalar kind = value->plain ? yaml_scalar_of(value->text) : YAML_SCALAR_STRING;

	switch (kind) {
	case YAML_SCALAR_STRING:
		json_put_str(&w->m.out, key, value->text);
		break;
	case YAML_SCALAR_NULL:
		json_put_raw(&w->m.out, key, "null");
		break;
	case YAML_SCALAR_TRUE:
	case YAML_SCALAR_FALSE:
		json_put_bool(&w->m.out, key, kind == YAML_SCALAR_TRUE);
		break;
	case YAML_SCALAR_NUMBER:
		json_put_raw(&w->m.out, key, value->text);
		break;
	case YAML_SCALAR_UNCLEAR:
		return refuse(w, value, "\"%.40s\" is a number to some readers of YAML and none to others; write it "
		    "plainly, or quote it", value->text);
	}
	return 0;
}

static int
put_sequence(struct writer *w, const char *key, const struct yaml_value *value)
{
	json_open_array(&w->m.out, key);
	for (size_t i = 0; i < value->count; i++)
		if (put(w, NULL, i, value->values[i]) < 0)
			return -1;
	json_close_array(&w->m.out);
	return 0;
}

static int
put_mapping(struct writer *w, const char *key, const struct yaml_value *value)
{
	json_open(&w->m.out, key);
	for (size_t i = 0; i < value->count; i++) {
		const struct yaml_value *name = value->keys[i];

		if (name->plain && (yaml_scalar_of(name->text) != YAML_SCALAR_STRING || strcmp(name->text, "<<") == 0))
			return refuse(w, name, "the key \"%.40s\" is not a string to kubectl; quote it", name->text);
		if (put(w, name->text, 0, value->values[i]) < 0)
			return -1;
	}
	json_close(&w->m.out);
	return 0;
}

static int
put_content(struct writer *w, const char *key, const struct yaml_value *value)
{
	if (value->shared || value->tag)
		return refuse(w, value, "anchors, aliases and tags are not taken; write it out");
	switch (value->kind) {
	case YAML_KIND_SCALAR:
		return put_scalar(w, key, value);
	case YAML_KIND_SEQUENCE:
		return put_sequence(w, key, value);
	case YAML_KIND_MAPPING:
		break;
	}
	return put_mapping(w, key, value);
}

static int
put(struct writer *w, const char *key, size_t index, const struct yaml_value *value)
{
	size_t before = marked_enter(&w->m, key, index, value->mark);
	int r = put_content(w, key, value);

	marked_leave(&w->m, before);
	return r;
}

int
yaml_value_to_json(const struct yaml_value *value, struct buf *out, struct places *places, struct yaml_mark *where,
    struct err *err)
{
	struct writer w = {.m = {.out = JSON_OUT(out), .places = places}, .where = where, .err = err};

	if (put_content(&w, NULL, value) < 0)
		return -1;
	return buf_ok(out) ? 0 : err_set(err, "longer than %zu bytes as JSON", out->max);
}

int
yaml_to_json(const char *text, size_t len, struct buf *out, struct err *err)
{
	struct err sentence = {""};
	struct yaml_mark where = {1, 1};
	struct places places = {.count = 0};
	CLEANUP_YAML struct yaml_doc *yaml = yaml_doc_read(text, len, &where, &sentence);
	int r = yaml ? yaml_value_to_json(yaml_doc_root(yaml), out, &places, &where, &sentence) : -1;

	places_done(&places);
	return r == 0 ? 0 : err_set(err, "line %d: %s", where.line, sentence.text);
}
