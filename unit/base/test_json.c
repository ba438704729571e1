#include "check.h"

#include "alloc.h"
#include "json.h"

static struct cJSON *
parsed(const char *text)
{
	struct err err = {""};
	struct cJSON *json = json_parse(text, strlen(text), &err);

	if (!json)
		CHECK_FAIL("%s: %s", text, err.text);
	return json;
}

static void
members_are_found_by_exact_name(void **state)
{
	CLEANUP_JSON struct cJSON *json = parsed("{\"name\":\"db-b-3\",\"port\":10000,"
	    "\"up\":true,\"down\":false,\"none\":null}");

	(void)state;
	CHECK(json_is_object(json) && !json_is_array(json));
	CHECK_TEXT(json_str(json, "name"), "db-b-3");
	CHECK_TEXT(json_str(json, "NAME"), NULL);
	CHECK_TEXT(json_str(json, "port"), NULL);
	CHECK_TEXT(json_str_or(json, "zone", "a"), "a");
	CHECK_TEXT(json_str_or(json, "name", "a"), "db-b-3");
	CHECK_INT(json_int(json, "port", -1), 10000);
	CHECK_INT(json_int(json, "name", -1), -1);
	CHECK(json_bool(json, "up", false) && !json_bool(json, "down", true));
	CHECK(json_bool(json, "port", true) && !json_bool(json, "missing", false));
	CHECK(json_get(json, "none") && !json_text(json_get(json, "none")));
	CHECK(!json_get(json, "missing") && !json_get(NULL, "name") && !json_get(json_get(json, "port"), "name"));
	CHECK_INT(json_count(json), 5);
}

static void
paths_go_down_as_far_as_there_are_objects(void **state)
{
	CLEANUP_JSON struct cJSON *json = parsed("{\"spec\":{\"access\":{\"api\":\"direct\"},\"nodes\":[]}}");

	(void)state;
	CHECK_TEXT(json_text(json_path(json, "spec", "access", "api", NULL)), "direct");
	CHECK(json_path(json, NULL) == json);
	CHECK(!json_path(json, "spec", "host", "type", NULL));
	CHECK(!json_path(json, "spec", "nodes", "name", NULL));
	CHECK(!json_path(NULL, "spec", NULL));
}

static void
elements_and_members_come_in_order(void **state)
{
	CLEANUP_JSON struct cJSON *json = parsed("{\"b\":[1,2,3],\"a\":{},\"c\":\"x\"}");
	CLEANUP_BUF struct buf seen = BUF_INIT(100);

	(void)state;
	JSON_EACH(member, json)
		buf_printf(&seen, "%s ", json_key(member));
	JSON_EACH(element, json_get(json, "b")) {
		int64_t value = 0;

		CHECK(json_to_int(element, &value));
		buf_printf(&seen, "%d ", (int)value);
	}
	JSON_EACH(nothing, json_get(json, "c"))
		buf_puts(&seen, json_key(nothing));
	JSON_EACH(nothing, NULL)
		buf_puts(&seen, json_key(nothing));
	CHECK_TEXT(buf_str(&seen), "b a c 1 2 3 ");
	CHECK_INT(json_count(json_get(json, "a")), 0);
}

static void
integers_are_exact_or_none(void **state)
{
	static const struct {
		const char *text;
		bool is;
		int64_t value;
	} rows[] = {
		{"0", true, 0}, {"-0", true, 0}, {"-7", true, -7}, {"1e3", true, 1000}, {"2.0", true, 2},
		{"9007199254740991", true, INT64_C(9007199254740991)},
		{"-9007199254740991", true, -INT64_C(9007199254740991)},
		{"9007199254740992", false, 0}, {"9007199254740993", false, 0}, {"1.5", false, 0}, {"1e300", false, 0},
		{"\"1\"", false, 0}, {"true", false, 0}, {"null", false, 0}, {"[1]", false, 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_JSON struct cJSON *json = parsed(rows[i].text);
		int64_t value = 42;

		if (json_to_int(json, &value) != rows[i].is || value != (rows[i].is ? rows[i].value : 42))
			CHECK_FAIL("%s is read as %lld", rows[i].text, (long long)value);
	}
	CHECK(!json_to_int(NULL, &(int64_t){0}));
}

static void
printing_keeps_values_and_order(void **state)
{
	static const char *const rows[][2] = {
		{" { \"b\" : [ 1 , -2.5 , true ] , \"a\" : { } , \"c\" : null } ",
		    "{\"b\":[1,-2.5,true],\"a\":{},\"c\":null}"},
		{"[]", "[]"}, {"[[],{},\"\"]", "[[],{},\"\"]"}, {"\"\\u0041\\/\\n\"", "\"A/\\n\""},
		{"[0.1,1e3,1e-7,1e300,123456789012,0.30000000000000004]",
		    "[0.1,1000,1e-07,1e+300,123456789012,0.30000000000000004]"},
		{"{\"a\\\"b\":1}", "{\"a\\\"b\":1}"},
		{"\"\\ud83d\\ude00\\u20ac\\u00e9\"", "\"\xf0\x9f\x98\x80\xe2\x82\xac\xc3\xa9\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_JSON struct cJSON *json = parsed(rows[i][0]);
		CLEANUP_BUF struct buf out = BUF_INIT(1000);

		json_print(json, &out);
		CHECK_TEXT(buf_str(&out), rows[i][1]);
	}
}

static void
scalars_have_a_text(void **state)
{
	static const char *const rows[][2] = {
		{"3", "3"}, {"-2.5", "-2.5"}, {"true", "true"}, {"false", "false"}, {"\"a b\"", "a b"},
		{"null", NULL}, {"[]", NULL}, {"{}", NULL},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		CLEANUP_JSON struct cJSON *json = parsed(rows[i][0]);
		CLEANUP_FREE char *text = json_scalar(json);

		CHECK_TEXT(text, rows[i][1]);
	}
	CHECK(!json_scalar(NULL));
}

static void
freeing_nothing_is_allowed(void **state)
{
	struct cJSON *json = parsed("{}");

	(void)state;
	json_freep(&json);
	CHECK(!json);
	json_freep(&json);
	json_free(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_found_by_exact_name),
		cmocka_unit_test(paths_go_down_as_far_as_there_are_objects),
		cmocka_unit_test(elements_and_members_come_in_order),
		cmocka_unit_test(integers_are_exact_or_none),
		cmocka_unit_test(printing_keeps_values_and_order),
		cmocka_unit_test(scalars_have_a_text),
		cmocka_unit_test(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
