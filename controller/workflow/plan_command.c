/* run-command: the template that a TargetCluster declares, with its gaps filled. The plan holds the words themselves, so that
 * its hash, and with it an approval, is of what will be run. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "impact.h"
#include "known.h"
#include "plan_parts.h"

enum { WORDS_MOST = 4096 };

static const struct target_command *
find_command(const struct plan_input *input, const char *name)
{
	for (size_t i = 0; input->commands && i < input->commands->count; i++)
		if (strcmp(input->commands->list[i].name, name) == 0)
			return &input->commands->list[i];
	return NULL;
}

static int
refuse_unknown(struct compiler *c, const char *place, const char *name)
{
	const struct target_commands *all = c->input->commands;
	struct known known;

	if (!all || all->count == 0)
		return err_set(c->err, "%s.with.command: the TargetCluster declares no command in spec.commands; \"%.80s\" "
		    "would have to be there", place, name);
	known_init(&known, name);
	for (size_t i = 0; i < all->count; i++)
		known_offer(&known, all->list[i].name);
	return known_refuse(&known, c->err, "%s.with.command: the TargetCluster's spec.commands has no \"%.80s\"", place, name);
}

static bool
has_gap(const struct target_command *command, const char *name)
{
	size_t len = strlen(name);

	for (size_t i = 0; i < command->nargs; i++)
		for (const char *at = command->args[i]; (at = strchr(at, '{')); at++)
			if (target_gap(at) == len + 2 && strncmp(at + 1, name, len) == 0)
				return true;
	return false;
}

static bool
is_among(char *const *names, size_t count, const char *name)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

/* Each gap's name once, owned. */
static size_t
list_gaps(const struct target_command *command, char ***ret)
{
	size_t count = 0;

	for (size_t i = 0; i < command->nargs; i++)
		for (const char *at = command->args[i]; *at; at++) {
			size_t gap = target_gap(at);
			CLEANUP_FREE char *name = gap ? xstrndup(at + 1, gap - 2) : NULL;

			if (gap && !is_among(*ret, count, name))
				*ARRAY_GROW(*ret, count) = TAKE_PTR(name);
		}
	return count;
}

static int
refuse_argument(struct compiler *c, const char *place, const struct target_command *command, const char *name)
{
	char **names = NULL;
	size_t count = list_gaps(command, &names);
	struct known known;

	known_init(&known, name);
	for (size_t i = 0; i < count; i++)
		known_offer(&known, names[i]);
	known_refuse(&known, c->err, "%s.with: the command %s has no gap \"%.80s\"", place, command->name, name);
	for (size_t i = 0; i < count; i++)
		free(names[i]);
	free(names);
	return -1;
}

static const struct workflow_value *
find_given(const struct workflow_value *given, size_t count, const char *name, size_t len)
{
	for (size_t i = 0; i < count; i++)
		if (strncmp(given[i].name, name, len) == 0 && given[i].name[len] == '\0')
			return &given[i];
	return NULL;
}

/* An argument fills a gap: it must stay one word, and must not turn into an option. */
static int
put_gap(struct compiler *c, const char *place, const struct target_command *command, const struct workflow_value *value,
    bool first, struct buf *out)
{
	CLEANUP_FREE char *at = xasprintf("%s.with.%s", place, value->name), *text = NULL;

	if (variables_expand(&c->vars, at, value->text, &text, c->err) < 0)
		return -1;
	if (!text || !*text || text[strspn(text, TARGET_WORD)] || strlen(text) > 256)
		return err_set(c->err, "%s: expected a word of letters, digits and . _ : @ / = , + - for the command %s, got "
		    "\"%.80s\"", at, command->name, text ? text : "");
	if (first && text[0] == '-')
		return err_set(c->err, "%s: \"%.80s\" would be an option of the command %s; it may not begin with a dash", at,
		    text, command->name);
	buf_puts(out, text);
	return 0;
}

static int
put_word(struct compiler *c, const char *place, const struct target_command *command, const char *word,
    const struct workflow_value *given, size_t ngiven, struct buf *out)
{
	for (const char *at = word; *at;) {
		size_t gap = target_gap(at);
		const struct workflow_value *value = gap ? find_given(given, ngiven, at + 1, gap - 2) : NULL;

		if (!gap) {
			buf_putc(out, *at++);
			continue;
		}
		if (!value)
			return err_set(c->err, "%s.with: the command %s needs %.*s (its gap %.*s)", place, command->name,
			    (int)gap - 2, at + 1, (int)gap, at);
		if (put_gap(c, place, command, value, at == word, out) < 0)
			return -1;
		at += gap;
	}
	return 0;
}

int
plan_compile_command(struct compiler *c, const char *place, const struct workflow_value *given, size_t ngiven,
    struct plan_value **ret, size_t *nret)
{
	const char *name = (*ret)[0].text;
	const struct target_command *command = find_command(c->input, name);
	CLEANUP_BUF struct buf words = BUF_INIT(WORDS_MOST);
	struct plan_value *argv;

	if (!command)
		return refuse_unknown(c, place, name);
	for (size_t i = 0; i < ngiven; i++)
		if (strcmp(given[i].name, "command") != 0 && !has_gap(command, given[i].name))
			return refuse_argument(c, place, command, given[i].name);
	for (size_t i = 0; i < command->nargs; i++) {
		buf_puts(&words, i ? " " : "");
		if (put_word(c, place, command, command->args[i], given, ngiven, &words) < 0)
			return -1;
	}
	argv = ARRAY_GROW(*ret, *nret);
	argv->name = xstrdup("argv");
	argv->text = buf_take(&words);
	return 0;
}

/* The TargetCluster's word counts where the workflow says nothing; where both do they must agree. */
int
plan_command_defaults(struct compiler *c, const char *place, struct plan_step *step, int64_t *timeout_ms)
{
	const struct target_command *command = step->type->arguments ? find_command(c->input, step->with[0].text) : NULL;

	if (!command)
		return 0;
	if (command->timeout_ms)
		*timeout_ms = command->timeout_ms;
	if (command->impact < 0)
		return 0;
	if (!step->assumed && (int)step->impact != command->impact)
		return err_set(c->err, "%s.impact: %s, but the TargetCluster's spec.commands says of %s that it is %s; leave "
		    "it out here", place, impact_names[step->impact], command->name, impact_names[command->impact]);
	step->impact = (enum impact)command->impact;
	step->assumed = false;
	return 0;
}
