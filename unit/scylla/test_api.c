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

/* The first half of one is an integer as well. */
static void
a_generation_is_of_this_century(void **state)
{
	int64_t value;

	(void)state;
	assert_true(scylla_generation(TEXT("1769624942"), &value));
	CHECK_INT(value, 1769624942);
	assert_false(scylla_generation(TEXT("17696"), &value));
	assert_false(scylla_generation(TEXT("176962494"), &value));
	assert_false(scylla_generation(TEXT("-1769624942"), &value));
	assert_false(scylla_generation(TEXT("\"1769624942\""), &value));
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

/* The catalogue of what Scylla is known to answer, as it words it: none of it is left to chance. */
static const struct known {
	int status;
	const char *text;
	enum scylla_error expected;
} known[] = {
	{500, "Operation decommission is in progress, try again", SCYLLA_ERROR_RETRY},
	{500, "local node is not a normal member; wait for status to become normal or restart", SCYLLA_ERROR_HALT},
	{500, "local node is not a member of the cluster", SCYLLA_ERROR_HALT},
	{500, "node is not in the normal state (current state: bootstrapping)", SCYLLA_ERROR_RETRY},
	{500, "Cannot decommission last node in cluster", SCYLLA_ERROR_HALT},
	{500, "the last token-owning node cannot leave", SCYLLA_ERROR_HALT},
	{500, "node decommission rejected: it would leave too few racks", SCYLLA_ERROR_HALT},
	{500, "node remove rejected: it would leave too few racks", SCYLLA_ERROR_HALT},
	{500, "Decommission failed. See earlier errors (). Request ID: 1", SCYLLA_ERROR_HALT},
	{500, "Canceled. Dead nodes: {a}", SCYLLA_ERROR_RETRY},
	{500, "Rolled back: streaming failed", SCYLLA_ERROR_HALT},
	{500, "Unable to find new replica for tablet", SCYLLA_ERROR_HALT},
	{500, "No candidate nodes to drain to", SCYLLA_ERROR_HALT},
	{500, "aborted on user request", SCYLLA_ERROR_HALT},
	{500, "removenode: the node being removed is alive", SCYLLA_ERROR_HALT},
	{500, "removenode: ignored node 1 is alive", SCYLLA_ERROR_HALT},
	{500, "removenode: host id 1 is not found in the cluster", SCYLLA_ERROR_HALT},
	{500, "node 10.0.0.2 is down and not ignored", SCYLLA_ERROR_HALT},
	{500, "Concurrent request for removal already in progress", SCYLLA_ERROR_ADOPT},
	{400, "host 1 does not belong to this cluster", SCYLLA_ERROR_HALT},
	{400, "Cannot mark host 1 as excluded", SCYLLA_ERROR_HALT},
	{500, "raft_operation_timeout_error (there is no raft quorum)", SCYLLA_ERROR_RETRY},
	{500, "Can not perform cleanup operation when topology changes", SCYLLA_ERROR_RETRY},
	{500, "a different topology request is already pending", SCYLLA_ERROR_RETRY},
	{500, "Cluster-wide vnodes cleanup failed", SCYLLA_ERROR_RETRY},
	{500, "Cannot rebuild a single node", SCYLLA_ERROR_HALT},
	{500, "rebuild failed: stream failed", SCYLLA_ERROR_RETRY},
	{400, "unknown repair id 7", SCYLLA_ERROR_RETRY},
	{403, "Cannot repair tablet keyspace", SCYLLA_ERROR_HALT},
	{500, "Node is not in NORMAL status yet!", SCYLLA_ERROR_RETRY},
	{500, "Tablet 1 is already in repair by tablet_task_id=1", SCYLLA_ERROR_ADOPT},
	{400, "Cannot repair table because it is colocated", SCYLLA_ERROR_HALT},
	{500, "The TABLET_REPAIR_SCHEDULER feature is not enabled on the cluster yet", SCYLLA_ERROR_HALT},
	{400, "task with id 1 not found", SCYLLA_ERROR_RETRY},
	{403, "task with id 1 cannot be aborted", SCYLLA_ERROR_HALT},
	{408, "timed out", SCYLLA_ERROR_RETRY},
	{400, "effective replication map is per-table in keyspace ks", SCYLLA_ERROR_HALT},
	{500, "ks has tablet table. Query describe_ring with the table parameter", SCYLLA_ERROR_HALT},
	{500, "The gossiper is not ready yet", SCYLLA_ERROR_RETRY},
	{500, "Keyspace ks: snapshot s already exists.", SCYLLA_ERROR_HALT},
	{400, "No such config entry: x", SCYLLA_ERROR_HALT},
	{500, "API call is not supported yet", SCYLLA_ERROR_HALT},
	{404, "Not found", SCYLLA_ERROR_RETRY},
};

static void
every_known_text_has_its_class(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(known); i++) {
		char body[200];

		snprintf(body, sizeof body, "{\"message\": \"std::runtime_error (%s)\", \"code\": %d}", known[i].text,
		    known[i].status);
		if (scylla_error_class(known[i].status, body, strlen(body), "drain", NULL, 0) != known[i].expected)
			CHECK_FAIL("%s: class %d", known[i].text, (int)scylla_error_class(known[i].status, body, strlen(body),
			    "drain", NULL, 0));
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
		cmocka_unit_test(a_generation_is_of_this_century),
		cmocka_unit_test(booleans_are_words), cmocka_unit_test(lists_are_of_strings),
		cmocka_unit_test(errors_are_told_apart),
		cmocka_unit_test(every_known_text_has_its_class), cmocka_unit_test(messages_are_cut_between_characters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
