/* What becomes of a step beside its own doing: what is done when it has failed, and whether that ends what it is a step of. */
#include "alloc.h"
#include "json.h"
#include "workflow_parts.h"

int
workflow_read_list(struct reading *r, const struct field *list, bool each_node, struct workflow_step **steps,
    size_t *count)
{
	static const char *const keys[] = {"name", "task", "with", "retries", "retryBackoff", "timeout", "impact", "wait",
	    "abortOnFailure", NULL};
	size_t index = 0;

	if (field_need_array(list, r->err) < 0)
		return -1;
	if (json_count(list->value) > WORKFLOW_FALLBACKS)
		return field_error(list, r->err, "more than %d steps", WORKFLOW_FALLBACKS);
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if ((field_need_object(&f, r->err) < 0 || field_known(&f, keys, r->err) < 0 ||
		    workflow_read_step(r, ARRAY_GROW(*steps, *count), &f, each_node) < 0) && workflow_mistake(r) < 0)
			return -1;
	}
	return index ? 0 : field_error(list, r->err, "does nothing; expected at least one step");
}

int
workflow_read_ways(struct reading *r, struct workflow_step *step, const struct field *f, bool each_node)
{
	struct field abort_on_failure = field_get(f, "abortOnFailure"), on_failure = field_get(f, "onFailure");
	bool ends = true;

	if (step->approval && abort_on_failure.value)
		return field_error(&abort_on_failure, r->err, "belongs to a task or a wait; an approval does not fail");
	if (step->approval && on_failure.value)
		return field_error(&on_failure, r->err, "belongs to a task or a wait; an approval does not fail");
	if (field_bool(&abort_on_failure, &ends, r->err) < 0)
		return -1;
	step->borne = !ends;
	return on_failure.value ? workflow_read_list(r, &on_failure, each_node, &step->on_failure, &step->nfallbacks) : 0;
}
