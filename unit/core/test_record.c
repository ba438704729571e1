/* Values of the journal: what is written reads back the same, and what nobody has written is refused. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},"
    "{\"task\":\"systemd-stop-scylla-server\"},{\"task\":\"systemd-start-service\",\"with\":{\"service\":"
    "\"scylla-server\"}}]}},{\"wait\":[{\"condition\":\"cluster-normal\"}]}]}";

static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	small_open(&small, &config);
	return small;
}

static char *
text_of(void (*record)(const void *, struct buf *), const void *what)
{
	struct buf buf = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	record(what, &buf);
	CHECK(buf_ok(&buf));
	return buf_take(&buf);
}

static void
record_op_of(const void *op, struct buf *buf)
{
	record_op(op, buf);
}

static void
an_operation_reads_back_the_same(void **state)
{
	struct small a = open_small(), b = open_small();
	CLEANUP_FREE char *written = NULL, *again = NULL;

	(void)state;
	a.op->start_wall_ms = 1795248000123;
	a.op->end_wall_ms = 1795248999999;
	a.op->retry_seen = 3;
	a.op->phase = PHASE_FAILED;
	op_say(a.op, "StepFailed", "db-b-1: \"quoted\", back\\slash, tab\t, ünïcode");
	for (int i = 0; i < ERRORS_KEPT + 3; i++)
		op_error(a.core, a.op, NULL, "StepFailed", "line one\nline two \x01");
	written = text_of(record_op_of, a.op);
	CHECK(record_read(b.core, b.op, "op", written));
	again = text_of(record_op_of, b.op);
	CHECK_TEXT(again, written);
	CHECK(b.op->ended);
	CHECK_INT(b.op->nerrors, ERRORS_KEPT);
	small_close(&a);
	small_close(&b);
}

static void
a_lane_reads_back_the_same_in_every_state(void **state)
{
	(void)state;
	for (enum lane_state s = LANE_WAITING; s <= LANE_SKIPPED; s++)
		for (unsigned flags = 0; flags < 32; flags++) {
			struct small a = open_small(), b = open_small();
			struct lane *lane = &a.op->lanes[1];
			CLEANUP_FREE char *written = NULL, *again = NULL;

			lane->state = s;
			lane->at = flags % 4;
			lane->held = flags & 1;
			lane->failed = flags & 2;
			lane->out_of_service = flags & 4;
			lane->restoring = flags & 8;
			lane->up_act = flags & 16;
			snprintf(lane->stamp, sizeof lane->stamp, "1700000000");
			*ARRAY_GROW(lane->memory, lane->nmemory) = (struct memory){"pending_before", xstrdup("17")};
			written = text_of(record_lane, lane);
			CHECK(record_read(b.core, b.op, "lane/1/db-b-1", written));
			again = text_of(record_lane, &b.op->lanes[1]);
			CHECK_TEXT(again, written);
			small_close(&a);
			small_close(&b);
		}
}

static struct step *
make_step(struct small *small)
{
	struct lane *lane = &small->op->lanes[1];
	struct step *step = step_new(small->op, lane, &lane->block->steps[1]);

	step->state = STEP_RUNNING;
	step->attempt = 2;
	step->began_wall_ms = 1795248000123;
	step->spent_ms = 4711;
	snprintf(step->message, sizeof step->message, "stopping");
	*ARRAY_GROW(step->memory, step->nmemory) = (struct memory){"invocation", xstrdup("a\"1\\")};
	lane->step = step;
	return step;
}

static struct act_record *
make_act(struct step *step, const char *label, enum act_state state, const char *answer)
{
	struct act_record *act = act_add(step, label);

	act->view.state = state;
	act->view.status = 500;
	act->view.answer = xstrdup(answer);
	act->kind = ACT_REPEATABLE;
	act->target = xstrdup("stop scylla-server");
	return act;
}

static void
a_step_reads_back_the_same(void **state)
{
	static const enum act_state states[] = {ACT_NONE, ACT_ANSWERED, ACT_REFUSED, ACT_NOT_SENT, ACT_UNKNOWN};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(states); i++) {
		struct small a = open_small(), b = open_small();
		struct step *step = make_step(&a);
		CLEANUP_FREE char *written = NULL, *again = NULL;

		make_act(step, "stop", states[i], "{\"message\": \"no\"}\n");
		make_act(step, "other", states[i], "");
		written = text_of(record_step, step);
		CHECK(record_read(b.core, b.op, "1.2/db-b-1", written));
		again = text_of(record_step, b.op->lanes[1].step);
		CHECK_TEXT(again, written);
		small_close(&a);
		small_close(&b);
	}
}

/* What a node says is the node's: four acts with 4 KiB of the worst each must not make the journal unreadable. */
static void
any_answer_of_a_node_can_be_read_back(void **state)
{
	static const struct {
		const char *name, *unit;
	} kinds[] = {
		{"plain text", "x"}, {"quotes", "\""}, {"control characters", "\x01"}, {"no UTF-8", "\xff"},
		{"half a character at the end", "\xe2\x82\xac"}, {"new lines", "\n"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		struct small a = open_small(), b = open_small();
		struct step *step = make_step(&a);
		CLEANUP_BUF struct buf answer = BUF_INIT(4096);

		while (buf_ok(&answer))
			buf_puts(&answer, kinds[i].unit);
		for (int act = 0; act < ACTS_MAX; act++) {
			char label[8] = {'a', (char)('0' + act)};

			make_act(step, label, ACT_REFUSED, buf_str(&answer));
		}
		step_record(a.core, a.op, step, NULL);
		if (!record_read(b.core, b.op, "1.2/db-b-1", a.op->journal.open.entries[0].value))
			CHECK_FAIL("an answer of %s makes the journal unreadable", kinds[i].name);
		CHECK_INT(b.op->lanes[1].step->nacts, ACTS_MAX);
		small_close(&a);
		small_close(&b);
	}
}

/* Sentences hold what nodes and people have said: at their longest and worst the value can still be read. */
static void
any_sentence_can_be_read_back(void **state)
{
	static const char *const units[] = {"x", "\x01", "\xff", "\xe2\x82\xac"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(units); i++) {
		struct small a = open_small(), b = open_small();
		struct lane *lane = &a.op->lanes[1];
		CLEANUP_BUF struct buf text = BUF_INIT(MESSAGE - 1);
		CLEANUP_FREE char *op = NULL, *lane_text = NULL;

		while (buf_ok(&text))
			buf_puts(&text, units[i]);
		a.op->phase = PHASE_FROZEN;
		a.op->closed_since_wall_ms = 1795248000123;
		a.op->acknowledged = xstrdup(buf_str(&text));
		snprintf(a.op->closed_by, sizeof a.op->closed_by, "%s", buf_str(&text));
		op_say(a.op, "StepFailed", "%s", buf_str(&text));
		for (int error = 0; error < ERRORS_KEPT; error++)
			op_error(a.core, a.op, NULL, "StepFailed", buf_str(&text));
		op = text_of(record_op_of, a.op);
		if (!record_read(b.core, b.op, "op", op) || b.op->nerrors != ERRORS_KEPT || b.op->phase != PHASE_FROZEN)
			CHECK_FAIL("sentences of kind %zu make the operation's value unreadable: %s", i, op);
		lane->state = LANE_FAILED;
		snprintf(lane->message, sizeof lane->message, "%s", buf_str(&text));
		for (int key = 0; key < 4; key++)
			*ARRAY_GROW(lane->memory, lane->nmemory) =
			    (struct memory){{(char)('a' + key)}, xstrdup(buf_str(&text))};
		lane_text = text_of(record_lane, lane);
		if (!record_read(b.core, b.op, "lane/1/db-b-1", lane_text) || b.op->lanes[1].nmemory != 4)
			CHECK_FAIL("sentences of kind %zu make a lane's value unreadable: %s", i, lane_text);
		small_close(&a);
		small_close(&b);
	}
}

/* What an older build wrote under another name is what it is called now; a name that is not used any more stays as it is:
 * an unknown act must not vanish. */
static void
a_renamed_label_is_read_under_its_name_of_today(void **state)
{
	const struct reconciler *types[128] = {NULL};
	struct reconciler drain;
	struct small small;
	const struct lane *lane;

	(void)state;
	for (size_t i = 0; registry[i]; i++) {
		types[i] = registry[i];
		if (strcmp(registry[i]->name, "scylla-drain") == 0) {
			drain = *registry[i];
			drain.renamed[0] = (struct renamed){"empty", "drain"};
			drain.renamed[1] = (struct renamed){"pending", "pending_before"};
			drain.renamed[2] = (struct renamed){"tidy", ""};
			types[i] = &drain;
		}
	}
	small_open(&small, &(struct small_config){.core = small_core_config(types), .workflow = workflow});
	lane = &small.op->lanes[1];
	CHECK(record_read(small.core, small.op, "lane/1/db-b-1", "{\"state\":\"running\",\"at\":0,\"memory\":{\"pending\":"
	    "\"17\",\"other\":\"1\"}}"));
	CHECK_TEXT(lane->memory[0].key, "pending_before");
	CHECK_TEXT(lane->memory[0].value, "17");
	CHECK_TEXT(lane->memory[1].key, "other");
	CHECK(record_read(small.core, small.op, "1.1/db-b-1", "{\"state\":\"running\",\"attempt\":1,\"acts\":{\"empty\":"
	    "{\"state\":\"unknown\"},\"tidy\":{\"state\":\"unknown\"}},\"memory\":{\"pending\":\"3\"}}"));
	CHECK_TEXT(lane->step->acts[0].label, "drain");
	CHECK_TEXT(lane->step->acts[1].label, "tidy");
	CHECK_TEXT(lane->step->memory[0].key, "pending_before");
	small_close(&small);
}

static void
what_nobody_has_written_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{"op", ""}, {"op", "[]"}, {"op", "{}"}, {"op", "{\"phase\":\"\"}"}, {"op", "{\"phase\":7}"},
		{"op", "{\"phase\":\"Running\"} x"}, {"op", "{\"phase\":\"Running\",\"phase\":\"Failed\"}"},
		{"lane/1/db-b-1", "{}"}, {"lane/1/db-b-1", "{\"state\":\"flying\"}"},
		{"lane/1/db-b-1", "{\"state\":\"running\",\"at\":-1}"},
		{"lane/1/db-b-1", "{\"state\":\"running\",\"at\":5}"},
		{"lane/1/db-b-1", "{\"state\":\"running\",\"at\":9007199254740992}"},
		{"lane/0/db-b-1", "{\"state\":\"running\",\"at\":0}"},
		{"lane/2/db-b-1", "{\"state\":\"running\",\"at\":0}"},
		{"lane/99999999999999999999/db-b-1", "{\"state\":\"running\"}"}, {"lane/1", "{\"state\":\"running\"}"},
		{"lane/", "{\"state\":\"running\"}"}, {"lane//db-b-1", "{\"state\":\"running\"}"},
		{"1.1/db-b-1", "{}"}, {"1.1/db-b-1", "{\"state\":\"flying\"}"}, {"1.1", "{\"state\":\"flying\"}"},
		{"1.1/", "{\"state\":\"running\"}"}, {"1.9/db-b-1", "{\"state\":\"running\"}"},
		{"", "{\"state\":\"running\"}"}, {"/", "{\"state\":\"running\"}"},
		{"/db-b-1", "{\"state\":\"running\"}"},
		{"1.1/db-b-1", "{\"state\":\"running\",\"spent\":\"x\"}"},
		{"1.1/db-b-1", "{\"state\":\"running\",\"spent\":null}"},
		{"1.1/db-b-1", "{\"state\":\"running\",\"deadline\":\"x\"}"},
		{"op", "{\"phase\":\"Running\",\"closedSince\":\"x\"}"},
		{"1.1/db-b-1", "{\"state\":\"running\",\"acts\":{\"a\":{}}}"},
		{"1.1/db-b-1", "{\"state\":\"running\",\"acts\":{\"a\":{\"state\":\"lost\"}}}"},
		{"1.1/db-b-1", "{\"state\":\"running\",\"acts\":{\"a\":{\"state\":\"none\"},\"b\":{\"state\":\"none\"},"
		    "\"c\":{\"state\":\"none\"},\"d\":{\"state\":\"none\"},\"e\":{\"state\":\"none\"},"
		    "\"f\":{\"state\":\"none\"},"
		    "\"g\":{\"state\":\"none\"},\"h\":{\"state\":\"none\"},\"i\":{\"state\":\"none\"}}}"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small = open_small();

		if (record_read(small.core, small.op, cases[i][0], cases[i][1]))
			CHECK_FAIL("%s = %s was taken", cases[i][0], cases[i][1]);
		CHECK(!record_read(small.core, small.op, cases[i][0], NULL));
		small_close(&small);
	}
}

