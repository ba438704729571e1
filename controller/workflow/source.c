#include "source.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "marked.h"
#include "lint.h"
#include "scp.h"
#include "yaml_json.h"

static void
read_structured(struct workflow_source *source, const struct yaml_value *root, struct buf *json,
    struct findings *findings)
{
	struct yaml_mark where = root->mark;
	struct err err = {""};

	if (yaml_value_to_json(root, json, &source->places, &where, &err) < 0)
		findings_add(findings, SEVERITY_ERROR, where, "%s", err.text);
}

void
workflow_source_read(struct workflow_source *ret, const char *text, size_t len, const char *name,
    struct findings *findings)
{
	CLEANUP_BUF struct buf json = BUF_INIT(BUF_MAX_OBJECT);
	struct yaml_mark where = {1, 1};
	struct err err = {""};
	CLEANUP_YAML struct yaml_doc *yaml = yaml_doc_read(text, len, &where, &err);

	*ret = (struct workflow_source){.object = NULL};
	if (!yaml) {
		findings_add(findings, SEVERITY_ERROR, where, "%s",
		    strlen(text) == len && scp_lost_indentation(text) ? SCP_INDENTATION_LOST : err.text);
		return;
	}
	ret->is_scp = scp_is(yaml_doc_root(yaml));
	if (ret->is_scp)
		scp_to_json(yaml_doc_root(yaml), text, name, &json, &ret->places, findings);
	else
		read_structured(ret, yaml_doc_root(yaml), &json, findings);
	if (findings->errors > 0)
		return;
	ret->object = json_parse(buf_str(&json), json.len, &err);
	if (!ret->object)
		findings_add(findings, SEVERITY_ERROR, where, "%s", err.text);
}

void
workflow_source_done(struct workflow_source *source)
{
	json_free(source->object);
	places_done(&source->places);
	*source = (struct workflow_source){.object = NULL};
}

void
workflow_source_blame(const struct workflow_source *source, enum severity severity, const char *sentence,
    struct findings *findings)
{
	const char *path = strstr(sentence, "spec."), *comma = strstr(sentence, ", ");
	char place[MARKED_PATH] = "spec";

	if (strncmp(sentence, "workflow ", 9) == 0 && comma)
		sentence = comma + 2;
	if (path)
		snprintf(place, sizeof place, "%.*s", (int)strcspn(path, ": ,"), path);
	findings_add(findings, severity, places_find(&source->places, place), "%s", sentence);
}

/* --- the workflow of a source */

struct telling {
	const struct workflow_source *source;
	struct findings *findings;
};

static void
tell(void *user, enum severity severity, const char *sentence)
{
	const struct telling *telling = user;

	workflow_source_blame(telling->source, severity, sentence, telling->findings);
}

/* What a text is held against. */
struct standard {
	const struct reconciler *const *types;
	const struct lint_others *others;
};

static struct workflow *
decode(const struct workflow_source *source, const struct standard *standard, struct findings *findings)
{
	struct telling telling = {source, findings};
	struct workflow *workflow = workflow_decode_all(source->object, tell, &telling);

	if (workflow && standard->types)
		workflow_lint(workflow, standard->types, standard->others, tell, &telling);
	return findings->errors > 0 ? workflow_free(workflow) : workflow;
}

/* A mark in a block scalar as one in the text around it; 'outer' is where the scalar begins. */
static struct yaml_mark
mark_outside(const char *text, struct yaml_mark outer, struct yaml_mark inner)
{
	const char *line = text;

	for (int i = 1; i < outer.line && line; i++) {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	/* Of a text in quotes the lines cannot be counted. */
	if (!line || strlen(line) < (size_t)outer.column || !strchr("|>", line[outer.column - 1]))
		return outer;
	line = strchr(line, '\n');
	inner.line += outer.line;
	inner.column += line ? (int)strspn(line + 1, " ") : 0;
	return inner;
}

static struct workflow *
read_definition(const struct workflow_source *outer, const char *text, const char *definition,
    const struct standard *standard, struct findings *findings)
{
	const char *name = json_str_or(json_get(outer->object, "metadata"), "name", "workflow");
	struct yaml_mark at = places_find(&outer->places, "spec.definition");
	struct findings inside = {.count = 0};
	struct workflow_source source;
	struct workflow *workflow;

	workflow_source_read(&source, definition, strlen(definition), name, &inside);
	workflow = source.object ? decode(&source, standard, &inside) : NULL;
	for (size_t i = 0; i < inside.count; i++)
		findings_add(findings, inside.items[i].severity, mark_outside(text, at, inside.items[i].mark), "%s",
		    inside.items[i].text);
	findings_done(&inside);
	workflow_source_done(&source);
	return workflow;
}

/* The definition of a Workflow object that has one. */
static const char *
definition_of(const struct cJSON *object)
{
	return json_str(json_get(object, "spec"), "definition");
}

static int
check_definition_is_alone(const struct cJSON *object, struct err *err)
{
	const struct cJSON *spec = json_get(object, "spec");

	if (!json_get(spec, "steps") && !json_get(spec, "variables") && !json_get(spec, "finally"))
		return 0;
	return err_set(err, "spec.definition: stands in place of variables, steps and finally; they are given too");
}

static bool
is_workflow(const struct workflow_source *source, struct findings *findings)
{
	const char *kind = json_str(source->object, "kind"), *version = json_str(source->object, "apiVersion");

	if (kind && strcmp(kind, "Workflow") != 0)
		findings_add(findings, SEVERITY_ERROR, places_find(&source->places, "kind"),
		    "kind: expected Workflow, got %.80s", kind);
	else if (version && strcmp(version, "strait.dev/v1alpha1") != 0)
		findings_add(findings, SEVERITY_ERROR, places_find(&source->places, "apiVersion"),
		    "apiVersion: expected strait.dev/v1alpha1, got %.80s", version);
	return findings->errors == 0;
}

struct workflow *
workflow_read_among(const struct lint_others *others, const char *text, size_t len, const char *name,
    const struct reconciler *const *types, struct findings *findings)
{
	const struct standard standard = {types, others};
	struct workflow_source source;
	struct workflow *workflow = NULL;
	struct err err = {""};

	workflow_source_read(&source, text, len, name, findings);
	if (source.object && is_workflow(&source, findings)) {
		if (!definition_of(source.object))
			workflow = decode(&source, &standard, findings);
		else if (check_definition_is_alone(source.object, &err) < 0)
			workflow_source_blame(&source, SEVERITY_ERROR, err.text, findings);
		else
			workflow = read_definition(&source, text, definition_of(source.object), &standard, findings);
	}
	workflow_source_done(&source);
	findings_sort(findings);
	return workflow;
}

struct workflow *
workflow_read(const char *text, size_t len, const char *name, const struct reconciler *const *types,
    struct findings *findings)
{
	return workflow_read_among(NULL, text, len, name, types, findings);
}

struct workflow *
workflow_of_object(const struct cJSON *object, struct err *err)
{
	const char *definition = definition_of(object);
	const char *name = json_str_or(json_get(object, "metadata"), "name", "workflow");
	struct findings findings = {.count = 0};
	struct workflow *workflow = NULL;

	if (!definition)
		return workflow_decode(object, err);
	if (check_definition_is_alone(object, err) == 0) {
		workflow = workflow_read(definition, strlen(definition), name, NULL, &findings);
		if (!workflow)
			err_set(err, "spec.definition, line %d, column %d: %s", findings.items[0].mark.line,
			    findings.items[0].mark.column, findings.items[0].text);
	}
	findings_done(&findings);
	return workflow;
}
