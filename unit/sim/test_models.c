#include "check.h"

#include "alloc.h"
#include "checker.h"
#include "json.h"
#include "model_kube.h"
#include "model_redis.h"

/* The models of the API server and of Redis do what the real ones do, and the checker sees what it should. */

static int
serve(struct api *api, const char *method, const char *path, const char *type, const char *body, struct buf *answer)
{
	struct effect_kube request = {.path = xstrdup(path), .content_type = type, .body = xstrdup_or_null(body)};
	int status;

	snprintf(request.method, sizeof request.method, "%s", method);
	buf_clear(answer);
	status = api_serve(api, &request, answer);
	free(request.path);
	free(request.body);
	return status;
}

#define OPERATIONS "/apis/strait.dev/v1alpha1/clusteroperations"
#define OPERATION(name) "/apis/strait.dev/v1alpha1/namespaces/ops/clusteroperations" name
#define AS_STRAIT "?fieldManager=strait&force=true"
#define JSON_PATCH "application/json-patch+json"
#define APPLY "application/apply-patch+yaml"

static struct api *
three_operations(void)
{
	struct api *api = api_new();

	api->wall_ms = INT64_C(1795248000000);
	api_create(api, KIND_OPERATION, "ops", "one", "\"spec\":{\"cluster\":\"x\"}");
	api_create(api, KIND_OPERATION, "ops", "two", "\"spec\":{\"cluster\":\"x\"}");
	api_create(api, KIND_OPERATION, "other", "three", "\"spec\":{\"cluster\":\"x\"}");
	return api;
}

static void
lists_come_in_pages(void **state)
{
	CLEANUP_BUF struct buf answer = BUF_INIT(BUF_MAX_ANSWER);
	CLEANUP_JSON struct cJSON *first = NULL, *second = NULL, *own = NULL;
	CLEANUP_FREE char *next = NULL;
	struct api *api = three_operations();

	(void)state;
	CHECK_INT(serve(api, "GET", OPERATIONS "?limit=2", NULL, NULL, &answer), 200);
	first = json_parse(buf_str(&answer), answer.len, NULL);
	CHECK_INT(json_count(json_get(first, "items")), 2);
	next = xasprintf(OPERATIONS "?limit=2&continue=%s", json_str(json_get(first, "metadata"), "continue"));
	/* What happens between two pages is not in them. */
	api_create(api, KIND_OPERATION, "ops", "four", "\"spec\":{\"cluster\":\"x\"}");
	serve(api, "GET", next, NULL, NULL, &answer);
	second = json_parse(buf_str(&answer), answer.len, NULL);
	CHECK_INT(json_count(json_get(second, "items")), 1);
	CHECK(!json_str(json_get(second, "metadata"), "continue"));
	serve(api, "GET", OPERATION("?fieldSelector=metadata.name%3Dtwo"), NULL, NULL, &answer);
	own = json_parse(buf_str(&answer), answer.len, NULL);
	CHECK_INT(json_count(json_get(own, "items")), 1);
	api_free(api);
}

static void
finalizers_hold_a_deleted_object(void **state)
{
	CLEANUP_BUF struct buf answer = BUF_INIT(BUF_MAX_ANSWER);
	struct api *api = three_operations();

	(void)state;
	/* As in RFC 6902: nothing can be appended to a list that is not there. */
	CHECK_INT(serve(api, "PATCH", OPERATION("/one"), JSON_PATCH,
	    "[{\"op\":\"add\",\"path\":\"/metadata/finalizers/-\",\"value\":\"strait.dev/operation\"}]", &answer), 422);
	CHECK_INT(serve(api, "PATCH", OPERATION("/one"), JSON_PATCH,
	    "[{\"op\":\"add\",\"path\":\"/metadata/finalizers\",\"value\":[\"strait.dev/operation\"]}]", &answer), 200);
	api_delete(api, KIND_OPERATION, "ops", "one");
	CHECK_INT(api_find(api, KIND_OPERATION, "ops", "one")->generation, 2);
	CHECK_INT(serve(api, "PATCH", OPERATION("/one"), JSON_PATCH,
	    "[{\"op\":\"test\",\"path\":\"/metadata/finalizers/0\",\"value\":\"other\"},"
	    "{\"op\":\"remove\",\"path\":\"/metadata/finalizers/0\"}]", &answer), 422);
	CHECK(api_find(api, KIND_OPERATION, "ops", "one"));
	CHECK_INT(serve(api, "PATCH", OPERATION("/one"), JSON_PATCH,
	    "[{\"op\":\"test\",\"path\":\"/metadata/finalizers/0\",\"value\":\"strait.dev/operation\"},"
	    "{\"op\":\"remove\",\"path\":\"/metadata/finalizers/0\"}]", &answer), 200);
	CHECK(!api_find(api, KIND_OPERATION, "ops", "one"));
	CHECK_TEXT(api->foul, "");
	api_free(api);
}

