#include "yaml_json.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <yaml.h>

#include "alloc.h"
#include "hash.h"
#include "json.h"
#include "yaml_scalar.h"

struct converter {
	yaml_parser_t parser;
	struct json_out out;
	struct err *err;
	int depth;
};

#define CLEANUP_EVENT __attribute__((cleanup(yaml_event_delete)))

static int refuse(struct converter *c, const yaml_event_t *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static int convert(struct converter *c, const char *key, const yaml_event_t *event);

static int
refuse(struct converter *c, const yaml_event_t *event, const char *format, ...)
{
	struct err sentence = {""};
	va_list args;

	va_start(args, format);
	err_vset(&sentence, format, args);
	va_end(args);
	return err_set(c->err, "line %zu: %s", event->start_mark.line + 1, sentence.text);
}

/* 'ret' may be deleted whatever comes of it. */
static int
next(struct converter *c, yaml_event_t *ret)
{
	const yaml_parser_t *p = &c->parser;

	if (yaml_parser_parse(&c->parser, ret))
		return 0;
	*ret = (yaml_event_t){0};
	if (p->error == YAML_READER_ERROR)
		return err_set(c->err, "byte %zu: %s", p->problem_offset, p->problem);
	return err_set(c->err, "line %zu: %s%s%s", p->problem_mark.line + 1, p->context ? p->context : "",
	    p->context ? ": " : "", p->problem ? p->problem : "not YAML");
}

/* The scalar's text; NULL with an error for what cannot be a C string. */
static const char *
text_of(struct converter *c, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;

	if (strlen(text) == event->data.scalar.length)
		return text;
	refuse(c, event, "a NUL byte");
	return NULL;
}

static int
convert_scalar(struct converter *c, const char *key, const yaml_event_t *event)
{
	const char *text = text_of(c, event);
	enum yaml_scalar kind = YAML_SCALAR_STRING;

	if (!text)
		return -1;
	if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE)
		kind = yaml_scalar_of(text);
	switch (kind) {
	case YAML_SCALAR_STRING:
		json_put_str(&c->out, key, text);
		break;
	case YAML_SCALAR_NULL:
		json_put_raw(&c->out, key, "null");
		break;
	case YAML_SCALAR_TRUE:
	case YAML_SCALAR_FALSE:
		json_put_bool(&c->out, key, kind == YAML_SCALAR_TRUE);
		break;
	case YAML_SCALAR_NUMBER:
		json_put_raw(&c->out, key, text);
		break;
	case YAML_SCALAR_UNCLEAR:
		return refuse(c, event, "\"%.40s\" is a number to some readers of YAML and none to others; write it "
		    "plainly, or quote it", text);
	}
	return 0;
}

static int
convert_sequence(struct converter *c, const char *key)
{
	json_open_array(&c->out, key);
	for (;;) {
		CLEANUP_EVENT yaml_event_t event = {0};

		if (next(c, &event) < 0)
			return -1;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			break;
		if (convert(c, NULL, &event) < 0)
			return -1;
	}
	json_close_array(&c->out);
	return 0;
}

/* The key's text, owned; NULL with an error. */
static char *
read_key(struct converter *c, const yaml_event_t *event)
{
	const char *text;

	if (event->type != YAML_SCALAR_EVENT || event->data.scalar.anchor || event->data.scalar.tag) {
		refuse(c, event, "expected a plain key");
		return NULL;
	}
	text = text_of(c, event);
	if (text && event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE &&
	    (yaml_scalar_of(text) != YAML_SCALAR_STRING || strcmp(text, "<<") == 0)) {
		refuse(c, event, "the key \"%.40s\" is not a string to kubectl; quote it", text);
		return NULL;
	}
	return xstrdup_or_null(text);
}

