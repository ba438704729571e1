/* reconcilers/web.h: what an author's calls order, and what comes of the answers. */
#include "check.h"

#include "alloc.h"
#include "op.h"
#include "reconciler.h"
#include "request.h"
#include "small.h"
#include "state.h"
#include "task.h"
#include "web.h"

static enum verdict
call(struct task *t)
{
	const struct answer *there = web_get(t, "https://example.com/there?x=1", "Accept: text/plain\n");
	const struct act *act;

	if (!there)
		return VERDICT_WAIT;
	act = web_send(t, "call", ACT_REPEATABLE, &(struct web_request){.method = "PUT", .url = "https://example.com/thing",
	    .headers = "Content-Type: text/plain\n", .body = there->body});
	if (act->state == ACT_REFUSED)
		return task_retry(t, "refused with %d, again in %d ms", act->status, act->retry_after_ms);
	return act->state == ACT_ANSWERED ? task_done(t, "%s", act->answer) : task_wait(t, SECONDS(1), "called");
}

static const struct reconciler caller = {.name = "caller", .scope = SCOPE_NODE, .timeout_ms = MINUTES(1), .reconcile = call};
static const struct reconciler *const types[] = {&caller, NULL};

/* The question is asked anew beside it. */
static const struct effect *
sent(struct small *small)
{
	const struct effect *found = NULL;

	for (size_t i = 0; i < small->out->count; i++)
		if (small->out->list[i].kind == EFFECT_WEB && strcmp(small->out->list[i].web.method, "PUT") == 0)
			found = &small->out->list[i];
	return found;
}

/* The question is answered, the act is intended and has left; the step. */
static struct step *
send(struct small *small)
{
	struct step *step;

	*small = small_begun(types, "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"caller\"}]}}]}", NULL);
	small->core->config.gate = false;
	small->op->status.running_acknowledged = small->op->object->meta.has_finalizer = true;
	step = small->op->lanes[0].step;
	step->task = task_new(small->core, small->op, step);
	CHECK_INT(task_pass(step->task), VERDICT_WAIT);
	CHECK_TEXT(small_last(small, EFFECT_WEB)->web.method, "GET");
	CHECK_TEXT(small_last(small, EFFECT_WEB)->web.url, "https://example.com/there?x=1");
	CHECK_TEXT(small_last(small, EFFECT_WEB)->web.headers, "Accept: text/plain\n");
	CHECK_INT(small_last(small, EFFECT_WEB)->not_after_up, 0);
	small_answer(small, small_last(small, EFFECT_WEB)->id, OUTCOME_ANSWERED, 200, "words");
	CHECK_INT(task_pass(step->task), VERDICT_WAIT);
	CHECK_INT(small_count(small, EFFECT_WEB), 1);
	acts_run(small->core, small->op, step);
	CHECK_INT(act_find(step, "call")->view.state, ACT_INTENDED);
	CHECK_INT(small_count(small, EFFECT_WEB), 1);
	journal_flush(small->core, small->op);
	CHECK_CONTAINS(small_last(small, EFFECT_REDIS)->redis.args[4], "call intended (PUT https://example.com/thing)");
	small_answer(small, small_last(small, EFFECT_REDIS)->id, OUTCOME_ANSWERED, 0, "[\"OK\"]");
	acts_run(small->core, small->op, step);
	CHECK_INT(act_find(step, "call")->view.state, ACT_SENT);
	CHECK(sent(small) != NULL);
	return step;
}

static void
an_act_leaves_once_its_intent_is_durable(void **state)
{
	struct small small;
	struct step *step = send(&small);
	const struct effect *effect = sent(&small);

	(void)state;
	CHECK_TEXT(effect->web.method, "PUT");
	CHECK_TEXT(effect->web.url, "https://example.com/thing");
	CHECK_TEXT(effect->web.headers, "Content-Type: text/plain\n");
	CHECK_TEXT(effect->web.body, "words");
	CHECK(effect->not_after_up > small.core->now.up_ms && effect->deadline_ms > 0);
	small_answer(&small, effect->id, OUTCOME_ANSWERED, 201, "made");
	CHECK_INT(act_find(step, "call")->view.state, ACT_ANSWERED);
	CHECK_TEXT(act_find(step, "call")->view.answer, "made");
	small_close(&small);
}

static void
what_is_not_2xx_is_refused_and_says_for_how_long(void **state)
{
	static const struct {
		enum outcome outcome;
		int status;
		enum act_state state;
	} cases[] = {
		{OUTCOME_ANSWERED, 302, ACT_REFUSED}, {OUTCOME_ANSWERED, 429, ACT_REFUSED},
		{OUTCOME_ANSWERED, 500, ACT_REFUSED},
		{OUTCOME_REFUSED, 0, ACT_NOT_SENT}, {OUTCOME_NOT_SENT, 0, ACT_NOT_SENT}, {OUTCOME_TIMEOUT, 0, ACT_UNKNOWN},
		{OUTCOME_BROKEN, 0, ACT_UNKNOWN},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small;
		struct step *step = send(&small);
		const struct act *act = &act_find(step, "call")->view;
		const struct event event = {.kind = EVENT_ANSWER, .id = sent(&small)->id,
		    .outcome = cases[i].outcome, .status = cases[i].status, .body = "", .error = "why",
		    .retry_after_ms = 7000};

		request_deliver(small.core, &event);
		CHECK_INT(act->state, cases[i].state);
		CHECK_INT(act->status, cases[i].status);
		CHECK_INT(act->retry_after_ms, 7000);
		small_close(&small);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_act_leaves_once_its_intent_is_durable),
		cmocka_unit_test(what_is_not_2xx_is_refused_and_says_for_how_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