/* Design §3: remaining times that are read back are clamped to [0, whole]. */
static void
a_time_that_cannot_be_is_clamped(void **state)
{
	static const char *const spent[] = {"-9007199254740991", "9007199254740991", "-1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(spent); i++) {
		struct small small = open_small();
		CLEANUP_FREE char *text = xasprintf("{\"state\":\"running\",\"attempt\":-5,\"spent\":%s}", spent[i]);
		const struct step *step;

		CHECK(record_read(small.core, small.op, "1.1/db-b-1", text));
		step = small.op->lanes[1].step;
		if (step->spent_ms < 0 || step->spent_ms > step->plan->timeout_ms)
			CHECK_FAIL("spent %s is taken for %lld of %lld ms", spent[i], (long long)step->spent_ms,
			    (long long)step->plan->timeout_ms);
		CHECK(step->attempt >= 1);
		small_close(&small);
	}
}

static void
a_cluster_step_that_is_done_moves_the_place_on(void **state)
{
	struct small small = open_small();

	(void)state;
	CHECK(record_read(small.core, small.op, "2.1", "{\"state\":\"done\",\"attempt\":1}"));
	CHECK_INT(small.op->block, 1);
	CHECK_INT(small.op->cluster_at, 1);
	CHECK(!small.op->cluster_step);
	small_close(&small);
}

