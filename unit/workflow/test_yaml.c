#include "alloc.h"
#include "check.h"
#include "yaml_json.h"

/* What kubectl 1.32 makes of the same text, but for what is refused below. */
static void
yaml_becomes_json(void **state)
{
	static const char *const cases[][2] = {
		{"a: b", "{\"a\":\"b\"}"},
		{"- 1\n- two\n- [3, {x: z}]", "[1,\"two\",[3,{\"x\":\"z\"}]]"},
		{"a:\n  b:\n  - c: 1\n    d: ~\n", "{\"a\":{\"b\":[{\"c\":1,\"d\":null}]}}"},
		{"---\na: 1\n...\n", "{\"a\":1}"},
		{"{}", "{}"},
		{"a:", "{\"a\":null}"},
		{"[true, True, yes, on, y, Y, false, no, OFF, n]",
		    "[true,true,true,true,true,true,false,false,false,false]"},
		{"[\"on\", 'yes', \"3\", '~', \"\"]", "[\"on\",\"yes\",\"3\",\"~\",\"\"]"},
		{"[0, -1, 1.5, 1e3, -0.5E+2]", "[0,-1,1.5,1e3,-0.5E+2]"},
		{"[10.0.0.1, 1:30, 2001-01-01, 60s, 0s, 1h30m, 1.2.3, a1, -, 1e, 0x, .e3, _1, 1-2, 0xg]",
		    "[\"10.0.0.1\",\"1:30\",\"2001-01-01\",\"60s\",\"0s\",\"1h30m\",\"1.2.3\",\"a1\",\"-\",\"1e\",\"0x\","
		    "\".e3\",\"_1\",\"1-2\",\"0xg\"]"},
		{"[+x+, tRue, nULL, .infx]", "[\"+x+\",\"tRue\",\"nULL\",\".infx\"]"},
		{"a: |\n  x\n  y\n", "{\"a\":\"x\\ny\\n\"}"},
		{"a: >-\n  x\n  y\n", "{\"a\":\"x y\"}"},
		{"a: \"x\\ty\\u00e9\"", "{\"a\":\"x\\ty\xc3\xa9\"}"},
		{"\"on\": x", "{\"on\":\"x\"}"},
		{"# only\na: b # comments\n", "{\"a\":\"b\"}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);
		struct err err = {""};

		if (yaml_to_json(cases[i][0], strlen(cases[i][0]), &out, &err) < 0)
			CHECK_FAIL("%s: %s", cases[i][0], err.text);
		CHECK_TEXT(buf_str(&out), cases[i][1]);
	}
}

static void
what_is_not_plain_is_refused_with_its_line(void **state)
{
	static const char number[] = "is a number to some readers of YAML and none to others; write it plainly, or quote it";
	static const char shared[] = "line 1: anchors, aliases and tags are not taken; write it out";
	static const char *const cases[][2] = {
		{"", "line 1: expected a document, and found none"},
		{"a: 1\n---\nb: 2\n", "line 2: expected a single document"},
		{"a: b: c", "line 1: mapping values are not allowed in this context"},
		{"a: [1,\nb: 2", "line 3: while parsing a flow sequence: did not find expected ',' or ']'"},
		{"x: &a 1", shared},
		{"&a [1]", shared},
		{"x: !thing 1", shared},
		{"x: !!str 1", shared},
		{"a:\n  b: *c\n", "line 2: there is no &c before this *c"},
		{"a: &c 1\nb: *c\n", shared},
		{"a: &c [*c]\n", "line 1: *c stands inside of what it means"},
		{"a: 1\nb: 2\na: 3\n", "line 3: the key \"a\" comes twice, first in line 1"},
		{"x:\n  on: targets\n", "line 2: the key \"on\" is not a string to kubectl; quote it"},
		{"1: x", "line 1: the key \"1\" is not a string to kubectl; quote it"},
		{"<<: x", "line 1: the key \"<<\" is not a string to kubectl; quote it"},
		{"? [a]\n: b", "line 1: expected a plain key"},
		{"a: \"x\\0y\"", "line 1: a NUL byte"},
		{"a: \xff", "line 1: invalid leading UTF-8 octet, at byte 3"},
	};
	static const char *const numbers[] = {"017", "0o17", "0x1f", "0b11", "1_000", "+5", ".5", "1.", ".inf", "-.INF",
	    ".nan", "08", "-0x1F", "+1.5e3"};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);
		struct err err = {""};

		CHECK_INT(yaml_to_json(cases[i][0], strlen(cases[i][0]), &out, &err), -1);
		CHECK_TEXT(err.text, cases[i][1]);
	}
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);
		CLEANUP_FREE char *expected = xasprintf("line 1: \"%s\" %s", numbers[i], number);
		struct err err = {""};

		CHECK_INT(yaml_to_json(numbers[i], strlen(numbers[i]), &out, &err), -1);
		CHECK_TEXT(err.text, expected);
	}
}

static void
everything_has_a_bound(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(YAML_BYTES_MAX + 1), out = BUF_INIT(64);
	struct err err = {""};

	(void)state;
	for (int i = 0; i <= COUNT_MAX_YAML_DEPTH; i++)
		buf_puts(&text, "[");
	CHECK_INT(yaml_to_json(buf_str(&text), text.len, &out, &err), -1);
	CHECK_TEXT(err.text, "line 1: nested more than 32 deep");
	buf_clear(&text);
	for (int i = 0; i <= COUNT_MAX_YAML_KEYS; i++)
		buf_printf(&text, "k%d: 0\n", i);
	CHECK_INT(yaml_to_json(buf_str(&text), text.len, &out, &err), -1);
	CHECK_TEXT(err.text, "line 1025: more than 1024 keys in one mapping");
	buf_clear(&text);
	buf_clear(&out);
	buf_printf(&text, "%080d", 0);
	buf_puts(&text, "x");
	CHECK_INT(yaml_to_json(buf_str(&text), text.len, &out, &err), -1);
	CHECK_TEXT(err.text, "line 1: longer than 64 bytes as JSON");
	buf_clear(&text);
	buf_puts(&text, "a: &a [x, x, x, x, x, x, x, x, x]\n");
	for (char c = 'b'; c < 'k'; c++)
		buf_printf(&text, "%c: &%c [*%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c, *%c]\n", c, c, c - 1, c - 1, c - 1, c - 1,
		    c - 1, c - 1, c - 1, c - 1, c - 1);
	CHECK_INT(yaml_to_json(buf_str(&text), text.len, &out, &err), -1);
	CHECK_TEXT(err.text, "line 6: more than 200000 values, those behind aliases counted each time");
	buf_clear(&text);
	for (int i = 0; i <= YAML_BYTES_MAX; i++)
		buf_putc(&text, ' ');
	CHECK_INT(yaml_to_json(buf_str(&text), text.len, &out, &err), -1);
	CHECK_TEXT(err.text, "line 1: longer than 1048576 bytes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yaml_becomes_json),
		cmocka_unit_test(what_is_not_plain_is_refused_with_its_line),
		cmocka_unit_test(everything_has_a_bound),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
