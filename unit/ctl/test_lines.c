#include "check.h"

#include "alloc.h"
#include "command.h"
#include "instant.h"
#include "json.h"
#include "lines.h"

#define TASK "{\"metadata\":{\"name\":\"drain-x\"},\"spec\":{\"nodeTask\":{\"type\":\"scylla-drain\"}},\"status\":{" \
	"\"phase\":\"%s\",\"counts\":{\"total\":1},\"transitions\":[%s]}}"
#define ROLL "{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"workflow\":\"w\"},\"status\":{" \
	"\"phase\":\"%s\",\"progress\":\"1/3\",\"current\":\"scylla-drain db-a-1\",\"message\":\"db-c-2 down since 10:02\"," \
	"\"transitions\":[%s]}}"
#define AT(seq, time, what, rest) \
	"{\"seq\":" #seq ",\"time\":\"2026-01-28T18:29:" time "000Z\",\"what\":\"" what "\",\"step\":\"1.1\"," \
	"\"task\":\"scylla-drain\",\"node\":\"db-a-1\"" rest "}"
#define PASSED AT(1, "02.550", "ConditionsPassed", ",\"conditions\":[\"quorum-safe\",\"no-title\"],\"durationMs\":109")
#define START AT(2, "02.551", "Start", "")
#define FINISHED AT(3, "04.810", "Finished", ",\"durationMs\":2259,\"message\":\"drained\"")

static void
take(struct lines *lines, const char *form, const char *phase, const char *items, const char *expected)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_LINE), out = BUF_INIT(BUF_MAX_LINE);
	struct cJSON *operation;
	struct err err;

	for (; *form; form++) {
		if (form[0] == '%' && form[1] == 's') {
			buf_puts(&text, phase);
			phase = items;
			form++;
		} else {
			buf_putc(&text, *form);
		}
	}
	operation = json_parse(buf_str(&text), text.len, &err);
	CHECK(operation);
	lines_take(lines, operation, instant_parse("2026-01-28T18:30:00Z"), &out);
	CHECK_TEXT(buf_str(&out), expected);
	json_free(operation);
}

static void
a_task_on_one_node_needs_no_names(void **state)
{
	struct lines lines = {0};

	(void)state;
	take(&lines, TASK, "Running", PASSED "," START "," FINISHED
	    ",{\"seq\":4,\"time\":\"2026-01-28T18:29:05.000000Z\",\"what\":\"Start\",\"step\":\"1.stable\",\"task\":\"w\"}",
	    "2026-01-28 18:29:02.441Z Condition Check (Node is quorum safe): Start\n"
	    "2026-01-28 18:29:02.441Z Condition Check (no-title): Start\n"
	    "2026-01-28 18:29:02.550Z Condition Check (Node is quorum safe): Condition passed   duration=109ms\n"
	    "2026-01-28 18:29:02.550Z Condition Check (no-title): Condition passed   duration=109ms\n"
	    "2026-01-28 18:29:02.550Z All conditions passed\n"
	    "2026-01-28 18:29:02.551Z Start\n"
	    "2026-01-28 18:29:04.810Z Finished   duration=2.259s   drained\n"
	    "2026-01-28 18:29:05.000Z stable window: Start\n"
	    "2026-01-28 18:30:00.000Z Running\n");
	lines_done(&lines);
}

static void
what_was_told_is_not_told_again(void **state)
{
	struct lines lines = {0};

	(void)state;
	take(&lines, ROLL, "Running", START,
	    "(1 thing that happened before is not in the status any more: straitctl timeline roll)\n"
	    "2026-01-28 18:29:02.551Z db-a-1 scylla-drain: Start\n"
	    "2026-01-28 18:30:00.000Z Running: db-c-2 down since 10:02\n");
	take(&lines, ROLL, "Running", START "," FINISHED,
	    "2026-01-28 18:29:04.810Z db-a-1 scylla-drain: Finished   duration=2.259s   drained\n");
	take(&lines, ROLL, "Running", START "," FINISHED, "");
	take(&lines, ROLL, "Running", AT(7, "05.000", "AttemptFailed", ",\"durationMs\":61500,\"message\":\"no answer\""),
	    "(3 things that happened before are not in the status any more: straitctl timeline roll)\n"
	    "2026-01-28 18:29:05.000Z db-a-1 scylla-drain: Attempt failed   duration=1m1s   no answer\n");
	lines_done(&lines);
}

