#include "recent.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "op.h"
#include "state.h"

enum { MESSAGE_KEPT = 500, ITEM_MAX = 2048 };

static const char *const kinds[] = {
	[RECENT_PHASE] = "Phase", [RECENT_START] = "Start", [RECENT_PASSED] = "ConditionsPassed",
	[RECENT_NOT_PASSED] = "ConditionFailed", [RECENT_ATTEMPT_FAILED] = "AttemptFailed",
	[RECENT_FINISHED] = "Finished", [RECENT_FAILED] = "Failed",
	[RECENT_SKIPPED] = "Skipped",
};

static void
drop_first(struct recent *recent)
{
	free(recent->items[0].text);
	memmove(&recent->items[0], &recent->items[1], (recent->count - 1) * sizeof *recent->items);
	recent->count--;
}

static void
keep(struct recent *recent, int64_t seq, char *text)
{
	struct recent_item *item;

	if (recent->count == RECENT_KEPT)
		drop_first(recent);
	item = ARRAY_GROW(recent->items, recent->count);
	*item = (struct recent_item){seq, text};
	recent->seq = seq;
}

/* What the controller before this one told stays told: its numbers go on. */
static void
know(struct op *op)
{
	struct recent *recent = &op->recent;
	const char *text = op->object->transitions;
	CLEANUP_JSON struct cJSON *told = recent->known ? NULL : json_parse(text, strlen(text), NULL);

	recent->known = true;
	JSON_EACH(element, told) {
		CLEANUP_BUF struct buf buf = BUF_INIT(ITEM_MAX);
		int64_t seq = json_int(element, "seq", 0);

		json_print(element, &buf);
		if (seq > recent->seq && buf_ok(&buf))
			keep(recent, seq, buf_take(&buf));
	}
}

static void
put_step(struct json_out *out, const struct step *step)
{
	if (!step)
		return;
	json_put_str(out, "step", step->plan->number);
	json_put_str(out, "task", step_kind(step));
	json_put_str(out, "node", step->lane ? step->lane->node->name : NULL);
}

/* 'took_ms' -1: it took no time that could be told. */
static void
put(struct core *core, struct op *op, const struct step *step, enum recent_kind kind, const char *const *names,
    int64_t took_ms, const char *message)
{
	struct buf text = BUF_INIT(ITEM_MAX);
	struct json_out out = JSON_OUT(&text);
	CLEANUP_FREE char *cut = xstrndup(message ? message : "", MESSAGE_KEPT);
	char at[INSTANT_TEXT];

	know(op);
	json_open(&out, NULL);
	json_put_int(&out, "seq", op->recent.seq + 1);
	json_put_str(&out, "time", instant_micro(core->now.wall_ms, at));
	json_put_str(&out, "what", kinds[kind]);
	put_step(&out, step);
	if (names) {
		json_open_array(&out, "conditions");
		for (; *names; names++)
			json_put_str(&out, NULL, *names);
		json_close_array(&out);
	}
	if (took_ms >= 0)
		json_put_int(&out, "durationMs", took_ms);
	if (*cut)
		json_put_str(&out, "message", cut);
	json_close(&out);
	if (buf_ok(&text))
		keep(&op->recent, op->recent.seq + 1, buf_take(&text));
	buf_done(&text);
}

void
recent_phase(struct core *core, struct op *op)
{
	CLEANUP_FREE char *message = xasprintf("%s%s%s", phase_name(op->phase), op->message[0] ? ": " : "", op->message);

	put(core, op, NULL, RECENT_PHASE, NULL, -1, message);
}

void
recent_start(struct core *core, struct step *step)
{
	if (step->told_start_up_ms)
		return;
	step->told_start_up_ms = core->now.up_ms;
	put(core, step->task->op, step, RECENT_START, NULL, -1, NULL);
}

/* Of a step that was taken over in the middle the clock that was told with the start is another host's. */
void
recent_end(struct core *core, struct step *step, enum recent_kind kind, const char *message)
{
	int64_t took_ms = step->told_start_up_ms ? core->now.up_ms - step->told_start_up_ms
	    : core->now.wall_ms - step->began_wall_ms;

	put(core, step->task->op, step, kind, NULL, took_ms, message);
	step->told_start_up_ms = 0;
}

void
recent_skipped(struct core *core, struct op *op, const struct step *step, const char *why)
{
	put(core, op, step, RECENT_SKIPPED, NULL, -1, why);
}

void
recent_checked(struct core *core, struct step *step, enum recent_kind kind, const char *const *names, int64_t took_ms,
    const char *message)
{
	put(core, step->task->op, step, kind, names, took_ms, message);
}

void
recent_check(struct core *core, struct step *step)
{
	if (!step->check_up_ms)
		step->check_up_ms = core->now.up_ms;
}

/* From when the facts were asked that it was judged by. The next check asks anew. */
static int64_t
check_took(const struct core *core, struct step *step)
{
	int64_t took_ms = step->check_up_ms ? core->now.up_ms - step->check_up_ms : 0;

	step->check_up_ms = 0;
	return took_ms;
}

void
recent_gate_open(struct core *core, struct step *step)
{
	struct op *op = step->task->op;
	int64_t took_ms = check_took(core, step);
	const char *names[GATE_CONDITIONS + 1];

	if (!core->config.gate || !step_takes_down(step))
		return;
	if (step->lane && gate_node_is_down_everywhere(op, step->lane) && !gate_node_is_returning(op, step->lane)) {
		put(core, op, step, RECENT_PASSED, NULL, took_ms, "the node is down in every other view: nothing gets worse");
		return;
	}
	gate_conditions(step, names);
	put(core, op, step, RECENT_PASSED, names, took_ms, op->overridden);
}

void
recent_gate_closed(struct core *core, struct step *step)
{
	struct op *op = step->task->op;
	int64_t took_ms = check_took(core, step);

	if (!step->gated || strcmp(step->message, op->closed_by) != 0)
		put(core, op, step, RECENT_NOT_PASSED, NULL, took_ms, op->closed_by);
}

void
recent_write(struct op *op, struct json_out *out)
{
	know(op);
	json_open_array(out, "transitions");
	for (size_t i = 0; i < op->recent.count; i++)
		json_put_raw(out, NULL, op->recent.items[i].text);
	json_close_array(out);
}

void
recent_done(struct recent *recent)
{
	while (recent->count > 0)
		drop_first(recent);
	free(recent->items);
}
