#include "manual.h"

#include <string.h>

#include "commands.h"

/* What roff would read otherwise: backslashes, hyphens that are typed, and a dot or quote that begins a line. */
static void
put_text(struct buf *out, const char *text)
{
	bool begins = true;

	for (; *text; text++) {
		if (begins && (*text == '.' || *text == '\''))
			buf_puts(out, "\\&");
		begins = *text == '\n';
		if (*text == '\\')
			buf_puts(out, "\\e");
		else if (*text == '-')
			buf_puts(out, "\\-");
		else
			buf_putc(out, *text);
	}
}

static void
put_option(void *user, char letter, const char *name, const char *value, const char *help)
{
	struct buf *out = user;

	buf_puts(out, ".TP\n.B ");
	if (letter)
		buf_printf(out, "\\-%c, ", letter);
	put_text(out, name);
	if (value)
		buf_printf(out, " \\fI%s\\fR", value);
	buf_putc(out, '\n');
	put_text(out, help);
	buf_putc(out, '\n');
}

static void
put_command(const struct command *command, struct buf *out)
{
	buf_puts(out, ".SS ");
	put_text(out, command->name);
	if (*command->arguments)
		buf_printf(out, " \\fI%s\\fR", command->arguments);
	buf_putc(out, '\n');
	put_text(out, command->summary);
	buf_putc(out, '\n');
	if (command->help) {
		buf_puts(out, ".PP\n");
		put_text(out, command->help);
	}
	args_each(command->takes, put_option, out);
}

void
manual_print(const char *version, struct buf *out)
{
	buf_printf(out, ".TH STRAITCTL 1 \"\" \"strait %s\" \"Strait\"\n", version);
	buf_puts(out, ".SH NAME\nstraitctl \\- run operations on ScyllaDB clusters through Strait\\(aqs objects\n"
	    ".SH SYNOPSIS\n.B straitctl\n.I COMMAND\n[\\fIOPTION\\fR...] [\\fIARGUMENT\\fR...]\n"
	    ".SH DESCRIPTION\nMakes ClusterOperations and follows them, turns their knobs, tells what they wait for, and\n"
	    "checks workflows without a cluster. Installed as kubectl\\-strait it is kubectl\\(aqs plugin.\n"
	    ".SH COMMANDS\n");
	for (const struct command *const *c = commands; *c; c++) {
		if (!(*c)->members)
			put_command(*c, out);
		for (const struct command *const *member = (*c)->members; member && *member; member++)
			put_command(*member, out);
	}
	buf_puts(out, ".SH ENVIRONMENT\n"
	    ".TP\n.B KUBECONFIG\nWhere the API server is and who we are, unless \\-\\-kubeconfig says.\n"
	    ".TP\n.B NO_COLOR\nSet to anything: no colours. There are none where the output is no terminal.\n"
	    ".TP\n.B STRAIT_OWNER\nWho is tagged in messages about an operation, unless \\-\\-owner says.\n"
	    ".TP\n.B STRAIT_REDIS_URL\nWhere the journal is, unless \\-\\-redis\\-url says.\n"
	    ".SH EXIT STATUS\n0 done; 1 it is not there, or could not be found out; 2 wrong usage. Of what follows an\n"
	    "operation besides: 3 it has failed, or is refused; 4 it was cancelled; 130 Ctrl\\-C: it goes on.\n");
}
