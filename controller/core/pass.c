/* What an author's call does: verdicts, parameters, memory, acts. The channels are in channels.c. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "late.h"
#include "op.h"
#include "question.h"
#include "state.h"
#include "task.h"

/* Words of hosts and servers are among ours: what a terminal would obey (C0, and C1 as UTF-8) is none of them. */
static void
blank_controls(char *text)
{
	for (unsigned char *at = (unsigned char *)text; *at; at++) {
		if (*at == 0xc2 && at[1] >= 0x80 && at[1] < 0xa0)
			at[0] = at[1] = ' ';
		else if (*at < ' ' || *at == 0x7f)
			*at = ' ';
	}
}

void
task_say(struct task *t, const char *format, va_list args)
{
	vsnprintf(t->sentence, sizeof t->sentence, format, args);
	blank_controls(t->sentence);
}

#define SAY_AND_RETURN(t, format, result) \
	do { \
		va_list args_; \
		va_start(args_, format); \
		task_say((t), format, args_); \
		va_end(args_); \
		return (result); \
	} while (0)

enum verdict
task_done(struct task *t, const char *format, ...)
{
	SAY_AND_RETURN(t, format, VERDICT_DONE);
}

enum verdict
task_wait(struct task *t, int64_t ms, const char *format, ...)
{
	t->wait_ms = ms;
	SAY_AND_RETURN(t, format, VERDICT_WAIT);
}

enum verdict
task_retry(struct task *t, const char *format, ...)
{
	SAY_AND_RETURN(t, format, VERDICT_RETRY);
}

enum verdict
task_halt(struct task *t, const char *format, ...)
{
	SAY_AND_RETURN(t, format, VERDICT_HALT);
}

enum truth
task_holds(struct task *t, const char *format, ...)
{
	SAY_AND_RETURN(t, format, TRUTH_HOLDS);
}

enum truth
task_holds_unproven(struct task *t, const char *format, ...)
{
	t->unproven = true;
	SAY_AND_RETURN(t, format, TRUTH_HOLDS);
}

enum truth
task_fails(struct task *t, const char *format, ...)
{
	SAY_AND_RETURN(t, format, TRUTH_FAILS);
}

enum truth
task_unknown(struct task *t, const char *format, ...)
{
	SAY_AND_RETURN(t, format, TRUTH_UNKNOWN);
}

const struct task_node *
task_node(struct task *t)
{
	return &t->node;
}

const char *
task_text(struct task *t, const char *parameter)
{
	const struct plan_value *value = plan_value_find(t->with, t->nwith, parameter);
	char *text;

	if (!value || !value->rule)
		return plan_value(t->with, t->nwith, t->type, parameter);
	text = late_text(t->op, t->step->lane, value);
	if (!text)
		return "";      /* late_fits() has let no such step begin */
	*ARRAY_GROW(t->values, t->nvalues) = text;
	return text;
}

int64_t
task_integer(struct task *t, const char *parameter)
{
	const struct parameter *row = parameter_find(t->type, parameter);
	const char *text = task_text(t, parameter);

	if (row && row->type == PARAMETER_DURATION)
		return duration_parse(text);
	if (strcmp(text, "true") == 0)
		return 1;
	return strtoll(text, NULL, 10);
}

/* --- memory --- */

static struct memory *
memory_find(struct memory *memory, size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(memory[i].key, key) == 0)
			return &memory[i];
	return NULL;
}

void
task_remember(struct task *t, const char *key, const char *value)
{
	struct memory *slot = memory_find(t->step->memory, t->step->nmemory, key);

	if (!slot) {
		slot = ARRAY_GROW(t->step->memory, t->step->nmemory);
		snprintf(slot->key, sizeof slot->key, "%s", key);
	}
	free(slot->value);
	slot->value = xstrndup(value, MEMORY_VALUE);
}

