#include "yaml_tree.h"

#include <string.h>

int
yaml_tree_parse(const char *name, const char *text, yaml_document_t *ret, struct err *err)
{
	yaml_parser_t parser;
	int rc = 0;

	if (!yaml_parser_initialize(&parser))
		return err_set(err, "%s: out of memory", name);
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	if (!yaml_parser_load(&parser, ret))
		rc = err_set(err, "%s: line %zu: not YAML: %s", name, parser.problem_mark.line + 1, parser.problem);
	yaml_parser_delete(&parser);
	return rc;
}

yaml_node_t *
yaml_get(yaml_document_t *document, const yaml_node_t *node, const char *key)
{
	if (!node || node->type != YAML_MAPPING_NODE)
		return NULL;
	for (yaml_node_pair_t *pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const yaml_node_t *name = yaml_document_get_node(document, pair->key);

		if (name->type == YAML_SCALAR_NODE && strcmp((const char *)name->data.scalar.value, key) == 0)
			return yaml_document_get_node(document, pair->value);
	}
	return NULL;
}

const char *
yaml_text(yaml_document_t *document, const yaml_node_t *node, const char *key)
{
	const yaml_node_t *value = yaml_get(document, node, key);
	const char *text = value && value->type == YAML_SCALAR_NODE ? (const char *)value->data.scalar.value : NULL;
	bool plain = text && value->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;

	if (!text || !*text || (plain && (strcmp(text, "null") == 0 || strcmp(text, "~") == 0)))
		return NULL;
	return text;
}

bool
yaml_true(yaml_document_t *document, const yaml_node_t *node, const char *key)
{
	const char *text = yaml_text(document, node, key);

	return text && strcasecmp(text, "true") == 0;
}

yaml_node_t *
yaml_named(yaml_document_t *document, const yaml_node_t *list, const char *name)
{
	if (!list || list->type != YAML_SEQUENCE_NODE)
		return NULL;
	for (yaml_node_item_t *item = list->data.sequence.items.start; item < list->data.sequence.items.top; item++) {
		yaml_node_t *entry = yaml_document_get_node(document, *item);
		const char *its = yaml_text(document, entry, "name");

		if (its && strcmp(its, name) == 0)
			return entry;
	}
	return NULL;
}
