/* The "exec" of a kubeconfig's user. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "kube_exec.h"
#include "kubeconfig_private.h"
#include "yaml_tree.h"

struct place {
	const struct kubeconfig_reader *in;
	yaml_document_t *document;
	yaml_node_t *exec;
	struct kube_exec_plan *plan;
};

static const char *
text_of(const struct place *p, const char *key)
{
	return yaml_text(p->document, p->exec, key);
}

static int
read_version(struct place *p)
{
	static const char group[] = "client.authentication.k8s.io/";
	const char *version = text_of(p, "apiVersion");
	bool good = version && strncmp(version, group, strlen(group)) == 0;

	version = good ? version + strlen(group) : version;
	if (!good || (strcmp(version, "v1") != 0 && strcmp(version, "v1beta1") != 0))
		return err_set(p->in->err, "%s: apiVersion: expected %sv1 or %sv1beta1, found \"%s\"", p->plan->place, group,
		    group, text_of(p, "apiVersion") ? text_of(p, "apiVersion") : "");
	p->plan->api_version = xstrdup(text_of(p, "apiVersion"));
	return 0;
}

static int
read_mode(struct place *p)
{
	static const char *const modes[] = {
		[KUBE_EXEC_NEVER] = "Never", [KUBE_EXEC_IF_AVAILABLE] = "IfAvailable", [KUBE_EXEC_ALWAYS] = "Always",
	};
	const char *mode = text_of(p, "interactiveMode");

	/* v1 wants it said, v1beta1 has a default. */
	if (!mode && strstr(p->plan->api_version, "/v1beta1"))
		mode = "IfAvailable";
	for (size_t i = 0; mode && i < ARRAY_LEN(modes); i++)
		if (strcmp(mode, modes[i]) == 0) {
			p->plan->mode = (enum kube_exec_mode)i;
			return 0;
		}
	return err_set(p->in->err, "%s: interactiveMode: expected Never, IfAvailable or Always, found \"%s\"", p->plan->place,
	    mode ? mode : "");
}

/* A bare name is looked for in PATH, a path counts from the file's directory. */
static int
read_command(struct place *p)
{
	const char *command = text_of(p, "command");
	struct kube_exec_plan *plan = p->plan;
	yaml_node_t *args = yaml_get(p->document, p->exec, "args");

	if (!command)
		return err_set(p->in->err, "%s: command is missing", plan->place);
	*ARRAY_GROW(plan->argv, plan->nargs) = strchr(command, '/') ? kubeconfig_resolved(p->in, command) : xstrdup(command);
	if (args && args->type == YAML_SEQUENCE_NODE)
		for (yaml_node_item_t *item = args->data.sequence.items.start; item < args->data.sequence.items.top; item++) {
			yaml_node_t *node = yaml_document_get_node(p->document, *item);

			if (!node || node->type != YAML_SCALAR_NODE)
				return err_set(p->in->err, "%s: args: expected texts", plan->place);
			*ARRAY_GROW(plan->argv, plan->nargs) = xstrdup((const char *)node->data.scalar.value);
		}
	/* The NULL at the end is not counted. */
	*ARRAY_GROW(plan->argv, plan->nargs) = NULL;
	plan->nargs--;
	return 0;
}

static int
read_environment(struct place *p)
{
	yaml_node_t *env = yaml_get(p->document, p->exec, "env");

	if (!env || env->type != YAML_SEQUENCE_NODE)
		return 0;
	for (yaml_node_item_t *item = env->data.sequence.items.start; item < env->data.sequence.items.top; item++) {
		yaml_node_t *entry = yaml_document_get_node(p->document, *item);
		const char *name = yaml_text(p->document, entry, "name"), *value = yaml_text(p->document, entry, "value");

		if (!name || strchr(name, '='))
			return err_set(p->in->err, "%s: env: expected a list of name and value", p->plan->place);
		*ARRAY_GROW(p->plan->env, p->plan->nenv) = xasprintf("%s=%s", name, value ? value : "");
	}
	return 0;
}

int
kubeconfig_exec(const struct kubeconfig_reader *in, struct kubeconfig *ret)
{
	struct place p = {.in = in, .document = (yaml_document_t *)&in->at->document};

	p.exec = yaml_get(p.document, in->node, "exec");
	if (!p.exec)
		return 0;
	ret->exec = p.plan = xcalloc(1, sizeof *p.plan);
	p.plan->place = xasprintf("%s: %s: exec", in->at->path, in->entry);
	if (ret->token || ret->cert)
		return err_set(in->err, "%s together with a token or a client certificate; keep one", p.plan->place);
	p.plan->install_hint = xstrdup_or_null(text_of(&p, "installHint"));
	p.plan->cluster_info = yaml_true(p.document, p.exec, "provideClusterInfo");
	return read_version(&p) || read_mode(&p) || read_command(&p) || read_environment(&p) ? -1 : 0;
}
