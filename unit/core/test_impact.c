/* The impact that a workflow states of an opaque task is what the gate, the lanes and the turn go by. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "impact.h"
#include "op.h"
#include "registry.h"
#include "scylla.h"
#include "small.h"
#include "state.h"
#include "turn.h"

static enum verdict
reconcile(struct task *t)
{
	scylla_post(t, "call", ACT_REPEATABLE, "/storage_service/drain");
	return task_wait(t, 1000, "called");
}

static const struct reconciler call = {
	.name = "call", .scope = SCOPE_ANY, .opaque = true, .timeout_ms = 60000, .reconcile = reconcile,
};

enum { TYPES_MAX = 64 };
static const struct reconciler *types[TYPES_MAX];

static void
fill_types(void)
{
	size_t n = 0;

	for (; registry[n] && n + 2 < TYPES_MAX; n++)
		types[n] = registry[n];
	types[n++] = &call;
	types[n] = NULL;
}

static struct small
begun_with(const char *impact)
{
	CLEANUP_FREE char *workflow = xasprintf("{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"call\"%s}]}}]}", impact);

	fill_types();
	return small_begun(types, workflow, NULL);
}

static const struct {
	const char *impact;
	enum gate gate;
	bool may_restart;
} cases[] = {
	{"", GATE_CLOSED, true},
	{",\"impact\":\"takesNodeDown\"", GATE_CLOSED, true},
	{",\"impact\":\"changesTopology\"", GATE_CLOSED, true},
	{",\"impact\":\"bringsNodeUp\"", GATE_OPEN, true},
	{",\"impact\":\"none\"", GATE_OPEN, false},
};

/* The read barrier is asked of a member that stays up. */
static enum gate
ask(struct small *small, struct step *step)
{
	enum gate gate = gate_ask(small->core, small->op, step, step_takes_down(step));

	for (size_t i = 0; i < RAFT_ASKED; i++)
		if (small->cluster->raft.slots[i].request)
			small_answer(small, small->cluster->raft.slots[i].request, OUTCOME_ANSWERED, 200, "");
	return gate == GATE_ASKING ? gate_ask(small->core, small->op, step, step_takes_down(step)) : gate;
}

/* While a stranger is down. */
static void
the_gate_goes_by_what_is_stated(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = begun_with(cases[i].impact);
		struct step *step = small.op->lanes[0].step;

		small_crash(&small, "db-c-1");
		if (ask(&small, step) != cases[i].gate)
			CHECK_FAIL("case %zu: the gate is %s", i, cases[i].gate == GATE_OPEN ? "closed" : "open");
		CHECK_INT(impact_may_restart(step->plan), cases[i].may_restart);
		small_close(&small);
	}
}

/* Whatever it does to the ring: it does not run beside another operation. */
static void
an_opaque_task_needs_the_turn(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = begun_with(cases[i].impact);

		fleet_note_plan(small.op, small.op->plan);
		CHECK(!small.op->read_only);
		small_close(&small);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_gate_goes_by_what_is_stated),
		cmocka_unit_test(an_opaque_task_needs_the_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
