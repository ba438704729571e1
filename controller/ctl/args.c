#include "args.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "nearest.h"

/* Beside who takes it, what becomes of an option's values: the last one counts, or ALL make a list, or their PARTS do,
 * which commas separate. */
enum { HELP = 1 << 30, ALWAYS = HELP, KEEP_ALL = 1 << 29, KEEP_PARTS = 1 << 28 };

struct option {
	char letter;             /* 0: none */
	const char *name;
	const char *value;       /* NULL: a switch */
	unsigned of;
	size_t at;
	const char *help;
};

static const struct option options[] = {
	{'n', "--namespace", "NAME", TAKES_API, offsetof(struct args, namespace_),
	    "where the objects are; else the context's, else default"},
	{'A', "--all-namespaces", NULL, TAKES_ALL, offsetof(struct args, all_namespaces), "of every namespace, each named"},
	{0, "--kubeconfig", "FILE", TAKES_API, offsetof(struct args, kubeconfig),
	    "the API server and who we are; else $KUBECONFIG, else ~/.kube/config"},
	{0, "--context", "NAME", TAKES_API, offsetof(struct args, context), "of the kubeconfig; its current one by default"},
	{'o', "--output", "FORM", TAKES_FORMS, offsetof(struct args, output), "json, yaml, wide or name, instead of a table"},
	{'o', "--output", "json", TAKES_OUTPUT, offsetof(struct args, output), "for programs, instead of a table"},
	{'o', "--output", "FORM", TAKES_FINDINGS, offsetof(struct args, output), "text (the default), json or sarif"},
	{0, "--cluster", "NAME", TAKES_PLAN, offsetof(struct args, cluster), "a TargetCluster that the API server has"},
	{0, "--cluster-file", "FILE", TAKES_PLAN | TAKES_LINT, offsetof(struct args, cluster_file),
	    "a TargetCluster as YAML or JSON: no API server is asked"},
	{0, "--cluster", "NAME", TAKES_CLUSTER, offsetof(struct args, cluster), "the TargetCluster"},
	{0, "--node", "NODE", TAKES_NODE, offsetof(struct args, node), "its name, its address, or a name that DNS knows"},
	{0, "--param", "NAME=VALUE", TAKES_PARAMETERS | KEEP_ALL, offsetof(struct args, parameters),
	    "a parameter of the task; once for each"},
	{0, "--var", "NAME=VALUE", TAKES_TARGETS | KEEP_ALL, offsetof(struct args, vars), "a variable's value; once for each"},
	{0, "--nodes", "A,B", TAKES_TARGETS | KEEP_PARTS, offsetof(struct args, nodes), "only these nodes"},
	{0, "--zone", "A,B", TAKES_TARGETS | KEEP_PARTS, offsetof(struct args, zones), "only the nodes of these zones"},
	{0, "--not-done-by", "NAME", TAKES_EARLIER, offsetof(struct args, not_done_by),
	    "only nodes that this operation, which has ended, has not done"},
	{0, "--owner", "TEXT", TAKES_START, offsetof(struct args, owner),
	    "who is tagged in messages; else $STRAIT_OWNER, such as <@80351110224678912>"},
	{0, "--dry-run", NULL, TAKES_START, offsetof(struct args, dry_run), "make the plan, judge the gate, and do nothing"},
	{0, "--detach", NULL, TAKES_START, offsetof(struct args, detach), "print the operation's name and leave"},
	{0, "--redis-url", "URL", TAKES_REDIS, offsetof(struct args, redis_url),
	    "the journal's; else $STRAIT_REDIS_URL, else the Secret strait-redis"},
	{0, "--reason", "TEXT", TAKES_REASON, offsetof(struct args, reason), "why, for whoever reads the audit trail"},
	{0, "--step", "STEP", TAKES_STEP, offsetof(struct args, step), "only if this is what waits, such as 2.1 or 1.canary"},
	{0, "--stable-window", "TIME", TAKES_PLAN, offsetof(struct args, stable_window),
	    "the controller's flag of that name; 30s"},
	{0, "--takes", "TYPE=TIME", TAKES_PLAN | KEEP_ALL, offsetof(struct args, takes),
	    "what a task takes, for the estimate"},
	{0, "--to", "FORM", TAKES_FORM, offsetof(struct args, to), "scp, or workflow: a Workflow object (the default)"},
	{'h', "--help", NULL, ALWAYS, offsetof(struct args, help), "print this and leave"},
};

void
args_each(unsigned takes, args_option_fn *each, void *user)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (options[i].of & (takes | ALWAYS))
			each(user, options[i].letter, options[i].name, options[i].value, options[i].help);
}

