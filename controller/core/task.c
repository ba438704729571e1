/* An attempt's questions and its passes. A pass sees a snapshot: every question of a round is asked after the
 * round began, and the author is called when all are in. */
#include "task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "channel_kube.h"
#include "cluster.h"
#include "host.h"
#include "kinds.h"
#include "kube.h"
#include "op.h"
#include "question.h"
#include "request.h"
#include "state.h"

struct task *
task_new(struct core *core, struct op *op, struct step *step)
{
	struct task *t = xcalloc(1, sizeof *t);

	t->core = core;
	t->op = op;
	t->step = step;
	t->type = step->plan->type;
	t->with = step->plan->with;
	t->nwith = step->plan->nwith;
	t->round_up_ms = t->seen_up_ms = core->now.up_ms;
	t->news = true;
	if (step->lane) {
		snprintf(t->address, sizeof t->address, "%s", lane_address(step->lane));
		t->node = (struct task_node){step->lane->node->name, t->address, step->lane->node->host_id};
	}
	return t;
}

static void
question_clear(struct question *question)
{
	free((char *)question->answer.body);
	free((char *)question->answer.error);
	question->answer = (struct answer){0};
}

/* What an author borrowed for the length of a pass. */
static void
return_borrowed(struct task *t)
{
	for (size_t i = 0; i < t->nunits; i++)
		free(t->units[i]);
	free(t->units);
	t->units = NULL;
	t->nunits = 0;
	free(t->held);
	t->held = NULL;
	free(t->policy);
	t->policy = NULL;
	for (size_t i = 0; i < t->nvalues; i++)
		free(t->values[i]);
	free(t->values);
	t->values = NULL;
	t->nvalues = 0;
	kube_pass_over(t->kube);
}

struct task *
task_free(struct core *core, struct task *t)
{
	if (!t)
		return NULL;
	for (size_t i = 0; i < t->nquestions; i++) {
		request_cancel(core, t->questions[i]->request);
		question_clear(t->questions[i]);
		free(t->questions[i]->what);
		free(t->questions[i]);
	}
	free(t->questions);
	return_borrowed(t);
	kube_pass_free(t->kube);
	free(t);
	return NULL;
}

/* --- questions --- */

static void
question_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct task *t = owner;
	struct question *question = t->questions[arg];

	question->request = 0;
	t->news = true;
	question_clear(question);
	if (question->channel == QUESTION_KUBE)
		kinds_take(core, question->what, event);
	question->answer = (struct answer){
		.reached = event->outcome == OUTCOME_ANSWERED,
		.status = event->outcome == OUTCOME_ANSWERED ? event->status : 0,
		.body = xstrndup(event->body ? event->body : "", event->len),
		.len = event->body ? event->len : 0,
		.error = xstrdup(event->error ? event->error : event->outcome == OUTCOME_ANSWERED ? ""
		    : outcome_name(event->outcome)),
	};
	op_kick(core, t->op);
}

static void
ask(struct task *t, struct question *question)
{
	static const char *const properties = "--property=Id,LoadState,ActiveState,SubState,InvocationID,Job";
	struct effect *effect;
	size_t index = 0;

	while (t->questions[index] != question)
		index++;
	question_clear(question);
	if (question->channel == QUESTION_WEB) {
		effect = request_new(t->core, EFFECT_WEB, question_answered, t, index);
		web_fill_question(effect, question->what);
	} else if (question->channel == QUESTION_REST) {
		effect = request_new(t->core, EFFECT_REST, question_answered, t, index);
		cluster_rest_effect(t->op->cluster, effect, question->address, "GET", xstrdup(question->what));
		effect->deadline_ms = t->core->config.rest_timeout_ms;
	} else if (question->channel == QUESTION_COMMAND) {
		effect = request_new(t->core, EFFECT_HOST, question_answered, t, index);
		host_words(t->op->cluster, effect, t->node.address, question->what);
		effect->deadline_ms = t->core->config.connect_timeout_ms + t->core->config.rest_timeout_ms;
	} else if (question->channel == QUESTION_KUBE) {
		effect = kube_request(t->core, "GET", xstrdup(question->what), NULL, NULL, question_answered, t, index);
	} else {
		const char *const args[] = {"systemctl", "show", question->what, HOST_BOOT_UNIT, properties};

		effect = request_new(t->core, EFFECT_HOST, question_answered, t, index);
		cluster_host_effect(t->op->cluster, effect, t->node.address, args, ARRAY_LEN(args));
		effect->deadline_ms = t->core->config.connect_timeout_ms + t->core->config.rest_timeout_ms;
	}
	question->request = effect->id;
	question->asked_up_ms = t->core->now.up_ms;
}

