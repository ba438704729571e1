/* Reading the API server: LIST in pages, WATCH, and everything that goes wrong in between (kubernetes.md §1.4). */
#include "check.h"

#include "alloc.h"
#include "desk.h"
#include "json.h"
#include "op.h"
#include "state.h"

#define OPS "GET /apis/strait.dev/v1alpha1/clusteroperations"
#define LIST OPS "?limit"
#define WATCH OPS "?watch"

static struct desk
open_desk(void)
{
	static const char *const none[] = {NULL};
	static const struct reconciler *const no_types[] = {NULL};
	const struct core_config config = {
		.identity = "strait-0",
		.fact_age_ms = 2000,
		.types = no_types,
		.workflows = none,
	};
	struct desk desk = desk_open(&config);

	desk_event(&desk, EVENT_START);
	return desk;
}

static char *
object(const char *name, int version)
{
	return xasprintf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"ops\",\"uid\":\"uid-%s\",\"resourceVersion\":"
	    "\"%d\",\"generation\":1},\"spec\":{\"cluster\":\"none\",\"workflow\":\"rolling-restart\"}}", name, name,
	    version);
}

/* A page of operations with these names; 'more': its continue token. */
static void
page(struct desk *desk, const char *const *names, const char *more)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);

	buf_printf(&body, "{\"metadata\":{\"resourceVersion\":\"500\",\"continue\":\"%s\"},\"items\":[", more);
	for (size_t i = 0; names[i]; i++) {
		CLEANUP_FREE char *item = object(names[i], 100 + (int)i);

		buf_printf(&body, "%s%s", i ? "," : "", item);
	}
	buf_puts(&body, "]}");
	desk_answer(desk, desk_find(desk, LIST), 200, buf_str(&body));
}

static void
line(struct desk *desk, const char *type, const char *name, int version)
{
	CLEANUP_FREE char *item = object(name, version);
	CLEANUP_FREE char *text = xasprintf("{\"type\":\"%s\",\"object\":%s}", type, item);

	desk_line(desk, desk_find(desk, WATCH), text);
}

static bool
is_known(struct desk *desk, const char *name)
{
	CLEANUP_FREE char *uid = xasprintf("uid-%s", name);
	struct op *op;

	HASH_FIND_STR(desk->core->ops, uid, op);
	return op != NULL;
}

#define NAMES(...) ((const char *const[]){__VA_ARGS__, NULL})

static struct desk
open_watching(void)
{
	struct desk desk = open_desk();

	desk_sync(&desk, "", "", "");
	CHECK(informers_synced(desk.core));
	return desk;
}

static void
a_list_is_read_in_pages(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	page(&desk, NAMES("one", "two"), "token%3D1");
	CHECK(!desk.core->informers.kinds[INFORMER_OPERATIONS].synced);
	CHECK_CONTAINS(desk_find(&desk, LIST)->what, "&continue=token%3D1");
	page(&desk, NAMES("three"), "");
	CHECK(desk.core->informers.kinds[INFORMER_OPERATIONS].synced);
	CHECK(is_known(&desk, "one") && is_known(&desk, "two") && is_known(&desk, "three"));
	CHECK_CONTAINS(desk_find(&desk, WATCH)->what, "resourceVersion=500&");
	CHECK_CONTAINS(desk_find(&desk, WATCH)->what, "allowWatchBookmarks=true");
	CHECK(desk_find(&desk, WATCH)->stream);
	CHECK_INT(desk_find(&desk, WATCH)->pool, KUBE_WATCH);
	desk_close(&desk);
}

static void
an_expired_page_begins_the_list_anew(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	page(&desk, NAMES("one"), "old");
	desk_answer(&desk, desk_find(&desk, LIST), 410, "{\"message\":\"the continue token is too old\"}");
	desk_pass(&desk, 1000);
	CHECK(!strstr(desk_find(&desk, LIST)->what, "continue"));
	page(&desk, NAMES("two"), "");
	/* What the torn list had shown was not in the whole one. */
	CHECK(!is_known(&desk, "one"));
	CHECK(is_known(&desk, "two"));
	desk_close(&desk);
}

static void
nothing_is_judged_before_all_kinds_are_there(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	page(&desk, NAMES("one"), "");
	CHECK(!informers_synced(desk.core));
	CHECK(!core_ready(desk.core));
	CHECK_INT(desk_count_all(&desk, "REDIS takeover"), 0);
	CHECK_INT(desk_count_all(&desk, "PATCH"), 0);
	desk_close(&desk);
}

