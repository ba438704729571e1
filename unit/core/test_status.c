/* The status of an operation: what is told, and when. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	small_open(&small, &config);
	op_say(small.op, "Progressing", "next node");
	return small;
}

static size_t
writes(struct small *small)
{
	size_t n = 0;

	op_write_status(small->core, small->op);
	for (size_t i = 0; i < small->out->count; i++)
		n += small->out->list[i].kind == EFFECT_KUBE && strcmp(small->out->list[i].kube.method, "PATCH") == 0;
	return n;
}

static void
acknowledge(struct small *small)
{
	small_answer(small, small->op->status.request, OUTCOME_ANSWERED, 200, "{}");
	small_settle(small);
}

/* The last status that was sent. */
static struct cJSON *
told(struct small *small)
{
	const struct effect *effect = small_last(small, EFFECT_KUBE);
	struct cJSON *body = json_parse(effect->kube.body, strlen(effect->kube.body), NULL);

	assert_non_null(body);
	return body;
}

static void
check_told(struct small *small, const char *member, const char *expected)
{
	CLEANUP_JSON struct cJSON *body = told(small);

	CHECK_TEXT(json_str(json_get(body, "status"), member), expected);
}

static const char *
condition_of(const struct cJSON *body, const char *type, const char *member)
{
	JSON_EACH (condition, json_path(body, "status", "conditions", NULL))
		if (strcmp(json_str_or(condition, "type", ""), type) == 0)
			return json_str(condition, member);
	return NULL;
}

static void
it_is_applied_to_the_subresource_under_our_own_name(void **state)
{
	struct small small = open_small();
	const struct effect *effect;

	(void)state;
	CHECK_INT(writes(&small), 1);
	effect = small_last(&small, EFFECT_KUBE);
	CHECK_TEXT(effect->kube.path, "/apis/strait.dev/v1alpha1/namespaces/ops/clusteroperations/restart/status"
	    "?fieldManager=strait-controller&force=true");
	CHECK_TEXT(effect->kube.content_type, "application/apply-patch+yaml");
	CHECK(!strstr(effect->kube.body, "\"spec\""));
	CHECK_CONTAINS(effect->kube.body, "\"uid\":\"uid-op\"");
	check_told(&small, "phase", "Running");
	check_told(&small, "planHash", small.op->plan->hash);
	small_close(&small);
}

/* Design §8: it may lag behind the journal, never lead. */
static void
nothing_is_told_before_the_journal_has_it(void **state)
{
	struct small small = open_small();

	(void)state;
	journal_put(small.op, "op", "{}");
	CHECK_INT(writes(&small), 0);
	journal_flush(small.core, small.op);
	CHECK_INT(writes(&small), 0);
	small_answer(&small, small.op->journal.request, OUTCOME_ANSWERED, 0, "[\"OK\",1]");
	CHECK_INT(writes(&small), 1);
	small_close(&small);
}

static void
the_first_acknowledgement_lets_acts_begin(void **state)
{
	struct small small = open_small();

	(void)state;
	CHECK(!small.op->status.running_acknowledged);
	writes(&small);
	CHECK(!small.op->status.running_acknowledged);
	acknowledge(&small);
	CHECK(small.op->status.running_acknowledged);
	small_close(&small);
}

static void
a_refused_write_acknowledges_nothing_and_is_tried_again(void **state)
{
	struct small small = open_small();

	(void)state;
	writes(&small);
	small_answer(&small, small.op->status.request, OUTCOME_ANSWERED, 500,
	    "{\"message\":\"etcdserver: no leader\"}");
	CHECK(!small.op->status.running_acknowledged);
	CHECK_INT(writes(&small), 1);
	small_at(&small, 1500);
	timers_run(small.core, &small.core->timers, small.core->now.up_ms);
	CHECK_INT(writes(&small), 2);
	small_close(&small);
}

static void
changes_are_coalesced_to_one_a_second(void **state)
{
	struct small small = open_small();

	(void)state;
	writes(&small);
	acknowledge(&small);
	for (int64_t ms = 10; ms <= 10000; ms += 10) {
		small_at(&small, ms);
		op_say(small.op, "Progressing", "%lld", (long long)ms);
		timers_run(small.core, &small.core->timers, small.core->now.up_ms);
		writes(&small);
		if (small.op->status.request)
			acknowledge(&small);
	}
	CHECK(writes(&small) >= 9 && writes(&small) <= 12);
	small_close(&small);
}

