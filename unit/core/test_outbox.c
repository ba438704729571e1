/* What people outside are told: once for each transition, after the journal has it, until the receiver has taken it. */
#include "outbox.h"

#include "alloc.h"
#include "check.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "outbox_kit.h"
#include "reasons.h"
#include "registry.h"
#include "request.h"
#include "small.h"
#include "state.h"

static void
nothing_leaves_before_it_is_journaled(void **state)
{
	struct small small = outbox_small(outbox_log);
	const struct effect *redis;

	(void)state;
	outbox_succeed(&small);
	outbox_run(small.core, small.op);
	journal_flush(small.core, small.op);
	outbox_run(small.core, small.op);
	CHECK_INT(small_count(&small, EFFECT_WEB), 0);
	redis = small_last(&small, EFFECT_REDIS);
	CHECK_CONTAINS(redis->redis.args[6], "\"key\":\"finished/0\"");
	CHECK_CONTAINS(redis->redis.args[6], "\"state\":\"sending\"");
	small_answer(&small, redis->id, OUTCOME_ANSWERED, 0, "[\"OK\"]");
	outbox_run(small.core, small.op);
	CHECK_TEXT(outbox_sent(&small)->method, "POST");
	CHECK_TEXT(outbox_sent(&small)->url_from.name, "ops/hooks");
	CHECK_TEXT(outbox_sent(&small)->url_from.key, "log");
	CHECK_TEXT(outbox_sent(&small)->sign_with.key, "sign");
	CHECK_TEXT(outbox_sent(&small)->headers, "Content-Type: application/json\nX-Strait-Id: uid-op/finished/0\n");
	CHECK_CONTAINS(outbox_sent(&small)->body, "\"text\":\"finished: 3 nodes done\"");
	CHECK(small_last(&small, EFFECT_WEB)->not_after_up > small.core->now.up_ms);
	CHECK_INT(outbox_waiting(small.op), 1);
	outbox_answer(&small, OUTCOME_ANSWERED, 204, 0);
	CHECK_INT(outbox_waiting(small.op), 0);
	CHECK(outbox_has_told(small.op, "finished/0"));
	CHECK_INT(small.core->counters.notices_sent, 1);
	/* Again in the same phase, or in it once more: it is the same transition. */
	op_set_phase(small.core, small.op, PHASE_RUNNING, REASON_Progressing, "%s", "");
	outbox_succeed(&small);
	outbox_acknowledge(&small);
	CHECK_INT(small_count(&small, EFFECT_WEB), 0);
	small_close(&small);
}

/* What a later try says, when an earlier one ended so. */
static void
a_try_without_an_answer_calls_nobody_twice(void **state)
{
	static const struct {
		enum outcome outcome;
		int status;
		bool calls;
	} cases[] = {
		{OUTCOME_REFUSED, 0, true}, {OUTCOME_NOT_SENT, 0, true}, {OUTCOME_ANSWERED, 429, true},
		{OUTCOME_ANSWERED, 500, true},
		{OUTCOME_ANSWERED, 503, true}, {OUTCOME_ANSWERED, 404, true}, {OUTCOME_ANSWERED, 502, false},
		{OUTCOME_ANSWERED, 504, false}, {OUTCOME_TIMEOUT, 0, false}, {OUTCOME_BROKEN, 0, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = outbox_small(outbox_chat);

		outbox_succeed(&small);
		outbox_acknowledge(&small);
		CHECK_TEXT(outbox_sent(&small)->method, "GET");
		outbox_answer(&small, OUTCOME_ANSWERED, 200, 0);
		CHECK_TEXT(outbox_sent(&small)->method, "POST");
		CHECK_TEXT(outbox_sent(&small)->query, "wait=true");
		CHECK_CONTAINS(outbox_sent(&small)->body, "\"users\":[\"80351110224678912\"]");
		outbox_answer(&small, cases[i].outcome, cases[i].status, 0);
		CHECK_INT(small_count(&small, EFFECT_WEB), 0);
		small_at(&small, 600000);
		outbox_acknowledge(&small);
		if (cases[i].calls) {
			CHECK_TEXT(outbox_sent(&small)->method, "GET");
			outbox_answer(&small, OUTCOME_ANSWERED, 200, 0);
		}
		CHECK_TEXT(outbox_sent(&small)->method, "POST");
		if (cases[i].calls)
			CHECK_CONTAINS(outbox_sent(&small)->body, "\"users\":[\"80351110224678912\"]");
		else
			CHECK(!strstr(outbox_sent(&small)->body, "80351110224678912"));
		CHECK(cases[i].calls == !strstr(outbox_sent(&small)->body, "sent again"));
		small_close(&small);
	}
}

/* Who does not answer a question is called when he does, and has then been called once. */
static void
a_receiver_that_hangs_is_asked_before_it_is_told(void **state)
{
	struct small small = outbox_small(outbox_chat);

	(void)state;
	outbox_succeed(&small);
	outbox_acknowledge(&small);
	for (int64_t i = 1; i <= 3; i++) {
		CHECK_TEXT(outbox_sent(&small)->method, "GET");
		outbox_answer(&small, OUTCOME_TIMEOUT, 0, 0);
		small_at(&small, i * 600000);
		outbox_acknowledge(&small);
	}
	outbox_answer(&small, OUTCOME_ANSWERED, 200, 0);
	CHECK_CONTAINS(outbox_sent(&small)->body, "\"users\":[\"80351110224678912\"]");
	small_close(&small);
}

static void
a_receiver_is_left_alone_as_long_as_it_asks(void **state)
{
	struct small small = outbox_small(outbox_log);

	(void)state;
	outbox_succeed(&small);
	outbox_acknowledge(&small);
	outbox_answer(&small, OUTCOME_ANSWERED, 429, 90000);
	small_at(&small, 89999);
	outbox_acknowledge(&small);
	CHECK_INT(small_count(&small, EFFECT_WEB), 0);
	small_at(&small, 90000);
	outbox_acknowledge(&small);
	CHECK_INT(small_count(&small, EFFECT_WEB), 1);
	small_close(&small);
}

static void
a_json_channel_gets_the_same_again(void **state)
{
	struct small small = outbox_small(outbox_log);
	CLEANUP_FREE char *body = NULL, *headers = NULL;

	(void)state;
	outbox_succeed(&small);
	outbox_acknowledge(&small);
	body = xstrdup(outbox_sent(&small)->body);
	headers = xstrdup(outbox_sent(&small)->headers);
	outbox_answer(&small, OUTCOME_BROKEN, 0, 0);
	small_at(&small, 60000);
	outbox_acknowledge(&small);
	CHECK_TEXT(outbox_sent(&small)->body, body);
	CHECK_TEXT(outbox_sent(&small)->headers, headers);
	small_close(&small);
}

/* What 'from' would have in its journal, read by another process. */
static struct small
read_by_another(struct small *from, const char *channels)
{
	CLEANUP_BUF struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);
	struct small small = outbox_small(channels);

	record_op(from->op, &value);
	CHECK(record_read(small.core, small.op, "op", buf_str(&value)));
	return small;
}

