#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "explain.h"
#include "instant.h"
#include "reconciler.h"
#include "value.h"

static void
put_impact(const struct reconciler *type, struct buf *out)
{
	static const char *const sentences[] = {
		[IMPACT_NONE] = "none: it changes nothing in the ring",
		[IMPACT_TAKES_NODE_DOWN] = "takes the node down: sent only while the gate is open",
		[IMPACT_BRINGS_NODE_UP] = "brings the node up: sent whatever the gate says",
		[IMPACT_CHANGES_TOPOLOGY] = "changes the ring's members: sent only while the gate is open",
	};

	buf_printf(out, "Impact:         %s\n", type->opaque ? "the workflow states it; unstated, the worst is assumed"
	    : sentences[type->impact]);
}

static void
put_preconditions(const struct reconciler *type, struct buf *out)
{
	buf_puts(out, "Preconditions:  ");
	for (size_t i = 0; i < TASK_PRECONDITIONS && type->preconditions[i]; i++)
		buf_printf(out, "%s%s", i ? ", " : "", type->preconditions[i]);
	buf_puts(out, type->preconditions[0] ? ": checked right before each act\n" : "none\n");
}

static void
put_bound(const struct parameter *p, int64_t bound, struct buf *out)
{
	char text[INSTANT_TEXT];

	if (p->type == PARAMETER_DURATION)
		buf_puts(out, duration_text(bound, text));
	else
		buf_printf(out, "%lld", (long long)bound);
}

static void
put_range(const struct parameter *p, struct buf *out)
{
	if (!p->min && !p->max)
		return;
	buf_puts(out, p->max ? " from " : " of ");
	put_bound(p, p->min, out);
	buf_puts(out, p->max ? " to " : " or more");
	if (p->max)
		put_bound(p, p->max, out);
}

static void
put_parameters(const struct reconciler *type, struct buf *out)
{
	int width = 0;

	if (!type->parameters[0].name) {
		buf_puts(out, "Parameters:     none\n");
		return;
	}
	buf_puts(out, "\nParameters:\n");
	for (size_t i = 0; i < TASK_PARAMETERS && type->parameters[i].name; i++)
		if ((int)strlen(type->parameters[i].name) > width)
			width = (int)strlen(type->parameters[i].name);
	for (size_t i = 0; i < TASK_PARAMETERS && type->parameters[i].name; i++) {
		const struct parameter *p = &type->parameters[i];

		if (p->planned)
			continue;
		buf_printf(out, "  %-*s   %s", width, p->name, value_type_name(p->type));
		put_range(p, out);
		if (p->required)
			buf_puts(out, "; required");
		else if (p->fallback)
			buf_printf(out, "; default %s", *p->fallback ? p->fallback : "\"\"");
		else
			buf_puts(out, "; optional");
		buf_printf(out, "\n  %*s   %s\n", width, "", p->help ? p->help : "");
	}
}

/* ", with: {service: SERVICE}": those that must be given. */
static void
put_with(const struct reconciler *type, struct buf *out)
{
	bool any = false;

	for (size_t i = 0; i < TASK_PARAMETERS && type->parameters[i].name; i++) {
		const struct parameter *p = &type->parameters[i];

		if (!p->required)
			continue;
		buf_printf(out, "%s%s: ", any ? ", " : ", with: {", p->name);
		for (const char *c = p->name; *c; c++)
			buf_putc(out, (char)toupper((unsigned char)*c));
		any = true;
	}
	if (any)
		buf_putc(out, '}');
}

static void
put_example(const struct reconciler *type, struct buf *out)
{
	buf_puts(out, "\nIn a workflow:\n");
	buf_printf(out, type->judge ? "  - wait:\n      - {condition: %s" : "  - {task: %s", type->name);
	put_with(type, out);
	buf_puts(out, type->judge ? ", successWindow: 30s, timeout: 1h}\n" : ", retries: 3}\n");
}

void
explain_type(const struct reconciler *type, struct buf *out)
{
	static const char *const kinds[] = {
		[SCOPE_NODE] = "of a node", [SCOPE_CLUSTER] = "of a cluster", [SCOPE_ANY] = "of a node or a cluster",
	};
	char timeout[INSTANT_TEXT];

	buf_printf(out, "%s (%s %s)\n\n  %s\n\n", type->name, type->judge ? "condition" : "task", kinds[type->scope],
	    type->summary);
	if (type->reconcile) {
		put_impact(type, out);
		put_preconditions(type, out);
	}
	if (type->timeout_ms)
		buf_printf(out, "Timeout:        %s%s, when the workflow names none\n",
		    duration_text(type->timeout_ms, timeout), type->judge ? " of waiting for it" : " of one attempt");
	put_parameters(type, out);
	put_example(type, out);
}
