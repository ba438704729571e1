/* Values of the journal, as they are written; record.c reads them. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "journal_private.h"
#include "json.h"
#include "op.h"
#include "outbox.h"
#include "state.h"

const char *const record_step_states[RECORD_STEP_STATES] = {"waiting", "running", "done", "failed"};

enum { TEXT_READABLE = 64 };

/* At most so many bytes of a text that only people read, and so many notices. */
struct room {
	size_t text, notices;
};

static void
put_memory(struct json_out *out, const struct memory *memory, size_t count)
{
	if (count == 0)
		return;
	json_open(out, "memory");
	for (size_t i = 0; i < count; i++)
		json_put_str(out, memory[i].key, memory[i].value);
	json_close(out);
}

static void
put_cut(struct json_out *out, const char *key, const char *text, size_t most)
{
	CLEANUP_FREE char *cut = xstrndup(text, most);

	json_put_str(out, key, cut);
}

/* Texts are cut until the whole fits, and before nothing can be read in them the oldest notices are left out: a value that is
 * cut itself could not be read again. */
static void
put_whole(void (*put)(const void *, struct json_out *, const struct room *), const void *what, struct buf *buf)
{
	struct room room = {ANSWER_KEPT, TOLD_MAX};

	while (room.text > 0) {
		struct json_out out = JSON_OUT(buf);

		buf_clear(buf);
		json_open(&out, NULL);
		put(what, &out, &room);
		json_close(&out);
		if (buf_ok(buf))
			return;
		if (room.text > TEXT_READABLE || room.notices == 0)
			room.text /= 2;
		else
			room.notices /= 2;
	}
}

static void
put_errors(const struct op *op, struct json_out *out, size_t most)
{
	json_open_array(out, "errors");
	for (size_t i = 0; i < op->nerrors; i++) {
		json_open(out, NULL);
		json_put_int(out, "at", op->errors[i].wall_ms);
		json_put_str(out, "step", op->errors[i].step);
		json_put_str(out, "node", op->errors[i].node);
		put_cut(out, "message", op->errors[i].message, most);
		put_cut(out, "remedy", op->errors[i].remedy, most);
		if (op->errors[i].borne)
			json_put_bool(out, "borne", true);
		json_close(out);
	}
	json_close_array(out);
}

static void
put_op(const void *at, struct json_out *out, const struct room *room)
{
	const struct op *op = at;

	json_put_str(out, "phase", phase_name(op->phase));
	json_put_str(out, "reason", op->reason);
	put_cut(out, "message", op->message, room->text);
	json_put_int(out, "start", op->start_wall_ms);
	if (op->end_wall_ms)
		json_put_int(out, "end", op->end_wall_ms);
	json_put_int(out, "retrySeen", op->retry_seen);
	if (op->acknowledged)
		json_put_str(out, "acknowledged", op->acknowledged);
	if (op->released)
		json_put_bool(out, "released", true);
	pace_record(op, out);
	if (op->rebuilt_generation)
		json_put_int(out, "rebuilt", op->rebuilt_generation);
	if (op->rescued)
		json_put_int(out, "rescued", op->rescued);
	if (op->passed_over)
		json_put_int(out, "passedOver", op->passed_over);
	values_record(&op->values, out);
	outbox_record(op, out, room->text, room->notices);
	put_errors(op, out, room->text);
}

void
record_op(const struct op *op, struct buf *buf)
{
	put_whole(put_op, op, buf);
}

/* What tests have left out, and go by. */
static void
put_tests(const struct lane *lane, struct json_out *out)
{
	if (lane->skipped)
		json_put_int(out, "skipped", (int64_t)lane->skipped);
	values_record(&lane->values, out);
}

static void
put_outage(const struct lane *lane, struct json_out *out)
{
	if (lane->down_wall_ms && (lane->held || lane->up_wall_ms))
		json_put_int(out, "downFrom", lane->down_wall_ms);
	if (lane->down_moved_ms && lane->held)
		json_put_int(out, "downMoved", lane->down_moved_ms);
	if (lane->down_accepted && lane->held)
		json_put_bool(out, "downAccepted", true);
	if (lane->up_wall_ms)
		json_put_int(out, "upAt", lane->up_wall_ms);
}

static void
put_lane(const void *at, struct json_out *out, const struct room *room)
{
	const struct lane *lane = at;

	json_put_str(out, "state", lane_state_names[lane->state]);
	json_put_int(out, "at", (int64_t)lane->at);
	if (lane->rescue)
		json_put_int(out, "rescue", (int64_t)lane->rescue);
	put_tests(lane, out);
	json_put_bool(out, "held", lane->held);
	json_put_bool(out, "failed", lane->failed);
	if (lane->out_of_service)
		json_put_bool(out, "outOfService", true);
	if (lane->restoring)
		json_put_bool(out, "restoring", true);
	json_put_bool(out, "upAct", lane->up_act);
	put_outage(lane, out);
	json_put_str(out, "hostId", lane->node->host_id);
	json_put_str(out, "stamp", lane->stamp);
	if (lane->process[0])
		json_put_str(out, "process", lane->process);
	if (lane->cool_until_wall_ms)
		json_put_int(out, "coolUntil", lane->cool_until_wall_ms);
	if (lane->held)
		json_put_str(out, "restore", "intended");
	if (lane->state == LANE_FAILED || lane->state == LANE_SKIPPED)
		put_cut(out, "message", lane->message, room->text);
	put_memory(out, lane->memory, lane->nmemory);
}

void
record_lane(const void *lane, struct buf *buf)
{
	put_whole(put_lane, lane, buf);
}

static void
put_act(struct json_out *out, const struct act_record *act, size_t most)
{
	CLEANUP_FREE char *answer = xstrndup(act->view.answer ? act->view.answer : "", most);

	json_open(out, act->label);
	json_put_str(out, "state", act_state_name(act->view.state));
	json_put_str(out, "kind", act->kind == ACT_ONCE ? "once" : "repeatable");
	put_cut(out, "request", act->target, most);
	if (act->view.status)
		json_put_int(out, "status", act->view.status);
	if (answer[0])
		json_put_str(out, "answer", answer);
	if (act->upkeep)
		json_put_bool(out, "upkeep", true);
	json_close(out);
}

static void
put_step(const void *at, struct json_out *out, const struct room *room)
{
	const struct step *step = at;

	json_put_str(out, "state", record_step_states[step->state]);
	json_put_int(out, "attempt", step->attempt);
	json_put_int(out, "began", step->began_wall_ms);
	if (step->recorded_wall_ms > 0)
		json_put_int(out, "deadline", step->recorded_wall_ms);
	else
		json_put_int(out, "spent", step->spent_ms < step->plan->timeout_ms ? step->spent_ms : step->plan->timeout_ms);
	put_cut(out, "message", step->message, room->text);
	if (step->nacts > 0) {
		json_open(out, "acts");
		for (size_t i = 0; i < step->nacts; i++)
			put_act(out, &step->acts[i], room->text);
		json_close(out);
	}
	put_memory(out, step->memory, step->nmemory);
}

void
record_step(const void *step, struct buf *buf)
{
	put_whole(put_step, step, buf);
}