static void
the_next_controller_goes_on(void **state)
{
	static const struct {
		const char *channels;
		bool sending;            /* the first one died after the intent, not before it */
		const char *expected;
	} cases[] = {
		{outbox_chat, false, "\"users\":[\"80351110224678912\"]"},
		{outbox_chat, true, "(sent again: nobody answered the first time)"},
		{outbox_log, true, "\"id\":\"uid-op/finished/0\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small first = outbox_small(cases[i].channels), next;

		outbox_succeed(&first);
		outbox_acknowledge(&first);
		if (cases[i].channels == outbox_chat && cases[i].sending)
			outbox_answer(&first, OUTCOME_ANSWERED, 200, 0);
		next = read_by_another(&first, cases[i].channels);
		CHECK_INT(outbox_waiting(next.op), 1);
		outbox_acknowledge(&next);
		if (!cases[i].sending)
			outbox_answer(&next, OUTCOME_ANSWERED, 200, 0);
		CHECK_CONTAINS(outbox_sent(&next)->body, cases[i].expected);
		outbox_answer(&next, OUTCOME_ANSWERED, 200, 0);
		small_close(&first);
		first = read_by_another(&next, cases[i].channels);
		CHECK_INT(outbox_waiting(first.op), 0);
		outbox_succeed(&first);
		outbox_acknowledge(&first);
		CHECK_INT(small_count(&first, EFFECT_WEB), 0);
		small_close(&first);
		small_close(&next);
	}
}

static void
only_what_a_channel_wants_is_told(void **state)
{
	static const struct {
		enum phase phase;
		const char *reason, *message, *event, *text;
	} cases[] = {
		{PHASE_FAILED, REASON_StepFailed, "db-b-1: it fell", "halted", "halted: db-b-1: it fell"},
		{PHASE_FAILED, REASON_OutOfService, "db-b-1 is OUT OF SERVICE: x", "halted", "db-b-1 is OUT OF SERVICE: x"},
		{PHASE_PAUSED, REASON_GateTimeout, "gate closed since 10:02", "halted", "paused: gate closed since 10:02"},
		{PHASE_PAUSED, REASON_Suspended, "spec.suspend is set", NULL, NULL},
		{PHASE_AWAITING_APPROVAL, REASON_AwaitingApproval, "approve 2.1, plan ab", "approval", "approve 2.1, plan ab"},
		{PHASE_CANCELLED, REASON_Cancelled, "1 of 3 nodes done", "finished", "cancelled: 1 of 3 nodes done"},
		{PHASE_RUNNING, REASON_Progressing, "next node", NULL, NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = outbox_small(CHANNELS(CHANNEL("deaf", "json", ",\"notify\":[]") ","
		    CHANNEL("log", "json", "")));
		CLEANUP_FREE char *event = xasprintf("\"event\":\"%s\",\"text\":\"%s\"", cases[i].event ? cases[i].event : "",
		    cases[i].event ? cases[i].text : "");

		small.op->phase = PHASE_PENDING;
		op_set_phase(small.core, small.op, cases[i].phase, cases[i].reason, "%s", cases[i].message);
		outbox_acknowledge(&small);
		CHECK_INT(small_count(&small, EFFECT_WEB), cases[i].event != NULL);
		if (cases[i].event)
			CHECK_CONTAINS(outbox_sent(&small)->body, event);
		small_close(&small);
	}
}

/* Two nodes move, one after the other: the command in the first message would be refused. */
static void
each_plan_to_approve_is_told(void **state)
{
	struct small small = outbox_small(outbox_log);
	const char *const hashes[] = {"sha256:1111111111", "sha256:2222222222"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(hashes); i++) {
		approval_await(small.op, PHASE_PAUSED, REASON_PlanStale, "plan", hashes[i], "db-b-1 has moved");
		CHECK(pace_explain(small.core, small.op));
		CHECK(pace_explain(small.core, small.op));
		outbox_acknowledge(&small);
		CHECK_CONTAINS(outbox_sent(&small)->body, hashes[i]);
		outbox_answer(&small, OUTCOME_ANSWERED, 204, 0);
	}
	CHECK_INT(small.core->counters.notices_sent, 2);
	/* It was not given in time, and somebody retries. */
	op_set_phase(small.core, small.op, PHASE_RUNNING, REASON_Progressing, "%s", "");
	small.op->retry_seen = 1;
	CHECK(pace_explain(small.core, small.op));
	outbox_acknowledge(&small);
	CHECK_CONTAINS(outbox_sent(&small)->body, hashes[1]);
	small_close(&small);
}

static void
a_gate_is_told_of_after_two_minutes(void **state)
{
	struct small small = outbox_small(outbox_log);

	(void)state;
	op_set_phase(small.core, small.op, PHASE_FROZEN, REASON_GateClosed, "%s", "db-c-1 down since 10:02");
	small.op->closed_since_wall_ms = small.core->now.wall_ms;
	small.op->pace.gate_since_up_ms = small.core->now.up_ms;
	outbox_acknowledge(&small);
	small_at(&small, 119999);
	outbox_acknowledge(&small);
	CHECK_INT(small_count(&small, EFFECT_WEB), 0);
	small_at(&small, 120000);
	outbox_acknowledge(&small);
	CHECK_CONTAINS(outbox_sent(&small)->body,
	    "\"event\":\"frozen\",\"text\":\"frozen for two minutes: db-c-1 down since 10:02\"");
	small_close(&small);
}

static void
what_nobody_takes_is_given_up_in_the_end(void **state)
{
	struct small small = outbox_small(outbox_log);

	(void)state;
	outbox_succeed(&small);
	outbox_acknowledge(&small);
	outbox_answer(&small, OUTCOME_ANSWERED, 410, 0);
	small_at(&small, 6 * 3600 * 1000 + 1000);
	outbox_acknowledge(&small);
	outbox_answer(&small, OUTCOME_ANSWERED, 410, 0);
	CHECK_INT(outbox_waiting(small.op), 0);
	CHECK_INT(small.core->counters.notices_given_up, 1);
	small_close(&small);
}

static void
a_channel_that_keeps_refusing_is_said(void **state)
{
	struct small small = outbox_small(outbox_log);
	char text[300];

	(void)state;
	outbox_succeed(&small);
	outbox_acknowledge(&small);
	for (int64_t i = 1; i <= 3; i++) {
		CHECK(hooks_judge(small.cluster, text, sizeof text));
		outbox_answer(&small, OUTCOME_ANSWERED, 401, 0);
		small_at(&small, i * 600000);
		outbox_acknowledge(&small);
	}
	CHECK(!hooks_judge(small.cluster, text, sizeof text));
	CHECK_TEXT(text, "channel log does not take messages: HTTP 401: {}");
	outbox_answer(&small, OUTCOME_ANSWERED, 200, 0);
	CHECK(hooks_judge(small.cluster, text, sizeof text));
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_leaves_before_it_is_journaled),
		cmocka_unit_test(a_try_without_an_answer_calls_nobody_twice),
		cmocka_unit_test(a_receiver_that_hangs_is_asked_before_it_is_told),
		cmocka_unit_test(a_receiver_is_left_alone_as_long_as_it_asks),
		cmocka_unit_test(a_json_channel_gets_the_same_again),
		cmocka_unit_test(the_next_controller_goes_on),
		cmocka_unit_test(only_what_a_channel_wants_is_told),
		cmocka_unit_test(each_plan_to_approve_is_told),
		cmocka_unit_test(a_gate_is_told_of_after_two_minutes),
		cmocka_unit_test(what_nobody_takes_is_given_up_in_the_end),
		cmocka_unit_test(a_channel_that_keeps_refusing_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
