/* What a person reads when an act's outcome stays unknown: which act it was, and whom it went to. */
#include "check.h"

#include "alloc.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

enum { PASSES = 10 };

static struct act_record *
sent(struct step *step, const char *label, enum act_kind kind, enum act_state state, char channel, const char *target)
{
	struct act_record *act = act_add(step, label);

	act->kind = kind;
	act->view.state = state;
	act->view.answer = xstrdup("");
	act->view.settled = true;
	act->channel = channel;
	act->target = xstrdup(target);
	return act;
}

/* Nothing that is asked is answered, until the step's time is over. */
static void
let_time_out(struct small *small, struct step *step)
{
	step->state = STEP_RUNNING;
	step->attempt = 1;
	step->spent_ms = step->plan->timeout_ms;
	for (int i = 0; i < PASSES && step->state == STEP_RUNNING; i++) {
		step_run(small->core, small->op, step);
		for (size_t n = 0; n < small->out->count; n++)
			if (small->out->list[n].kind == EFFECT_HOST || small->out->list[n].kind == EFFECT_REST)
				small_answer(small, small->out->list[n].id, OUTCOME_REFUSED, 0, "");
		effects_clear(small->out);
	}
	CHECK_INT(step->state, STEP_FAILED);
}

static void
check_told(const struct small *small, const char *expected)
{
	CHECK(small->op->nerrors > 0);
	if (!strstr(small->op->errors[small->op->nerrors - 1].message, expected))
		CHECK_FAIL("\"%s\" is not in \"%s\"", expected, small->op->errors[small->op->nerrors - 1].message);
}

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"run-command\",\"impact\":\"none\","
    "\"with\":{\"command\":\"check\"}}]}}]}";

/* The directory for the output, made before, is known to be there. */
static void
it_is_the_act_that_may_have_arrived_that_is_named(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct step *step = small.op->lanes[1].step;

	(void)state;
	sent(step, "prepare", ACT_REPEATABLE, ACT_ANSWERED, 'h', "install --directory --mode=0700 /run/x")->upkeep = true;
	sent(step, "run", ACT_ONCE, ACT_UNKNOWN, 'h', "systemd-run --no-block --unit=strait-x");
	let_time_out(&small, step);
	check_told(&small, "outcome unknown: systemd-run --no-block --unit=strait-x was sent to db-b-1 and neither");
	small_close(&small);
}

static void
whom_it_went_to_is_told_by_its_channel(void **state)
{
	static const struct {
		char channel;
		const char *target, *told;
	} rows[] = {
		{'h', "restart scylla-server", "restart scylla-server was sent to db-b-1 and neither"},
		{'r', "/storage_service/drain", "/storage_service/drain was sent to db-b-1 and neither"},
		{'k', "PATCH /api/v1/x", "PATCH /api/v1/x was sent to the API server and neither"},
		{'w', "POST http://tickets/new", "POST http://tickets/new was sent and neither"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct small small = small_begun(registry, workflow, NULL);
		struct step *step = small.op->lanes[1].step;

		sent(step, "other", ACT_ONCE, ACT_UNKNOWN, rows[i].channel, rows[i].target);
		let_time_out(&small, step);
		check_told(&small, rows[i].told);
		small_close(&small);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_the_act_that_may_have_arrived_that_is_named),
		cmocka_unit_test(whom_it_went_to_is_told_by_its_channel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
