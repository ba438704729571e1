/* The condition GateOpen: what holds back, or what is done without. */
#include "status_private.h"

#include <stdio.h>

#include "conditions.h"
#include "explain.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

/* While others are at work a node that waits at the gate closes it for nobody else; for a repair it may be for hours, and
 * a person has to act. */
static bool
is_closed(const struct op *op)
{
	return op->closed_since_wall_ms || (op->repair_needed && roll_any_gated(op));
}

void
status_set_gate(struct core *core, struct op *op)
{
	const char *status = "True", *reason = REASON_GateOpen, *message;
	char without[MESSAGE + CAVEATS_TEXT + 2];

	/* What it is open without: by a person's word, and by what this cluster cannot tell. */
	snprintf(without, sizeof without, "%s%s%s", op->overridden, op->overridden[0] && op->caveats.told[0] ? "; " : "",
	    op->caveats.told);
	message = without;
	if (is_closed(op)) {
		status = "False";
		reason = op_gate_reason(op);
		message = op->closed_by;
	} else if (!op->started && op->phase != PHASE_PLANNED) {
		return;
	} else if (op->overridden[0]) {
		reason = REASON_GateOverridden;
	}
	conditions_set(op->status.conditions, "GateOpen", status, reason, message, core->now.wall_ms);
}
