/* What becomes of a step beside its own doing: what is done when it has failed, and whether that ends what it is a step of. */
#include "alloc.h"
#include "json.h"
#include "workflow_parts.h"
#include "workflow_roll.h"

static int
read_list(struct reading *r, const struct field *list, const char *const *keys, size_t most, bool each_node,
    struct workflow_step **steps, size_t *count)
{
	size_t index = 0;

	if (field_need_array(list, r->err) < 0)
		return -1;
	if (json_count(list->value) > most)
		return field_error(list, r->err, "more than %zu steps", most);
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if ((field_need_object(&f, r->err) < 0 || field_known(&f, keys, r->err) < 0 ||
		    workflow_read_step(r, ARRAY_GROW(*steps, *count), &f, each_node) < 0) && workflow_mistake(r) < 0)
			return -1;
	}
	return index ? 0 : field_error(list, r->err, "does nothing; expected at least one step");
}

int
workflow_read_inner(struct reading *r, const struct field *list, bool each_node, struct workflow_step **steps,
    size_t *count)
{
	static const char *const keys[] = {"name", "task", "with", "retries", "retryBackoff", "timeout", "impact", "wait",
	    "any", "abortOnFailure", NULL};

	return read_list(r, list, keys, WORKFLOW_FALLBACKS, each_node, steps, count);
}

int
workflow_read_list(struct reading *r, const struct field *list, struct workflow_step **steps, size_t *count)
{
	static const char *const keys[] = {"name", "task", "with", "retries", "retryBackoff", "timeout", "impact", "wait",
	    "any", "abortOnFailure", "onFailure", "when", NULL};

	return read_list(r, list, keys, WORKFLOW_LIST, false, steps, count);
}

int
workflow_read_ways(struct reading *r, struct workflow_step *step, const struct field *f, bool each_node)
{
	struct field abort_on_failure = field_get(f, "abortOnFailure"), on_failure = field_get(f, "onFailure");
	struct field any = field_get(f, "any"), when = field_get(f, "when");
	bool ends = true;

	if (any.value && step->nconditions == 0)
		return field_error(&any, r->err, "belongs to a wait: one of its conditions is enough");
	if (field_bool(&any, &step->any, r->err) < 0 || workflow_read_when(&when, &step->when, &step->nwhen, r->err) < 0)
		return -1;
	if (step->approval && abort_on_failure.value)
		return field_error(&abort_on_failure, r->err, "belongs to a task or a wait; an approval does not fail");
	if (step->approval && on_failure.value)
		return field_error(&on_failure, r->err, "belongs to a task or a wait; an approval does not fail");
	if (field_bool(&abort_on_failure, &ends, r->err) < 0)
		return -1;
	step->borne = !ends;
	return on_failure.value ? workflow_read_inner(r, &on_failure, each_node, &step->on_failure, &step->nfallbacks) : 0;
}

int
workflow_read_approval(struct workflow_step *step, const struct field *approval, struct err *err)
{
	static const char *const keys[] = {"message", "timeout", "onTimeout", NULL};
	static const char *const ends[] = {"fail", "continue", "cancel", NULL};
	struct field message = field_get(approval, "message"), timeout = field_get(approval, "timeout");
	struct field on_timeout = field_get(approval, "onTimeout");
	int chosen = WORKFLOW_FAIL;

	step->approval = true;
	if (field_need_object(approval, err) < 0 || field_known(approval, keys, err) < 0 ||
	    field_text(&message, &step->message, err) < 0 || field_text(&timeout, &step->timeout, err) < 0 ||
	    field_choice(&on_timeout, ends, &chosen, err) < 0)
		return -1;
	if (on_timeout.value && !step->timeout)
		return field_error(&on_timeout, err, "an approval without a timeout is awaited for ever; set timeout too");
	step->on_timeout = (enum workflow_on_timeout)chosen;
	return 0;
}

int
workflow_read_batch(struct reading *r, struct workflow_batch *batch, const struct field *f)
{
	static const char *const keys[] = {"size", "then", NULL};
	struct field size = field_get(f, "size"), then = field_get(f, "then");

	if (!f->value)
		return 0;
	if (field_need_object(f, r->err) < 0 || field_known(f, keys, r->err) < 0)
		return -1;
	if (!size.value)
		return field_wrong(&size, "an integer from 1 to 1000, or a percentage such as \"20%\"", r->err);
	if (workflow_read_share(&size, 1, &batch->size, r->err) < 0)
		return -1;
	return workflow_read_list(r, &then, &batch->then, &batch->nthen);
}

int
workflow_read_finally(struct reading *r, const struct field *list)
{
	struct workflow_block *block;

	if (!list->value)
		return 0;
	block = ARRAY_GROW(r->w->blocks, r->w->nblocks);
	block->place = field_place(list);
	block->finally = true;
	block->limit.count = 1;
	return workflow_read_list(r, list, &block->steps, &block->nsteps);
}