static void
a_bookmark_moves_the_version_on(void **state)
{
	struct desk desk = open_watching();

	(void)state;
	desk_line(&desk, desk_find(&desk, WATCH),
	    "{\"type\":\"BOOKMARK\",\"object\":{\"metadata\":{\"resourceVersion\":"
	    "\"777\"}}}");
	desk_answer(&desk, desk_find(&desk, WATCH), 200, "");
	CHECK_CONTAINS(desk_find(&desk, WATCH)->what, "resourceVersion=777&");
	CHECK_INT(desk_count_all(&desk, LIST), 1);
	desk_close(&desk);
}

static void
lines_add_change_and_remove(void **state)
{
	struct desk desk = open_watching();
	struct op *op;

	(void)state;
	line(&desk, "ADDED", "one", 600);
	CHECK(is_known(&desk, "one"));
	line(&desk, "MODIFIED", "one", 601);
	HASH_FIND_STR(desk.core->ops, "uid-one", op);
	CHECK_TEXT(op->object->meta.resource_version, "601");
	/* An older form that comes late is not taken. */
	line(&desk, "MODIFIED", "one", 599);
	CHECK_TEXT(op->object->meta.resource_version, "601");
	line(&desk, "DELETED", "one", 602);
	CHECK(!is_known(&desk, "one"));
	desk_close(&desk);
}

/* Two ways of saying that the version is too old: as the answer's status, and as a line inside a 200 (§1.4). */
static void
an_expired_watch_lists_anew_and_sweeps_the_gone(void **state)
{
	(void)state;
	for (int as_line = 0; as_line < 2; as_line++) {
		struct desk desk = open_watching();

		line(&desk, "ADDED", "one", 600);
		line(&desk, "ADDED", "two", 601);
		desk_pass(&desk, 2000);
		if (as_line)
			desk_line(&desk, desk_find(&desk, WATCH),
			    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":"
			    "410,\"reason\":\"Expired\"}}");
		else
			desk_answer(&desk, desk_find(&desk, WATCH), 410, "{\"code\":410}");
		CHECK_INT(desk_count(&desk, WATCH), 0);
		page(&desk, NAMES("two"), "");
		CHECK(!is_known(&desk, "one"));
		CHECK(is_known(&desk, "two"));
		CHECK_INT(desk_count(&desk, WATCH), 1);
		CHECK_CONTAINS(desk_find(&desk, WATCH)->what, "resourceVersion=500&");
		desk_close(&desk);
	}
}

/* An API server that ends every stream with ERROR, or lists and refuses to be watched, is not asked in a tight loop. */
static void
an_api_server_that_always_says_expired_is_not_hammered(void **state)
{
	struct desk desk = open_watching();
	size_t lists = desk_count_all(&desk, LIST);

	(void)state;
	for (int64_t until = desk.now.up_ms + 10000; desk.now.up_ms < until; desk_pass(&desk, 10)) {
		if (desk_look(&desk, LIST))
			page(&desk, NAMES("one"), "");
		if (desk_look(&desk, WATCH))
			desk_line(&desk, desk_find(&desk, WATCH), "{\"type\":\"ERROR\",\"object\":{\"code\":500}}");
	}
	CHECK(desk_count_all(&desk, LIST) > lists);
	if (desk_count_all(&desk, LIST) - lists > 100)
		CHECK_FAIL("%zu lists in 10 s", desk_count_all(&desk, LIST) - lists);
	desk_close(&desk);
}

static void
a_broken_watch_goes_on_from_its_last_version(void **state)
{
	struct desk desk = open_watching();

	(void)state;
	line(&desk, "ADDED", "one", 600);
	desk_pass(&desk, 5000);
	desk_fail(&desk, desk_find(&desk, WATCH), OUTCOME_BROKEN, "the connection was reset");
	CHECK_CONTAINS(desk_find(&desk, WATCH)->what, "resourceVersion=600&");
	CHECK_INT(desk_count_all(&desk, LIST), 1);
	desk_close(&desk);
}

static void
a_watch_that_ends_at_once_backs_off(void **state)
{
	struct desk desk = open_watching();
	size_t before = desk_count_all(&desk, WATCH), tries;

	(void)state;
	for (int64_t until = desk.now.up_ms + 30000; desk.now.up_ms < until; desk_pass(&desk, 10))
		if (desk_look(&desk, WATCH))
			desk_answer(&desk, desk_find(&desk, WATCH), 200, "");
	tries = desk_count_all(&desk, WATCH) - before;
	CHECK(tries >= 3 && tries < 30);
	CHECK_INT(desk_count_all(&desk, LIST), 1);
	desk_close(&desk);
}

