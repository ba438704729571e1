#include "rehearse_stage.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "operation.h"
#include "api.h"
#include "state.h"

/* Where the clocks stand in the beginning, and what a write to the journal takes. */
enum { FIRST_UP_MS = 1000000, JOURNAL_MS = 2, ANSWER_MS = 1 };
static const int64_t first_wall_ms = INT64_C(1700000000000);

/* --- types that only take time --- */

static enum verdict
pass_time(struct task *t)
{
	const struct modelled *m = (const struct modelled *)(const void *)t->type;
	int64_t takes = m->takes(m->user, m->real, t->with, t->nwith), most = t->step->plan->timeout_ms;
	int64_t left = t->step->began_wall_ms - t->core->now.wall_ms;

	left += most > 0 && takes >= most ? most - 1 : takes;
	return left > 0 ? task_wait(t, left, "at work") : task_done(t, "done");
}

static enum truth
hold(struct task *t)
{
	return task_holds(t, "assumed");
}

static void
model_types(struct stage *stage, const struct reconciler *const *types, rehearse_time_fn *takes, void *user)
{
	size_t count = 0;

	while (types[count])
		count++;
	stage->modelled = xcalloc(count + 1, sizeof *stage->modelled);
	stage->types = xcalloc(count + 1, sizeof *stage->types);
	for (size_t i = 0; i < count; i++) {
		struct modelled *m = &stage->modelled[i];

		*m = (struct modelled){*types[i], types[i], takes, user};
		if (m->type.reconcile)
			m->type.reconcile = pass_time;
		if (m->type.judge)
			m->type.judge = hold;
		stage->types[i] = &m->type;
	}
}

/* --- answers --- */

/* By time, and of one time in the order in which they were ordered. */
static void
answer(struct stage *stage, uint64_t id, int64_t in_ms, const char *body, char *text)
{
	int64_t at = stage->now.up_ms + in_ms;
	size_t i = stage->nanswers;

	(void)ARRAY_GROW(stage->answers, stage->nanswers);
	for (; i > 0 && stage->answers[i - 1].at_ms > at; i--)
		stage->answers[i] = stage->answers[i - 1];
	stage->answers[i] = (struct stage_answer){at, id, body, text};
}

static char *
target_text(void)
{
	return xstrdup("{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{\"metadata\":{\"name\":\"rehearsal\","
	    "\"namespace\":\"rehearsal\",\"uid\":\"target\",\"resourceVersion\":\"1\",\"generation\":1},\"spec\":"
	    "{\"clusterName\":\"rehearsal\",\"contactPoints\":[\"127.0.0.1\"]}}]}");
}

static char *
operation_text(void)
{
	return xstrdup("{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[{\"metadata\":{\"name\":\"rehearsal\","
	    "\"namespace\":\"rehearsal\",\"uid\":\"operation\",\"resourceVersion\":\"1\",\"generation\":1,\"finalizers\":"
	    "[\"" CRD_FINALIZER "\"]},\"spec\":{\"cluster\":\"rehearsal\",\"workflow\":\"rehearsal\"}}]}");
}

