/* What holds a roll back, read from the journal by a later process: moments, clamped, and defaults for what an older
 * build did not write. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "reasons.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"canary\":{\"soak\":\"10m\"},\"coolDown\":\"5m\",\"steps\":["
    "{\"task\":\"scylla-drain\",\"timeout\":\"8m\"},{\"task\":\"systemd-restart-service\",\"with\":{\"service\":"
    "\"scylla-server\"}}]}},{\"approval\":{}},{\"wait\":[{\"condition\":\"cluster-normal\"}]}]}";

static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	small_open(&small, &config);
	return small;
}

/* The text with its "@" replaced by the number. */
static bool
reads(struct small *small, const char *field, const char *text, int64_t number)
{
	const char *at = strchr(text, '@');
	CLEANUP_FREE char *value = at ? xasprintf("%.*s%lld%s", (int)(at - text), text, (long long)number, at + 1)
	    : xstrdup(text);

	return record_read(small->core, small->op, field, value);
}

enum { MINUTE_MS = 60000 };

static const struct {
	int64_t ahead_ms, soak_ms, cool_ms, deadline_ms;      /* what is left of each */
} moments[] = {
	{3 * MINUTE_MS, 3 * MINUTE_MS, 3 * MINUTE_MS, 3 * MINUTE_MS},
	{0, 0, 0, 0},
	{-MINUTE_MS, 0, 0, 0},
	/* The clock was set back: never more than the whole. */
	{600 * MINUTE_MS, 10 * MINUTE_MS, 5 * MINUTE_MS, 8 * MINUTE_MS},
	{-600 * MINUTE_MS, 0, 0, 0},
};

static void
what_is_left_of_a_moment_is_clamped_to_the_whole(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		struct small small = open_small();
		struct op *op = small.op;
		int64_t wall = small.core->now.wall_ms + moments[i].ahead_ms, up = small.core->now.up_ms;

		CHECK(reads(&small, "op", "{\"phase\":\"Running\",\"soakUntil\":@}", wall));
		CHECK_INT(op->pace.soak_until_up_ms - up, moments[i].soak_ms);
		CHECK(reads(&small, "lane/1/db-a-1", "{\"state\":\"done\",\"at\":2,\"coolUntil\":@}", wall));
		CHECK_INT(op->lanes[0].cool_until_up_ms - up, moments[i].cool_ms);
		CHECK(reads(&small, "lane/1/db-b-1", "{\"state\":\"running\",\"at\":@}", 0));
		CHECK(reads(&small, "1.1/db-b-1", "{\"state\":\"running\",\"attempt\":1,\"deadline\":@}", wall));
		CHECK_INT(op->lanes[1].step->plan->timeout_ms - op->lanes[1].step->spent_ms, moments[i].deadline_ms);
		small_close(&small);
	}
}

static void
what_an_older_build_wrote_holds_nothing_back(void **state)
{
	struct small small = open_small();
	struct op *op = small.op;

	(void)state;
	CHECK(reads(&small, "op", "{\"phase\":\"Frozen\",\"retrySeen\":@}", 1));
	CHECK(!op->pace.gate_paused[0] && !op->pace.canary_passed && !op->pace.soak_until_wall_ms);
	CHECK_INT(op->closed_since_wall_ms, 0);
	CHECK(reads(&small, "1.1/db-b-1", "{\"state\":\"running\",\"attempt\":1,\"spent\":@}", 7000));
	CHECK_INT(op->lanes[1].step->spent_ms, 7000);
	small_close(&small);
}

static void
a_gated_step_has_no_deadline(void **state)
{
	struct small small = open_small();
	struct step *step = step_new(small.op, &small.op->lanes[0], &small.op->plan->blocks[0].steps[0]);

	(void)state;
	step->state = STEP_RUNNING;
	step->spent_ms = 5000;
	CHECK_INT(step_deadline_ms(small.core, step), small.core->now.wall_ms + 8 * MINUTE_MS - 5000);
	step->gated = true;
	CHECK_INT(step_deadline_ms(small.core, step), 0);
	step_free(small.core, step);
	small_close(&small);
}

