#include "scp.h"

#include <ctype.h>
#include <string.h>

#include "alloc.h"
#include "scp_private.h"

bool
scp_is(const struct yaml_value *root)
{
	return root->kind == YAML_KIND_SEQUENCE || yaml_member(root, "cluster_tasks");
}

char *
scp_object_name(const char *name)
{
	char *copy = xstrdup(name);

	for (char *c = copy; *c; c++)
		*c = *c == '_' ? '-' : (char)tolower((unsigned char)*c);
	return copy;
}

/* Not one line begins with a blank. */
static bool
has_no_indentation(const char *text)
{
	for (const char *at = text; *at; at += *at == '\n') {
		const char *line = at;

		while (*at == ' ' || *at == '\t')
			at++;
		if (at > line && *at && *at != '\n' && *at != '#')
			return false;
		while (*at && *at != '\n')
			at++;
	}
	return true;
}

bool
scp_lost_indentation(const char *text)
{
	return has_no_indentation(text) && (strstr(text, "task: !") || strstr(text, "condition: !"));
}

/* A key that does not belong there, in a text without indentation: what it belonged to cannot be told any more. */
static const struct yaml_value *
stray_key(const struct yaml_value *root, const char *text)
{
	for (size_t i = 0; root->kind == YAML_KIND_MAPPING && i < root->count; i++)
		if (!scp_key(SCP_DOCUMENT, root->keys[i]->text) && has_no_indentation(text))
			return root->keys[i];
	return NULL;
}

/* Beside its name, which stands in the object's metadata, and has been read. */
static void
put_metadata(struct scp *s, const struct yaml_value *metadata)
{
	for (size_t i = 0; metadata && metadata->kind == YAML_KIND_MAPPING && i < metadata->count; i++) {
		if (strcmp(metadata->keys[i]->text, "name") == 0)
			complain(s, metadata->keys[i], "name stands beside metadata, not in it");
		else
			scp_put_plain(s, metadata->keys[i]->text, 0, metadata->values[i]);
	}
	if (metadata && metadata->kind != YAML_KIND_MAPPING)
		complain(s, metadata, "metadata: expected a mapping, got %s", scp_kind(metadata));
}

void
scp_to_json(const struct yaml_value *root, const char *text, const char *name, struct buf *out, struct places *places,
    struct findings *findings)
{
	struct scp s = {.m = {.out = JSON_OUT(out), .places = places}, .findings = findings};
	const struct yaml_value *own = yaml_member(root, "name");
	CLEANUP_FREE char *object = NULL;
	size_t spec;

	if (stray_key(root, text)) {
		complain(&s, stray_key(root, text), SCP_INDENTATION_LOST);
		return;
	}
	scp_refuse_tag(&s, root);
	if (own && (own->kind != YAML_KIND_SCALAR || !*own->text))
		complain(&s, own, "name: expected the workflow's name");
	object = scp_object_name(own && own->kind == YAML_KIND_SCALAR ? own->text : name);
	json_open(&s.m.out, NULL);
	json_open(&s.m.out, "metadata");
	marked_text(&s.m, "name", object, own ? own->mark : root->mark);
	put_metadata(&s, yaml_member(root, "metadata"));
	json_close(&s.m.out);
	spec = marked_enter(&s.m, "spec", 0, root->mark);
	json_open(&s.m.out, "spec");
	if (root->kind == YAML_KIND_SEQUENCE)
		scp_put_tasks(&s, "steps", root, false);
	else
		scp_put_members(&s, NULL, root, SCP_DOCUMENT, "");
	json_close(&s.m.out);
	marked_leave(&s.m, spec);
	json_close(&s.m.out);
	if (!buf_ok(out))
		complain(&s, root, "longer than %zu bytes as JSON", out->max);
}