static void
status_is_applied_and_nothing_else(void **state)
{
	CLEANUP_BUF struct buf answer = BUF_INIT(BUF_MAX_ANSWER);
	struct api *api = three_operations();
	const char *body = "{\"apiVersion\":\"strait.dev/v1alpha1\",\"kind\":\"ClusterOperation\","
	    "\"metadata\":{\"name\":\"one\",\"namespace\":\"ops\"},\"status\":{\"phase\":\"Running\"}}";
	int64_t version;

	(void)state;
	CHECK_INT(serve(api, "PATCH", OPERATION("/one/status"), APPLY, body, &answer), 422);
	CHECK_INT(serve(api, "PATCH", OPERATION("/one/status" AS_STRAIT), APPLY, body, &answer), 200);
	CHECK_CONTAINS(buf_str(&answer), "\"phase\":\"Running\"");
	CHECK_INT(serve(api, "PATCH", OPERATION("/one/status"), "application/merge-patch+json",
	    "{\"status\":{\"message\":\"why\",\"phase\":null}}", &answer), 200);
	CHECK_CONTAINS(buf_str(&answer), "\"status\":{\"observedGeneration\":-1,\"message\":\"why\"}");
	serve(api, "PATCH", OPERATION("/one/status" AS_STRAIT), APPLY, body, &answer);
	version = api->version;
	/* The same again changes nothing and tells nobody. */
	CHECK_INT(serve(api, "PATCH", OPERATION("/one/status" AS_STRAIT), APPLY, body, &answer), 200);
	CHECK_INT(api->version, version);
	CHECK_INT(api_find(api, KIND_OPERATION, "ops", "one")->generation, 1);
	CHECK_INT(serve(api, "PATCH", OPERATION("/one"), JSON_PATCH,
	    "[{\"op\":\"replace\",\"path\":\"/spec/suspend\",\"value\":true}]", &answer), 422);
	CHECK_CONTAINS(api->foul, "I7");
	api_free(api);
}

static bool
next_line(struct api *api, struct buf *line, bool *end)
{
	buf_clear(line);
	return api_next_line(api, 1, line, end);
}

static void
watches_tell_what_came_after(void **state)
{
	CLEANUP_BUF struct buf answer = BUF_INIT(BUF_MAX_ANSWER), line = BUF_INIT(BUF_MAX_OBJECT);
	char path[] = OPERATIONS "?watch=1&allowWatchBookmarks=true&resourceVersion=7003";
	struct effect_kube request = {.path = path, .stream = true};
	struct api *api = three_operations();
	bool end;

	(void)state;
	CHECK_INT(api_open_watch(api, 1, &request, &answer), 200);
	CHECK(next_line(api, &line, &end) && !end);
	CHECK_CONTAINS(buf_str(&line), "{\"type\":\"ADDED\",\"object\":{");
	CHECK_CONTAINS(buf_str(&line), "\"name\":\"three\"");
	CHECK(!next_line(api, &line, &end));
	api_delete(api, KIND_OPERATION, "ops", "two");
	CHECK(next_line(api, &line, &end));
	CHECK_CONTAINS(buf_str(&line), "DELETED");
	api_close_watch(api, 1);
	api_compact(api);
	api_open_watch(api, 1, &request, &answer);
	CHECK(next_line(api, &line, &end) && end);
	CHECK_CONTAINS(buf_str(&line), "\"code\":410");
	api_free(api);
}

/* Run a script with up to 7 arguments. */
static const char *
script(struct store *store, enum redis_script script, struct buf *reply, char *args[], size_t nargs)
{
	char uid[] = "u";
	struct effect_redis call = {.script = script, .uid = uid, .args = args, .nargs = nargs};

	buf_clear(reply);
	store_run(store, &call, reply);
	return buf_str(reply);
}

#define SCRIPT(which, ...) \
	script(store, which, &reply, (char *[]){__VA_ARGS__}, ARRAY_LEN(((char *[]){__VA_ARGS__})))

