#include "check.h"

#include "alloc.h"
#include "json.h"

static const struct {
	const char *text;
	const char *why;
} refusals[] = {
	{"", "JSON, byte 0: expected a value, but the text ends"},
	{"  ", "JSON, byte 2: expected a value, but the text ends"},
	{"x", "JSON, byte 0: expected a value, not 'x'"},
	{"\xef\xbb\xbf{}", "JSON, byte 0: expected a value, not the byte 0xef"},
	{"{} {}", "JSON, byte 3: expected the end of the text, not '{'"},
	{"1 2", "JSON, byte 2: expected the end of the text, not '2'"},
	{"{", "JSON, byte 1: expected '\"' before a key, but the text ends"},
	{"{\"a\"", "JSON, byte 4: expected ':' after a key, but the text ends"},
	{"{\"a\":", "JSON, byte 5: expected a value, but the text ends"},
	{"{\"a\":1", "JSON, byte 6: expected ',' or '}' after a member, but the text ends"},
	{"{\"a\":1,}", "JSON, byte 7: expected '\"' before a key, not '}'"},
	{"{a:1}", "JSON, byte 1: expected '\"' before a key, not 'a'"},
	{"[1,]", "JSON, byte 3: expected a value, not ']'"},
	{"[1 2]", "JSON, byte 3: expected ',' or ']' after an element, not '2'"},
	{"[1}", "JSON, byte 2: expected ',' or ']' after an element, not '}'"},
	{"\"abc", "JSON, byte 4: expected '\"' at the end of a string, but the text ends"},
	{"\"a\nb\"", "JSON, byte 2: expected an escape for a control character, not the byte 0x0a"},
	{"\"\\x\"", "JSON, byte 2: expected one of \"\\/bfnrtu after a backslash, not 'x'"},
	{"\"\\u12g4\"", "JSON, byte 5: expected a hexadecimal digit, not 'g'"},
	{"\"\\u0000\"", "JSON, byte 1: the escape \\u0000 is refused: no value holds a NUL"},
	{"{\"a\\u0000\":1}", "JSON, byte 3: the escape \\u0000 is refused: no value holds a NUL"},
	{"\"\\ud83d\"", "JSON, byte 7: expected the second half of a surrogate pair, not '\"'"},
	{"\"\\ud83d\\u0041\"", "JSON, byte 7: expected the second half of a surrogate pair"},
	{"\"\\ude00\"", "JSON, byte 7: expected the second half of a surrogate pair, not '\"'"},
	{"truth", "JSON, byte 3: expected true, false or null, not 't'"},
	{"nul", "JSON, byte 3: expected true, false or null, but the text ends"},
	{"True", "JSON, byte 0: expected a value, not 'T'"},
	{"NaN", "JSON, byte 0: expected a value, not 'N'"},
	{"01", "JSON, byte 1: expected the end of the text, not '1'"},
	{"+1", "JSON, byte 0: expected a value, not '+'"},
	{"-", "JSON, byte 1: expected a digit, but the text ends"},
	{"1.", "JSON, byte 2: expected a digit, but the text ends"},
	{".5", "JSON, byte 0: expected a value, not '.'"},
	{"1e", "JSON, byte 2: expected a digit, but the text ends"},
	{"[1e999]", "JSON, byte 1: expected a number within the range of a double"},
	{"1234567890123456789012345678901234567890123456789012345678901",
	    "JSON, byte 0: expected a number of at most 60 characters"},
	{"{\"a\":1,\"b\":2,\"a\":3}", "JSON, byte 13: expected another key: \"a\" is there already, at byte 1"},
	{"{\"a\":1,\"\\u0061\":3}", "JSON, byte 7: expected another key: \"\\u0061\" is there already, at byte 1"},
	{"{\"\xe2\x82\xac\":1,\"\\u20ac\":3}",
	    "JSON, byte 9: expected another key: \"\\u20ac\" is there already, at byte 1"},
	{"[{\"x\":{\"k\":1,\"k\":1}}]", "JSON, byte 13: expected another key: \"k\" is there already, at byte 7"},
};

static void
what_is_no_json_is_refused_with_place_and_reason(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct err err = {""};
		/* A copy of the exact length, so that memory checkers see a read past the end. */
		size_t len = strlen(refusals[i].text);
		CLEANUP_FREE char *copy = xmalloc(len);

		memcpy(copy, refusals[i].text, len);
		if (json_parse(copy, len, &err))
			CHECK_FAIL("taken: %s", refusals[i].text);
		CHECK_TEXT(err.text, refusals[i].why);
		CHECK(!json_parse(copy, len, NULL));
	}
}

static void
nul_bytes_are_refused_wherever_they_are(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		const char *why;
	} rows[] = {
		{"{}\0", 3, "JSON, byte 2: expected the end of the text, not a NUL byte"},
		{"\"a\0b\"", 5, "JSON, byte 2: expected an escape for a control character, not a NUL byte"},
		{"[1\0]", 4, "JSON, byte 2: expected ',' or ']' after an element, not a NUL byte"},
		{"\0", 1, "JSON, byte 0: expected a value, not a NUL byte"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};

		CHECK(!json_parse(rows[i].text, rows[i].len, &err));
		CHECK_TEXT(err.text, rows[i].why);
	}
}

static void
nested(struct buf *out, int depth, const char *open, const char *close)
{
	for (int i = 0; i < depth; i++)
		buf_puts(out, open);
	buf_puts(out, "1");
	for (int i = 0; i < depth; i++)
		buf_puts(out, close);
}

static void
sixty_four_levels_are_allowed(void **state)
{
	CLEANUP_BUF struct buf deep = BUF_INIT(1000), deeper = BUF_INIT(1000);
	CLEANUP_JSON struct cJSON *json = NULL;
	struct err err = {""};

	(void)state;
	nested(&deep, 64, "{\"a\":", "}");
	json = json_parse(buf_str(&deep), deep.len, &err);
	CHECK(json);
	nested(&deeper, 65, "[", "]");
	CHECK(!json_parse(buf_str(&deeper), deeper.len, &err));
	CHECK_TEXT(err.text, "JSON, byte 64: expected at most 64 levels of objects and arrays");
}

static void
equal_keys_in_different_objects_are_fine(void **state)
{
	static const char text[] = "{\"a\":{\"a\":[{\"a\":1},{\"a\":2}]},\"b\":{\"a\":1},\"A\":1,\"\":1}";
	CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), NULL);

	(void)state;
	CHECK(json);
}

static void
one_equal_key_among_many_is_found(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(1 << 20);
	struct err err = {""};

	(void)state;
	buf_puts(&text, "{");
	for (int i = 0; i < 20000; i++)
		buf_printf(&text, "\"key-%d\":%d,", i, i);
	buf_puts(&text, "\"key-777\":0}");
	CHECK(!json_parse(buf_str(&text), text.len, &err));
	CHECK_CONTAINS(err.text, "\"key-777\" is there already, at byte ");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_json_is_refused_with_place_and_reason),
		cmocka_unit_test(nul_bytes_are_refused_wherever_they_are),
		cmocka_unit_test(sixty_four_levels_are_allowed),
		cmocka_unit_test(equal_keys_in_different_objects_are_fine),
		cmocka_unit_test(one_equal_key_among_many_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
