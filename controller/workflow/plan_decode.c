/* A plan read back from the journal. It was checked when it was made; here only what would make a controller of another
 * version, or a damaged journal, do something else than was planned is refused. */
#include <string.h>

#include "alloc.h"
#include "field.h"
#include "impact.h"
#include "json.h"
#include "plan_parts.h"
#include "value.h"

struct decoder {
	const struct reconciler *const *types;
	struct plan *plan;
	struct err *err;
};

/* A string that may be empty. */
static int
need_string(const struct field *object, const char *key, char **ret, struct err *err)
{
	struct field f = field_get(object, key);

	if (!json_text(f.value))
		return field_wrong(&f, "a string", err);
	*ret = xstrdup(json_text(f.value));
	return 0;
}

static int
need_int(const struct field *object, const char *key, int64_t min, int64_t max, int64_t *ret, struct err *err)
{
	struct field f = field_get(object, key);

	return f.value ? field_int(&f, min, max, ret, err) : field_wrong(&f, "an integer", err);
}

static int
decode_node(struct decoder *d, const struct field *f)
{
	struct plan_node *node = ARRAY_GROW(d->plan->nodes, d->plan->nnodes);
	struct field fresh = field_get(f, "new");

	if (need_string(f, "name", &node->name, d->err) < 0 || need_string(f, "hostId", &node->host_id, d->err) < 0 ||
	    need_string(f, "address", &node->address, d->err) < 0 ||
	    need_string(f, "datacenter", &node->datacenter, d->err) < 0)
		return -1;
	return need_string(f, "zone", &node->zone, d->err) < 0 ? -1 : field_bool(&fresh, &node->is_new, d->err);
}

/* A value that the type no longer takes must not quietly become another one. */
static int
check_value(struct decoder *d, const struct reconciler *type, const struct field *f, const char *text)
{
	const struct parameter *p = parameter_find(type, f->key);
	struct value_check check = {0};
	CLEANUP_FREE char *place = field_place(f);

	if (!text)
		return field_wrong(f, "a string", d->err);
	if (!p)
		return field_error(f, d->err, "this controller's %s has no such parameter", type->name);
	if (p->type == PARAMETER_NODE || p->type == PARAMETER_ZONE || !json_text(f->value))
		return 0;
	check.type = p->type;
	return value_check(&check, place, text, d->err);
}

static int
decode_with(struct decoder *d, const struct reconciler *type, const struct field *object, struct plan_value **values,
    size_t *count)
{
	struct field with = field_get(object, "with");

	if (field_need_object(&with, d->err) < 0)
		return -1;
	JSON_EACH(member, with.value) {
		struct field f = field_get(&with, json_key(member));
		const char *text = json_text(member) ? json_text(member) : json_str(member, "rule");
		struct plan_value *value;

		if (check_value(d, type, &f, text) < 0)
			return -1;
		value = ARRAY_GROW(*values, *count);
		value->name = xstrdup(json_key(member));
		value->text = xstrdup(text);
		value->rule = !json_text(member);
	}
	return 0;
}

static const struct reconciler *
decode_type(struct decoder *d, const struct field *object, bool condition)
{
	struct field f = field_get(object, "type");
	const char *name = json_text(f.value);
	const struct reconciler *type = name ? plan_find_type(d->types, name) : NULL;

	if (type && (condition ? type->judge != NULL : type->reconcile != NULL))
		return type;
	field_error(&f, d->err, "this controller has no %s \"%.80s\"; run the version that made the plan",
	    condition ? "condition" : "task type", name ? name : "");
	return NULL;
}

static int
decode_condition(struct decoder *d, const struct field *f, struct plan_condition *condition)
{
	condition->type = decode_type(d, f, true);
	if (!condition->type || decode_with(d, condition->type, f, &condition->with, &condition->nwith) < 0 ||
	    need_int(f, "windowMs", 0, INT64_MAX, &condition->window_ms, d->err) < 0 ||
	    need_int(f, "pollMs", 1, INT64_MAX, &condition->poll_ms, d->err) < 0)
		return -1;
	return need_int(f, "timeoutMs", 0, INT64_MAX, &condition->timeout_ms, d->err);
}