const struct answer *
task_question(struct task *t, enum question_channel channel, const char *address, const char *what)
{
	struct question *question;

	if (t->gate)
		return NULL;
	for (size_t i = 0; i < t->nquestions; i++) {
		question = t->questions[i];
		if (question->channel != channel || strcmp(question->what, what) != 0 ||
		    strcmp(question->address, address) != 0)
			continue;
		question->used = true;
		if (question->request == 0 && question->answer.body)
			return &question->answer;
		if (question->request == 0)
			ask(t, question);
		t->asked++;
		return NULL;
	}
	question = xcalloc(1, sizeof *question);
	*ARRAY_GROW(t->questions, t->nquestions) = question;
	question->channel = channel;
	snprintf(question->address, sizeof question->address, "%s", address);
	question->what = xstrdup(what);
	question->used = true;
	ask(t, question);
	t->asked++;
	return NULL;
}

/* What was asked at its former address is asked at the present one. */
static void
move(struct task *t, const char *address)
{
	for (size_t i = 0; i < t->nquestions; i++) {
		struct question *question = t->questions[i];

		if (strcmp(question->address, t->address) == 0)
			snprintf(question->address, sizeof question->address, "%s", address);
	}
	snprintf(t->address, sizeof t->address, "%s", address);
}

void
task_begin_round(struct task *t)
{
	t->round_up_ms = t->core->now.up_ms;
	t->news = true;
	if (t->step->lane)
		move(t, lane_address(t->step->lane));
	for (size_t i = 0; i < t->nquestions; i++) {
		struct question *question = t->questions[i];

		request_cancel(t->core, question->request);
		question->request = 0;
		question_clear(question);
		if (question->used)
			ask(t, question);
	}
	if (t->ring_used)
		sweep_want(t->core, t->op->cluster, t->round_up_ms);
}

bool
task_has_ring(struct task *t)
{
	struct cluster *cluster = t->op->cluster;

	return sweep_want(t->core, cluster, t->gate ? INT64_MIN : t->round_up_ms) && !cluster->sweep.running;
}

bool
task_has_open_questions(const struct task *t)
{
	for (size_t i = 0; i < t->nquestions; i++)
		if (t->questions[i]->request != 0)
			return true;
	return false;
}

bool
task_waits_for_answers(const struct task *t)
{
	return task_has_open_questions(t) || (t->ring_used && !task_has_ring((struct task *)t));
}

void
task_begin_pass(struct task *t)
{
	for (size_t i = 0; i < t->nquestions; i++)
		t->questions[i]->used = false;
}

enum verdict
task_pass(struct task *t)
{
	enum verdict verdict;

	for (size_t i = 0; i < t->step->nacts; i++)
		t->step->acts[i].fresh = t->step->acts[i].resend = false;
	return_borrowed(t);
	t->ring_used = t->news = false;
	t->seen_up_ms = t->round_up_ms;
	t->passed_up_ms = t->core->now.up_ms;
	t->asked = 0;
	t->ntexts = 0;
	t->wait_ms = 0;
	verdict = t->step->plan->type ? t->type->reconcile(t) : wait_for_conditions(t);
	if (verdict == VERDICT_WAIT && t->asked > 0)
		t->wait_ms = 0;
	return verdict;
}