static void
a_refused_watch_keeps_its_version_and_backs_off(void **state)
{
	struct desk desk = open_watching();

	(void)state;
	line(&desk, "ADDED", "one", 600);
	desk_fail(&desk, desk_find(&desk, WATCH), OUTCOME_REFUSED, "connection refused");
	CHECK_INT(desk_count(&desk, WATCH), 0);
	CHECK(!informers_connected(desk.core));
	desk_pass(&desk, 1000);
	CHECK_CONTAINS(desk_find(&desk, WATCH)->what, "resourceVersion=600&");
	CHECK(is_known(&desk, "one"));
	desk_close(&desk);
}

/* The first tries come fast, the later ones within three seconds and a half. */
static void
an_api_server_that_is_away_is_asked_again_and_again(void **state)
{
	struct desk desk = open_desk();
	size_t tries;

	(void)state;
	for (int64_t until = desk.now.up_ms + 120000; desk.now.up_ms < until; desk_pass(&desk, 50))
		if (desk_look(&desk, LIST))
			desk_fail(&desk, desk_find(&desk, LIST), OUTCOME_REFUSED, "connection refused");
	tries = desk_count_all(&desk, LIST);
	CHECK(tries >= 25 && tries <= 60);
	CHECK(desk_logged(&desk, "connection refused"));
	desk_close(&desk);
}

static void
a_crd_that_is_not_installed_is_named(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	desk_answer(&desk, desk_find(&desk, LIST), 404, "404 page not found");
	CHECK(desk_logged(&desk, "the CRD of clusteroperations is not installed"));
	CHECK_CONTAINS(desk.core->informers.kinds[INFORMER_OPERATIONS].problem, "install the chart");
	desk_pass(&desk, 1000);
	page(&desk, NAMES("one"), "");
	CHECK_TEXT(desk.core->informers.kinds[INFORMER_OPERATIONS].problem, "");
	desk_close(&desk);
}

static void
lines_that_are_no_events_are_survived(void **state)
{
	static const char *const lines[] = {
		"", "null", "[]", "{}", "7", "nonsense", "{\"type\":7}", "{\"type\":\"ADDED\"}",
		    "{\"type\":\"DELETED\"}",
		"{\"type\":\"ADDED\",\"object\":null}", "{\"type\":\"ADDED\",\"object\":{\"metadata\":[]}}",
		"{\"type\":\"DELETED\",\"object\":{\"metadata\":{\"uid\":7}}}", "{\"type\":\"BOOKMARK\"}",
		"{\"type\":\"WHAT\",\"object\":{\"metadata\":{\"resourceVersion\":\"9\"}}}",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		struct desk desk = open_watching();

		desk_line(&desk, desk_find(&desk, WATCH), lines[i]);
		/* It goes on: with the watch, or with a list anew. */
		desk_pass(&desk, 1000);
		CHECK_INT(desk_count(&desk, WATCH) + desk_count(&desk, LIST), 1);
		desk_close(&desk);
	}
}

/* The watch goes on where it was, without a list: that has ended the first outage all the same. */
static void
each_outage_is_told_once(void **state)
{
	(void)state;
	for (int as_line = 0; as_line < 2; as_line++) {
		struct desk desk = open_watching();

		for (int outage = 1; outage <= 3; outage++) {
			int told = 0;

			for (int i = 0; i < 2; i++) {
				desk_fail(&desk, desk_find(&desk, WATCH), OUTCOME_REFUSED, "connection refused");
				desk_pass(&desk, 5000);
			}
			for (const char *at = desk.log; (at = strstr(at, "cannot read ")); at++)
				told++;
			CHECK_INT(told, outage);
			if (as_line)
				line(&desk, "ADDED", "one", 600 + outage);
			else
				desk_answer(&desk, desk_find(&desk, WATCH), 200, "");
		}
		CHECK_INT(desk_count_all(&desk, LIST), 1);
		desk_close(&desk);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_list_is_read_in_pages),
		cmocka_unit_test(an_expired_page_begins_the_list_anew),
		cmocka_unit_test(nothing_is_judged_before_all_kinds_are_there),
		cmocka_unit_test(a_bookmark_moves_the_version_on),
		cmocka_unit_test(lines_add_change_and_remove),
		cmocka_unit_test(an_expired_watch_lists_anew_and_sweeps_the_gone),
		cmocka_unit_test(an_api_server_that_always_says_expired_is_not_hammered),
		cmocka_unit_test(a_broken_watch_goes_on_from_its_last_version),
		cmocka_unit_test(a_watch_that_ends_at_once_backs_off),
		cmocka_unit_test(a_refused_watch_keeps_its_version_and_backs_off),
		cmocka_unit_test(an_api_server_that_is_away_is_asked_again_and_again),
		cmocka_unit_test(each_outage_is_told_once),
		cmocka_unit_test(a_crd_that_is_not_installed_is_named),
		cmocka_unit_test(lines_that_are_no_events_are_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