static void
answer_kube(struct stage *stage, const struct effect *effect)
{
	const char *path = effect->kube.path;
	char *text = NULL;

	if (strcmp(effect->kube.method, "GET") != 0 || effect->kube.stream)
		return;         /* watches stay open; of what is written nobody reads anything */
	if (strstr(path, "/targetclusters?"))
		text = target_text();
	else if (strstr(path, "/clusteroperations?"))
		text = operation_text();
	else if (strstr(path, "/workflows?"))
		text = xstrdup("{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
	if (text)
		answer(stage, effect->id, ANSWER_MS, text, text);
}

static void
take_effects(struct stage *stage)
{
	for (size_t i = 0; i < stage->out.count; i++) {
		const struct effect *effect = &stage->out.list[i];

		if (effect->kind == EFFECT_KUBE)
			answer_kube(stage, effect);
		else if (effect->kind == EFFECT_REDIS && effect->redis.script == REDIS_WRITE)
			answer(stage, effect->id, JOURNAL_MS, "[\"OK\",1]", NULL);
		else if (effect->kind == EFFECT_REST && strcmp(effect->rest.path, SCYLLA_GENERATION) == 0)
			answer(stage, effect->id, ANSWER_MS, "1", NULL);   /* nobody restarts a node meanwhile */
		else if (effect->kind == EFFECT_DNS)
			answer(stage, effect->id, ANSWER_MS, "", NULL);
	}
	for (size_t i = 0; i < stage->out.count; i++)
		effect_done(&stage->out.list[i]);
	stage->out.count = 0;
}

static void
step(struct stage *stage, const struct event *event)
{
	stage->events++;
	core_step(stage->core, event, stage->now, &stage->out);
	take_effects(stage);
}

bool
stage_turn(struct stage *stage)
{
	struct event event = {.kind = EVENT_WAKE, .sent = stage->now};
	int64_t next = stage->out.wake_up_ms;
	char *text = NULL;

	if (stage->nanswers > 0 && stage->answers[0].at_ms <= next) {
		const struct stage_answer *first = &stage->answers[0];

		next = first->at_ms;
		text = first->text;
		event = (struct event){.kind = EVENT_ANSWER, .id = first->id, .outcome = OUTCOME_ANSWERED,
		    .body = first->body, .len = strlen(first->body), .sent = stage->now};
		event.status = first->text || first->body[0] != '[' ? 200 : 0;
		memmove(stage->answers, stage->answers + 1, --stage->nanswers * sizeof *stage->answers);
	}
	if (next == INT64_MAX)
		return false;
	if (next > stage->now.up_ms) {
		stage->now.wall_ms += next - stage->now.up_ms;
		stage->now.up_ms = next;
	}
	step(stage, &event);
	free(text);
	return true;
}

/* --- the operation --- */

/* What a step is to set nobody knows: what a test of it might leave out counts as done. */
static void
pass_tests(const struct plan *plan, struct plan_when *whens, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct plan_when *when = &whens[i];

		if (!when->variable || !plan_find_set(plan, when->variable))
			continue;
		while (when->nvalues > 0)
			free(when->values[--when->nvalues]);
		when->negated = true;
	}
}

/* ... and what it stands in takes its usual time. */
static void
assume(const struct plan *plan, struct plan_step *steps, size_t count)
{
	for (size_t s = 0; s < count; s++) {
		struct plan_step *step = &steps[s];

		for (size_t i = 0; i < step->nwith; i++)
			step->with[i].rule = false;
		for (size_t c = 0; c < step->nconditions; c++)
			for (size_t i = 0; i < step->conditions[c].nwith; i++)
				step->conditions[c].with[i].rule = false;
		pass_tests(plan, step->when, step->nwhen);
	}
}

/* Without a gate the engine has no views to be stable in: here the window is a step like others. One look at its beginning
 * and one at its end are enough, time is all that is of interest. */
static void
shape(struct plan *plan)
{
	for (size_t b = 0; b < plan->nblocks; b++) {
		struct plan_block *block = &plan->blocks[b];

		/* Without one nothing keeps new nodes from joining at once, either. */
		if (plan_has_new(plan, block) && !plan_has_members(plan, block)) {
			block->limit = 1;
			block->limit_percent = 0;
		}
		assume(plan, block->steps, block->nsteps);
		assume(plan, block->batch.then, block->batch.nthen);
		pass_tests(plan, block->when, block->nwhen);
		if (block->disruptive && !block->leaves_down) {
			*ARRAY_GROW(block->steps, block->nsteps) = block->stable;
			block->stable = (struct plan_step){0};
		}
		for (size_t i = 0; i < block->nsteps; i++)
			for (size_t c = 0; c < block->steps[i].nconditions; c++) {
				struct plan_condition *condition = &block->steps[i].conditions[c];

				if (condition->poll_ms < condition->window_ms)
					condition->poll_ms = condition->window_ms;
			}
	}
}

static bool
has_others(const struct plan *plan)
{
	for (size_t b = 0; b < plan->nblocks; b++)
		if (plan->blocks[b].others)
			return true;
	return false;
}

