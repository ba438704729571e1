/* What of a large document is not built: values that nobody reads, and lists whose elements are parsed one at a time. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "json.h"

static const struct json_cut x[] = {{.key = "x"}, {.key = NULL}};

static void
what_is_left_out_reads_as_zero(void **state)
{
	static const struct {
		const char *text;
		int depth;
		const char *rest;
	} rows[] = {
		{"{\"a\":{\"x\":[1,{\"x\":2}],\"b\":1}}", 2, "{\"a\":{\"x\":0,\"b\":1}}"},
		{"{\"x\":[{}],\"a\":{\"x\":{}}}", 1, "{\"x\":0,\"a\":{\"x\":{}}}"},
		{"{\"x\":[{}],\"a\":{\"x\":{}}}", 2, "{\"x\":[{}],\"a\":{\"x\":0}}"},
		{"{\"a\":{ \"x\" : \"}\" },\"b\":{\"x\":true},\"c\":[{\"x\":{}}]}", 2,
		    "{\"a\":{\"x\":0},\"b\":{\"x\":0},\"c\":[{\"x\":{}}]}"},
		{"{\"a\":{\"xy\":1,\"y\":\"x\"}}", 2, "{\"a\":{\"xy\":1,\"y\":\"x\"}}"},
		/* Other spellings keep what they hold. */
		{"{\"a\":{\"\\u0078\":7}}", 2, "{\"a\":{\"x\":7}}"},
		{"[]", 2, "[]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};
		CLEANUP_JSON struct cJSON *json = json_parse_cut(rows[i].text, strlen(rows[i].text), x, rows[i].depth, &err);
		CLEANUP_BUF struct buf out = BUF_INIT(1000);

		CHECK_TEXT(err.text, "");
		json_print(json, &out);
		CHECK_TEXT(buf_str(&out), rows[i].rest);
	}
}

static void
what_is_cut_as_text_reads_as_its_text(void **state)
{
	static const struct json_cut cuts[] = {{.key = "x"}, {.key = "y", .as_text = true}, {.key = NULL}};
	static const char *const rows[] = {
		"[]", "[{\"k\":\"a \\\"b\\\" \\\\ \\u00e9\"},\n\t2]", "{\"x\":{\"y\":[\"z\"]}}", "\"text\"", "17", "null",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_FREE char *text = xasprintf("{\"s\":{\"x\":[1],\"y\": %s ,\"z\":{\"y\":5}}}", rows[i]);
		CLEANUP_JSON struct cJSON *json = json_parse_cut(text, strlen(text), cuts, 2, NULL);

		CHECK_TEXT(json_str(json_get(json, "s"), "y"), rows[i]);
		CHECK_INT(json_int(json_get(json, "s"), "x", -1), 0);
		CHECK_INT(json_int(json_path(json, "s", "z", NULL), "y", -1), 5);
	}
}

/* As with any text: also inside of what is left out. */
static void
what_is_left_out_must_be_json(void **state)
{
	static const char *const rows[] = {
		"{\"a\":{\"x\":{\"k\":1,\"k\":2}}}", "{\"a\":{\"x\":[1,]}}", "{\"a\":{\"x\":1}", "{\"a\":{\"x\":1,\"x\":2}}",
		"{\"a\":{\"x\":1,\"\\u0078\":2}}", "",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct err err = {""};
		struct json_span *spans;
		size_t count;

		CHECK(!json_parse_cut(rows[i], strlen(rows[i]), x, 2, &err));
		CHECK_CONTAINS(err.text, "JSON, byte");
		CHECK(!json_parse_list(rows[i], strlen(rows[i]), "a", &spans, &count, NULL));
		free(spans);
	}
}

static void
elements_are_found_where_they_lie(void **state)
{
	static const struct {
		const char *text, *rest, *elements[4];
	} rows[] = {
		{"{\"items\":[{\"a\":[1,2]}, \"x\" ,[3]],\"m\":{\"items\":[9]}}", "{\"items\":[0,0,0],\"m\":{\"items\":[9]}}",
		    {"{\"a\":[1,2]}", "\"x\"", "[3]"}},
		{"{\"m\":1,\"items\": [ {\"items\":[5]} ] }", "{\"m\":1,\"items\":[0]}", {"{\"items\":[5]}"}},
		{"{\"items\":[],\"m\":[1]}", "{\"items\":[],\"m\":[1]}", {NULL}},
		{"{\"items\":null,\"m\":[1]}", "{\"items\":null,\"m\":[1]}", {NULL}},
		{"[{\"items\":[1]}]", "[{\"items\":[1]}]", {NULL}},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_FREE struct json_span *spans = NULL;
		size_t count, expected = 0;
		CLEANUP_JSON struct cJSON *json = json_parse_list(rows[i].text, strlen(rows[i].text), "items", &spans,
		    &count, NULL);
		CLEANUP_BUF struct buf out = BUF_INIT(1000);

		json_print(json, &out);
		CHECK_TEXT(buf_str(&out), rows[i].rest);
		for (; rows[i].elements[expected]; expected++) {
			CLEANUP_FREE char *text = xstrndup(rows[i].text + spans[expected].from,
			    spans[expected].to - spans[expected].from);

			CHECK(expected < count);
			CHECK_TEXT(text, rows[i].elements[expected]);
		}
		CHECK_INT(count, expected);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_left_out_reads_as_zero),
		cmocka_unit_test(what_is_cut_as_text_reads_as_its_text),
		cmocka_unit_test(what_is_left_out_must_be_json),
		cmocka_unit_test(elements_are_found_where_they_lie),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
