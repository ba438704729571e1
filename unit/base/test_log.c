#include "check.h"

#include <errno.h>
#include <unistd.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"
#include "log.h"

/* A log into a pipe, and what was read of it. */
struct probe {
	int fds[2];
	struct log log;
	char text[16384];
};

static struct probe
opened(bool json)
{
	struct probe p = {.log = {.level = LOG_LEVEL_INFO, .json = json}};

	CHECK_INT(pipe(p.fds), 0);
	p.log.fd = p.fds[1];
	return p;
}

/* All that was written, with the time cut off where it is logfmt; closes the probe. */
static const char *
written(struct probe *p)
{
	char *at = p->text;
	ssize_t n;

	close(p->fds[1]);
	n = read(p->fds[0], p->text, sizeof p->text - 1);
	close(p->fds[0]);
	if (n < 0)
		n = 0;
	p->text[n] = '\0';
	if (n > 0 && !p->log.json) {
		static const char shape[] = "time=2026-01-28T18:29:02.441000Z ";

		CHECK(n > (ssize_t)sizeof shape);
		CHECK(strncmp(at, "time=", 5) == 0 && at[15] == 'T' && at[sizeof shape - 3] == 'Z');
		at += sizeof shape - 1;
	}
	return at;
}

static void
logfmt_quotes_what_needs_it(void **state)
{
	static const struct log_field fields[] = {
		{"op", "default/roll-1"}, {"node", "db-b-3"}, {"empty", ""}, {"absent", NULL}, {"equal", "a=b"},
		{"quote", "say \"x\""}, {"lines", "a\nb"}, {NULL, NULL},
	};
	struct probe p = opened(false);

	(void)state;
	log_line(&p.log, LOG_LEVEL_WARN, "gate closed", fields);
	CHECK_TEXT(written(&p), "level=warn msg=\"gate closed\" op=default/roll-1 node=db-b-3 empty=\"\" equal=\"a=b\" "
	    "quote=\"say \\\"x\\\"\" lines=\"a\\nb\"\n");
}

static void
json_lines_are_objects(void **state)
{
	static const struct log_field fields[] = {{"node", "db-b-3"}, {"why", "a \"b\"\n"}, {NULL, NULL}};
	struct probe p = opened(true);
	CLEANUP_JSON struct cJSON *json = NULL;
	const char *text;
	struct err err = {""};

	(void)state;
	log_line(&p.log, LOG_LEVEL_ERROR, "refused", fields);
	text = written(&p);
	json = json_parse(text, strlen(text), &err);
	CHECK_TEXT(err.text, "");
	CHECK(instant_parse(json_str(json, "time")) > INT64_C(1700000000000));
	CHECK_TEXT(json_str(json, "level"), "error");
	CHECK_TEXT(json_str(json, "msg"), "refused");
	CHECK_TEXT(json_str(json, "node"), "db-b-3");
	CHECK_TEXT(json_str(json, "why"), "a \"b\"\n");
	CHECK_INT(json_count(json), 5);
}

static void
levels_below_are_not_printed(void **state)
{
	struct probe p = opened(false);

	(void)state;
	log_say(&p.log, LOG_LEVEL_DEBUG, "%s", "quiet");
	log_say(&p.log, LOG_LEVEL_INFO, "%d nodes", 3);
	CHECK_TEXT(written(&p), "level=info msg=\"3 nodes\"\n");
	CHECK_INT(log_level_parse("debug"), LOG_LEVEL_DEBUG);
	CHECK_INT(log_level_parse("error"), LOG_LEVEL_ERROR);
	CHECK_INT(log_level_parse("Error"), -1);
	CHECK_INT(log_level_parse(""), -1);
}

static void
long_values_are_cut_and_the_line_stays_readable(void **state)
{
	char value[5000];
	struct log_field fields[20] = {{NULL, NULL}};

	(void)state;
	memset(value, '\x01', sizeof value - 1);    /* six bytes each, escaped */
	value[sizeof value - 1] = '\0';
	for (size_t i = 0; i < 19; i++)
		fields[i] = (struct log_field){"long", i == 0 ? value : "short"};
	fields[1].value = value;
	for (int as_json = 0; as_json < 2; as_json++) {
		struct probe p = opened(as_json);
		const char *text;

		log_line(&p.log, LOG_LEVEL_INFO, "m", fields);
		text = written(&p);
		CHECK(strlen(text) <= 8192 + 128);
		CHECK_TEXT(text + strlen(text) - 1, "\n");
		CHECK_CONTAINS(text, "\\u0001...\"");
		CHECK_CONTAINS(text, as_json ? ",\"truncated\":\"true\"}\n" : " truncated=true\n");
	}
}

static void
a_long_message_is_cut(void **state)
{
	struct probe p = opened(false);
	const char *text;

	(void)state;
	log_say(&p.log, LOG_LEVEL_INFO, "%02000d", 1);
	text = written(&p);
	CHECK_CONTAINS(text, "000...\n");
	CHECK(strlen(text) < 1300);
}

static void
errno_is_kept_even_when_nobody_reads(void **state)
{
	struct log log = {.level = LOG_LEVEL_INFO, .fd = -1};

	(void)state;
	errno = EAGAIN;
	log_say(&log, LOG_LEVEL_INFO, "lost");
	CHECK_INT(errno, EAGAIN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(logfmt_quotes_what_needs_it),
		cmocka_unit_test(json_lines_are_objects),
		cmocka_unit_test(levels_below_are_not_printed),
		cmocka_unit_test(long_values_are_cut_and_the_line_stays_readable),
		cmocka_unit_test(a_long_message_is_cut),
		cmocka_unit_test(errno_is_kept_even_when_nobody_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
