/* What Scylla Manager tells of repairs: which task is of everything, and from when on its work counts. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "instant.h"
#include "json.h"
#include "manager.h"

#define IN_JSON(spec) "\"{\\\"spec\\\":\\\"" spec "\\\",\\\"start_date\\\":\\\"0001-01-01T00:00:00Z\\\"}\""
#define ID "475ebc46-0000-4000-8000-000000000001"

static void
a_cluster_is_found_by_its_name(void **state)
{
	static const struct {
		const char *text, *id;
	} rows[] = {
		{"[{\"id\":\"1f\",\"name\":\"other\"},{\"id\":\"2f\",\"name\":\"mine\"}]", "2f"},
		{"[{\"id\":\"1f\",\"name\":\"other\"}]", NULL},
		{"[{\"id\":\"1f/../tasks\",\"name\":\"mine\"}]", NULL},
		{"[{\"id\":\"\",\"name\":\"mine\"}]", NULL},
		{"{\"message\":\"get out\"}", NULL},
		{"oh no", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_JSON struct cJSON *json = json_parse(rows[i].text, strlen(rows[i].text), NULL);
		const char *id = manager_find_cluster(json, "mine");

		if ((id == NULL) != (rows[i].id == NULL) || (id && strcmp(id, rows[i].id) != 0))
			CHECK_FAIL("row %zu: %s", i, id ? id : "none");
	}
}

static void
a_task_leaves_out_what_its_properties_say(void **state)
{
	static const struct {
		const char *properties, *part;
		bool resumes;
	} rows[] = {
		{"{}", "", true},
		{"{\"continue\":false,\"fail_fast\":true,\"intensity\":0.5,\"parallel\":2,\"small_table_threshold\":1}", "",
		    false},
		{"{\"keyspace\":[],\"dc\":null,\"host\":\"\",\"ignore_down_hosts\":false}", "", true},
		{"{\"keyspace\":[\"*\"]}", "", true},
		{"{\"keyspace\":[\"app\",\"!app.logs\"]}", "keyspaces app, !app.logs alone", true},
		{"{\"keyspace\":\"app\"}", "keyspaces  alone", true},
		{"{\"dc\":[\"dc1\"]}", "datacenters dc1 alone", true},
		{"{\"host\":\"10.0.0.1\"}", "host 10.0.0.1 alone", true},
		{"{\"ignore_down_hosts\":true}", "with the option ignore_down_hosts", true},
		{"{\"token_ranges\":\"pr\"}", "with the option token_ranges", true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_FREE char *text = xasprintf("[{\"type\":\"backup\",\"id\":\"" ID "\"},"
		    "{\"type\":\"repair\",\"id\":\"/\"},{\"type\":\"repair\",\"id\":\"" ID "\",\"status\":\"DONE\","
		    "\"last_success\":\"2026-01-28T18:29:02.441Z\",\"properties\":%s}]", rows[i].properties);
		struct manager_task tasks[2];
		size_t count;

		CHECK(manager_read_tasks(text, strlen(text), tasks, ARRAY_LEN(tasks), &count));
		CHECK_INT(count, 1);
		CHECK(strcmp(tasks[0].status, "DONE") == 0);
		CHECK_INT(tasks[0].last_success_ms, instant_parse("2026-01-28T18:29:02.441Z"));
		if (strcmp(tasks[0].part, rows[i].part) != 0 || tasks[0].resumes != rows[i].resumes)
			CHECK_FAIL("row %zu: \"%s\"", i, tasks[0].part);
	}
}

/* Runs as minutes of their beginning, each after what became of it: "D5" done, "R5" at work, "S5" stopped, "E5" failed. */
static char *
history(const char *runs)
{
	static const struct {
		char sign;
		const char *status;
	} statuses[] = {{'D', "DONE"}, {'R', "RUNNING"}, {'S', "STOPPED"}, {'E', "ERROR"}, {'A', "ABORTED"}};
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	char at[INSTANT_TEXT];

	buf_putc(&text, '[');
	for (; *runs; runs++) {
		char sign = *runs++;
		int64_t minute = strtoll(runs, (char **)(uintptr_t)&runs, 10);

		for (size_t i = 0; i < ARRAY_LEN(statuses); i++)
			if (statuses[i].sign == sign)
				buf_printf(&text, "%s{\"status\":\"%s\",\"start_time\":\"%s\"}", text.len > 1 ? "," : "",
				    statuses[i].status, instant_micro(MINUTES(minute), at));
		if (!*runs)
			break;
	}
	buf_putc(&text, ']');
	return buf_take(&text);
}

