#include "findings.h"

#include <stdarg.h>
#include <stdlib.h>

#include "alloc.h"

int
findings_add(struct findings *findings, enum severity severity, struct yaml_mark mark, const char *format, ...)
{
	struct err text = {""};
	va_list args;

	findings->errors += severity == SEVERITY_ERROR;
	if (findings->count == FINDINGS_MAX)
		return -1;
	va_start(args, format);
	err_vset(&text, format, args);
	va_end(args);
	*ARRAY_GROW(findings->items, findings->count) =
	    (struct finding){.severity = severity, .mark = mark, .text = xstrdup(text.text)};
	return -1;
}

static bool
is_before(struct yaml_mark a, struct yaml_mark b)
{
	return a.line != b.line ? a.line < b.line : a.column < b.column;
}

/* By insertion: there are few, and equal places keep their order. */
void
findings_sort(struct findings *findings)
{
	for (size_t i = 1; i < findings->count; i++) {
		struct finding moved = findings->items[i];
		size_t at = i;

		for (; at > 0 && is_before(moved.mark, findings->items[at - 1].mark); at--)
			findings->items[at] = findings->items[at - 1];
		findings->items[at] = moved;
	}
}

void
findings_done(struct findings *findings)
{
	for (size_t i = 0; i < findings->count; i++)
		free(findings->items[i].text);
	free(findings->items);
	*findings = (struct findings){0};
}

const char *
severity_name(enum severity severity)
{
	static const char *const names[] = {[SEVERITY_ERROR] = "error", [SEVERITY_WARNING] = "warning",
	    [SEVERITY_NOTE] = "note"};

	return names[severity];
}
