/* A YAML (or JSON) document to look things up in. Borrowed from libyaml's document: aliases are references, so nothing
 * grows; scalars are texts. */
#pragma once

#include <stdbool.h>
#include <yaml.h>

#include "err.h"

/* Parse one document; free with yaml_document_delete(). */
int yaml_tree_parse(const char *name, const char *text, yaml_document_t *ret, struct err *err);
/* The member 'key' of a mapping, or NULL; 'node' may be NULL. */
yaml_node_t *yaml_get(yaml_document_t *document, const yaml_node_t *node, const char *key);
/* A scalar member that is not empty, or NULL. */
const char *yaml_text(yaml_document_t *document, const yaml_node_t *node, const char *key);
bool yaml_true(yaml_document_t *document, const yaml_node_t *node, const char *key);
/* Of a list of mappings the one whose "name" is 'name'; NULL: none. */
yaml_node_t *yaml_named(yaml_document_t *document, const yaml_node_t *list, const char *name);
