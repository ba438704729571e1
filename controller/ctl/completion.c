#include "completion.h"

#include <string.h>

#include "alloc.h"
#include "commands.h"

/* The last word of its name, which is what is typed. */
static const char *
own_name(const struct command *command)
{
	const char *blank = strrchr(command->name, ' ');

	return blank ? blank + 1 : command->name;
}

/* --- bash, and zsh by its own bashcompinit --- */

static void
put_option(void *out, char letter, const char *name, const char *value, const char *help)
{
	(void)letter;
	(void)value;
	(void)help;
	buf_printf(out, " %s", name);
}

static void
put_names(const struct command *const *of, struct buf *out)
{
	for (; *of; of++)
		buf_printf(out, " %s", own_name(*of));
}

/* The function that offers what the command's argument may be. */
static const char *
argument_of(const struct command *command)
{
	static const struct {
		const char *begins, *offers;
	} rows[] = {{"OP", "operations"}, {"CLUSTER", "clusters"}, {"FILE", "files"}, {"WORKFLOW", "files"}};

	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (strncmp(command->arguments, rows[i].begins, strlen(rows[i].begins)) == 0)
			return rows[i].offers;
	return "nothing";
}

static void
put_case(const struct command *command, struct buf *out)
{
	buf_printf(out, "\t'%s') argument=%s; offered='", command->name, argument_of(command));
	args_each(command->takes, put_option, out);
	buf_puts(out, "' ;;\n");
}

static void
put_cases(struct buf *out)
{
	for (const struct command *const *c = commands; *c; c++) {
		if (!(*c)->members) {
			put_case(*c, out);
			continue;
		}
		buf_printf(out, "\t'%s') offered='", (*c)->name);
		put_names((*c)->members, out);
		buf_puts(out, "' ;;\n");
		for (const struct command *const *member = (*c)->members; *member; member++)
			put_case(*member, out);
	}
	buf_puts(out, "\t'') offered='");
	put_names(commands, out);
	buf_puts(out, "' ;;\n");
}

static void
put_groups(struct buf *out)
{
	const char *separator = "";

	for (const struct command *const *c = commands; *c; c++)
		if ((*c)->members) {
			buf_printf(out, "%s%s", separator, (*c)->name);
			separator = "|";
		}
}

static const char bash_head[] =
    "_straitctl_operations() { \"${COMP_WORDS[0]}\" job list -o name 2>/dev/null | sed 's,.*/,,'; }\n"
    "_straitctl_clusters() { \"${COMP_WORDS[0]}\" clusters -o name 2>/dev/null | sed 's,.*/,,'; }\n"
    "_straitctl_files() { compgen -f -- \"$1\"; }\n"
    "_straitctl_nothing() { :; }\n"
    "_straitctl()\n"
    "{\n"
    "\tlocal i word command='' offered='' argument=nothing current=${COMP_WORDS[COMP_CWORD]}\n"
    "\tfor ((i = 1; i < COMP_CWORD; i++)); do\n"
    "\t\tword=${COMP_WORDS[i]}\n"
    "\t\t[[ $word != -* ]] || break\n"
    "\t\tcase $command in\n"
    "\t\t'') command=$word ;;\n";

static const char bash_tail[] =
    "\tesac\n"
    "\tif [[ ${COMP_WORDS[COMP_CWORD - 1]} == --cluster ]]; then\n"
    "\t\toffered=$(_straitctl_clusters)\n"
    "\telif [[ $current != -* && $argument != nothing ]]; then\n"
    "\t\toffered=$(\"_straitctl_$argument\" \"$current\")\n"
    "\tfi\n"
    "\t# shellcheck disable=SC2207 # no name has a blank in it\n"
    "\tCOMPREPLY=($(compgen -W \"$offered\" -- \"$current\"))\n"
    "}\n"
    "complete -o default -F _straitctl straitctl\n";

static void
print_bash(struct buf *out)
{
	buf_puts(out, bash_head);
	buf_puts(out, "\t\t");
	put_groups(out);
	buf_puts(out, ") command+=\" $word\" ;;\n\t\tesac\n\tdone\n\tcase $command in\n");
	put_cases(out);
	buf_puts(out, bash_tail);
}

/* --- fish --- */

struct fish {
	struct buf *out;
	const char *when;
};

/* In single quotes. */
static void
put_quoted(struct buf *out, const char *text)
{
	buf_putc(out, '\'');
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buf_putc(out, '\\');
		buf_putc(out, *text);
	}
	buf_putc(out, '\'');
}

static void
fish_option(void *user, char letter, const char *name, const char *value, const char *help)
{
	const struct fish *fish = user;

	buf_printf(fish->out, "complete -c straitctl -n '%s' -l %s%s", fish->when, name + 2, value ? " -r" : "");
	if (letter)
		buf_printf(fish->out, " -s %c", letter);
	buf_puts(fish->out, " -d ");
	put_quoted(fish->out, help);
	buf_putc(fish->out, '\n');
}

static void
fish_command(const struct command *command, const char *when, struct buf *out)
{
	buf_printf(out, "complete -c straitctl -f -n '%s' -a %s -d ", when, own_name(command));
	put_quoted(out, command->summary);
	buf_putc(out, '\n');
}

static void
print_fish(struct buf *out)
{
	for (const struct command *const *c = commands; *c; c++) {
		CLEANUP_FREE char *seen = xasprintf("__fish_seen_subcommand_from %s", (*c)->name);

		fish_command(*c, "__fish_use_subcommand", out);
		if (!(*c)->members)
			args_each((*c)->takes, fish_option, &(struct fish){out, seen});
		for (const struct command *const *member = (*c)->members; member && *member; member++) {
			CLEANUP_FREE char *both = xasprintf("%s; and __fish_seen_subcommand_from %s", seen, own_name(*member));

			fish_command(*member, seen, out);
			args_each((*member)->takes, fish_option, &(struct fish){out, both});
		}
	}
}

bool
completion_print(const char *shell, struct buf *out)
{
	if (strcmp(shell, "bash") == 0) {
		print_bash(out);
	} else if (strcmp(shell, "zsh") == 0) {
		buf_puts(out, "#compdef straitctl\nautoload -U +X bashcompinit && bashcompinit\n");
		print_bash(out);
	} else if (strcmp(shell, "fish") == 0) {
		print_fish(out);
	} else {
		return false;
	}
	return true;
}
