/* What Scylla's answers mean: plain values and error texts. */
#include "check.h"

#include "alloc.h"
#include "api.h"

/* A call with a text and its length. */
#define TEXT(text) (text), strlen(text)

static void
strings_lose_their_quotes(void **state)
{
	char text[12] = "untouched";

	(void)state;
	assert_true(scylla_string(TEXT("\"NORMAL\""), text, sizeof text));
	CHECK_TEXT(text, "NORMAL");
	assert_true(scylla_string(TEXT(" \"a\\\"\\u00e4\" "), text, sizeof text));
	CHECK_TEXT(text, "a\"\xc3\xa4");
	assert_true(scylla_string(TEXT("\"0123456789\xc3\xa4\""), text, sizeof text));
	CHECK_TEXT(text, "0123456789");
	assert_true(scylla_string(TEXT("\"\""), text, sizeof text));
	CHECK_TEXT(text, "");
	assert_false(scylla_string(TEXT("NORMAL"), text, sizeof text));
	assert_false(scylla_string(TEXT(""), text, sizeof text));
	assert_false(scylla_string(TEXT("\"a\" \"b\""), text, sizeof text));
	assert_false(scylla_string(TEXT("[\"a\"]"), text, sizeof text));
	CHECK_TEXT(text, "");
}

static void
integers_are_whole(void **state)
{
	int64_t value = -1;

	(void)state;
	assert_true(scylla_integer(TEXT("1769624942"), &value));
	CHECK_INT(value, 1769624942);
	assert_true(scylla_integer(TEXT(" -3\n"), &value));
	CHECK_INT(value, -3);
	assert_false(scylla_integer(TEXT("\"3\""), &value));
	assert_false(scylla_integer(TEXT("1.5"), &value));
	assert_false(scylla_integer(TEXT(""), &value));
	assert_false(scylla_integer(TEXT("true"), &value));
	CHECK_INT(value, -3);
}

static void
booleans_are_words(void **state)
{
	bool value = false;

	(void)state;
	assert_true(scylla_boolean(TEXT("true"), &value));
	assert_true(value);
	assert_true(scylla_boolean(TEXT("\n false "), &value));
	assert_false(value);
	assert_false(scylla_boolean(TEXT("\"true\""), &value));
	assert_false(scylla_boolean(TEXT("1"), &value));
	assert_false(scylla_boolean(TEXT("  "), &value));
	assert_false(scylla_boolean(TEXT(""), &value));
	assert_false(value);
}

static void
lists_are_of_strings(void **state)
{
	char **strings = scylla_strings(TEXT("[\"a\", \"b\"]"));

	(void)state;
	assert_non_null(strings);
	CHECK_TEXT(strings[0], "a");
	CHECK_TEXT(strings[1], "b");
	assert_null(strings[2]);
	scylla_strings_free(strings);
	strings = scylla_strings(TEXT("[]"));
	assert_non_null(strings);
	assert_null(strings[0]);
	scylla_strings_free(strings);
	assert_null(scylla_strings(TEXT("[\"a\", 1]")));
	assert_null(scylla_strings(TEXT("\"a\"")));
	assert_null(scylla_strings(TEXT("")));
	scylla_strings_free(NULL);
}

struct error_row {
	int status;
	const char *body;
	enum scylla_error expected;
	const char *message;
};

#define RUNTIME(text) "{\"message\": \"std::runtime_error (" text ")\", \"code\": 500}",

static void
errors_are_told_apart(void **state)
{
	static const struct error_row rows[] = {
		{500, RUNTIME("Operation drain is in progress, try again") SCYLLA_ERROR_ADOPT,
		    "std::runtime_error (Operation drain is in progress, try again)"},
		{500, RUNTIME("Operation rebuild is in progress, try again") SCYLLA_ERROR_RETRY, "rebuild"},
		{500, RUNTIME("Operation drainage is in progress, try again") SCYLLA_ERROR_RETRY, "drainage"},
		{500, RUNTIME("Operation dra is in progress, try again") SCYLLA_ERROR_RETRY, "dra is"},
		{500, RUNTIME("Canceled. Dead nodes: {a, b}") SCYLLA_ERROR_RETRY, "Dead nodes"},
		{500, RUNTIME("The gossiper is not ready yet") SCYLLA_ERROR_RETRY, "not ready"},
		{500, RUNTIME("removenode: the node being removed is alive, maybe you should use decommission instead?")
		    SCYLLA_ERROR_HALT, "alive"},
		{500, RUNTIME("Cannot decommission last node in cluster") SCYLLA_ERROR_HALT, "last node"},
		{500, RUNTIME("API call is not supported yet") SCYLLA_ERROR_HALT, "not supported"},
		{500, RUNTIME("seastar::rpc::closed_error (connection is closed)") SCYLLA_ERROR_UNKNOWN,
		    "closed_error"},
		{404, "{\"message\": \"Not found\", \"code\": 404}", SCYLLA_ERROR_RETRY, "Not found"},
		{408, "{\"message\": \"\", \"code\": 408}", SCYLLA_ERROR_RETRY, ""},
		{400, "{\"message\": \"Missing mandatory parameter 'host'\", \"code\": 400}", SCYLLA_ERROR_HALT,
		    "'host'"},
		{502, "<html>\n<b>Bad Gateway</b>", SCYLLA_ERROR_UNKNOWN, "<html> <b>Bad Gateway</b>"},
		{500, "", SCYLLA_ERROR_UNKNOWN, "HTTP status 500 without a text"},
		{500, "{\"message\": 7}", SCYLLA_ERROR_UNKNOWN, "{\"message\": 7}"},
		{500, "Operation drain is in progress, try again", SCYLLA_ERROR_ADOPT, "Operation drain"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		char message[200];

		CHECK_INT(scylla_error_class(rows[i].status, rows[i].body, strlen(rows[i].body), "drain", message,
		    sizeof message), rows[i].expected);
		CHECK_CONTAINS(message, rows[i].message);
		CHECK_INT(scylla_error_class(rows[i].status, rows[i].body, strlen(rows[i].body), "drain", NULL, 0),
		    rows[i].expected);
	}
}

static void
messages_are_cut_between_characters(void **state)
{
	static const char body[] = "{\"message\": \"abc\xc3\xa4\"}";
	char message[5];

	(void)state;
	scylla_error_class(500, body, strlen(body), "drain", message, sizeof message);
	CHECK_TEXT(message, "abc");
	scylla_error_class(500, body, strlen(body), "drain", message, 1);
	CHECK_TEXT(message, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(strings_lose_their_quotes), cmocka_unit_test(integers_are_whole),
		cmocka_unit_test(booleans_are_words), cmocka_unit_test(lists_are_of_strings),
		cmocka_unit_test(errors_are_told_apart), cmocka_unit_test(messages_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
