/* The API server is back, as somebody's answer shows: no watch sits out its own pause. */
#include "check.h"

#include "alloc.h"
#include "desk.h"
#include "op.h"
#include "state.h"

#include <stdio.h>

enum { LEASE_MS = 15000 };

#define LEASE "/apis/coordination.k8s.io/v1/namespaces/strait-system/leases"
#define OPS "GET /apis/strait.dev/v1alpha1/clusteroperations"
#define WORKFLOWS "GET /apis/strait.dev/v1alpha1/workflows"
#define WATCH "GET /apis/strait.dev/v1alpha1/clusteroperations?watch"

static struct desk
open_desk(void)
{
	static const char *const none[] = {NULL};
	static const struct reconciler *const no_types[] = {NULL};
	const struct core_config config = {
		.identity = "strait-0",
		.lease_namespace = "strait-system",
		.lease_name = "strait",
		.lease_ms = LEASE_MS,
		.fact_age_ms = 2000,
		.types = no_types,
		.workflows = none,
	};
	struct desk desk = desk_open(&config);

	desk_event(&desk, EVENT_START);
	desk_sync(&desk, "", "", "");
	return desk;
}

static void
renew(struct desk *desk, const char *request, int status)
{
	desk_answer(desk, desk_find(desk, request), status, "{\"metadata\":{\"name\":\"strait\",\"resourceVersion\":\"1\"},"
	    "\"spec\":{\"holderIdentity\":\"strait-0\",\"leaseDurationSeconds\":15,\"renewTime\":\"t1\"}}");
}

static struct desk
open_leader(void)
{
	struct desk desk = open_desk();

	desk_answer(&desk, desk_find(&desk, "GET " LEASE "/strait"), 404, "{\"message\":\"not found\"}");
	renew(&desk, "POST " LEASE, 201);
	CHECK(desk.core->leading);
	return desk;
}

/* For so long each try of the watch ends so, and the Lease is left without an answer; then the last try has just ended. */
static void
fail_watches(struct desk *desk, int64_t ms, enum outcome outcome, int status)
{
	for (int64_t until = desk->now.up_ms + ms; desk->now.up_ms < until || !desk_look(desk, WATCH); desk_pass(desk, 10)) {
		if (!desk_look(desk, WATCH) || desk->now.up_ms >= until)
			continue;
		if (outcome == OUTCOME_ANSWERED)
			desk_answer(desk, desk_find(desk, WATCH), status, "{\"message\":\"no\"}");
		else
			desk_fail(desk, desk_find(desk, WATCH), outcome, "connection refused");
	}
	if (outcome == OUTCOME_ANSWERED)
		desk_answer(desk, desk_find(desk, WATCH), status, "{\"message\":\"no\"}");
	else
		desk_fail(desk, desk_find(desk, WATCH), outcome, "connection refused");
}

static int64_t
opens_after(struct desk *desk)
{
	int64_t from = desk->now.up_ms;

	while (!desk_look(desk, WATCH) && desk->now.up_ms < from + 20000)
		desk_pass(desk, 10);
	return desk->now.up_ms - from;
}

static void
another_answer_opens_the_watches_again(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	fail_watches(&desk, 9000, OUTCOME_REFUSED, 0);
	desk_pass(&desk, 1100);
	CHECK(!desk_look(&desk, WATCH));
	renew(&desk, "PUT " LEASE "/strait", 200);
	CHECK(opens_after(&desk) <= 10);
	desk_close(&desk);
}

/* Others are answered all the time: no more often than once a second for that. */
static void
one_that_has_just_failed_is_not_hammered(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	fail_watches(&desk, 9000, OUTCOME_REFUSED, 0);
	renew(&desk, "PUT " LEASE "/strait", 200);
	CHECK(opens_after(&desk) >= 990);
	desk_close(&desk);
}

/* Whom the API server itself has refused waits as before: it has been there all the time. */
static void
one_that_was_refused_in_words_waits(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	fail_watches(&desk, 9000, OUTCOME_ANSWERED, 403);
	renew(&desk, "PUT " LEASE "/strait", 200);
	CHECK(opens_after(&desk) >= 2500);
	desk_close(&desk);
}

static bool
was_looked_at(const struct desk *desk)
{
	return strcmp(desk->core->ops->message, "?") != 0;
}

/* So it stays whatever else is answered, until a whole list has been read; then whoever was held back goes on. */
static void
a_list_that_hangs_is_no_connection(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	desk_line(&desk, desk_find(&desk, OPS "?watch"), "{\"type\":\"ADDED\",\"object\":{\"metadata\":{\"name\":\"r\","
	    "\"namespace\":\"ns\",\"uid\":\"uid-r\",\"resourceVersion\":\"110\"},\"spec\":{\"cluster\":\"c\","
	    "\"workflow\":\"w\"}}}");
	CHECK(informers_connected(desk.core));
	desk_pass(&desk, 2000);
	desk_answer(&desk, desk_find(&desk, WORKFLOWS "?watch"), 410, "{\"message\":\"too old resource version\"}");
	CHECK(!informers_connected(desk.core));
	desk_pass(&desk, 29000);
	CHECK(!informers_connected(desk.core));
	desk_fail(&desk, desk_find(&desk, WORKFLOWS "?limit"), OUTCOME_TIMEOUT, "no answer in time");
	CHECK(!informers_connected(desk.core));
	desk_pass(&desk, 1000);
	CHECK(!informers_connected(desk.core));
	snprintf(desk.core->ops->message, sizeof desk.core->ops->message, "?");
	desk_answer(&desk, desk_find(&desk, WORKFLOWS "?limit"), 200, "{\"metadata\":{\"resourceVersion\":\"300\","
	    "\"continue\":\"more\"},\"items\":[]}");
	CHECK(!informers_connected(desk.core) && !was_looked_at(&desk));
	desk_answer(&desk, desk_find(&desk, WORKFLOWS "?limit"), 200, "{\"metadata\":{\"resourceVersion\":\"300\"},"
	    "\"items\":[]}");
	CHECK(informers_connected(desk.core) && was_looked_at(&desk));
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(another_answer_opens_the_watches_again),
		cmocka_unit_test(one_that_has_just_failed_is_not_hammered),
		cmocka_unit_test(one_that_was_refused_in_words_waits),
		cmocka_unit_test(a_list_that_hangs_is_no_connection),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