static void
writes_are_applied_once_and_in_order(void **state)
{
	CLEANUP_BUF struct buf reply = BUF_INIT(BUF_MAX_ANSWER);
	struct store *store = store_new();
	char one[] = "1", two[] = "2", three[] = "3", seven[] = "7", none[] = "", d1[] = "d1", d2[] = "d2", plan[] = "{}";
	char line[] = "began", field[] = "op", value[] = "{\"phase\":\"Running\"}";

	(void)state;
	CHECK_TEXT(SCRIPT(REDIS_TAKEOVER, one), "[1,0,\"\",1,\"\"]");
	CHECK_TEXT(SCRIPT(REDIS_WRITE, one, one, d1, plan, line, field, value), "[\"OK\",1]");
	CHECK_TEXT(SCRIPT(REDIS_WRITE, one, one, d1, plan, line, field, value), "[\"OK\",1]");
	CHECK_TEXT(SCRIPT(REDIS_WRITE, one, one, d2, none, line, field, value), "[\"GAP\",1]");
	CHECK_TEXT(SCRIPT(REDIS_WRITE, one, three, d2, none, line, field, value), "[\"GAP\",1]");
	CHECK_TEXT(SCRIPT(REDIS_TAKEOVER, one), "[2,1,\"d1\",1,\"{}\",\"op\",\"{\\\"phase\\\":\\\"Running\\\"}\"]");
	CHECK_TEXT(SCRIPT(REDIS_WRITE, one, two, d2, none, line, field, none), "[\"STALE\",2]");
	CHECK_TEXT(SCRIPT(REDIS_WRITE, two, two, d2, none, line, field, none), "[\"OK\",2]");
	CHECK(!store_value(store_find(store, "u"), "op"));
	CHECK_TEXT(SCRIPT(REDIS_EXPIRE, one, three), "[\"STALE\",2]");
	CHECK_TEXT(SCRIPT(REDIS_EXPIRE, two, three), "[\"OK\"]");
	/* Above what Redis has, and above what is known elsewhere. */
	CHECK_TEXT(SCRIPT(REDIS_TAKEOVER, one, two), "[3,2,\"d2\",1,\"{}\"]");
	CHECK_TEXT(SCRIPT(REDIS_TAKEOVER, one, three), "[4,2,\"d2\",1,\"{}\"]");
	CHECK_TEXT(SCRIPT(REDIS_TAKEOVER, one, seven), "[8,2,\"d2\",1,\"{}\"]");
	CHECK_TEXT(SCRIPT(REDIS_TAKEOVER, one, one), "[9,2,\"d2\",1,\"{}\"]");
	store_free(store);
}

static const struct sender core = {.life = 1}, later = {.life = 1, .number = 7}, other = {.life = 2};

static void
acknowledge_to(struct checker *checker, const struct sender *to, char *field, char *value)
{
	char uid[] = "u", text[] = "1", none[] = "";
	char *args[] = {text, text, text, none, none, field, value};
	struct effect_redis call = {.script = REDIS_WRITE, .uid = uid, .args = args, .nargs = ARRAY_LEN(args)};

	checker_acked(checker, 0, to, &call, "[\"OK\",1]");
}

static void
acknowledge(struct checker *checker, char *field, char *value)
{
	acknowledge_to(checker, &core, field, value);
}

static void
take_over_by(struct checker *checker, const struct sender *by, const char *reply)
{
	char uid[] = "u";
	struct effect_redis call = {.script = REDIS_TAKEOVER, .uid = uid};

	checker_takeover(checker, 0, uid, reply);
	checker_acked(checker, 0, by, &call, reply);
}

static void
take_over(struct checker *checker, const char *reply)
{
	take_over_by(checker, &core, reply);
}

/* Who was stopped hears last what Redis told it first. */
static void
checker_knows_late_takeovers(void **state)
{
	struct checker *checker = checker_new();
	char uid[] = "u", before[] = "[1,0,\"\",\"1\",\"\"]";
	struct effect_redis call = {.script = REDIS_TAKEOVER, .uid = uid};

	(void)state;
	checker_takeover(checker, 0, uid, before);
	take_over_by(checker, &other, "[2,3,\"\",\"1\",\"\"]");
	checker_acked(checker, 0, &core, &call, before);
	CHECK_INT(checker->faults, 0);
	CHECK_INT(checker_ledger(checker, uid)->last, other.life);
	CHECK(!checker_has_lost(checker));
	take_over_by(checker, &core, before);
	CHECK_CONTAINS(checker->first, "I3");
	checker_free(checker);
}

static void
checker_knows_licences(void **state)
{
	struct checker *checker = checker_new();
	char step[] = "1.2/db-a-1";
	char intended[] = "{\"state\":\"running\",\"attempt\":1,\"acts\":{\"stop\":{\"state\":\"intended\"}}}";
	char again[] = "{\"state\":\"running\",\"attempt\":2,\"acts\":{\"stop\":{\"state\":\"intended\"}}}";
	char done[] = "{\"state\":\"done\",\"attempt\":2,\"acts\":{\"stop\":{\"state\":\"answered\"}}}";

	(void)state;
	checker_arrival(checker, 0, "db-a-1", "", "stop", &later);
	CHECK_CONTAINS(checker->first, "I5");
	checker = checker_free(checker);
	checker = checker_new();
	take_over(checker, "[1,0,\"\",\"1\",\"\"]");
	acknowledge(checker, step, intended);
	checker_arrival(checker, 0, "db-a-1", "", "stop", &later);
	acknowledge(checker, step, again);
	checker_arrival(checker, 0, "db-a-1", "", "stop", &later);
	CHECK_INT(checker->faults, 0);
	checker_arrival(checker, 0, "db-a-1", "", "stop", &later);
	CHECK_CONTAINS(checker->first, "I1");
	acknowledge(checker, step, done);
	checker_arrival(checker, 0, "db-a-1", "", "stop", &later);
	CHECK_CONTAINS(checker->faulty, "I4");
	checker_free(checker);
}