static void
the_place_is_read_from_the_operation_or_its_steps_whichever_is_later(void **state)
{
	struct small small = open_small();

	(void)state;
	CHECK(reads(&small, "op", "{\"phase\":\"Running\",\"block\":1,\"clusterAt\":@}", 1));
	CHECK_INT(small.op->block, 1);
	CHECK_INT(small.op->cluster_at, 1);
	CHECK(reads(&small, "2.1", "{\"state\":\"done\",\"attempt\":@}", 1));
	CHECK_INT(small.op->cluster_at, 1);
	CHECK(reads(&small, "2.2", "{\"state\":\"done\",\"attempt\":@}", 1));
	CHECK_INT(small.op->cluster_at, 2);
	CHECK(reads(&small, "op", "{\"phase\":\"Running\",\"block\":1,\"clusterAt\":@}", 1));
	CHECK_INT(small.op->cluster_at, 2);
	CHECK(reads(&small, "op", "{\"phase\":\"Running\",\"block\":@}", 99));
	CHECK_INT(small.op->block, 1);
	small_close(&small);
}

/* What status.approval says while that is what is told; NULL: there is none. */
static void
check_awaited(struct op *op, const char *step)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_FREE char *expected = step ? xasprintf("{\"approval\":{\"step\":\"%s\",\"planHash\":\"%s\"}}", step,
	    op->plan->hash) : xstrdup("{}");
	struct json_out json = JSON_OUT(&out);

	snprintf(op->reason, sizeof op->reason, "%s", op->pace.reason);
	json_open(&json, NULL);
	approval_write(op, &json);
	json_close(&json);
	CHECK_TEXT(buf_str(&out), expected);
}

static void
an_approval_is_of_one_step_and_one_plan(void **state)
{
	struct small small = open_small();
	struct op *op = small.op;
	char step[] = "2.1", wrong[] = "0123456789abcdef";
	struct operation_approval given = {step, wrong};
	CLEANUP_FREE char *expected = xasprintf("approve 2.1, plan %s: look: kubectl patch clop restart --type merge -p "
	    "'{\"spec\":{\"approvals\":[{\"step\":\"2.1\",\"planHash\":\"%s\"}]}}'", op->plan->hash, op->plan->hash);
	CLEANUP_FREE char *said = xasprintf("wrong planHash 0123456789abcdef; approve 2.1, plan %s: kubectl patch clop "
	    "restart --type merge -p '{\"spec\":{\"approvals\":[{\"step\":\"2.1\",\"planHash\":\"%s\"}]}}'", op->plan->hash,
	    op->plan->hash);

	(void)state;
	CHECK(!approval_given(small.core, op, "2.1", op->plan->hash, "look"));
	CHECK_TEXT(op->pace.why, expected);
	check_awaited(op, "2.1");
	op->object->approvals = &given;
	op->object->napprovals = 1;
	CHECK(!approval_given(small.core, op, "2.1", op->plan->hash, NULL));
	CHECK_TEXT(op->pace.why, said);
	check_awaited(op, "2.1");
	given.plan_hash = op->plan->hash;
	CHECK(!approval_given(small.core, op, "2.2", op->plan->hash, NULL));
	check_awaited(op, "2.2");
	CHECK(approval_given(small.core, op, "2.1", op->plan->hash, NULL));
	op->object->approvals = NULL;
	op->object->napprovals = 0;
	pace_release(op);
	check_awaited(op, NULL);
	CHECK(!approval_given(small.core, op, "2.1", op->plan->hash, NULL));
	pace_hold(op, PHASE_RUNNING, REASON_CoolingDown, "cools down");
	check_awaited(op, NULL);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_of_a_moment_is_clamped_to_the_whole),
		cmocka_unit_test(what_an_older_build_wrote_holds_nothing_back),
		cmocka_unit_test(a_gated_step_has_no_deadline),
		cmocka_unit_test(the_place_is_read_from_the_operation_or_its_steps_whichever_is_later),
		cmocka_unit_test(an_approval_is_of_one_step_and_one_plan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
