/* Waiting for conditions, which is a task of the engine's own: each condition must have held without a gap for its window.
 * An unknown, a failure, a new generation of the node, or a gap in observing longer than two polls starts it again. */
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
	if (!answer_ok(answer) || !scylla_integer(answer->body, answer->len, &generation))
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

enum verdict
wait_for_conditions(struct task *t)
{
	const struct plan_step *plan = t->step->plan;
	int64_t poll = INT64_MAX;
	bool all = true, asked_generation = same_generation(t);
	char first[MESSAGE] = "", last[MESSAGE] = "";
	unsigned asked;

	for (size_t i = 0; i < plan->nconditions && i < ARRAY_LEN(t->step->windows); i++) {
		const struct plan_condition *condition = &plan->conditions[i];
		struct window *window = &t->step->windows[i];
		enum truth truth;
		int64_t left;

		asked = t->asked;
		truth = judge(t, condition);
		if (t->asked > asked)
			continue;       /* not a judgement: its facts are on their way */
		judge_window(t, condition, window, truth);
		left = window->since_up_ms < 0 ? condition->poll_ms
		    : window->since_up_ms + condition->window_ms - t->core->now.up_ms;
		if (left > 0 && left < poll)
			poll = left < condition->poll_ms ? left : condition->poll_ms;
		all &= left <= 0;
		snprintf(last, sizeof last, "%.*s", MESSAGE - 1, t->sentence);
		if (left > 0 && !first[0])
			snprintf(first, sizeof first, "%.100s: %.160s%s", condition->type->name, t->sentence,
			    window->since_up_ms < 0 ? "" : " (window running)");
	}
	if (!asked_generation || t->asked > 0)
		return task_wait(t, 0, "%s", first[0] ? first : t->step->message);
	if (all)
		return task_done(t, "%s", last);
	return task_wait(t, poll == INT64_MAX ? SECONDS(1) : poll, "%s", first);
}
