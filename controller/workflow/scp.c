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
	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL) {
		size_t blanks = strspn(line, " \t");

		if (blanks > 0 && line[blanks] != '\0' && line[blanks] != '\n' && line[blanks] != '#')
			return false;
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
	static const char *const keys[] = {"name", "description", "variables", "cluster_tasks"};

	for (size_t i = 0; root->kind == YAML_KIND_MAPPING && i < root->count; i++) {
		bool known = false;

		for (size_t k = 0; k < ARRAY_LEN(keys); k++)
			known = known || strcmp(root->keys[i]->text, keys[k]) == 0;
		if (!known && has_no_indentation(text))
			return root->keys[i];
	}
	return NULL;
}

static void
put_members(struct scp *s, const struct yaml_value *root)
{
	for (size_t i = 0; i < root->count; i++) {
		const struct yaml_value *value = root->values[i];
		const char *key = root->keys[i]->text;

		if (strcmp(key, "cluster_tasks") == 0)
			scp_put_tasks(s, "steps", value, false);
		else if (strcmp(key, "variables") == 0 || strcmp(key, "description") == 0)
			scp_put_value(s, key, 0, value);
		else if (strcmp(key, "name") != 0)
			complain(s, root->keys[i], "unknown key \"%.80s\"; known: name, description, variables, "
			    "cluster_tasks", key);
	}
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
	if (own && (own->kind != YAML_KIND_SCALAR || !*own->text))
		complain(&s, own, "name: expected the workflow's name");
	object = scp_object_name(own && own->kind == YAML_KIND_SCALAR ? own->text : name);
	json_open(&s.m.out, NULL);
	json_open(&s.m.out, "metadata");
	marked_text(&s.m, "name", object, own ? own->mark : root->mark);
	json_close(&s.m.out);
	spec = marked_enter(&s.m, "spec", 0, root->mark);
	json_open(&s.m.out, "spec");
	if (root->kind == YAML_KIND_SEQUENCE)
		scp_put_tasks(&s, "steps", root, false);
	else
		put_members(&s, root);
	json_close(&s.m.out);
	marked_leave(&s.m, spec);
	json_close(&s.m.out);
	if (!buf_ok(out))
		complain(&s, root, "longer than %zu bytes as JSON", out->max);
}
