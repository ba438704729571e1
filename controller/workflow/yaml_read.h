/* One YAML document as a tree whose pieces know where they stand: what both ways to write a workflow are read from. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "counts.h"
#include "err.h"

enum { YAML_BYTES_MAX = BUF_MAX_FILE };

/* Both from 1. */
struct yaml_mark {
	int line, column;
};

enum yaml_kind { YAML_KIND_SCALAR, YAML_KIND_SEQUENCE, YAML_KIND_MAPPING };

struct yaml_value {
	enum yaml_kind kind;
	struct yaml_mark mark;
	char *tag;                       /* "scylla-drain" of !scylla-drain, the URI of others; NULL: none */
	char *text;                      /* of a scalar */
	bool plain;                      /* a scalar without quotes */
	bool shared;                     /* it has an anchor, or was reached by an alias */
	struct yaml_value **keys;        /* of a mapping: scalars, no two alike */
	struct yaml_value **values;      /* of a mapping or sequence */
	size_t count;
	size_t weight;                   /* of all that is in it, and itself */
};

struct yaml_doc;

/* NULL, a sentence without a place, and the place. */
struct yaml_doc *yaml_doc_read(const char *text, size_t len, struct yaml_mark *where, struct err *err);
const struct yaml_value *yaml_doc_root(const struct yaml_doc *yaml);
struct yaml_doc *yaml_doc_free(struct yaml_doc *yaml);
void yaml_doc_freep(struct yaml_doc **at);
#define CLEANUP_YAML __attribute__((cleanup(yaml_doc_freep)))

/* NULL when it is no mapping, or has no such key. */
const struct yaml_value *yaml_member(const struct yaml_value *mapping, const char *key);
