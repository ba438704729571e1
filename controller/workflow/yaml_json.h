/* YAML as kubectl takes it, to JSON: one document of mappings, sequences and scalars. Refused, with the line: anchors
 * and aliases, tags, a second document, keys that come twice, and what YAML readers disagree about (a key "on", numbers
 * such as 017 or 1_000): quoted, all of these can be written. */
#pragma once

#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "places.h"

/* The JSON text is appended to 'out', which holds nothing of use after an error. */
int yaml_to_json(const char *text, size_t len, struct buf *out, struct err *err);
/* The same of a document that has been read, with the places of all that is in it; 'where' is that of what is refused. */
int yaml_value_to_json(const struct yaml_value *value, struct buf *out, struct places *places, struct yaml_mark *where,
    struct err *err);