static void
only_the_step_at_work_is_kept(void **state)
{
	struct small small = open_small();

	(void)state;
	CHECK(record_read(small.core, small.op, "1.1/db-b-1", "{\"state\":\"done\",\"attempt\":1}"));
	CHECK(!small.op->lanes[1].step);
	CHECK(record_read(small.core, small.op, "1.2/db-b-1", "{\"state\":\"running\",\"attempt\":1}"));
	CHECK_TEXT(small.op->lanes[1].step->id, "1.2/db-b-1");
	CHECK(record_read(small.core, small.op, "1.restore/db-b-1", "{\"state\":\"done\",\"attempt\":1}"));
	CHECK_TEXT(small.op->lanes[1].step->id, "1.2/db-b-1");
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_operation_reads_back_the_same),
		cmocka_unit_test(a_lane_reads_back_the_same_in_every_state),
		cmocka_unit_test(a_step_reads_back_the_same),
		cmocka_unit_test(any_answer_of_a_node_can_be_read_back),
		cmocka_unit_test(any_sentence_can_be_read_back),
		cmocka_unit_test(a_renamed_label_is_read_under_its_name_of_today),
		cmocka_unit_test(what_nobody_has_written_is_refused),
		cmocka_unit_test(a_time_that_cannot_be_is_clamped),
		cmocka_unit_test(a_cluster_step_that_is_done_moves_the_place_on),
		cmocka_unit_test(only_the_step_at_work_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
