/* Waiting for conditions, which is a task of the engine's own: each condition must have held without a gap for its
 * window. An unknown, a failure, a new generation of the node, or a gap in observing longer than two polls starts
 * it again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "instant.h"
#include "op.h"
#include "question.h"
#include "scylla.h"
#include "state.h"
#include "task.h"

static void
judge_window(struct task *t, const struct plan_condition *condition, struct window *window, enum truth truth)
{
	int64_t now = t->core->now.up_ms;

	if (truth != TRUTH_HOLDS || (window->seen_up_ms && now - window->seen_up_ms > 2 * condition->poll_ms + SECONDS(1)))
		window->since_up_ms = -1;
	if (truth == TRUTH_HOLDS && window->since_up_ms < 0)
		window->since_up_ms = now;
	window->seen_up_ms = now;
}

/* A restart of the node voids what was seen of it. False: still being asked. */
static bool
same_generation(struct task *t)
{
	struct step *step = t->step;
	const struct answer *answer;
	int64_t generation;
	char text[24];
	const char *before;

	if (!step->lane)
		return true;
	answer = scylla_get(t, SCYLLA_GENERATION);
	if (!answer)
		return false;
	if (!answer_ok(answer) || !scylla_generation(answer->body, answer->len, &generation))
		return true;    /* the conditions themselves say that the node does not answer */
	snprintf(text, sizeof text, "%lld", (long long)generation);
	before = task_recall(t, "generation");
	if (before && strcmp(before, text) != 0)
		for (size_t i = 0; i < step->plan->nconditions; i++)
			step->windows[i].since_up_ms = -1;
	if (!before || strcmp(before, text) != 0)
		task_remember(t, "generation", text);
	return true;
}

static enum truth
judge(struct task *t, const struct plan_condition *condition)
{
	t->type = condition->type;
	t->with = condition->with;
	t->nwith = condition->nwith;
	t->sentence[0] = '\0';
	return condition->type->judge(t);
}

/* What one condition adds to the whole: how long to wait for it, and its sentence. */
struct outlook {
	int64_t poll_ms;                 /* until the next look; INT64_MAX: none is needed */
	bool all, some;                  /* every, any condition so far has held for its window */
	char first[MESSAGE];             /* of the first that has not */
	char last[MESSAGE];
	char held[MESSAGE];              /* of one that has */
};

/* For who looks on: once when it has held for its window, and when it does not after all. */
static void
tell(struct task *t, const struct plan_condition *condition, struct window *window, bool held)
{
	const char *const names[] = {condition->type->name, NULL};

	if (held == window->told)
		return;
	window->told = held;
	recent_checked(t->core, t->step, held ? RECENT_PASSED : RECENT_NOT_PASSED, names,
	    t->core->now.up_ms - window->first_up_ms, t->sentence);
	window->first_up_ms = t->core->now.up_ms;
}

static void
look(struct task *t, size_t number, struct outlook *outlook)
{
	const struct plan_condition *condition = &t->step->plan->conditions[number];
	struct window *window = &t->step->windows[number];
	unsigned asked = t->asked;
	enum truth truth = judge(t, condition);
	int64_t left;

	if (!window->first_up_ms)
		window->first_up_ms = t->core->now.up_ms;
	if (t->asked > asked)
		return;         /* not a judgement: its facts are on their way */
	judge_window(t, condition, window, truth);
	left = window->since_up_ms < 0 ? condition->poll_ms
	    : window->since_up_ms + condition->window_ms - t->core->now.up_ms;
	tell(t, condition, window, left <= 0);
	snprintf(outlook->last, sizeof outlook->last, "%.*s", MESSAGE - 1, t->sentence);
	outlook->some |= left <= 0;
	if (left <= 0) {
		snprintf(outlook->held, sizeof outlook->held, "%.*s", MESSAGE - 1, t->sentence);
		return;
	}
	outlook->all = false;
	if (left > condition->poll_ms)
		left = condition->poll_ms;
	if (left < outlook->poll_ms)
		outlook->poll_ms = left;
	if (!outlook->first[0])
		snprintf(outlook->first, sizeof outlook->first, "%.100s: %.160s%s", condition->type->name, t->sentence,
		    window->since_up_ms < 0 ? "" : " (for its window)");
}

enum verdict
wait_for_conditions(struct task *t)
{
	struct outlook outlook = {.poll_ms = INT64_MAX, .all = true};
	bool known = same_generation(t);

	for (size_t i = 0; i < t->step->plan->nconditions && i < ARRAY_LEN(t->step->windows); i++)
		look(t, i, &outlook);
	/* What another one says is of no more use. */
	if (known && outlook.some && t->step->plan->any)
		return task_done(t, "%s", outlook.held);
	if (!known || t->asked > 0)
		return task_wait(t, 0, "%s", outlook.first[0] ? outlook.first : t->step->message);
	if (outlook.all)
		return task_done(t, "%s", outlook.last);
	return task_wait(t, outlook.poll_ms, "%s", outlook.first);
}
