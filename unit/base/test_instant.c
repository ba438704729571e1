#include "check.h"

#include "instant.h"

static const struct {
	int64_t wall_ms;
	const char *text;
} moments[] = {
	{0, "1970-01-01T00:00:00Z"},
	{INT64_C(1769624942000), "2026-01-28T18:29:02Z"},
	{INT64_C(951782400000), "2000-02-29T00:00:00Z"},
	{INT64_C(4107542399000), "2100-02-28T23:59:59Z"},
	{INT64_C(4107542400000), "2100-03-01T00:00:00Z"},
	{INT64_C(1735689599000), "2024-12-31T23:59:59Z"},
	{INT64_C(253402300799000), "9999-12-31T23:59:59Z"},
};

static void
moments_are_written_and_read_back(void **state)
{
	char text[INSTANT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
		CHECK_TEXT(instant_rfc3339(moments[i].wall_ms, text), moments[i].text);
		CHECK_INT(instant_parse(moments[i].text), moments[i].wall_ms);
	}
}

static void
every_day_of_a_century_reads_back(void **state)
{
	char text[INSTANT_TEXT];

	(void)state;
	for (int64_t day = 0; day < 36600; day++) {
		int64_t ms = day * HOURS(24) + day % 86400 * 1000 + day % 1000;

		CHECK_INT(instant_parse(instant_micro(ms, text)), ms);
	}
}

static void
short_and_fine_forms(void **state)
{
	char text[INSTANT_TEXT];

	(void)state;
	CHECK_TEXT(instant_micro(INT64_C(1769624942441), text), "2026-01-28T18:29:02.441000Z");
	CHECK_TEXT(instant_micro(INT64_C(1769624942001), text), "2026-01-28T18:29:02.001000Z");
	CHECK_TEXT(instant_rfc3339(INT64_C(1769624942999), text), "2026-01-28T18:29:02Z");
	CHECK_TEXT(instant_clock(INT64_C(1769624942441), text), "18:29");
	CHECK_TEXT(instant_clock(MINUTES(602), text), "10:02");
}

static void
what_no_calendar_holds_stays_within_the_text(void **state)
{
	char text[INSTANT_TEXT];

	(void)state;
	CHECK_TEXT(instant_rfc3339(-1, text), "1970-01-01T00:00:00Z");
	CHECK_TEXT(instant_rfc3339(INT64_MIN, text), "1970-01-01T00:00:00Z");
	CHECK_TEXT(instant_micro(INT64_MAX, text), "9999-12-31T23:59:59.999000Z");
}

static void
fractions_are_cut_at_milliseconds(void **state)
{
	(void)state;
	CHECK_INT(instant_parse("1970-01-01T00:00:00.5Z"), 500);
	CHECK_INT(instant_parse("1970-01-01T00:00:00.04Z"), 40);
	CHECK_INT(instant_parse("1970-01-01T00:00:01.441999Z"), 1441);
	CHECK_INT(instant_parse("1970-01-01T00:00:01.000000000000001Z"), 1000);
}

static void
what_is_no_moment_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "Z", "2026", "2026-01-28", "2026-01-28T18:29:02", "2026-01-28T18:29:02+00:00",
		"2026-01-28 18:29:02Z",
		"2026-01-28t18:29:02Z", "2026-01-28T18:29:02z", "2026-1-28T18:29:02Z", "2026-13-01T00:00:00Z",
		"2026-00-01T00:00:00Z", "2026-02-29T00:00:00Z", "2100-02-29T00:00:00Z", "2026-04-31T00:00:00Z",
		"2026-01-00T00:00:00Z", "2026-01-28T24:00:00Z", "2026-01-28T18:60:02Z", "2026-01-28T18:29:60Z",
		"2026-01-28T18:29:02.Z", "2026-01-28T18:29:02.4", "2026-01-28T18:29:02Zx", " 2026-01-28T18:29:02Z",
		"1969-12-31T23:59:59Z", "+026-01-28T18:29:02Z", "-026-01-28T18:29:02Z",
	};

	(void)state;
	CHECK_INT(instant_parse(NULL), -1);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (instant_parse(bad[i]) != -1)
			CHECK_FAIL("taken: %s", bad[i]);
	}
}

