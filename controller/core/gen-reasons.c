/* Prints docs/reasons.md, the on-call runbook, from reason.def. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "reasons.h"

struct chapter {
	const char *class_;
	const char *title;
	const char *text;
};

/* In the order in which somebody who was just woken up needs them. */
static const struct chapter chapters[] = {
	{"person", "Somebody must act",
	    "Nothing goes on here until a person has done something. Nodes that Strait holds down are brought back first,\n"
	    "as far as they can be."},
	{"wait", "It goes on by itself",
	    "Strait waits for a cause to go away, looks again by itself and then carries on. Act when it lasts."},
	{"info", "Nothing to do", "What happened, or how things stand."},
};

static void
head(void)
{
	puts("<!-- Generated from controller/core/reason.def by make; edit that file. -->\n"
	    "# Reasons\n\n"
	    "Each word that Strait gives as a `reason`: in the conditions of a TargetCluster and a ClusterOperation, in\n"
	    "Events, in `status.recentErrors`, in the log. The message beside it names the node, the step and the answer;\n"
	    "here stands what the word means and what to do. `straitctl explain REASON` prints the same.\n");
}

/* As a link: headings are anchors in lower case. */
static void
link_to(const char *name, const char *separator)
{
	printf("%s[%s](#", separator, name);
	for (const char *c = name; *c; c++)
		putchar(tolower((unsigned char)*c));
	putchar(')');
}

static void
contents(void)
{
	for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++) {
		const char *separator = ": ";

		printf("- **%s**", chapters[i].title);
		for (const struct reason *reason = reason_all(); reason->name; reason++) {
			if (strcmp(reason->class_, chapters[i].class_) != 0)
				continue;
			link_to(reason->name, separator);
			separator = ", ";
		}
		putchar('\n');
	}
}

static void
section(const struct reason *reason)
{
	printf("\n### %s\n\n", reason->name);
	printf("- Seen: %s\n- Means: %s\n", reason->where, reason->meaning);
	if (reason->remedy[0])
		printf("- Do: %s\n", reason->remedy);
}

int
main(void)
{
	head();
	contents();
	for (size_t i = 0; i < sizeof chapters / sizeof *chapters; i++) {
		printf("\n## %s\n\n%s\n", chapters[i].title, chapters[i].text);
		for (const struct reason *reason = reason_all(); reason->name; reason++)
			if (strcmp(reason->class_, chapters[i].class_) == 0)
				section(reason);
	}
	return fflush(stdout) != 0;
}