/* Remember 'key' among 'keys'; -1 when it was there, or there are too many. */
static int
check_key(struct converter *c, const yaml_event_t *event, const char *key, uint64_t *keys, size_t *count)
{
	uint64_t hash = hash_str(HASH_SEED, key);

	if (*count == YAML_KEYS_MAX)
		return refuse(c, event, "more than %d keys in one mapping", YAML_KEYS_MAX);
	for (size_t i = 0; i < *count; i++) {
		if (keys[i] == hash)
			return refuse(c, event, "the key \"%.80s\" comes twice", key);
	}
	keys[(*count)++] = hash;
	return 0;
}

static int
convert_mapping(struct converter *c, const char *outer)
{
	CLEANUP_FREE uint64_t *keys = xcalloc(YAML_KEYS_MAX, sizeof *keys);
	size_t count = 0;

	json_open(&c->out, outer);
	for (;;) {
		CLEANUP_EVENT yaml_event_t name = {0};
		CLEANUP_EVENT yaml_event_t value = {0};
		CLEANUP_FREE char *key = NULL;

		if (next(c, &name) < 0)
			return -1;
		if (name.type == YAML_MAPPING_END_EVENT)
			break;
		key = read_key(c, &name);
		if (!key || check_key(c, &name, key, keys, &count) < 0 || next(c, &value) < 0 ||
		    convert(c, key, &value) < 0)
			return -1;
	}
	json_close(&c->out);
	return 0;
}

static bool
has_anchor_or_tag(const yaml_event_t *event)
{
	switch (event->type) {
	case YAML_ALIAS_EVENT:
		return true;
	case YAML_SCALAR_EVENT:
		return event->data.scalar.anchor || event->data.scalar.tag;
	case YAML_SEQUENCE_START_EVENT:
		return event->data.sequence_start.anchor || event->data.sequence_start.tag;
	case YAML_MAPPING_START_EVENT:
		return event->data.mapping_start.anchor || event->data.mapping_start.tag;
	default:
		return false;
	}
}

static int
convert(struct converter *c, const char *key, const yaml_event_t *event)
{
	int result;

	if (has_anchor_or_tag(event))
		return refuse(c, event, "anchors, aliases and tags are not taken; write it out");
	if (event->type == YAML_SCALAR_EVENT)
		return convert_scalar(c, key, event);
	if (c->depth == YAML_DEPTH_MAX)
		return refuse(c, event, "nested more than %d deep", YAML_DEPTH_MAX);
	c->depth++;
	result = event->type == YAML_SEQUENCE_START_EVENT ? convert_sequence(c, key) : convert_mapping(c, key);
	c->depth--;
	return result;
}

static int
expect(struct converter *c, yaml_event_type_t type, const char *what)
{
	CLEANUP_EVENT yaml_event_t event = {0};

	if (next(c, &event) < 0)
		return -1;
	return event.type == type ? 0 : refuse(c, &event, "expected %s", what);
}

static int
convert_document(struct converter *c)
{
	CLEANUP_EVENT yaml_event_t first = {0};

	if (expect(c, YAML_STREAM_START_EVENT, "YAML") < 0 ||
	    expect(c, YAML_DOCUMENT_START_EVENT, "a document, and found none") < 0 || next(c, &first) < 0 ||
	    convert(c, NULL, &first) < 0 || expect(c, YAML_DOCUMENT_END_EVENT, "the document's end") < 0)
		return -1;
	return expect(c, YAML_STREAM_END_EVENT, "a single document");
}

int
yaml_to_json(const char *text, size_t len, struct buf *out, struct err *err)
{
	struct converter c = {.out = JSON_OUT(out), .err = err};
	int result;

	if (len > YAML_BYTES_MAX)
		return err_set(err, "longer than %d bytes", YAML_BYTES_MAX);
	if (!yaml_parser_initialize(&c.parser))
		return err_set(err, "out of memory");
	yaml_parser_set_encoding(&c.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&c.parser, (const unsigned char *)text, len);
	result = convert_document(&c);
	yaml_parser_delete(&c.parser);
	if (result == 0 && !buf_ok(out))
		return err_set(err, "longer than %zu bytes as JSON", out->max);
	return result;
}
