#include "earlier.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "kube.h"
#include "op.h"
#include "operation_done.h"
#include "reasons.h"
#include "state.h"

/* An answer takes at most KUBE_DEADLINE_MS, and must be young then. One that will not tell seldom becomes another one. */
enum { YOUNG_MS = 15000, AGAIN_MS = 5000, REFUSED_AGAIN_MS = 60000, LOOK_MS = 1000 };

struct earlier {
	struct op *op;
	struct operation_done *done;         /* as it was read last; or NULL */
	bool missing;
	char problem[300];                   /* why it could not be read; "" */
	bool asked, pending;
	int64_t asked_up_ms;
	struct timer again;
};

void
earlier_drop(struct core *core, struct op *op)
{
	struct earlier *earlier = op->earlier;

	if (!earlier)
		return;
	requests_drop(core, earlier);
	timer_disarm(&core->timers, &earlier->again);
	operation_done_free(earlier->done);
	free(earlier);
	op->earlier = NULL;
}

/* --- asking */

static void
take(struct earlier *earlier, const struct event *event)
{
	CLEANUP_JSON struct cJSON *object = NULL;
	struct err err = {""};

	earlier->missing = event->outcome == OUTCOME_ANSWERED && event->status == 404;
	if (event->outcome != OUTCOME_ANSWERED || event->status != 200) {
		kube_problem(event, earlier->problem, sizeof earlier->problem);
		return;
	}
	object = json_parse(event->body, event->len, &err);
	if (object)
		earlier->done = operation_done_read(object);
	else
		snprintf(earlier->problem, sizeof earlier->problem, "%.200s", err.text);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct earlier *earlier = owner;

	(void)arg;
	earlier->pending = false;
	operation_done_free(earlier->done);
	earlier->done = NULL;
	earlier->problem[0] = '\0';
	take(earlier, event);
	op_kick(core, earlier->op);
}

static void
ask(struct core *core, struct earlier *earlier)
{
	const struct op *op = earlier->op;

	timer_disarm(&core->timers, &earlier->again);
	earlier->asked = earlier->pending = true;
	earlier->asked_up_ms = core->now.up_ms;
	kube_request(core, "GET", kube_path(op->namespace_, "clusteroperations", op->object->not_done_by, NULL), NULL, NULL,
	    answered, earlier, 0);
}

/* --- what is known */

/* It is in memory and goes on: its object need not be asked. */
static const struct op *
at_work(const struct core *core, const struct op *op)
{
	const struct op *other, *next;

	HASH_ITER (hh, core->ops, other, next)
		if (strcmp(other->name, op->object->not_done_by) == 0 && strcmp(other->namespace_, op->namespace_) == 0)
			return other->ended || other->object->dry_run ||
			    strcmp(other->object->cluster, op->object->cluster) != 0 ? NULL : other;
	return NULL;
}

/* The row of reason.def of what was read; NULL: it will do. */
static const char *
judge(const struct op *op, struct err *why)
{
	const struct earlier *earlier = op->earlier;

	if (earlier->missing) {
		err_set(why, "spec.targets.notDoneBy: there is no ClusterOperation \"%.100s\" in this namespace",
		    op->object->not_done_by);
		return REASON_OperationNotFound;
	}
	if (!earlier->done) {
		err_set(why, "spec.targets.notDoneBy: %.100s cannot be read: %.200s; it is asked again",
		    op->object->not_done_by, earlier->problem);
		return REASON_Surveying;
	}
	switch (operation_done_judge(earlier->done, op->object->cluster, why)) {
	case OPERATION_DONE_TOLD:
		return NULL;
	case OPERATION_DONE_OPEN:
		return REASON_OperationNotEnded;
	default:
		return REASON_PlanRefused;
	}
}

static const char *
wait_for(struct core *core, struct earlier *earlier, const struct op *other, struct err *why)
{
	earlier->asked = false;      /* what was read of it before counts no more */
	timer_arm(&core->timers, &earlier->again, core->now.up_ms + LOOK_MS, op_look, earlier->op);
	err_set(why, "spec.targets.notDoneBy: %.100s has not ended, it is %.40s; what it has done is looked at when it has",
	    other->name, phase_name(other->phase));
	return REASON_OperationNotEnded;
}

/* As above. */
static const char *
look(struct core *core, struct op *op, struct err *why)
{
	struct earlier *earlier = op->earlier;
	const struct op *other = at_work(core, op);
	const char *reason = NULL;
	int64_t until = 0;

	if (other)
		return wait_for(core, earlier, other, why);
	if (earlier->asked && !earlier->pending) {
		reason = judge(op, why);
		until = earlier->asked_up_ms + (!reason ? YOUNG_MS : strcmp(reason, REASON_PlanRefused) == 0 ? REFUSED_AGAIN_MS
		    : AGAIN_MS);
		if (core->now.up_ms < until && reason)
			timer_arm(&core->timers, &earlier->again, until, op_look, op);
		if (core->now.up_ms < until)
			return reason;
	}
	if (!earlier->pending)
		ask(core, earlier);
	/* While it is asked once more, what it has said before stands there. */
	if (reason)
		return reason;
	err_set(why, "spec.targets.notDoneBy: %.100s is asked which nodes it has done", op->object->not_done_by);
	return REASON_Surveying;
}

bool
earlier_ready(struct core *core, struct op *op, const char **ret_reason, struct err *why)
{
	if (!op->object->not_done_by)
		return true;
	if (!op->earlier) {
		op->earlier = xcalloc(1, sizeof *op->earlier);
		op->earlier->op = op;
	}
	*ret_reason = look(core, op, why);
	return !*ret_reason;
}

bool
earlier_is_over(struct core *core, struct op *op)
{
	const char *reason = NULL;
	struct err why = {""};

	if (earlier_ready(core, op, &reason, &why))
		return true;
	/* The other one may have been taken up again, and stand behind this one. */
	if (strcmp(reason, REASON_Surveying) != 0)
		op_refuse(core, op, reason, why.text);
	else
		op_set_phase(core, op, PHASE_QUEUED, reason, "%s", why.text);
	return false;
}

bool *
earlier_unfit(const struct op *op, bool *unfit, const struct plan_node *nodes, size_t nnodes)
{
	if (!op->object->not_done_by || !op->earlier || !op->earlier->done)
		return unfit;
	if (!unfit)
		unfit = xcalloc(nnodes + 1, sizeof *unfit);
	for (size_t i = 0; i < nnodes; i++)
		unfit[i] = unfit[i] || operation_done_has(op->earlier->done, nodes[i].name, nodes[i].host_id);
	return unfit;
}
