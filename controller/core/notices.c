/* Which transitions of an operation people outside are told of. Each has a key, so that it is told once. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "outbox.h"
#include "reasons.h"
#include "state.h"

enum { GATE_TOLD_MS = 120000 };

static void
tell_approval(struct core *core, struct op *op)
{
	char key[112];
	size_t used = (size_t)snprintf(key, sizeof key, "approval/%s/%.17s", op->pace.awaited_step, op->pace.awaited_hash);

	/* One that was not given in time is asked for again by a retry. */
	if (op->retry_seen > 0)
		snprintf(key + used, sizeof key - used, "/%" PRId64, op->retry_seen);
	outbox_tell(core, op, TARGET_NOTIFY_APPROVAL, key, "%s", op->message);
}

/* As the clock said then, so that one closing is one thing to tell of. */
static int64_t
closed_at(const struct op *op)
{
	return op->closed_since_wall_ms - op->pace.gate_moved_ms;
}

static void
tell_pause(struct core *core, struct op *op)
{
	char key[80];

	if (strcmp(op->reason, REASON_Suspended) == 0)
		return;
	if (op->pace.awaited_step[0]) {
		tell_approval(core, op);
		return;
	}
	snprintf(key, sizeof key, "halted/%s/%" PRId64, op->reason,
	    op->closed_since_wall_ms ? closed_at(op) : op->object->meta.generation);
	outbox_tell(core, op, TARGET_NOTIFY_HALTED, key, "paused: %s", op->message);
}

void
notices_of_phase(struct core *core, struct op *op)
{
	char key[80];

	if (!op->started || !op->plan)
		return;
	switch (op->phase) {
	case PHASE_AWAITING_APPROVAL:
		tell_approval(core, op);
		break;
	case PHASE_PAUSED:
		tell_pause(core, op);
		break;
	case PHASE_FAILED:
		snprintf(key, sizeof key, "halted/%" PRId64, op->retry_seen);
		outbox_tell(core, op, TARGET_NOTIFY_HALTED, key, strcmp(op->reason, REASON_OutOfService) == 0 ? "%s"
		    : "halted: %s", op->message);
		break;
	case PHASE_SUCCEEDED:
	case PHASE_CANCELLED:
		snprintf(key, sizeof key, "finished/%" PRId64, op->retry_seen);
		outbox_tell(core, op, TARGET_NOTIFY_FINISHED, key, "%s: %s", op->phase == PHASE_SUCCEEDED ? "finished"
		    : "cancelled", op->message);
		break;
	default:
		break;
	}
}

void
notices_of_lane(struct core *core, struct lane *lane)
{
	CLEANUP_FREE char *key = xasprintf("outOfService/%.200s/%" PRId64, lane->node->name,
	    lane->down_wall_ms - lane->down_moved_ms);

	if (lane->out_of_service)
		outbox_tell(core, lane->op, TARGET_NOTIFY_OUT_OF_SERVICE, key, "%s is OUT OF SERVICE: %s", lane->node->name,
		    lane->message);
}

static void
look(struct core *core, void *owner)
{
	op_kick(core, ((struct outbox *)owner)->op);
}

/* A TargetCluster that a person has frozen is no news to people. */
void
notices_of_gate(struct core *core, struct op *op)
{
	const struct target *target = op->cluster ? op->cluster->target : NULL;
	int64_t since = op->pace.gate_since_up_ms;
	struct outbox *box;
	char key[80];

	if (!target || target->nchannels == 0 || op->phase != PHASE_FROZEN || op->closed_since_wall_ms == 0 || since < 0 ||
	    target->frozen)
		return;
	snprintf(key, sizeof key, "frozen/%" PRId64, closed_at(op));
	if (core->now.up_ms - since >= GATE_TOLD_MS) {
		outbox_tell(core, op, TARGET_NOTIFY_FROZEN, key, "frozen for two minutes: %s", op->message);
		return;
	}
	box = outbox_open(op);
	timer_arm_earlier(&core->timers, &box->timer, since + GATE_TOLD_MS, look, box);
}
