/* status.transitions: what is told of the last things that have happened, and that its times are true. */
#include "check.h"

#include "alloc.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"
#include "task.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static struct cJSON *
told(struct op *op)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&text);
	struct cJSON *json;

	json_open(&out, NULL);
	recent_write(op, &out);
	json_close(&out);
	json = json_parse(buf_str(&text), text.len, NULL);
	assert_non_null(json);
	return json;
}

static const struct cJSON *
item(const struct cJSON *told, size_t index)
{
	const struct cJSON *at = json_first(json_get(told, "transitions"));

	while (at && index-- > 0)
		at = json_next(at);
	assert_non_null(at);
	return at;
}

static void
change_phase(struct small *small, size_t count)
{
	for (size_t i = 0; i < count; i++)
		op_set_phase(small->core, small->op, small->op->phase == PHASE_PAUSED ? PHASE_RUNNING : PHASE_PAUSED,
		    "Progressing", "for a reason");
}

static void
the_oldest_go_and_the_numbers_tell_it(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct cJSON *json;

	(void)state;
	change_phase(&small, RECENT_KEPT + 6);
	json = told(small.op);
	CHECK_INT(json_count(json_get(json, "transitions")), RECENT_KEPT);
	CHECK_INT(json_int(item(json, 0), "seq", 0), 7);
	CHECK_INT(json_int(item(json, RECENT_KEPT - 1), "seq", 0), RECENT_KEPT + 6);
	CHECK_TEXT(json_str(item(json, 0), "what"), "Phase");
	CHECK_TEXT(json_str(item(json, 0), "message"), "Paused: for a reason");
	json_free(json);
	small_close(&small);
}

static void
what_the_controller_before_told_is_still_told(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct cJSON *json;

	(void)state;
	free(small.op->object->transitions);
	small.op->object->transitions = xstrdup("[{\"seq\":4,\"what\":\"Start\"},{\"seq\":9,\"what\":\"Finished\"}]");
	change_phase(&small, 1);
	json = told(small.op);
	CHECK_INT(json_count(json_get(json, "transitions")), 3);
	CHECK_INT(json_int(item(json, 0), "seq", 0), 4);
	CHECK_INT(json_int(item(json, 2), "seq", 0), 10);
	json_free(json);
	small_close(&small);
}

static struct step *
drain_of(struct small *small)
{
	struct lane *lane = &small->op->lanes[0];
	struct step *step = lane->step ? lane->step : step_new(small->op, lane, &lane->block->steps[0]);

	lane->step = step;
	if (!step->task)
		step->task = task_new(small->core, small->op, step);
	return step;
}

static void
a_step_takes_what_passed_between_its_start_and_its_end(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct step *step = drain_of(&small);
	struct cJSON *json;

	(void)state;
	small_at(&small, 1000);
	recent_start(small.core, step);
	small_at(&small, 2000);
	recent_start(small.core, step);      /* a second act of the same step is no second start */
	small_at(&small, 3259);
	recent_end(small.core, step, RECENT_FINISHED, "drained");
	json = told(small.op);
	CHECK_INT(json_count(json_get(json, "transitions")), 2);
	CHECK_TEXT(json_str(item(json, 0), "what"), "Start");
	CHECK_INT(json_int(item(json, 0), "durationMs", -1), -1);
	CHECK_TEXT(json_str(item(json, 1), "what"), "Finished");
	CHECK_INT(json_int(item(json, 1), "durationMs", -1), 2259);
	CHECK_TEXT(json_str(item(json, 1), "node"), "db-a-1");
	CHECK_TEXT(json_str(item(json, 1), "task"), "scylla-drain");
	CHECK_TEXT(json_str(item(json, 1), "step"), "1.1");
	CHECK_TEXT(json_str(item(json, 1), "message"), "drained");
	json_free(json);
	small_close(&small);
}

/* The start was told by a controller whose clock is not ours. */
static void
a_step_that_was_taken_over_takes_what_passed_since_it_began(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct step *step = drain_of(&small);
	struct cJSON *json;

	(void)state;
	step->began_wall_ms = small.core->now.wall_ms - 5000;
	recent_end(small.core, step, RECENT_FINISHED, "drained");
	json = told(small.op);
	CHECK_INT(json_int(item(json, 0), "durationMs", -1), 5000);
	json_free(json);
	small_close(&small);
}

static void
the_gate_names_every_condition_that_it_has_judged(void **state)
{
	static const char *const names[] = {"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum"};
	struct small small = small_begun(registry, workflow, NULL);
	struct step *step = drain_of(&small);
	const struct cJSON *name;
	struct cJSON *json;

	(void)state;
	small_at(&small, 1000);
	step->check_up_ms = small.core->now.up_ms;
	small_at(&small, 1109);
	recent_gate_open(small.core, step);
	json = told(small.op);
	CHECK_TEXT(json_str(item(json, 0), "what"), "ConditionsPassed");
	CHECK_INT(json_int(item(json, 0), "durationMs", -1), 109);
	CHECK_INT(json_count(json_get(item(json, 0), "conditions")), ARRAY_LEN(names));
	name = json_first(json_get(item(json, 0), "conditions"));
	for (size_t i = 0; i < ARRAY_LEN(names); i++, name = json_next(name))
		CHECK_TEXT(json_text(name), names[i]);
	json_free(json);
	small_close(&small);
}

static void
what_is_said_is_cut_so_that_a_status_stays_small(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct step *step = drain_of(&small);
	char text[5000];
	struct cJSON *json;

	(void)state;
	memset(text, 'x', sizeof text - 1);
	text[sizeof text - 1] = '\0';
	recent_end(small.core, step, RECENT_FAILED, text);
	json = told(small.op);
	CHECK_INT(strlen(json_str(item(json, 0), "message")), 500);
	json_free(json);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_oldest_go_and_the_numbers_tell_it),
		cmocka_unit_test(what_the_controller_before_told_is_still_told),
		cmocka_unit_test(a_step_takes_what_passed_between_its_start_and_its_end),
		cmocka_unit_test(a_step_that_was_taken_over_takes_what_passed_since_it_began),
		cmocka_unit_test(the_gate_names_every_condition_that_it_has_judged),
		cmocka_unit_test(what_is_said_is_cut_so_that_a_status_stays_small),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
