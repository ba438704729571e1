/* The knobs of a ClusterOperation: what may change while it runs. */
#include "operation_private.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

static int
read_skip(struct operation *op, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"node", "reason", NULL};
	struct field node = field_get(f, "node"), reason = field_get(f, "reason");
	struct operation_skip *skip;

	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0)
		return -1;
	skip = ARRAY_GROW(op->skips, op->nskips);
	*skip = (struct operation_skip){0};
	return field_need_text(&node, &skip->node, err) < 0 ? -1 : field_need_text(&reason, &skip->reason, err);
}

static int
read_skips(struct operation *op, const struct field *list, struct err *err)
{
	size_t index = 0;

	if (list->value && field_need_array(list, err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (read_skip(op, &f, err) < 0)
			return -1;
	}
	return 0;
}

int
operation_read_knobs(struct operation *op, const struct field *spec, struct err *err)
{
	struct field owner = field_get(spec, "owner"), suspend = field_get(spec, "suspend");
	struct field cancel = field_get(spec, "cancel"), retry = field_get(spec, "retry"), skip = field_get(spec, "skip");

	/* An owner of "" is nobody: what a template without a value leaves. */
	if ((!json_text(owner.value) || *json_text(owner.value)) && field_text(&owner, &op->owner, err) < 0)
		return -1;
	if (field_bool(&suspend, &op->suspend, err) < 0 || field_bool(&cancel, &op->cancel, err) < 0 ||
	    field_int(&retry, 0, INT64_MAX, &op->retry, err) < 0)
		return -1;
	return read_skips(op, &skip, err);
}

void
operation_knobs_done(struct operation *op)
{
	for (size_t i = 0; i < op->nskips; i++) {
		free(op->skips[i].node);
		free(op->skips[i].reason);
	}
	free(op->skips);
	free(op->owner);
}