static void
a_change_of_phase_is_told_at_once(void **state)
{
	struct small small = open_small();

	(void)state;
	writes(&small);
	acknowledge(&small);
	small_at(&small, 5);
	small.op->phase = PHASE_FROZEN;
	op_say(small.op, "GateClosed", "db-c-2 down since 10:02");
	CHECK_INT(writes(&small), 2);
	check_told(&small, "phase", "Frozen");
	check_told(&small, "message", "db-c-2 down since 10:02");
	small_close(&small);
}

static void
what_is_told_already_is_not_told_again(void **state)
{
	struct small small = open_small();

	(void)state;
	writes(&small);
	acknowledge(&small);
	small_at(&small, 5000);
	CHECK_INT(writes(&small), 1);
	small_close(&small);
}

static bool
is_utf8(const char *text)
{
	struct buf buf = BUF_INIT(BUF_MAX_LINE);
	struct json_out out = JSON_OUT(&buf);
	bool good;

	json_put_str(&out, NULL, text);
	good = !strstr(buf_str(&buf), "\xef\xbf\xbd");
	buf_done(&buf);
	return good;
}

/* WHY bears sixty bytes; a character is not cut in two, wherever the cut falls. */
static void
why_is_cut_between_characters(void **state)
{
	static const char *const units[] = {"x", "ü", "€", "😀"};

	(void)state;
	for (size_t unit = 0; unit < ARRAY_LEN(units); unit++)
		for (size_t shift = 0; shift < 5; shift++) {
			struct small small = open_small();
			CLEANUP_JSON struct cJSON *body = NULL;
			const char *why;
			size_t len = shift;

			memset(small.op->message, 'a', shift);
			while (len < WHY + 20) {
				snprintf(small.op->message + len, sizeof small.op->message - len, "%s", units[unit]);
				len += strlen(units[unit]);
			}
			writes(&small);
			body = told(&small);
			why = json_str(json_get(body, "status"), "message");
			CHECK(strlen(why) <= WHY && strlen(why) >= WHY - 6);
			CHECK(is_utf8(why));
			CHECK_TEXT(why + strlen(why) - 3, "...");
			CHECK(strncmp(why, small.op->message, strlen(why) - 3) == 0);
			small_close(&small);
		}
}

static void
sixty_bytes_are_told_whole(void **state)
{
	struct small small = open_small();

	(void)state;
	op_say(small.op, "Progressing", "%060d", 7);
	writes(&small);
	check_told(&small, "message", small.op->message);
	small_close(&small);
}

/* Redis is away: what was acknowledged last still stands, and only why nothing moves is new. */
static void
while_the_journal_is_away_only_the_reason_changes(void **state)
{
	struct small small = open_small();
	CLEANUP_JSON struct cJSON *before = NULL, *after = NULL;

	(void)state;
	writes(&small);
	before = told(&small);
	acknowledge(&small);
	small.op->lanes[0].state = LANE_DONE;
	small.op->lanes[1].held = true;
	journal_put(small.op, "a", "1");
	journal_flush(small.core, small.op);
	small_at(&small, 3000);
	small_answer(&small, small.op->journal.request, OUTCOME_REFUSED, 0, "connection refused");
	op_say(small.op, "JournalAway", "Redis does not answer: connection refused");
	CHECK_INT(writes(&small), 2);
	after = told(&small);
	check_told(&small, "message", "Redis does not answer: connection refused");
	CHECK_TEXT(json_str(json_get(after, "status"), "progress"), json_str(json_get(before, "status"), "progress"));
	CHECK_INT(json_count(json_path(after, "status", "nodesHeldDown", NULL)), 0);
	CHECK_TEXT(json_str(json_get(after, "metadata"), "uid"), "uid-op");
	/* Nothing of the plan or the end is acknowledged by it. */
	small.op->status.running_acknowledged = small.op->status.end_acknowledged = false;
	acknowledge(&small);
	CHECK(!small.op->status.running_acknowledged && !small.op->status.end_acknowledged);
	small_close(&small);
}