/* Who is no target is found among the ring's members, by host id: those that the plan does not know are made up. */
static int
make_ring(struct stage *stage, struct plan *plan, struct err *err)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&body);

	if (!has_others(plan))
		return 0;
	json_open_array(&out, NULL);
	for (size_t i = 0; i < plan->nnodes; i++) {
		struct plan_node *node = &plan->nodes[i];

		if (!*node->host_id) {
			free(node->host_id);
			node->host_id = xasprintf("00000000-0000-4000-8000-%012zu", i);
		}
		json_open(&out, NULL);
		json_put_str(&out, "key", node->address);
		json_put_str(&out, "value", node->host_id);
		json_close(&out);
	}
	json_close_array(&out);
	return ring_set_members(stage->cluster->ring, buf_str(&body), body.len, NULL, err);
}

static void
approve(struct op *op, const char *number)
{
	*ARRAY_GROW(op->object->approvals, op->object->napprovals) =
	    (struct operation_approval){xstrdup(number), xstrdup(op->plan->hash)};
}

static void
approve_all(struct op *op)
{
	for (size_t b = 0; b < op->plan->nblocks; b++) {
		const struct plan_block *block = &op->plan->blocks[b];
		CLEANUP_FREE char *canary = xasprintf("%zu.canary", b + 1);

		if (block->canary.approval)
			approve(op, canary);
		for (size_t i = 0; i < block->nsteps; i++)
			if (block->steps[i].approval)
				approve(op, block->steps[i].number);
	}
}

/* As if it had been taken over and found in order. */
static void
begin(struct stage *stage, struct plan *plan)
{
	struct core *core = stage->core;
	struct op *op = stage->op;

	core->now = stage->now;
	core->out = &stage->out;
	stage->cluster->ready = stage->cluster->names.settled = true;
	stage->cluster->sweep.done_asked_up_ms = stage->now.up_ms;      /* it stays so: nobody will be asked */
	timer_disarm(&core->timers, &stage->cluster->refresh);
	op->cluster = stage->cluster;
	op->plan = plan;
	shape(plan);
	approve_all(op);
	op->started = op->accepted = op->admitted = op->status.running_acknowledged = true;
	op->start_wall_ms = stage->now.wall_ms;
	op->phase = PHASE_RUNNING;
	op->journal.taken = true;
	op->journal.epoch = 1;
	roll_start(core, op);
	op_kick(core, op);
}

int
stage_open(struct stage *stage, const struct plan *plan, const struct reconciler *const *types,
    rehearse_time_fn *takes, void *user, struct err *err)
{
	static const char *const none[] = {NULL};
	struct plan *copy;
	struct core_config config = {
		.identity = "rehearsal", .act_ttl_ms = SECONDS(1), .settle_ms = SECONDS(7), .fact_age_ms = SECONDS(2),
		.rest_timeout_ms = SECONDS(2), .connect_timeout_ms = SECONDS(5), .workflows = none,
	};

	*stage = (struct stage){.now = {FIRST_UP_MS, first_wall_ms}};
	model_types(stage, types, takes, user);
	config.types = stage->types;
	stage->core = core_new(&config);
	copy = plan_decode(plan->text, stage->types, err);
	if (!copy)
		return -1;
	step(stage, &(struct event){.kind = EVENT_START, .sent = stage->now});
	while (stage->nanswers > 0 && !stage->op && stage_turn(stage))
		HASH_FIND_STR(stage->core->ops, "operation", stage->op);
	stage->cluster = cluster_find(stage->core, "rehearsal", "rehearsal");
	if (!stage->op || !stage->cluster) {
		plan_free(copy);
		return err_set(err, "the rehearsal's own objects were not taken");
	}
	if (make_ring(stage, copy, err) < 0) {
		plan_free(copy);
		return -1;
	}
	begin(stage, copy);
	step(stage, &(struct event){.kind = EVENT_WAKE, .sent = stage->now});
	return 0;
}

void
stage_close(struct stage *stage)
{
	for (size_t i = 0; i < stage->nanswers; i++)
		free(stage->answers[i].text);
	free(stage->answers);
	core_free(stage->core);
	effects_clear(&stage->out);
	free(stage->modelled);
	free(stage->types);
	*stage = (struct stage){0};
}
