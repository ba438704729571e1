/* YAML as kubectl takes it, to JSON: one document of mappings, sequences and scalars. Refused, with the line: anchors
 * and aliases, tags, a second document, keys that come twice, and what YAML readers disagree about (a key "on", numbers
 * such as 017 or 1_000): quoted, all of these can be written. */
#pragma once

#include <stddef.h>

#include "buf.h"
#include "err.h"

enum { YAML_BYTES_MAX = BUF_MAX_FILE, YAML_DEPTH_MAX = 32, YAML_KEYS_MAX = 1024 };

/* The JSON text is appended to 'out', which holds nothing of use after an error. */
int yaml_to_json(const char *text, size_t len, struct buf *out, struct err *err);
