#include "explain.h"

#include <string.h>
#include <strings.h>

#include "nearest.h"
#include "reasons.h"
#include "reconciler.h"
#include "table.h"

static const char *
scope_word(const struct reconciler *type)
{
	return type->scope == SCOPE_NODE ? "node" : type->scope == SCOPE_CLUSTER ? "cluster" : "any";
}

static const char *
impact_word(const struct reconciler *type)
{
	static const char *const words[] = {
		[IMPACT_NONE] = "none",
		[IMPACT_TAKES_NODE_DOWN] = "takes node down",
		[IMPACT_BRINGS_NODE_UP] = "brings node up",
		[IMPACT_CHANGES_TOPOLOGY] = "changes topology",
	};

	return type->opaque ? "as stated" : words[type->impact];
}

/* A wait is the engine's own and no type of reconcilers/, though messages call it by this name. */
static const char wait_name[] = "wait-for-conditions";
static const char wait_summary[] = "Wait until each condition has held for its success window.";

static void
explain_wait(struct buf *out)
{
	buf_printf(out, "%s (task of the engine's own)\n\n  %s\n", wait_name, wait_summary);
	buf_puts(out, "\nImpact:      none\n"
	    "Conditions:  are looked at side by side; one that fails or is unknown begins its window anew, and so does a\n"
	    "             restart of the node.\n"
	    "\nOf each condition:\n"
	    "  with            the condition's own parameters: straitctl explain CONDITION\n"
	    "  successWindow   a duration: how long it must hold without a break; default 0s\n"
	    "  pollInterval    a duration of 100ms or more: how often it is looked at; default 5s\n"
	    "  timeout         a duration: longer, and the step has failed; default: the condition's own\n"
	    "\nIn a workflow:\n"
	    "  - wait:\n"
	    "      - {condition: CONDITION, successWindow: 60s, pollInterval: 5s, timeout: 24h}\n");
}

static void
list_tasks(const struct reconciler *const *types, struct buf *out)
{
	struct table table;

	table_head(&table, "TASK", "SCOPE", "IMPACT", "SUMMARY", NULL);
	for (; *types; types++)
		if ((*types)->reconcile)
			table_row(&table, (*types)->name, scope_word(*types), impact_word(*types), (*types)->summary);
	table_row(&table, wait_name, "any", "none", wait_summary);
	table_print(&table, out);
	table_done(&table);
}

static void
list_conditions(const struct reconciler *const *types, struct buf *out)
{
	struct table table;

	table_head(&table, "CONDITION", "SCOPE", "SUMMARY", NULL);
	for (; *types; types++)
		if ((*types)->judge)
			table_row(&table, (*types)->name, scope_word(*types), (*types)->summary);
	table_print(&table, out);
	table_done(&table);
}

static void
list_reasons(struct buf *out)
{
	struct table table;

	table_head(&table, "REASON", "CLASS", "MEANING", NULL);
	for (const struct reason *reason = reason_all(); reason->name; reason++)
		table_row(&table, reason->name, reason->class_, reason->meaning);
	table_print(&table, out);
	table_done(&table);
}

void
explain_all(const struct reconciler *const *types, struct buf *out)
{
	list_tasks(types, out);
	buf_putc(out, '\n');
	list_conditions(types, out);
	buf_putc(out, '\n');
	list_reasons(out);
}

static void
explain_reason(const struct reason *reason, struct buf *out)
{
	const char *class_ = reason->class_;

	buf_printf(out, "%s (reason)\n\n  %s\n\nSeen:  %s\n", reason->name, reason->meaning, reason->where);
	if (strcmp(class_, "info") == 0)
		buf_puts(out, "Do:    nothing\n");
	else if (strcmp(class_, "wait") == 0)
		buf_printf(out, "Do:    %s%sIt goes on by itself when the cause is gone.\n", reason->remedy,
		    *reason->remedy ? "\n       " : "");
	else
		buf_printf(out, "Do:    %s\n       Nothing goes on here until somebody has.\n", reason->remedy);
}

/* A part of a name is as good a hint as a misspelt one. */
static bool
same(struct nearest *nearest, const char **part, const char *name)
{
	nearest_offer(nearest, name);
	if (!*part && *nearest->name && strcasestr(name, nearest->name))
		*part = name;
	return strcasecmp(nearest->name, name) == 0;
}

bool
explain_topic(const struct reconciler *const *types, const char *topic, struct buf *out, const char **ret_nearest)
{
	struct nearest nearest = NEAREST_INIT(topic);
	const char *part = NULL;

	for (; *types; types++) {
		if (same(&nearest, &part, (*types)->name)) {
			explain_type(*types, out);
			return true;
		}
	}
	if (same(&nearest, &part, wait_name)) {
		explain_wait(out);
		return true;
	}
	for (const struct reason *reason = reason_all(); reason->name; reason++) {
		if (same(&nearest, &part, reason->name)) {
			explain_reason(reason, out);
			return true;
		}
	}
	*ret_nearest = nearest.best ? nearest.best : part;
	return false;
}
