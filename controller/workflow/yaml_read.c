#include "yaml_read.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "alloc.h"
#include "hash.h"

struct anchor {
	char *name;
	struct yaml_value *value;
};

struct yaml_doc {
	struct yaml_value *root;
	struct yaml_value **pool;        /* every value, to be freed */
	size_t npool;
};

struct reader {
	yaml_parser_t parser;
	struct yaml_doc *yaml;
	struct anchor *anchors;
	size_t nanchors;
	int depth;
	const char *text;
	size_t len;
	struct yaml_mark *where;
	struct err *err;
};

#define CLEANUP_EVENT __attribute__((cleanup(yaml_event_delete)))

static struct yaml_value *read_value(struct reader *r, const yaml_event_t *event);

static struct yaml_mark
mark_of(yaml_mark_t mark)
{
	return (struct yaml_mark){.line = (int)mark.line + 1, .column = (int)mark.column + 1};
}

static int refuse(struct reader *r, const yaml_event_t *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static int
refuse(struct reader *r, const yaml_event_t *event, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err_vset(r->err, format, args);
	va_end(args);
	*r->where = mark_of(event->start_mark);
	return -1;
}

/* Of a byte of the text: the library knows no better of what is not UTF-8. */
static struct yaml_mark
mark_at(const struct reader *r, size_t offset)
{
	struct yaml_mark mark = {1, 1};

	for (size_t i = 0; i < offset && i < r->len; i++) {
		if (r->text[i] == '\n')
			mark = (struct yaml_mark){mark.line + 1, 1};
		else
			mark.column += ((unsigned char)r->text[i] & 0xc0) != 0x80;
	}
	return mark;
}

/* 'ret' may be deleted whatever comes of it. */
static int
next(struct reader *r, yaml_event_t *ret)
{
	const yaml_parser_t *p = &r->parser;

	if (yaml_parser_parse(&r->parser, ret))
		return 0;
	*ret = (yaml_event_t){0};
	if (p->error == YAML_READER_ERROR) {
		*r->where = mark_at(r, p->problem_offset);
		return err_set(r->err, "%s, at byte %zu", p->problem, p->problem_offset);
	}
	*r->where = mark_of(p->problem_mark);
	return err_set(r->err, "%s%s%s", p->context ? p->context : "", p->context ? ": " : "",
	    p->problem ? p->problem : "not YAML");
}

/* In the pool, and therefore freed with the document. */
static struct yaml_value *
add_value(struct reader *r, const yaml_event_t *event, enum yaml_kind kind)
{
	struct yaml_value *value = xcalloc(1, sizeof *value);

	*ARRAY_GROW(r->yaml->pool, r->yaml->npool) = value;
	*value = (struct yaml_value){.kind = kind, .mark = mark_of(event->start_mark), .weight = 1};
	return value;
}

static int
take_in(struct reader *r, const yaml_event_t *event, struct yaml_value *outer, const struct yaml_value *inner)
{
	outer->weight += inner->weight;
	return outer->weight <= COUNT_MAX_YAML_VALUES ? 0 :
	    refuse(r, event, "more than %d values, those behind aliases counted each time", COUNT_MAX_YAML_VALUES);
}

static struct yaml_value *
read_scalar(struct reader *r, const yaml_event_t *event)
{
	struct yaml_value *value = add_value(r, event, YAML_KIND_SCALAR);

	value->text = xstrdup((const char *)event->data.scalar.value);
	value->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
	if (strlen(value->text) == event->data.scalar.length)
		return value;
	refuse(r, event, "a NUL byte");
	return NULL;
}

static struct yaml_value *
read_sequence(struct reader *r, const yaml_event_t *start, struct yaml_value *value)
{
	for (;;) {
		CLEANUP_EVENT yaml_event_t event = {0};
		struct yaml_value *element;

		if (next(r, &event) < 0)
			return NULL;
		if (event.type == YAML_SEQUENCE_END_EVENT)
			return value;
		element = read_value(r, &event);
		if (!element || take_in(r, start, value, element) < 0)
			return NULL;
		*ARRAY_GROW(value->values, value->count) = element;
	}
}

/* The key; NULL with an error when it is none, or was there before. */
static struct yaml_value *
read_key(struct reader *r, const yaml_event_t *event, const struct yaml_value *mapping, uint64_t *hashes)
{
	struct yaml_value *key;

	if (event->type != YAML_SCALAR_EVENT || event->data.scalar.anchor || event->data.scalar.tag) {
		refuse(r, event, "expected a plain key");
		return NULL;
	}
	key = read_scalar(r, event);
	if (!key)
		return NULL;
	if (mapping->count == COUNT_MAX_YAML_KEYS) {
		refuse(r, event, "more than %d keys in one mapping", COUNT_MAX_YAML_KEYS);
		return NULL;
	}
	hashes[mapping->count] = hash_str(HASH_SEED, key->text);
	for (size_t i = 0; i < mapping->count; i++)
		if (hashes[i] == hashes[mapping->count]) {
			refuse(r, event, "the key \"%.80s\" comes twice, first in line %d", key->text,
			    mapping->keys[i]->mark.line);
			return NULL;
		}
	return key;
}

static struct yaml_value *
read_mapping(struct reader *r, const yaml_event_t *start, struct yaml_value *value)
{
	CLEANUP_FREE uint64_t *hashes = xcalloc(COUNT_MAX_YAML_KEYS + 1, sizeof *hashes);

	for (;;) {
		CLEANUP_EVENT yaml_event_t name = {0};
		CLEANUP_EVENT yaml_event_t event = {0};
		struct yaml_value *key, *member;
		size_t nkeys = value->count;

		if (next(r, &name) < 0)
			return NULL;
		if (name.type == YAML_MAPPING_END_EVENT)
			return value;
		key = read_key(r, &name, value, hashes);
		if (!key || next(r, &event) < 0 || !(member = read_value(r, &event)) ||
		    take_in(r, start, value, member) < 0)
			return NULL;
		*ARRAY_GROW(value->keys, nkeys) = key;
		*ARRAY_GROW(value->values, value->count) = member;
	}
}

static struct yaml_value *
read_alias(struct reader *r, const yaml_event_t *event)
{
	const char *name = (const char *)event->data.alias.anchor;

	/* One that is not ended yet has no value. */
	for (size_t i = 0; i < r->nanchors; i++)
		if (strcmp(r->anchors[i].name, name) == 0) {
			if (r->anchors[i].value)
				return r->anchors[i].value;
			refuse(r, event, "*%.40s stands inside of what it means", name);
			return NULL;
		}
	refuse(r, event, "there is no &%.40s before this *%.40s", name, name);
	return NULL;
}

/* YAML lets the later one win; a person has mistaken one for the other. */
static int
check_anchor(struct reader *r, const yaml_event_t *event, const char *name)
{
	if (r->nanchors == COUNT_MAX_YAML_ANCHORS)
		return refuse(r, event, "more than %d anchors", COUNT_MAX_YAML_ANCHORS);
	for (size_t i = 0; i < r->nanchors; i++)
		if (strcmp(r->anchors[i].name, name) == 0)
			return refuse(r, event, "the anchor &%.40s comes twice", name);
	return 0;
}

static void
names_of(const yaml_event_t *event, const char **anchor, const char **tag)
{
	switch (event->type) {
	case YAML_SCALAR_EVENT:
		*anchor = (const char *)event->data.scalar.anchor;
		*tag = (const char *)event->data.scalar.tag;
		return;
	case YAML_SEQUENCE_START_EVENT:
		*anchor = (const char *)event->data.sequence_start.anchor;
		*tag = (const char *)event->data.sequence_start.tag;
		return;
	default:
		*anchor = (const char *)event->data.mapping_start.anchor;
		*tag = (const char *)event->data.mapping_start.tag;
	}
}

static struct yaml_value *
read_content(struct reader *r, const yaml_event_t *event)
{
	struct yaml_value *value;

	if (event->type == YAML_SCALAR_EVENT)
		return read_scalar(r, event);
	if (r->depth == COUNT_MAX_YAML_DEPTH) {
		refuse(r, event, "nested more than %d deep", COUNT_MAX_YAML_DEPTH);
		return NULL;
	}
	r->depth++;
	if (event->type == YAML_SEQUENCE_START_EVENT)
		value = read_sequence(r, event, add_value(r, event, YAML_KIND_SEQUENCE));
	else
		value = read_mapping(r, event, add_value(r, event, YAML_KIND_MAPPING));
	r->depth--;
	return value;
}

static struct yaml_value *
read_value(struct reader *r, const yaml_event_t *event)
{
	const char *anchor = NULL, *tag = NULL;
	struct yaml_value *value;
	size_t number = 0;

	if (event->type == YAML_ALIAS_EVENT) {
		value = read_alias(r, event);
		if (value)
			value->shared = true;
		return value;
	}
	names_of(event, &anchor, &tag);
	if (anchor && check_anchor(r, event, anchor) < 0)
		return NULL;
	if (anchor) {
		number = r->nanchors;
		ARRAY_GROW(r->anchors, r->nanchors)->name = xstrdup(anchor);
	}
	value = read_content(r, event);
	if (!value)
		return NULL;
	if (anchor)
		r->anchors[number].value = value;
	value->shared = anchor != NULL;
	if (tag)
		value->tag = xstrdup(tag[0] == '!' && tag[1] ? tag + 1 : tag);
	return value;
}

static int
expect(struct reader *r, yaml_event_type_t type, const char *what)
{
	CLEANUP_EVENT yaml_event_t event = {0};

	if (next(r, &event) < 0)
		return -1;
	return event.type == type ? 0 : refuse(r, &event, "expected %s", what);
}

static int
read_document(struct reader *r)
{
	CLEANUP_EVENT yaml_event_t first = {0};

	if (expect(r, YAML_STREAM_START_EVENT, "YAML") < 0 ||
	    expect(r, YAML_DOCUMENT_START_EVENT, "a document, and found none") < 0 || next(r, &first) < 0)
		return -1;
	r->yaml->root = read_value(r, &first);
	if (!r->yaml->root || expect(r, YAML_DOCUMENT_END_EVENT, "the document's end") < 0)
		return -1;
	return expect(r, YAML_STREAM_END_EVENT, "a single document");
}

struct yaml_doc *
yaml_doc_read(const char *text, size_t len, struct yaml_mark *where, struct err *err)
{
	struct reader r = {.text = text, .len = len, .where = where, .err = err};
	int result;

	*where = (struct yaml_mark){1, 1};
	if (len > YAML_BYTES_MAX) {
		err_set(err, "longer than %d bytes", YAML_BYTES_MAX);
		return NULL;
	}
	if (!yaml_parser_initialize(&r.parser)) {
		err_set(err, "out of memory");
		return NULL;
	}
	r.yaml = xcalloc(1, sizeof *r.yaml);
	yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, len);
	result = read_document(&r);
	yaml_parser_delete(&r.parser);
	for (size_t i = 0; i < r.nanchors; i++)
		free(r.anchors[i].name);
	free(r.anchors);
	return result == 0 ? r.yaml : yaml_doc_free(r.yaml);
}

const struct yaml_value *
yaml_doc_root(const struct yaml_doc *yaml)
{
	return yaml->root;
}

struct yaml_doc *
yaml_doc_free(struct yaml_doc *yaml)
{
	for (size_t i = 0; yaml && i < yaml->npool; i++) {
		struct yaml_value *value = yaml->pool[i];

		free(value->tag);
		free(value->text);
		free(value->keys);
		free(value->values);
		free(value);
	}
	if (yaml)
		free(yaml->pool);
	free(yaml);
	return NULL;
}

void
yaml_doc_freep(struct yaml_doc **at)
{
	yaml_doc_free(*at);
}

const struct yaml_value *
yaml_member(const struct yaml_value *mapping, const char *key)
{
	for (size_t i = 0; mapping && mapping->kind == YAML_KIND_MAPPING && i < mapping->count; i++)
		if (strcmp(mapping->keys[i]->text, key) == 0)
			return mapping->values[i];
	return NULL;
}