static void
help_line(void *out, char letter, const char *name, const char *value, const char *help)
{
	CLEANUP_FREE char *left = xasprintf("%c%c%c %s%s%s", letter ? '-' : ' ', letter ? letter : ' ', letter ? ',' : ' ',
	    name, value ? " " : "", value ? value : "");

	buf_printf(out, "  %-24s%s\n", left, help);
}

void
args_help(unsigned takes, struct buf *out)
{
	args_each(takes, help_line, out);
}

static int
unknown(const char *word, size_t len, unsigned takes, struct err *err)
{
	CLEANUP_FREE char *name = xstrndup(word, len);
	struct nearest nearest = NEAREST_INIT(name);
	char hint[NEAREST_TEXT];

	for (size_t i = 0; i < ARRAY_LEN(options); i++)
		if (options[i].of & (takes | ALWAYS))
			nearest_offer(&nearest, options[i].name);
	return err_set(err, "there is no option %s here%s", name, nearest_text(&nearest, hint));
}

static const struct option *
find(const char *word, size_t len, unsigned takes)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const struct option *o = &options[i];

		if (!(o->of & (takes | ALWAYS)))
			continue;
		if (len == 2 && o->letter && word[0] == '-' && word[1] == o->letter)
			return o;
		if (len == strlen(o->name) && strncmp(word, o->name, len) == 0)
			return o;
	}
	return NULL;
}

static void
keep_parts(struct args_list *list, const char *value)
{
	while (*value) {
		size_t len = strcspn(value, ",");

		if (len > 0)
			*ARRAY_GROW(list->items, list->count) = xstrndup(value, len);
		value += len + (value[len] == ',');
	}
}

/* A list that is broken over lines, "--nodes a,\" and "b" in the next one, reaches us as several words: behind a comma at
 * the end the next word belongs to it. */
static void
keep(const struct option *o, void *at, const char *value, int argc, char **argv, int *i)
{
	struct args_list *list = at;

	if (o->of & KEEP_ALL)
		*ARRAY_GROW(list->items, list->count) = xstrdup(value);
	else if (!(o->of & KEEP_PARTS))
		memcpy(at, &value, sizeof value);
	else
		keep_parts(list, value);
	while (o->of & KEEP_PARTS && value[strlen(value) - 1] == ',' && *i + 1 < argc && argv[*i + 1][0] != '-' &&
	    argv[*i + 1][0]) {
		value = argv[++*i];
		keep_parts(list, value);
	}
}

/* The option argv[*i], whose value may be the next word. */
static int
parse_option(struct args *ret, int argc, char **argv, int *i, unsigned takes, struct err *err)
{
	const char *word = argv[*i], *value = NULL;
	size_t len = strcspn(word, "=");
	const struct option *o = find(word, len, takes);
	char *at;

	if (!o)
		return unknown(word, len, takes, err);
	at = (char *)ret + o->at;
	if (!o->value) {
		if (word[len])
			return err_set(err, "%s takes no value", o->name);
		*(bool *)at = true;
		return 0;
	}
	if (word[len])
		value = word + len + 1;
	else if (*i + 1 < argc)
		value = argv[++*i];
	if (!value || !*value)
		return err_set(err, "%s: expected %s after it", o->name, o->value);
	keep(o, at, value, argc, argv, i);
	return 0;
}

static int
check_output(const char *output, unsigned takes, struct err *err)
{
	if (!output || strcmp(output, "json") == 0)
		return 0;
	if (takes & TAKES_FORMS) {
		if (strcmp(output, "yaml") == 0 || strcmp(output, "wide") == 0 || strcmp(output, "name") == 0)
			return 0;
		return err_set(err, "--output %s: expected json, yaml, wide or name, or no --output for a table", output);
	}
	if (!(takes & TAKES_FINDINGS))
		return err_set(err, "--output %s: expected json, or no --output for a table", output);
	if (strcmp(output, "text") != 0 && strcmp(output, "sarif") != 0)
		return err_set(err, "--output %s: expected text, json or sarif", output);
	return 0;
}

int
args_parse(struct args *ret, int argc, char **argv, unsigned takes, struct err *err)
{
	bool literal = false;    /* after "--" */

	for (int i = 0; i < argc; i++) {
		if (!literal && strcmp(argv[i], "--") == 0)
			literal = true;
		else if (literal || argv[i][0] != '-' || !argv[i][1])
			*ARRAY_GROW(ret->words, ret->nwords) = argv[i];
		else if (parse_option(ret, argc, argv, &i, takes, err))
			return -1;
	}
	return check_output(ret->output, takes, err);
}

static void
list_done(struct args_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free(list->items[i]);
	free(list->items);
}

void
args_done(struct args *args)
{
	list_done(&args->vars);
	list_done(&args->nodes);
	list_done(&args->zones);
	list_done(&args->takes);
	list_done(&args->parameters);
	free(args->words);
}