/* kubernetes.md §2.2: what kubectl wait and kstatus read. */
static void
conditions_follow_the_phase(void **state)
{
	static const struct {
		enum phase phase;
		const char *succeeded, *ready, *reconciling, *stalled;
	} cases[] = {
		{PHASE_PENDING, "Unknown", "False", "True", "False"}, {PHASE_QUEUED, "Unknown", "False", "True",
		    "False"},
		{PHASE_RUNNING, "Unknown", "False", "True", "False"}, {PHASE_FROZEN, "Unknown", "False", "True",
		    "False"},
		{PHASE_PAUSED, "Unknown", "False", "False", "False"}, {PHASE_CANCELLING, "Unknown", "False", "True",
		    "False"},
		{PHASE_SUCCEEDED, "True", "True", "False", "False"}, {PHASE_FAILED, "False", "False", "False", "True"},
		{PHASE_CANCELLED, "False", "False", "False", "True"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = open_small();
		CLEANUP_JSON struct cJSON *body = NULL;

		small.op->phase = cases[i].phase;
		writes(&small);
		body = told(&small);
		CHECK_TEXT(condition_of(body, "Succeeded", "status"), cases[i].succeeded);
		CHECK_TEXT(condition_of(body, "Ready", "status"), cases[i].ready);
		CHECK_TEXT(condition_of(body, "Reconciling", "status"), cases[i].reconciling);
		CHECK_TEXT(condition_of(body, "Stalled", "status"), cases[i].stalled);
		CHECK(condition_of(body, "Ready", "reason")[0]);
		small_close(&small);
	}
}

static void
a_closed_gate_and_who_closed_it_is_a_condition(void **state)
{
	struct small small = open_small();
	CLEANUP_JSON struct cJSON *body = NULL;

	(void)state;
	small.op->closed_since_wall_ms = small.core->now.wall_ms;
	snprintf(small.op->closed_by, sizeof small.op->closed_by, "db-c-1 is down, as db-a-1 and 1 more see it");
	writes(&small);
	body = told(&small);
	CHECK_TEXT(condition_of(body, "GateOpen", "status"), "False");
	CHECK_TEXT(condition_of(body, "GateOpen", "reason"), "GateClosed");
	CHECK_TEXT(condition_of(body, "GateOpen", "message"), "db-c-1 is down, as db-a-1 and 1 more see it");
	small_close(&small);
}

static void
nodes_held_down_and_errors_are_told(void **state)
{
	struct small small = open_small();
	CLEANUP_JSON struct cJSON *body = NULL;
	const struct cJSON *error;

	(void)state;
	small.op->lanes[1].state = LANE_RUNNING;
	small.op->lanes[1].held = true;
	op_error(small.core, small.op, NULL, "StepRetry", "the node was still starting");
	op_error(small.core, small.op, NULL, "StepFailed", "systemctl said no");
	buf_clear(&small.op->journal.open.line);
	journal_done(small.core, small.op);
	writes(&small);
	body = told(&small);
	CHECK_TEXT(json_text(json_first(json_path(body, "status", "nodesHeldDown", NULL))), "db-b-1");
	CHECK_INT(json_count(json_path(body, "status", "recentErrors", NULL)), 2);
	error = json_first(json_path(body, "status", "recentErrors", NULL));    /* the newest */
	CHECK_TEXT(json_str(error, "message"), "systemctl said no");
	CHECK(json_str(error, "remedy")[0]);
	CHECK_TEXT(json_str(json_get(body, "status"), "progress"), "0/3");
	small_close(&small);
}

static void
an_object_that_is_gone_is_not_written(void **state)
{
	struct small small = open_small();

	(void)state;
	small.op->gone = true;
	CHECK_INT(writes(&small), 0);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_applied_to_the_subresource_under_our_own_name),
		cmocka_unit_test(nothing_is_told_before_the_journal_has_it),
		cmocka_unit_test(the_first_acknowledgement_lets_acts_begin),
		cmocka_unit_test(a_refused_write_acknowledges_nothing_and_is_tried_again),
		cmocka_unit_test(changes_are_coalesced_to_one_a_second),
		cmocka_unit_test(a_change_of_phase_is_told_at_once),
		cmocka_unit_test(what_is_told_already_is_not_told_again),
		cmocka_unit_test(why_is_cut_between_characters),
		cmocka_unit_test(sixty_bytes_are_told_whole),
		cmocka_unit_test(while_the_journal_is_away_only_the_reason_changes),
		cmocka_unit_test(conditions_follow_the_phase),
		cmocka_unit_test(a_closed_gate_and_who_closed_it_is_a_condition),
		cmocka_unit_test(nodes_held_down_and_errors_are_told),
		cmocka_unit_test(an_object_that_is_gone_is_not_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
