/* SCP's YAML: workflows as people have them already, with tags for types (- task: !scylla-drain) and +variables+. It is
 * turned into the structured form, and everything after is one path. The rules are in docs/workflows.md. */
#pragma once

#include "buf.h"
#include "findings.h"
#include "places.h"

struct cJSON;

/* Does it look like that dialect: a list of tasks, or a mapping with cluster_tasks? */
bool scp_is(const struct yaml_value *root);
#define SCP_INDENTATION_LOST \
	"indentation lost: no line begins with a blank, so what belongs to what cannot be told; copy the text anew"
/* Text of the dialect in which no line is indented: said when it cannot be read, instead of what YAML makes of it. */
bool scp_lost_indentation(const char *text);

/* {"metadata": {"name"}, "spec": {…}} is appended to 'out', of use when no error was found. 'name' is the workflow's when
 * the text has none of its own; 'text' is what 'root' was read from. */
void scp_to_json(const struct yaml_value *root, const char *text, const char *name, struct buf *out,
    struct places *places, struct findings *findings);
/* A text of the dialect as the structured form has it: a plus that belongs to no +name+ is doubled, there a single one would
 * begin a variable. Owned. */
char *scp_text_of(const char *text);
/* The dialect's text of {"metadata": {"name"}, "spec": {…}} in the structured form. -1: the dialect cannot say it, with
 * place and reason. */
int scp_print(const struct cJSON *object, struct buf *out, struct err *err);
/* "add_nodes_to_cluster" as a name that Kubernetes takes: "add-nodes-to-cluster"; owned. */
char *scp_object_name(const char *name);
