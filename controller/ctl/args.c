#include "args.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "nearest.h"

enum { HELP = 1 << 15, ALWAYS = HELP };

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
	    "the TargetCluster's namespace; else the context's, else default"},
	{0, "--kubeconfig", "FILE", TAKES_API, offsetof(struct args, kubeconfig),
	    "the API server and who we are; else $KUBECONFIG, else ~/.kube/config"},
	{0, "--context", "NAME", TAKES_API, offsetof(struct args, context), "of the kubeconfig; its current one by default"},
	{'o', "--output", "json", TAKES_OUTPUT, offsetof(struct args, output), "for programs, instead of a table"},
	{'o', "--output", "FORM", TAKES_FINDINGS, offsetof(struct args, output), "text (the default), json or sarif"},
	{'h', "--help", NULL, ALWAYS, offsetof(struct args, help), "print this and leave"},
};

void
args_help(unsigned takes, struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(options); i++) {
		const struct option *o = &options[i];
		CLEANUP_FREE char *left = xasprintf("%c%c%c %s%s%s", o->letter ? '-' : ' ', o->letter ? o->letter : ' ',
		    o->letter ? ',' : ' ', o->name, o->value ? " " : "", o->value ? o->value : "");

		if (o->of & (takes | ALWAYS))
			buf_printf(out, "  %-24s%s\n", left, o->help);
	}
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
	memcpy(at, &value, sizeof value);
	return 0;
}

static int
check_output(const char *output, unsigned takes, struct err *err)
{
	if (!output || strcmp(output, "json") == 0)
		return 0;
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

void
args_done(struct args *args)
{
	free(args->words);
}