static void
a_closed_gate_says_why(void **state)
{
	struct lines lines = {0};

	(void)state;
	take(&lines, ROLL, "Frozen",
	    AT(1, "02.550", "ConditionFailed", ",\"durationMs\":0,\"message\":\"db-c-2 down since 10:02\"")
	    ",{\"seq\":2,\"time\":\"2026-01-28T18:29:03.000000Z\",\"what\":\"Phase\","
	    "\"message\":\"Frozen: db-c-2 down since 10:02\"}",
	    "2026-01-28 18:29:02.550Z db-a-1 scylla-drain: Condition Check: Condition failed   duration=0ms   "
	    "db-c-2 down since 10:02\n"
	    "2026-01-28 18:29:03.000Z Frozen: db-c-2 down since 10:02\n");
	lines_done(&lines);
}

static void
colours_are_only_put_where_they_are_wanted(void **state)
{
	struct lines lines = {.colour = true};

	(void)state;
	take(&lines, TASK, "Running", AT(1, "04.810", "Failed", ",\"message\":\"no\""),
	    "2026-01-28 18:29:04.810Z \033[31mFailed\033[0m   no\n2026-01-28 18:30:00.000Z Running\n");
	lines_done(&lines);
}

static void
the_progress_line_is_as_wide_as_the_terminal(void **state)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);
	static const char text[] =
	    "{\"status\":{\"phase\":\"Running\",\"progress\":\"1/3\",\"current\":\"x\",\"message\":\"caf\xc3\xa9s\"}}";
	CLEANUP_JSON struct cJSON *operation = json_parse(text, sizeof text - 1, NULL);

	(void)state;
	lines_progress(operation, 80, &out);
	CHECK_TEXT(buf_str(&out), "Running 1/3  x  caf\xc3\xa9s");
	buf_clear(&out);
	lines_progress(operation, 20, &out);
	CHECK_TEXT(buf_str(&out), "Running 1/3  x  caf");
}

/* Watched right after the retry it is not taken for ended. */
static void
a_retry_that_is_not_seen_yet_goes_on(void **state)
{
	static const struct {
		const char *text;
		int exit;
	} cases[] = {
		{"{\"spec\":{},\"status\":{\"phase\":\"Failed\"}}", EXIT_NOT_DONE},
		{"{\"spec\":{\"retry\":1},\"status\":{\"phase\":\"Failed\",\"retryObserved\":0}}", -1},
		{"{\"spec\":{\"retry\":1},\"status\":{\"phase\":\"Failed\",\"retryObserved\":1}}", EXIT_NOT_DONE},
		{"{\"spec\":{\"retry\":1,\"cancel\":true},\"status\":{\"phase\":\"Failed\",\"retryObserved\":0}}",
		    EXIT_NOT_DONE},
		{"{\"spec\":{\"retry\":1},\"status\":{\"phase\":\"Succeeded\",\"retryObserved\":0}}", EXIT_DONE},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_JSON struct cJSON *operation = json_parse(cases[i].text, strlen(cases[i].text), NULL);

		CHECK_INT(lines_exit(operation), cases[i].exit);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_task_on_one_node_needs_no_names),
		cmocka_unit_test(what_was_told_is_not_told_again),
		cmocka_unit_test(a_closed_gate_says_why),
		cmocka_unit_test(a_retry_that_is_not_seen_yet_goes_on),
		cmocka_unit_test(colours_are_only_put_where_they_are_wanted),
		cmocka_unit_test(the_progress_line_is_as_wide_as_the_terminal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
