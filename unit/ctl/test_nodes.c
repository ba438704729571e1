#include "check.h"

#include "json.h"
#include "nodes.h"

#define READY "\"conditions\":[{\"type\":\"Stalled\",\"status\":\"False\"},{\"type\":\"Ready\",\"status\":\"True\"," \
	"\"reason\":\"Ready\",\"message\":\"2 nodes\"}]"
#define UNREACHABLE "\"conditions\":[{\"type\":\"Ready\",\"status\":\"False\",\"reason\":\"Unreachable\"," \
	"\"message\":\"10.0.0.1:10000 refused\"}]"
#define MEMBERS "\"members\":[{\"name\":\"db-a-10\",\"address\":\"10.0.0.20\",\"zone\":\"dc1/a\",\"state\":\"Down\"}," \
	"{\"name\":\"db-a-9\",\"address\":\"10.0.0.1\",\"hostId\":\"4b59\",\"zone\":\"dc1/a\",\"state\":\"Up\"}," \
	"{\"name\":\"lost\"}]"

struct result {
	struct buf out, said;
	int status;
};

static void
print(struct result *result, const char *output, const char *status)
{
	struct args args = {.program = "straitctl", .output = output};
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct cJSON *object;
	struct err err;

	buf_printf(&text, "{\"metadata\":{\"name\":\"prd\"}%s%s}", *status ? ",\"status\":" : "", status);
	object = json_parse(text.data, text.len, &err);
	CHECK(object);
	*result = (struct result){.out = BUF_INIT(BUF_MAX_OBJECT), .said = BUF_INIT(BUF_MAX_OBJECT)};
	result->status = nodes_print(&args, object, &result->out, &result->said);
	json_free(object);
	buf_done(&text);
}

static void
check(const char *output, const char *status, int exit_status, const char *out, const char *said)
{
	struct result result;

	print(&result, output, status);
	CHECK_TEXT(buf_str(&result.out), out);
	CHECK_TEXT(buf_str(&result.said), said);
	CHECK_INT(result.status, exit_status);
	buf_done(&result.out);
	buf_done(&result.said);
}

static const char table[] =
    "NAME      ADDRESS     ZONE    STATE   HOST ID\n"
    "lost      -           -       -       -\n"
    "db-a-9    10.0.0.1    dc1/a   Up      4b59\n"
    "db-a-10   10.0.0.20   dc1/a   Down    -\n";

static void
members_are_a_table(void **state)
{
	(void)state;
	check(NULL, "{\"nodes\":\"1/2\"," MEMBERS "," READY "}", EXIT_DONE, table, "");
}

static void
or_json_as_it_is_in_the_status(void **state)
{
	(void)state;
	check("json", "{" MEMBERS "," READY "}", EXIT_DONE,
	    "[{\"name\":\"db-a-10\",\"address\":\"10.0.0.20\",\"zone\":\"dc1/a\",\"state\":\"Down\"},"
	    "{\"name\":\"db-a-9\",\"address\":\"10.0.0.1\",\"hostId\":\"4b59\",\"zone\":\"dc1/a\",\"state\":\"Up\"},"
	    "{\"name\":\"lost\"}]\n", "");
}

static void
or_yaml_or_names(void **state)
{
	(void)state;
	check("yaml", "{\"members\":[{\"name\":\"db-1\",\"state\":\"Up\"}]," READY "}", EXIT_DONE,
	    "- name: db-1\n  state: Up\n", "");
	check("name", "{" MEMBERS "," READY "}", EXIT_DONE, "db-a-10\ndb-a-9\nlost\n", "");
	check("wide", "{" MEMBERS "," READY "}", EXIT_DONE, table, "");
}

static void
an_old_view_is_called_one(void **state)
{
	(void)state;
	check(NULL, "{" MEMBERS "," UNREACHABLE "}", EXIT_DONE, table,
	    "straitctl: this is what was last seen; prd is not Ready: Unreachable: 10.0.0.1:10000 refused\n");
}

static void
a_cut_list_is_called_one(void **state)
{
	(void)state;
	check(NULL, "{\"nodes\":\"399/400\"," MEMBERS "," READY "}", EXIT_DONE, table,
	    "straitctl: these are 3 of 400: the status lists no more\n");
}

static void
no_members_is_a_failure_with_its_reason(void **state)
{
	(void)state;
	check(NULL, "", EXIT_FAILED, "",
	    "straitctl: nobody has looked at prd yet: is strait-controller running?\n");
	check("json", "{\"observedGeneration\":-1}", EXIT_FAILED, "",
	    "straitctl: nobody has looked at prd yet: is strait-controller running?\n");
	check(NULL, "{\"members\":[]," UNREACHABLE "}", EXIT_FAILED, "",
	    "straitctl: no member of prd is known yet: Unreachable: 10.0.0.1:10000 refused\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_are_a_table),
		cmocka_unit_test(or_json_as_it_is_in_the_status),
		cmocka_unit_test(or_yaml_or_names),
		cmocka_unit_test(an_old_view_is_called_one),
		cmocka_unit_test(a_cut_list_is_called_one),
		cmocka_unit_test(no_members_is_a_failure_with_its_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