/* A core that was stopped hears that Redis took what it had written: the one that took over meanwhile is further. */
static void
checker_holds_nothing_late_against_the_journal(void **state)
{
	struct checker *checker = checker_new();
	char lane[] = "lane/1/db-a-1", running[] = "{\"state\":\"running\"}", done[] = "{\"state\":\"done\"}";

	(void)state;
	take_over(checker, "[1,0,\"\",\"1\",\"\"]");
	take_over_by(checker, &other, "[2,1,\"\",\"1\",\"\"]");
	acknowledge_to(checker, &other, lane, done);
	acknowledge_to(checker, &core, lane, running);
	CHECK_INT(checker->faults, 0);
	acknowledge_to(checker, &other, lane, running);
	CHECK_CONTAINS(checker->first, "I4");
	checker_free(checker);
}

/* Refused at the host, so that nothing of them arrived, are the first of the step and the first of the one that restores. */
static void
checker_takes_an_arrival_for_the_youngest_intent(void **state)
{
	struct checker *checker = checker_new();
	char step[] = "1.2/db-a-1", restore[] = "1.restore/db-a-1";
	char first[] = "{\"state\":\"running\",\"attempt\":1,\"acts\":{\"start\":{\"state\":\"intended\"}}}";
	char second[] = "{\"state\":\"running\",\"attempt\":2,\"acts\":{\"start\":{\"state\":\"intended\"}}}";
	char done[] = "{\"state\":\"done\",\"attempt\":2,\"acts\":{\"start\":{\"state\":\"answered\"}}}";

	(void)state;
	take_over(checker, "[1,0,\"\",\"1\",\"\"]");
	acknowledge(checker, step, first);
	acknowledge(checker, restore, first);
	acknowledge(checker, restore, second);
	checker_arrival(checker, 0, "db-a-1", "", "start", &later);
	acknowledge(checker, restore, done);
	acknowledge(checker, step, second);
	checker_arrival(checker, 0, "db-a-1", "", "start", &later);
	CHECK_INT(checker->faults, 0);
	checker_free(checker);
}

static void
checker_compares_status_with_the_journal(void **state)
{
	struct checker *checker = checker_new();
	char op[] = "op", running[] = "{\"phase\":\"Running\"}";
	char lane[] = "lane/1/db-a-1", one[] = "{\"state\":\"done\"}";
	const char *early = "{\"status\":{\"phase\":\"Running\",\"progress\":\"1/6\"}}";

	(void)state;
	take_over(checker, "[1,0,\"\",\"1\",\"{}\"]");
	acknowledge(checker, op, running);
	acknowledge(checker, lane, one);
	checker_status(checker, 0, 1, "u", early, false);
	CHECK_INT(checker->faults, 0);
	checker_status(checker, 0, 1, "u", "{\"status\":{\"phase\":\"Running\",\"progress\":\"2/6\"}}", false);
	CHECK_CONTAINS(checker->first, "I6");
	checker = checker_free(checker);
	checker = checker_new();
	take_over(checker, "[1,0,\"\",\"1\",\"{}\"]");
	checker_status(checker, 0, 1, "u", "{\"status\":{\"phase\":\"Succeeded\",\"conditions\":"
	    "[{\"type\":\"Succeeded\",\"status\":\"True\"}]}}", false);
	CHECK_CONTAINS(checker->first, "I6");
	checker_free(checker);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_come_in_pages),
		cmocka_unit_test(finalizers_hold_a_deleted_object),
		cmocka_unit_test(status_is_applied_and_nothing_else),
		cmocka_unit_test(watches_tell_what_came_after),
		cmocka_unit_test(writes_are_applied_once_and_in_order),
		cmocka_unit_test(checker_knows_late_takeovers),
		cmocka_unit_test(checker_knows_licences),
		cmocka_unit_test(checker_holds_nothing_late_against_the_journal),
		cmocka_unit_test(checker_takes_an_arrival_for_the_youngest_intent),
		cmocka_unit_test(checker_compares_status_with_the_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
