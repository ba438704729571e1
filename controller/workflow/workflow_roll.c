#include "workflow_roll.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

enum { NODES_MAX = 1000 };

/* "20%": 1 to 100; 0: it is none. */
static int64_t
percent_of(const char *text)
{
	char *end;
	long percent;

	if (!text || *text < '1' || *text > '9')
		return 0;
	percent = strtol(text, &end, 10);
	return strcmp(end, "%") == 0 && percent <= 100 ? percent : 0;
}

int
workflow_read_share(const struct field *f, int64_t least, struct workflow_share *ret, struct err *err)
{
	int64_t percent = percent_of(json_text(f->value)), count;

	if (!f->value)
		return 0;
	if (json_to_int(f->value, &count) && count >= least && count <= NODES_MAX)
		*ret = (struct workflow_share){.count = count};
	else if (percent > 0)
		*ret = (struct workflow_share){.percent = percent};
	else
		return field_wrong(f, least ? "an integer from 1 to 1000, or a percentage such as \"20%\""
		    : "an integer from 0 to 1000, or a percentage such as \"20%\"", err);
	return 0;
}

static int
read_canary(struct workflow_canary *canary, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"nodes", "soak", "approval", "message", NULL};
	struct field nodes = field_get(f, "nodes"), soak = field_get(f, "soak");
	struct field approval = field_get(f, "approval"), message = field_get(f, "message");

	if (!f->value)
		return 0;
	canary->nodes = 1;
	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0 ||
	    field_int(&nodes, 1, NODES_MAX, &canary->nodes, err) < 0 || field_text(&soak, &canary->soak, err) < 0 ||
	    field_bool(&approval, &canary->approval, err) < 0 || field_text(&message, &canary->message, err) < 0)
		return -1;
	if (!canary->soak && !canary->approval)
		return field_error(f, err, "after its nodes nothing is waited for; set soak, or approval: true");
	if (canary->message && !canary->approval)
		return field_error(&message, err, "is said while an approval is awaited; set approval: true");
	return 0;
}

static int
read_unit(const struct field *f, enum workflow_unit *ret, struct err *err)
{
	static const char *const names[] = {"zone", "datacenter", "all", "zonal", "rack", "global", NULL};
	static const enum workflow_unit units[] = {WORKFLOW_UNIT_ZONE, WORKFLOW_UNIT_DATACENTER, WORKFLOW_UNIT_ALL,
	    WORKFLOW_UNIT_ZONE, WORKFLOW_UNIT_ZONE, WORKFLOW_UNIT_ALL};
	int chosen = 0;

	if (field_choice(f, names, &chosen, err) < 0)
		return -1;
	*ret = units[chosen];
	return 0;
}

/* A word of ours, a variable, or a list of names; a lone name might be a word that was mistyped. */
static int
read_nodes(struct workflow_block *block, const struct field *f, struct err *err)
{
	static const char what[] = "targets, others, all, a list of nodes' or zones' names, or a +variable+";
	const char *text = json_text(f->value);
	bool list;

	if (!f->value || (text && strcmp(text, "targets") == 0))
		return 0;
	if (text && (strcmp(text, "all") == 0 || strcmp(text, "others") == 0)) {
		block->selection = *text == 'a' ? WORKFLOW_ALL : WORKFLOW_OTHERS;
		return 0;
	}
	if (text ? !strchr(text, '+') : !json_is_array(f->value))
		return field_wrong(f, what, err);
	block->selection = WORKFLOW_NAMED;
	if (field_value(f, &block->names, &list, err) < 0)
		return -1;
	return *block->names ? 0 : field_wrong(f, what, err);
}

static int
read_order(const struct field *f, enum workflow_order *ret, struct err *err)
{
	static const char *const names[] = {"plan", "reverse", "targets", NULL};
	struct field order = field_get(f, "order");
	int chosen = WORKFLOW_ORDER_PLAN;

	if (field_choice(&order, names, &chosen, err) < 0)
		return -1;
	*ret = (enum workflow_order)chosen;
	return 0;
}

int
workflow_read_roll(struct workflow_block *block, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"name", "when", "nodes", "concurrencyUnit", "concurrencyLimit", "canary", "coolDown",
	    "maxFailures", "gateTimeout", "batch", "order", "steps", NULL};
	struct field nodes = field_get(f, "nodes"), unit = field_get(f, "concurrencyUnit");
	struct field limit = field_get(f, "concurrencyLimit"), canary = field_get(f, "canary");
	struct field cool_down = field_get(f, "coolDown"), failures = field_get(f, "maxFailures");
	struct field gate_timeout = field_get(f, "gateTimeout"), name = field_get(f, "name");

	block->unit_given = unit.value != NULL;
	block->limit_given = limit.value != NULL;
	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0 ||
	    field_text(&name, &block->name, err) < 0 ||
	    read_nodes(block, &nodes, err) < 0 || read_unit(&unit, &block->unit, err) < 0 ||
	    workflow_read_share(&limit, 1, &block->limit, err) < 0 || read_canary(&block->canary, &canary, err) < 0 ||
	    field_text(&cool_down, &block->cool_down, err) < 0 ||
	    workflow_read_share(&failures, 0, &block->max_failures, err) < 0)
		return -1;
	return field_text(&gate_timeout, &block->gate_timeout, err) < 0 ? -1 : read_order(f, &block->order, err);
}
