/* Texts that are made to hurt: each is refused, by either reader, with a sentence and within bounds of time. Memory is
 * bounded by the counts, which unit/workflow/test_yaml.c tries one by one. */
#include <stdlib.h>
#include <time.h>

#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "source.h"

/* A hundred times what it takes. */
enum { MOST_MS = 3000 };

/* Under valgrind and the sanitizers, which set this: an array is copied each time that it grows, and a text measured each time
 * that it is looked into. The texts are shorter there, and the time says nothing of us. */
static bool
is_watched(void)
{
	return getenv("STRAIT_QUICK") != NULL;
}

static size_t
longest(void)
{
	return is_watched() ? YAML_BYTES_MAX / 32 : YAML_BYTES_MAX - 100;
}

static int64_t
now_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);   /* of ours: the machine may be busy */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
put_many(struct buf *out, const char *part)
{
	while (buf_ok(out) && out->len < longest())
		buf_puts(out, part);
}

static void
bomb(struct buf *out)
{
	buf_puts(out, "a: &a [x, x, x, x, x, x, x, x, x]\n");
	for (char c = 'b'; c <= 'z'; c++)
		buf_printf(out, "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", c, c, c - 1, c - 1, c - 1, c - 1,
		    c - 1, c - 1, c - 1, c - 1, c - 1);
}

static void
deep_block(struct buf *out)
{
	for (int i = 0; i < 1000; i++)
		buf_printf(out, "%*sa:\n", i, "");
}

static void
deep_flow(struct buf *out)
{
	put_many(out, "[");
}

static void
deep_mappings(struct buf *out)
{
	put_many(out, "{a: ");
}

static void
deep_items(struct buf *out)
{
	put_many(out, "- ");
}

static void
deep_keys(struct buf *out)
{
	put_many(out, "? ");
}

static void
many_anchors(struct buf *out)
{
	for (int i = 0; out->len < longest(); i++)
		buf_printf(out, "- &a%d x\n", i);
}

static void
many_aliases(struct buf *out)
{
	buf_puts(out, "- &a [x, y]\n");
	put_many(out, "- *a\n");
}

static void
many_of_both(struct buf *out)
{
	for (int i = 0; i < 50000; i++)
		buf_printf(out, "- &a%d x\n", i);
	put_many(out, "- *a0\n");
}

static void
many_keys(struct buf *out)
{
	for (int i = 0; out->len < longest(); i++)
		buf_printf(out, "k%d: 0\n", i);
}

static void
many_values(struct buf *out)
{
	put_many(out, "- a\n");
}

static void
many_unclosed(struct buf *out)
{
	buf_puts(out, "a: ");
	put_many(out, "\"");
}

static void
many_colons(struct buf *out)
{
	put_many(out, "a: ");
}

static void
too_long(struct buf *out)
{
	for (int i = 0; i < 10 * YAML_BYTES_MAX / 16; i++)
		buf_puts(out, "# sixteen bytes\n");
}

static void
long_comment(struct buf *out)
{
	buf_puts(out, "#");
	put_many(out, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}

static void
long_tag(struct buf *out)
{
	buf_puts(out, "- task: !");
	put_many(out, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	buf_puts(out, "\n");
}

static const struct {
	void (*make)(struct buf *out);
	const char *said;        /* of it */
} cases[] = {
	{bomb, "more than 200000 values, those behind aliases counted each time"},
	{deep_block, "nested more than 32 deep"},
	{deep_flow, "nested more than 32 deep"},
	{deep_mappings, "nested more than 32 deep"},
	{deep_items, "nested more than 32 deep"},
	{deep_keys, ""},
	{many_anchors, "more than 256 anchors"},
	{many_of_both, "more than 256 anchors"},
	{many_aliases, ""},
	{many_keys, "more than 1024 keys in one mapping"},
	{many_values, ""},
	{many_unclosed, ""},
	{many_colons, "mapping values are not allowed in this context"},
	{too_long, "longer than 1048576 bytes"},
	{long_comment, "expected a document, and found none"},
	{long_tag, ""},
};

static void
each_is_refused_in_time(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_BUF struct buf text = BUF_INIT(11 * YAML_BYTES_MAX);
		struct findings findings = {.count = 0};
		int64_t began, took;

		cases[i].make(&text);
		began = now_ms();
		CHECK(!workflow_read(buf_str(&text), text.len, "x", fake_types, &findings));
		took = now_ms() - began;
		CHECK(findings.errors > 0 && findings.count <= FINDINGS_MAX);
		CHECK_CONTAINS(findings.items[0].text, cases[i].said);
		if (took > MOST_MS && !is_watched())
			CHECK_FAIL("case %zu, \"%.20s\": refused in %lld ms", i, buf_str(&text), (long long)took);
		findings_done(&findings);
	}
}

static void
what_is_wrong_with_one_line_is_told_with_its_place(void **state)
{
	static const struct {
		const char *text;
		int line, column;
		const char *said;
	} lines[] = {
		{"a: \xc3(\n", 1, 5, "invalid trailing UTF-8 octet, at byte 4"},
		{"a: \xed\xa0\x80\n", 1, 4, "invalid Unicode character, at byte 3"},
		{"a:\n\t- b\n", 2, 1, "while scanning for the next token: found character that cannot start any token"},
		{"a: &x 1\nb: &x 2\nc: 3\n", 2, 4, "the anchor &x comes twice"},
		{"- task: !x\n    a: !!binary aGk=\n", 2, 8, "!tag:yaml.org,2002:binary has no meaning here"},
		{"- !x\n  task: !y\n", 1, 3, "!x has no meaning here"},
		{"!x\ncluster_tasks:\n  - task: !y\n", 1, 1, "!x has no meaning here"},
		{"cluster_tasks: !x\n  - task: !y\n", 1, 16, "!x has no meaning here"},
		{"- task: !wait-for-conditions [a]\n", 1, 9, "expected its parameters as a mapping, or nothing, got a list"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct findings findings = {.count = 0};
		const struct finding *first;

		CHECK(!workflow_read(lines[i].text, strlen(lines[i].text), "x", fake_types, &findings));
		first = &findings.items[0];
		if (first->mark.line != lines[i].line || first->mark.column != lines[i].column ||
		    !strstr(first->text, lines[i].said))
			CHECK_FAIL("%s\n      is: %d:%d: %s\nexpected: %d:%d: %s", lines[i].text, first->mark.line,
			    first->mark.column, first->text, lines[i].line, lines[i].column, lines[i].said);
		findings_done(&findings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_is_refused_in_time),
		cmocka_unit_test(what_is_wrong_with_one_line_is_told_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