static void
work_counts_from_the_first_run_that_was_not_finished(void **state)
{
	static const struct {
		const char *runs;
		bool resumes;
		int64_t whole, running;         /* minutes */
	} rows[] = {
		{"", true, 0, 0},
		{"D9", true, 9, 0},
		{"R9", true, 0, 9},
		{"R9 D5", true, 5, 9},
		{"D9 D5", true, 9, 0},
		{"D5 D9", true, 9, 0},
		{"D9 S7 D5", true, 7, 0},
		{"D9 E8 A7 S6 D5", true, 6, 0},
		{"D9 S7", true, 7, 0},
		{"R9 S7 D5 S3", true, 3, 7},
		{"S9 D7", true, 7, 0},
		{"E9", true, 0, 0},
		{"D9 S7 D5", false, 9, 0},
		{"R9 S7", false, 0, 9},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_FREE char *text = history(rows[i].runs);
		struct manager_runs runs;

		CHECK(manager_read_runs(text, strlen(text), rows[i].resumes, &runs));
		if (runs.whole_since_ms != MINUTES(rows[i].whole) || runs.running_since_ms != MINUTES(rows[i].running))
			CHECK_FAIL("row %zu: %lld, %lld", i, (long long)runs.whole_since_ms, (long long)runs.running_since_ms);
	}
}

/* What was begun before the oldest run that is told of nobody knows. */
static void
a_history_that_is_cut_off_proves_nothing(void **state)
{
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct manager_runs runs;

	(void)state;
	buf_puts(&text, "[{\"status\":\"DONE\",\"start_time\":\"2026-01-28T23:00:00Z\"}");
	for (int i = 1; i < MANAGER_RUNS; i++)
		buf_printf(&text, ",{\"status\":\"ERROR\",\"start_time\":\"2026-01-28T22:%02d:00Z\"}", 59 - i);
	buf_putc(&text, ']');
	CHECK(manager_read_runs(buf_str(&text), text.len, true, &runs));
	CHECK_INT(runs.whole_since_ms, 0);
	CHECK(manager_read_runs(buf_str(&text), text.len, false, &runs));
	CHECK_INT(runs.whole_since_ms, instant_parse("2026-01-28T23:00:00Z"));
	buf_done(&text);
	CHECK(!manager_read_runs("{}", 2, true, &runs));
	CHECK(manager_read_runs("[\"\"]", 4, true, &runs));
	CHECK_INT(runs.whole_since_ms, 0);
	/* Begun nobody knows when. */
	CHECK(manager_read_runs("[{\"status\":\"DONE\"}]", 19, true, &runs));
	CHECK_INT(runs.whole_since_ms, 0);
}

static void
a_schedule_is_told_as_each_release_writes_it(void **state)
{
	static const struct {
		const char *schedule, *text;
	} rows[] = {
		{"{}", "once"},
		{"{\"interval\":\"0s\",\"cron\":\"\"}", "once"},
		{"{\"interval\":\"7d\",\"cron\":\"\"}", "every 7d"},
		{"{\"interval\":\"\",\"cron\":\"0 23 * * SAT\"}", "cron 0 23 * * SAT"},
		{"{\"interval\":\"\",\"cron\":" IN_JSON("0 23 * * SAT") "}",
		    "cron 0 23 * * SAT"},
		{"{\"interval\":\"7d\",\"cron\":" IN_JSON("") "}", "every 7d"},
	};
	char text[80];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_JSON struct cJSON *json = json_parse(rows[i].schedule, strlen(rows[i].schedule), NULL);

		if (strcmp(manager_schedule(json, text, sizeof text), rows[i].text) != 0)
			CHECK_FAIL("row %zu: \"%s\"", i, text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_cluster_is_found_by_its_name),
		cmocka_unit_test(a_task_leaves_out_what_its_properties_say),
		cmocka_unit_test(work_counts_from_the_first_run_that_was_not_finished),
		cmocka_unit_test(a_history_that_is_cut_off_proves_nothing),
		cmocka_unit_test(a_schedule_is_told_as_each_release_writes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