void
task_remember_first(struct task *t, const char *key, const char *value)
{
	struct lane *lane = t->step->lane;
	struct memory *slot;

	if (!lane || memory_find(lane->memory, lane->nmemory, key))
		return;
	slot = ARRAY_GROW(lane->memory, lane->nmemory);
	snprintf(slot->key, sizeof slot->key, "%s", key);
	slot->value = xstrndup(value, MEMORY_VALUE);
	lane_record_later(lane);
}

const char *
task_recall(struct task *t, const char *key)
{
	struct memory *slot = memory_find(t->step->memory, t->step->nmemory, key);

	if (!slot && t->step->lane)
		slot = memory_find(t->step->lane->memory, t->step->lane->nmemory, key);
	return slot ? slot->value : NULL;
}

/* --- answers --- */

bool
answer_ok(const struct answer *answer)
{
	return answer->reached && (answer->status == 200 || answer->status == 0);
}

const char *
answer_text(struct task *t, const struct answer *answer)
{
	char *text = t->texts[t->ntexts++ % ARRAY_LEN(t->texts)];
	const char *words = answer->reached ? answer->body : answer->error;
	size_t len;

	if (answer->reached && answer->len == 0)
		words = answer->error;
	if (words[0] == '"')
		words++;
	snprintf(text, sizeof t->texts[0], "%.120s", words);
	len = strlen(text);
	if (len > 0 && text[len - 1] == '"')
		text[len - 1] = '\0';
	return text;
}

/* --- acts --- */

/* Asking for an act that is not under way wants it anew; what a result means is the author's to say. */
const struct act *
task_act(struct task *t, const char *label, enum act_kind kind, char channel, const char *target)
{
	struct act_record *act = act_find(t->step, label);

	if (!act) {
		act = act_add(t->step, label);
		if (!act)
			abort();        /* a type with more acts than any journal format allows */
		act->view.answer = xstrdup("");
	}
	act->kind = kind;
	act->channel = channel;
	if (!act->target || strcmp(act->target, target) != 0) {
		free(act->target);
		act->target = xstrdup(target);
	}
	/* Withdrawn, or there was no connection: an author who goes on asking wants it tried again, at the next look. */
	if (act->view.state == ACT_NOT_SENT && act->seen)
		act->view.state = ACT_NONE;
	act->seen = act->view.state == ACT_NOT_SENT;
	act->fresh = act->view.state == ACT_NONE;
	act->resend = act->view.state == ACT_UNKNOWN && act->view.settled;
	return &act->view;
}

const struct act *
task_acted(struct task *t, const char *label)
{
	const struct act_record *act = act_find(t->step, label);

	return act ? &act->view : NULL;
}

void
act_happened(struct task *t, const struct act *view)
{
	struct act_record *act = act_of(t->step, view);

	if (!act || (act->view.state != ACT_UNKNOWN && act->view.state != ACT_SENT))
		return;
	request_cancel(t->core, act->request);
	act->request = 0;
	act->view.state = ACT_ANSWERED;
	act_arrived(t->step, act);
	step_record(t->core, t->op, t->step, NULL);
	journal_note(t->op, "%s: %s happened, as observed", t->step->id, act->label);
}

void
act_refuted(struct task *t, const struct act *view)
{
	struct act_record *act = act_of(t->step, view);

	if (!act || act->view.state != ACT_UNKNOWN || !act->view.settled)
		return;
	act->view.state = ACT_NONE;
	act->view.settled = false;
	act->resend = false;
	act->fresh = act->channel != '\0';      /* read from the journal: its author has to ask for it again */
	step_record(t->core, t->op, t->step, NULL);
	journal_note(t->op, "%s: %s never happened, as observed", t->step->id, act->label);
}

void
act_renew(struct task *t, const struct act *view)
{
	struct act_record *act = act_of(t->step, view);

	if (!act || act->view.state != ACT_ANSWERED)
		return;
	act->view.state = ACT_NONE;
	act->fresh = false;
	step_record(t->core, t->op, t->step, NULL);
	journal_note(t->op, "%s: %s is to be done once more", t->step->id, act->label);
}
