/* Phases by name, and the one function that changes them. */
#include "phase.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "log.h"
#include "op.h"
#include "outbox.h"
#include "reasons.h"
#include "state.h"

#define X(name, text) [PHASE_##name] = text,
static const char *const phase_names[] = {PHASES(X)};
#undef X

const char *
phase_name(enum phase phase)
{
	return phase_names[phase];
}

enum phase
phase_parse(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(phase_names); i++)
		if (strcmp(phase_names[i], text) == 0)
			return (enum phase)i;
	return PHASE_NONE;
}

bool
phase_is_final(enum phase phase)
{
	return phase == PHASE_SUCCEEDED || phase == PHASE_FAILED || phase == PHASE_CANCELLED ||
	    phase == PHASE_PLANNED;
}

/* An operation that has not begun has no journal to write to: its phase is told by its objects alone. */
void
op_record(struct op *op)
{
	struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	if (!op->started)
		return;
	record_op(op, &value);
	journal_put(op, "op", buf_str(&value));
	buf_done(&value);
}

void
op_say(struct op *op, const char *reason, const char *format, ...)
{
	va_list args;

	snprintf(op->reason, sizeof op->reason, "%s", reason);
	va_start(args, format);
	vsnprintf(op->message, sizeof op->message, format, args);
	va_end(args);
}

void
op_set_phase(struct core *core, struct op *op, enum phase phase, const char *reason, const char *format, ...)
{
	va_list args;
	bool changed = op->phase != phase;

	snprintf(op->reason, sizeof op->reason, "%s", reason);
	va_start(args, format);
	vsnprintf(op->message, sizeof op->message, format, args);
	va_end(args);
	if (!changed)
		return;
	say(core, LOG_LEVEL_INFO, op, NULL, NULL, "operation %s: %s -> %s reason=%s %s", op->name,
	    op->phase == PHASE_NONE ? "new" : phase_name(op->phase), phase_name(phase), reason, op->message);
	op->phase = phase;
	if (phase_is_final(phase))
		op->end_wall_ms = core->now.wall_ms;
	recent_phase(core, op);
	notices_of_phase(core, op);
	op_record(op);
	journal_note(op, "phase %s: %s", phase_name(phase), op->message);
	if (!op->started)       /* nothing to journal: a note alone makes no batch */
		buf_clear(&op->journal.open.line);
}

void
op_error(struct core *core, struct op *op, const struct step *step, const char *reason, const char *message)
{
	const struct reason *row = reason_find(reason);
	struct op_error *error;

	if (op->nerrors == ERRORS_KEPT) {
		free(op->errors[0].message);
		free(op->errors[0].remedy);
		memmove(&op->errors[0], &op->errors[1], (ERRORS_KEPT - 1) * sizeof *op->errors);
		op->nerrors--;
	}
	error = ARRAY_GROW(op->errors, op->nerrors);
	error->wall_ms = core->now.wall_ms;
	snprintf(error->step, sizeof error->step, "%s", step ? step->plan->number : "");
	snprintf(error->node, sizeof error->node, "%s", step && step->lane ? step->lane->node->name : "");
	error->message = xasprintf("%s%s%s", step ? step_kind(step) : "", step ? ": " : "", message);
	error->remedy = xstrdup(row ? row->remedy : "");
	op_record(op);
}
