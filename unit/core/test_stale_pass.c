/* What an author saw is young when its act is intended: a round that was only asked for is none that was seen. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "scylla.h"
#include "small.h"
#include "state.h"
#include "task.h"

#define LOOK "/look"

enum { TYPES_MAX = 128 };

static enum verdict
look_and_order(struct task *t)
{
	if (!scylla_get(t, LOOK))
		return task_wait(t, 0, "looks");
	scylla_post(t, "order", ACT_REPEATABLE, "/order");
	return task_wait(t, SECONDS(5), "ordered");
}

static const struct reconciler looks = {
	.name = "looks",
	.scope = SCOPE_NODE,
	.impact = IMPACT_TAKES_NODE_DOWN,
	.summary = "Looks, then orders something.",
	.preconditions = {"cluster-normal"},
	.timeout_ms = MINUTES(1),
	.reconcile = look_and_order,
};

/* Questions of the node are answered, all but LOOK where 'look' is false; so are those of the gate beside the sweep. */
static size_t
answer(struct small *small, bool look)
{
	size_t looks_asked = 0;

	for (size_t i = 0; i < small->out->count; i++) {
		const struct effect *effect = &small->out->list[i];
		bool is_look = effect->kind == EFFECT_REST && strcmp(effect->rest.path, LOOK) == 0;
		const uint64_t id = effect->id;

		looks_asked += is_look;
		if (is_look && look)
			small_answer(small, id, OUTCOME_ANSWERED, 200, "\"NORMAL\"");
		else if (effect->kind == EFFECT_REST && !is_look && strstr(effect->rest.path, "generation"))
			small_answer(small, id, OUTCOME_REFUSED, 0, "");
	}
	for (size_t i = 0; i < RAFT_ASKED; i++)
		if (small->cluster->raft.slots[i].request)
			small_answer(small, small->cluster->raft.slots[i].request, OUTCOME_ANSWERED, 200, "");
	return looks_asked;
}

static struct step *
step_of(struct small *small)
{
	return small->op->lanes[0].step;
}

static void
run(struct small *small, bool look)
{
	for (int i = 0; i < 4; i++) {
		step_run(small->core, small->op, step_of(small));
		answer(small, look);
	}
}

/* The author has looked and waits for the gate, which db-c-1 closes. */
static struct small
open_gated(void)
{
	static const struct reconciler *types[TYPES_MAX];
	struct small small;
	size_t n = 0;

	for (; registry[n]; n++)
		types[n] = registry[n];
	types[n] = &looks;
	small = small_begun(types, "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"looks\"}]}}]}", NULL);
	small.op->status.running_acknowledged = small.op->object->meta.has_finalizer = true;
	small_crash(&small, "db-c-1");
	run(&small, true);
	CHECK_INT(step_of(&small)->nacts, 1);
	CHECK(step_of(&small)->gated);
	CHECK_CONTAINS(step_of(&small)->message, "db-c-1");
	effects_clear(small.out);
	return small;
}

static void
open_gate(struct small *small, int64_t ms, bool look)
{
	small_at(small, ms);
	small_sweep(small);
	run(small, look);
}

static void
an_old_look_is_taken_again_before_the_act(void **state)
{
	static const int64_t waited_ms[] = {500, 1900, 2100, 3000, 60000};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(waited_ms); i++) {
		struct small small = open_gated();
		bool young = waited_ms[i] <= small.core->config.fact_age_ms;
		struct act_record *act = &step_of(&small)->acts[0];

		/* The next look is asked for, then the gate opens: what was ordered on the last one is not sent unless that is
		 * young. */
		small_at(&small, waited_ms[i]);
		step_new_round(small.core, step_of(&small));
		small_sweep(&small);
		run(&small, false);
		CHECK_INT(act->view.state, young ? ACT_INTENDED : ACT_NONE);
		CHECK_INT(answer(&small, true), 1);
		run(&small, true);
		CHECK_INT(act->view.state, ACT_INTENDED);
		CHECK_INT(answer(&small, false), 1);
		small_settle(&small);
		small_close(&small);
	}
}

/* Not asked over and over: each time it would be too old when it comes. */
static void
who_is_slow_to_answer_is_waited_for(void **state)
{
	struct small small = open_gated();
	struct act_record *act = &step_of(&small)->acts[0];

	(void)state;
	open_gate(&small, 3000, false);
	CHECK_INT(act->view.state, ACT_NONE);
	open_gate(&small, 5500, false);
	CHECK_INT(act->view.state, ACT_NONE);
	CHECK_INT(answer(&small, false), 1);
	open_gate(&small, 6000, true);
	CHECK_INT(act->view.state, ACT_INTENDED);
	CHECK_INT(answer(&small, false), 1);
	small_settle(&small);
	small_close(&small);
}

/* The gate closes meanwhile, and opens late once more. */
static void
a_second_look_grows_old_too(void **state)
{
	struct small small = open_gated();
	struct act_record *act = &step_of(&small)->acts[0];

	(void)state;
	open_gate(&small, 3000, false);
	small_crash(&small, "db-c-1");
	run(&small, true);
	CHECK_INT(act->view.state, ACT_NONE);
	effects_clear(small.out);
	open_gate(&small, 6000, false);
	CHECK_INT(act->view.state, ACT_NONE);
	run(&small, true);
	CHECK_INT(act->view.state, ACT_INTENDED);
	CHECK_INT(answer(&small, false), 1);
	small_settle(&small);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_old_look_is_taken_again_before_the_act),
		cmocka_unit_test(who_is_slow_to_answer_is_waited_for),
		cmocka_unit_test(a_second_look_grows_old_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