static int
decode_wait(struct decoder *d, const struct field *wait, struct plan_step *step)
{
	size_t index = 0;

	if (field_need_array(wait, d->err) < 0)
		return -1;
	if (json_count(wait->value) > WORKFLOW_CONDITIONS)
		return field_error(wait, d->err, "more than %d conditions", WORKFLOW_CONDITIONS);
	JSON_EACH(element, wait->value) {
		struct field f = field_at(wait, index++, element);

		if (decode_condition(d, &f, ARRAY_GROW(step->conditions, step->nconditions)) < 0)
			return -1;
	}
	return 0;
}

/* Of a type that has become opaque since, the worst. */
static int
decode_impact(struct decoder *d, const struct field *f, struct plan_step *step)
{
	struct field impact = field_get(f, "impact"), assumed = field_get(f, "assumed");
	int chosen = IMPACT_TAKES_NODE_DOWN;

	step->impact = step->type->impact;
	if (!step->type->opaque)
		return 0;
	if (field_choice(&impact, impact_names, &chosen, d->err) < 0)
		return -1;
	step->impact = (enum impact)chosen;
	return field_bool(&assumed, &step->assumed, d->err);
}

static int decode_step(struct decoder *d, const struct field *f, struct plan_step *step);

static int
decode_steps(struct decoder *d, const struct field *list, struct plan_step **steps, size_t *count)
{
	size_t index = 0;

	if (field_need_array(list, d->err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (decode_step(d, &f, ARRAY_GROW(*steps, *count)) < 0)
			return -1;
	}
	return 0;
}

/* Their depth is that of the text, which the parser bounds. */
static int
decode_fallbacks(struct decoder *d, const struct field *f, struct plan_step *step)
{
	struct field list = field_get(f, "onFailure");

	return list.value ? decode_steps(d, &list, &step->on_failure, &step->nfallbacks) : 0;
}

static int
decode_step(struct decoder *d, const struct field *f, struct plan_step *step)
{
	struct field wait = field_get(f, "wait"), approval = field_get(f, "approval");
	struct field backoff = field_get(f, "retryBackoffMs");

	if (need_string(f, "number", &step->number, d->err) < 0 || plan_decode_ways(f, step, d->err) < 0 ||
	    decode_fallbacks(d, f, step) < 0 ||
	    need_int(f, "retries", 0, INT64_MAX, &step->retries, d->err) < 0 ||
	    field_int(&backoff, 0, INT64_MAX, &step->retry_backoff_ms, d->err) < 0 ||
	    need_int(f, "timeoutMs", 0, INT64_MAX, &step->timeout_ms, d->err) < 0)
		return -1;
	if (approval.value) {
		struct field message = field_get(&approval, "message");

		step->approval = true;
		return field_text(&message, &step->message, d->err);
	}
	if (wait.value)
		return decode_wait(d, &wait, step);
	step->type = decode_type(d, f, false);
	if (step->type && decode_impact(d, f, step) < 0)
		return -1;
	return step->type ? decode_with(d, step->type, f, &step->with, &step->nwith) : -1;
}

static bool
is_one_of(const size_t *numbers, size_t count, size_t number)
{
	for (size_t i = 0; i < count; i++)
		if (numbers[i] == number)
			return true;
	return false;
}

static int
decode_numbers(struct decoder *d, const struct field *list, bool in_order, size_t **ret, size_t *count)
{
	int64_t last = -1, most = (int64_t)d->plan->nnodes - 1;
	size_t index = 0;

	if (field_need_array(list, d->err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		/* None comes twice. */
		if (in_order && last == most)
			return field_error(&f, d->err, "there is no such node left");
		if (field_int(&f, in_order ? last + 1 : 0, most, &last, d->err) < 0)
			return -1;
		if (is_one_of(*ret, *count, (size_t)last))
			return field_error(&f, d->err, "node %lld comes twice", (long long)last);
		*ARRAY_GROW(*ret, *count) = (size_t)last;
	}
	return 0;
}

static int
decode_lanes(struct decoder *d, const struct field *f, struct plan_block *block)
{
	static const char *const selections[] = {"others", NULL};
	struct field lanes = field_get(f, "lanes"), except = field_get(f, "except"), nodes = field_get(f, "nodes");
	int chosen = -1;

	if (field_choice(&nodes, selections, &chosen, d->err) < 0 ||
	    decode_numbers(d, &lanes, block->order == WORKFLOW_ORDER_PLAN, &block->lanes, &block->nlanes) < 0)
		return -1;
	if (!plan_lanes_stand_together(d->plan, block))
		return field_error(&lanes, d->err, "the nodes of a unit do not stand together");
	block->others = chosen == 0;
	if (block->each_node != (block->nlanes > 0 || block->others))
		return field_error(&lanes, d->err, "does not fit eachNode");
	return block->others ? decode_numbers(d, &except, true, &block->except, &block->nexcept) : 0;
}

static int
decode_added(struct decoder *d, const struct field *f, struct plan_block *block)
{
	struct field restore = field_get(f, "restore"), stable = field_get(f, "stable");
	struct field leaves_down = field_get(f, "leavesDown");

	block->disruptive = restore.value || stable.value;
	if (!block->disruptive)
		return 0;
	block->restore.implied = block->stable.implied = true;
	if (field_bool(&leaves_down, &block->leaves_down, d->err) < 0 || decode_step(d, &restore, &block->restore) < 0)
		return -1;
	return decode_step(d, &stable, &block->stable);
}

static int
decode_batch(struct decoder *d, const struct field *f, struct plan_batch *batch)
{
	struct field then = field_get(f, "then");

	if (!f->value)
		return 0;
	return need_int(f, "size", 1, INT64_MAX, &batch->size, d->err) < 0 ? -1
	    : decode_steps(d, &then, &batch->then, &batch->nthen);
}

static int
decode_block(struct decoder *d, const struct field *f)
{
	static const char *const units[] = {"zone", "datacenter", "all", NULL};
	static const char *const orders[] = {"plan", "reverse", "targets", NULL};
	struct plan_block *block = ARRAY_GROW(d->plan->blocks, d->plan->nblocks);
	struct field each_node = field_get(f, "eachNode"), unit = field_get(f, "unit");
	struct field steps = field_get(f, "steps"), from = field_get(f, "from"), order = field_get(f, "order");
	struct field batch = field_get(f, "batch"), finally = field_get(f, "finally");
	int chosen = -1, ordered = WORKFLOW_ORDER_PLAN;

	if (field_text(&from, &block->from, d->err) < 0 || field_bool(&each_node, &block->each_node, d->err) < 0 ||
	    field_choice(&unit, units, &chosen, d->err) < 0 ||
	    need_int(f, "limit", 1, INT64_MAX, &block->limit, d->err) < 0 ||
	    plan_decode_roll(f, block, d->err) < 0 || field_bool(&finally, &block->finally, d->err) < 0 ||
	    decode_batch(d, &batch, &block->batch) < 0 || plan_decode_left_out(f, block, d->err) < 0 ||
	    plan_decode_whens(f, &block->when, &block->nwhen, d->err) < 0)
		return -1;
	if (field_choice(&order, orders, &ordered, d->err) < 0)
		return -1;
	block->order = (enum workflow_order)ordered;
	if (chosen < 0)
		return field_wrong(&unit, "zone, datacenter or all", d->err);
	block->unit = (enum workflow_unit)chosen;
	if (decode_steps(d, &steps, &block->steps, &block->nsteps) < 0 || decode_lanes(d, f, block) < 0)
		return -1;
	return decode_added(d, f, block);
}

static int
decode_list(struct decoder *d, const struct field *list, int (*decode)(struct decoder *, const struct field *))
{
	size_t index = 0;

	if (field_need_array(list, d->err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (decode(d, &f) < 0)
			return -1;
	}
	return 0;
}

static int
decode(struct decoder *d, const struct cJSON *json)
{
	struct field root = field_of(json, "plan, "), format = field_get(&root, "format");
	struct field nodes = field_get(&root, "nodes"), blocks = field_get(&root, "blocks");
	int64_t number = 0;

	if (field_int(&format, 0, INT64_MAX, &number, d->err) < 0)
		return -1;
	if (number < 1 || number > PLAN_FORMAT)
		return field_error(&format, d->err, "this controller reads plans of formats 1 to %d, not %lld; run the "
		    "version that made the plan", PLAN_FORMAT, (long long)number);
	if (need_string(&root, "title", &d->plan->title, d->err) < 0 || decode_list(d, &nodes, decode_node) < 0)
		return -1;
	return decode_list(d, &blocks, decode_block);
}

struct plan *
plan_decode(const char *text, const struct reconciler *const *types, struct err *err)
{
	CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), err);
	struct decoder d = {.types = types, .err = err};

	if (!json)
		return NULL;
	d.plan = xcalloc(1, sizeof *d.plan);
	if (decode(&d, json) < 0)
		return plan_free(d.plan);
	d.plan->text = xstrdup(text);
	plan_hash(d.plan);
	return d.plan;
}
