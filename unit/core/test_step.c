/* A step's attempts: what its time is counted for. */
#include "check.h"

#include "alloc.h"
#include "json.h"
#include "op.h"
#include "scylla.h"
#include "small.h"
#include "state.h"

static enum verdict
try_twice(struct task *t)
{
	if (!task_recall(t, "tried")) {
		task_remember(t, "tried", "1");
		return task_retry(t, "not yet");
	}
	scylla_post(t, "flush", ACT_REPEATABLE, "/storage_service/keyspace_flush/ks");
	return task_wait(t, SECONDS(1), "flushes");
}

static const struct reconciler twice = {
	.name = "twice",
	.scope = SCOPE_NODE,
	.impact = IMPACT_NONE,
	.summary = "Fails once, then orders something.",
	.timeout_ms = MINUTES(1),
	.reconcile = try_twice,
};

static const struct reconciler *const types[] = {&twice, NULL};

/* The pause between two attempts is longer than the time that each of them has. */
static struct small
open_small(void)
{
	const struct small_config config = {
		.core = small_core_config(types),
		.workflow = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"twice\",\"retries\":1,\"retryBackoff\":\"2s\","
		    "\"timeout\":\"1s\"}]}}]}",
	};
	struct small small;

	small_open(&small, &config);
	small.core->config.gate = false;
	small.op->status.running_acknowledged = small.op->object->meta.has_finalizer = true;
	small.op->lanes[0].state = LANE_RUNNING;
	return small;
}

static struct step *
begun(struct small *small)
{
	struct lane *lane = &small->op->lanes[0];

	lane->step = step_new(small->op, lane, &lane->block->steps[0]);
	step_run(small->core, small->op, lane->step);
	CHECK_INT(lane->step->attempt, 2);
	CHECK_TEXT(lane->step->message, "not yet");
	return lane->step;
}

static void
run_at(struct small *small, struct step *step, int64_t ms)
{
	small_at(small, ms);
	timers_run(small->core, &small->core->timers, small->core->now.up_ms);
	step_run(small->core, small->op, step);
	small_settle(small);
}

static void
a_pause_is_none_of_the_next_attempts_time(void **state)
{
	struct small small = open_small();
	struct step *step = begun(&small);

	(void)state;
	run_at(&small, step, 1900);
	CHECK_INT(step->nacts, 0);
	run_at(&small, step, 2600);
	CHECK_INT(step->attempt, 2);
	CHECK_INT(step->state, STEP_RUNNING);
	CHECK_INT(step->nacts, 1);
	CHECK_INT(step->acts[0].view.state, ACT_INTENDED);
	CHECK_INT(step->not_before_up_ms + 1000 - small.core->now.up_ms, step_deadline_ms(small.core, step) -
	    small.core->now.wall_ms);
	small_settle(&small);
	small_close(&small);
}

/* As it stands in the journal, whoever takes over waits for what is left of the pause, and the attempt has its whole time
 * after that. */
static void
a_takeover_goes_on_with_the_pause(void **state)
{
	static const int64_t at_ms[] = {0, 1500, 2700};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(at_ms); i++) {
		struct small small = open_small(), after = open_small();
		struct step *step = begun(&small);
		CLEANUP_BUF struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);
		int64_t over_ms = step->not_before_up_ms - small.core->now.up_ms;

		record_step(step, &value);
		small_at(&after, at_ms[i]);
		CHECK(record_read(after.core, after.op, step->id, buf_str(&value)));
		step = after.op->lanes[0].step;
		step_run(after.core, after.op, step);
		if (at_ms[i] < over_ms) {
			CHECK_INT(step->nacts, 0);
			CHECK_INT(step->not_before_up_ms - after.core->now.up_ms, over_ms - at_ms[i]);
			small_settle(&after);
			small_at(&after, over_ms + 10);
			timers_run(after.core, &after.core->timers, after.core->now.up_ms);
			CHECK(after.op->dirty);
			step_run(after.core, after.op, step);
		}
		CHECK_INT(step->attempt, 2);
		CHECK_INT(step->state, STEP_RUNNING);
		CHECK_INT(step->nacts, 1);
		CHECK_INT(step->acts[0].view.state, ACT_INTENDED);
		small_settle(&small);
		small_settle(&after);
		small_close(&small);
		small_close(&after);
	}
}

/* A deadline further off than any pause has come of a clock that was set: it delays no more than that. */
static void
a_clock_that_was_set_delays_no_longer_than_the_pause(void **state)
{
	struct small small = open_small();
	CLEANUP_FREE char *value = NULL;
	struct step *step;

	(void)state;
	value = xasprintf("{\"state\":\"running\",\"attempt\":2,\"deadline\":%lld}",
	    (long long)small.core->now.wall_ms + HOURS(1));
	CHECK(record_read(small.core, small.op, "1.1/db-a-1", value));
	step = small.op->lanes[0].step;
	CHECK(step->not_before_up_ms - small.core->now.up_ms >= 2000 && step->not_before_up_ms - small.core->now.up_ms <= 2500);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_pause_is_none_of_the_next_attempts_time),
		cmocka_unit_test(a_takeover_goes_on_with_the_pause),
		cmocka_unit_test(a_clock_that_was_set_delays_no_longer_than_the_pause),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
