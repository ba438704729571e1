/* The knobs of a ClusterOperation: what may change while it runs. */
#include "operation_private.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"

enum { TTL_LEAST = 60, TTL_MOST = 315360000 };       /* s */

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

static int
check_override(const struct operation_override *override, const struct field *f, struct err *err)
{
	struct field keyspaces = field_get(f, "keyspaces");

	if ((override->nnodes == 0) == (override->nkeyspaces == 0))
		return field_error(f, err, "exactly one of nodes and keyspaces must be set");
	if (override->nkeyspaces > 0 && strcmp(override->gate, "quorum-safe") != 0)
		return field_error(&keyspaces, err, "keyspaces belong to the gate quorum-safe; name nodes for %s",
		    override->gate);
	return 0;
}

static int
read_override(struct operation *op, const struct field *f, struct err *err)
{
	static const char *const keys[] = {"gate", "nodes", "keyspaces", "reason", "until", NULL};
	struct field gate = field_get(f, "gate"), nodes = field_get(f, "nodes"), keyspaces = field_get(f, "keyspaces");
	struct field reason = field_get(f, "reason"), until = field_get(f, "until");
	struct operation_override *override;

	if (field_need_object(f, err) < 0 || field_known(f, keys, err) < 0)
		return -1;
	override = ARRAY_GROW(op->overrides, op->noverrides);
	*override = (struct operation_override){.until_ms = instant_parse(json_text(until.value))};
	if (field_need_text(&gate, &override->gate, err) < 0 ||
	    field_texts(&nodes, &override->nodes, &override->nnodes, err) < 0 ||
	    field_texts(&keyspaces, &override->keyspaces, &override->nkeyspaces, err) < 0 ||
	    field_need_text(&reason, &override->reason, err) < 0)
		return -1;
	if (override->until_ms < 0)
		return field_wrong(&until, "a time in UTC, such as \"2026-01-28T18:00:00Z\"", err);
	return check_override(override, f, err);
}

static int
read_overrides(struct operation *op, const struct field *list, struct err *err)
{
	size_t index = 0;

	if (list->value && field_need_array(list, err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);

		if (read_override(op, &f, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_approvals(struct operation *op, const struct field *list, struct err *err)
{
	static const char *const keys[] = {"step", "planHash", NULL};
	size_t index = 0;

	if (list->value && field_need_array(list, err) < 0)
		return -1;
	JSON_EACH(element, list->value) {
		struct field f = field_at(list, index++, element);
		struct field step = field_get(&f, "step"), hash = field_get(&f, "planHash");
		struct operation_approval *approval = ARRAY_GROW(op->approvals, op->napprovals);

		*approval = (struct operation_approval){0};
		if (field_need_object(&f, err) < 0 || field_known(&f, keys, err) < 0 ||
		    field_need_text(&step, &approval->step, err) < 0 ||
		    field_need_text(&hash, &approval->plan_hash, err) < 0)
			return -1;
	}
	return 0;
}

static int
read_journal_knobs(struct operation *op, const struct field *spec, struct err *err)
{
	struct field rebuild = field_get(spec, "rebuildJournal"), ttl = field_get(spec, "ttlSecondsAfterFinished");
	struct field delete_finished = field_get(spec, "deleteAfterFinished");

	op->ttl_seconds = -1;
	if (ttl.value && field_int(&ttl, TTL_LEAST, TTL_MOST, &op->ttl_seconds, err) < 0)
		return -1;
	if (field_bool(&delete_finished, &op->delete_finished, err) < 0)
		return -1;
	return field_text(&rebuild, &op->rebuild_journal, err);
}

int
operation_read_knobs(struct operation *op, const struct field *spec, struct err *err)
{
	struct field owner = field_get(spec, "owner"), suspend = field_get(spec, "suspend");
	struct field cancel = field_get(spec, "cancel"), retry = field_get(spec, "retry"), skip = field_get(spec, "skip");
	struct field overrides = field_get(spec, "overrides"), dry_run = field_get(spec, "dryRun");
	struct field approvals = field_get(spec, "approvals");
	struct field urgent = field_get(spec, "urgent"), acknowledge = field_get(spec, "acknowledge");

	if (read_journal_knobs(op, spec, err) < 0)
		return -1;
	/* An owner of "" is nobody: what a template without a value leaves. */
	if ((!json_text(owner.value) || *json_text(owner.value)) && field_text(&owner, &op->owner, err) < 0)
		return -1;
	if ((!json_text(acknowledge.value) || *json_text(acknowledge.value)) &&
	    field_text(&acknowledge, &op->acknowledge, err) < 0)
		return -1;
	if (field_bool(&dry_run, &op->dry_run, err) < 0 || field_bool(&suspend, &op->suspend, err) < 0 ||
	    field_bool(&cancel, &op->cancel, err) < 0 ||
	    field_bool(&urgent, &op->urgent, err) < 0 ||
	    field_int(&retry, 0, INT64_MAX, &op->retry, err) < 0)
		return -1;
	if (read_skips(op, &skip, err) < 0 || read_overrides(op, &overrides, err) < 0)
		return -1;
	return read_approvals(op, &approvals, err);
}

void
operation_knobs_done(struct operation *op)
{
	for (size_t i = 0; i < op->nskips; i++) {
		free(op->skips[i].node);
		free(op->skips[i].reason);
	}
	free(op->skips);
	for (size_t i = 0; i < op->noverrides; i++) {
		free(op->overrides[i].gate);
		operation_free_texts(op->overrides[i].nodes, op->overrides[i].nnodes);
		operation_free_texts(op->overrides[i].keyspaces, op->overrides[i].nkeyspaces);
		free(op->overrides[i].reason);
	}
	free(op->overrides);
	for (size_t i = 0; i < op->napprovals; i++) {
		free(op->approvals[i].step);
		free(op->approvals[i].plan_hash);
	}
	free(op->approvals);
	free(op->owner);
	free(op->acknowledge);
	free(op->rebuild_journal);
}