static const struct {
	const char *text;
	int64_t ms;
	const char *shortest;
} durations[] = {
	{"90s", SECONDS(90), "1m30s"},
	{"5m", MINUTES(5), "5m"},
	{"24h", HOURS(24), "24h"},
	{"250ms", 250, "250ms"},
	{"1h30m", MINUTES(90), "1h30m"},
	{"1h30m15s250ms", MINUTES(90) + 15250, "1h30m15s250ms"},
	{"1h1ms", HOURS(1) + 1, "1h1ms"},
	{"1500ms", 1500, "1s500ms"},
	{"0s", 0, "0s"},
	{"0", 0, "0s"},
	{"007s", 7000, "7s"},
	{"87600h", HOURS(87600), "87600h"},
};

static void
durations_are_read_and_written_shortest(void **state)
{
	char text[INSTANT_TEXT];

	(void)state;
	for (size_t i = 0; i < sizeof durations / sizeof *durations; i++) {
		if (duration_parse(durations[i].text) != durations[i].ms)
			CHECK_FAIL("%s is %lld", durations[i].text, (long long)duration_parse(durations[i].text));
		CHECK_TEXT(duration_text(durations[i].ms, text), durations[i].shortest);
		CHECK_INT(duration_parse(text), durations[i].ms);
	}
}

static void
extreme_durations_stay_within_the_text(void **state)
{
	char text[INSTANT_TEXT];

	(void)state;
	CHECK_TEXT(duration_text(-90000, text), "-1m30s");
	CHECK_TEXT(duration_text(INT64_MIN, text), "-2562047788015h12m55s808ms");
	CHECK_TEXT(duration_text(INT64_MAX, text), "2562047788015h12m55s807ms");
}

static void
what_is_no_duration_is_refused(void **state)
{
	static const char *const bad[] = {
		"", "s", "90", "00", "-5s", "+5s", "5 s", " 5s", "5s ", "1.5h", "5d", "5S", "5sec", "s5", "1m1h",
		"1s1s", "1ms1s", "5mm", "1h30", "87600h1ms", "87601h", "999999999999h", "9999999999999h",
		"99999999999999999999s", "1e3s",
	};

	(void)state;
	CHECK_INT(duration_parse(NULL), -1);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		if (duration_parse(bad[i]) != -1)
			CHECK_FAIL("taken: %s", bad[i]);
	}
}

static void
waits_double_until_the_most(void **state)
{
	(void)state;
	CHECK_INT(backoff_ms(200, 3000, -1), 200);
	CHECK_INT(backoff_ms(200, 3000, 0), 200);
	CHECK_INT(backoff_ms(200, 3000, 3), 1600);
	CHECK_INT(backoff_ms(200, 3000, 4), 3000);
	CHECK_INT(backoff_ms(200, 3000, INT64_MAX), 3000);
	CHECK_INT(backoff_ms(300000, 60000, 2), 300000);        /* as it was asked for */
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(moments_are_written_and_read_back),
		cmocka_unit_test(every_day_of_a_century_reads_back),
		cmocka_unit_test(short_and_fine_forms),
		cmocka_unit_test(what_no_calendar_holds_stays_within_the_text),
		cmocka_unit_test(fractions_are_cut_at_milliseconds),
		cmocka_unit_test(what_is_no_moment_is_refused),
		cmocka_unit_test(durations_are_read_and_written_shortest),
		cmocka_unit_test(extreme_durations_stay_within_the_text),
		cmocka_unit_test(what_is_no_duration_is_refused),
		cmocka_unit_test(waits_double_until_the_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
