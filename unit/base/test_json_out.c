#include "check.h"

#include "alloc.h"
#include "json.h"

static void
everything_in_the_order_given(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1000);
	struct json_out out = JSON_OUT(&b);

	(void)state;
	json_open(&out, NULL);
	json_put_str(&out, "b", "text");
	json_put_str(&out, "absent", NULL);
	json_put_int(&out, "a", -3);
	json_open_array(&out, "list");
	json_put_int(&out, NULL, INT64_MIN);
	json_put_bool(&out, NULL, false);
	json_open(&out, NULL);
	json_close(&out);
	json_put_str(&out, NULL, NULL);
	json_open_array(&out, NULL);
	json_close_array(&out);
	json_close_array(&out);
	json_put_raw(&out, "raw", "{\"x\":[1]}");
	json_open(&out, "o");
	json_put_bool(&out, "t", true);
	json_close(&out);
	json_close(&out);
	CHECK_TEXT(buf_str(&b), "{\"b\":\"text\",\"a\":-3,\"list\":[-9223372036854775808,false,{},[]],"
	    "\"raw\":{\"x\":[1]},\"o\":{\"t\":true}}");
}

#define BAD "\xef\xbf\xbd"

static const char *const strings[][2] = {
	{"", "\"\""},
	{"plain /text/", "\"plain /text/\""},
	{"say \"it\"\\", "\"say \\\"it\\\"\\\\\""},
	{"\b\f\n\r\t", "\"\\b\\f\\n\\r\\t\""},
	{"\x01\x1f\x7f", "\"\\u0001\\u001f\x7f\""},
	{"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80", "\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\""},
	/* Ends of what is valid. */
	{"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf",
	    "\"\xc2\x80\xdf\xbf\xe0\xa0\x80\xed\x9f\xbf\xee\x80\x80\xef\xbf\xbf\xf0\x90\x80\x80\xf4\x8f\xbf\xbf\""},
	/* Alone, overlong, surrogates, above U+10FFFF, cut short. */
	{"a\xff" "b\x80" "c", "\"a" BAD "b" BAD "c\""},
	{"\xc0\x80", "\"" BAD BAD "\""},
	{"\xc1\xbf", "\"" BAD BAD "\""},
	{"\xe0\x9f\xbf", "\"" BAD BAD BAD "\""},
	{"\xed\xa0\x80", "\"" BAD BAD BAD "\""},
	{"\xf0\x8f\xbf\xbf", "\"" BAD BAD BAD BAD "\""},
	{"\xf4\x90\x80\x80", "\"" BAD BAD BAD BAD "\""},
	{"\xf5\x80", "\"" BAD BAD "\""},
	{"x\xe2\x82", "\"x" BAD BAD "\""},
	{"\xf0\x9f\x98", "\"" BAD BAD BAD "\""},
	{"\xe2\x82\"", "\"" BAD BAD "\\\"\""},
};

static void
strings_are_escaped_and_valid(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(strings); i++) {
		CLEANUP_BUF struct buf b = BUF_INIT(1000);
		CLEANUP_JSON struct cJSON *json = NULL;
		struct json_out out = JSON_OUT(&b);

		json_put_str(&out, NULL, strings[i][0]);
		CHECK_TEXT(buf_str(&b), strings[i][1]);
		json = json_parse(buf_str(&b), b.len, NULL);
		CHECK(json_text(json));
	}
}

static void
keys_are_escaped_too(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1000);
	struct json_out out = JSON_OUT(&b);

	(void)state;
	json_open(&out, NULL);
	json_put_int(&out, "a\"\n", 1);
	json_close(&out);
	CHECK_TEXT(buf_str(&b), "{\"a\\\"\\n\":1}");
}

static void
every_ascii_byte_reads_back(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1000);
	CLEANUP_JSON struct cJSON *json = NULL;
	struct json_out out = JSON_OUT(&b);
	char all[128];

	(void)state;
	for (int i = 1; i < 128; i++)
		all[i - 1] = (char)i;
	all[127] = '\0';
	json_put_str(&out, NULL, all);
	json = json_parse(buf_str(&b), b.len, NULL);
	CHECK_TEXT(json_text(json), all);
}

static void
text_is_told_from_bytes_and_reads_back(void **state)
{
	static const char *const texts[] = {"", "a\"\\/\t\n\r\x7f", "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80"};
	static const char *const bytes[] = {"\x01", "\x1f", "\x08", "\xff", "\xc0\x80", "\xed\xa0\x80", "a\xe2\x82"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP_BUF struct buf b = BUF_INIT(1000);
		CLEANUP_JSON struct cJSON *json = NULL;
		struct json_out out = JSON_OUT(&b);

		CHECK(json_is_text(texts[i], strlen(texts[i])));
		json_put_text(&out, NULL, texts[i], strlen(texts[i]));
		json = json_parse(buf_str(&b), b.len, NULL);
		CHECK_TEXT(json_text(json), texts[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(bytes); i++)
		CHECK(!json_is_text(bytes[i], strlen(bytes[i])));
	CHECK(!json_is_text("a\0b", 3));
	/* The text ends within a letter, whatever follows it in memory. */
	CHECK(!json_is_text("\xe2\x82\xac", 2));
}

static void
the_maximum_of_the_buffer_holds(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(10);
	struct json_out out = JSON_OUT(&b);

	(void)state;
	json_put_str(&out, NULL, "much more than ten bytes");
	CHECK(!buf_ok(&b) && b.len <= 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_in_the_order_given),
		cmocka_unit_test(strings_are_escaped_and_valid),
		cmocka_unit_test(keys_are_escaped_too),
		cmocka_unit_test(every_ascii_byte_reads_back),
		cmocka_unit_test(text_is_told_from_bytes_and_reads_back),
		cmocka_unit_test(the_maximum_of_the_buffer_holds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
