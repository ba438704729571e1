/* Leadership: one Lease, by hand on the API server's side. */
#include "check.h"

#include "alloc.h"
#include "desk.h"
#include "json.h"
#include "state.h"

enum { LEASE_MS = 15000 };

#define GET "GET /apis/coordination.k8s.io/v1/namespaces/strait-system/leases/strait"
#define PUT "PUT /apis/coordination.k8s.io/v1/namespaces/strait-system/leases/strait"
#define POST "POST /apis/coordination.k8s.io/v1/namespaces/strait-system/leases"

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
	return desk;
}

/* The Lease as the API server has it. */
static char *
lease(const char *holder, const char *renewed, int version)
{
	return xasprintf("{\"metadata\":{\"name\":\"strait\",\"resourceVersion\":\"%d\"},"
	    "\"spec\":{\"holderIdentity\":\"%s\","
	    "\"leaseDurationSeconds\":15,\"renewTime\":\"%s\",\"leaseTransitions\":4}}", version, holder, renewed);
}

static void
answer(struct desk *desk, const char *what, int status, const char *holder, const char *renewed, int version)
{
	CLEANUP_FREE char *body = lease(holder, renewed, version);

	desk_answer(desk, desk_find(desk, what), status, body);
}

static struct desk
open_leader(void)
{
	struct desk desk = open_desk();

	desk_answer(&desk, desk_find(&desk, GET), 404, "{\"message\":\"not found\"}");
	answer(&desk, POST, 201, "strait-0", "t1", 1);
	CHECK(desk.core->leading);
	return desk;
}

static void
a_lease_that_is_not_there_is_made(void **state)
{
	struct desk desk = open_desk();
	struct desk_request *post;

	(void)state;
	CHECK(!desk.core->leading);
	CHECK_INT(desk_find(&desk, GET)->pool, KUBE_LEASE);
	desk_answer(&desk, desk_find(&desk, GET), 404, "{\"message\":\"not found\"}");
	post = desk_find(&desk, POST);
	CHECK_CONTAINS(post->body, "\"holderIdentity\":\"strait-0\"");
	CHECK_CONTAINS(post->body, "\"leaseDurationSeconds\":15");
	CHECK(!strstr(post->body, "resourceVersion"));
	CHECK(!desk.core->leading);
	answer(&desk, POST, 201, "strait-0", "t1", 1);
	CHECK(desk.core->leading);
	desk_close(&desk);
}

/* Time is counted from when the record last changed, on our own clock: what it says of its own time is not read. */
static void
another_holder_is_waited_for(void **state)
{
	struct desk desk = open_desk();
	int64_t until;

	(void)state;
	answer(&desk, GET, 200, "strait-1", "1999-01-01T00:00:00.000000Z", 7);
	for (until = desk.now.up_ms + LEASE_MS; desk.now.up_ms < until - 100;) {
		CHECK_INT(desk_count(&desk, PUT), 0);
		if (desk_look(&desk, GET))
			answer(&desk, GET, 200, "strait-1", "1999-01-01T00:00:00.000000Z", 7);
		desk_pass(&desk, 50);
	}
	while (!desk_look(&desk, PUT) && desk.now.up_ms < until + LEASE_MS / 2) {
		if (desk_look(&desk, GET))
			answer(&desk, GET, 200, "strait-1", "1999-01-01T00:00:00.000000Z", 7);
		desk_pass(&desk, 50);
	}
	CHECK(desk.now.up_ms >= until);
	CHECK(desk.now.up_ms < until + LEASE_MS / 4);
	CHECK_CONTAINS(desk_find(&desk, PUT)->body, "\"resourceVersion\":\"7\"");
	CHECK_CONTAINS(desk_find(&desk, PUT)->body, "\"leaseTransitions\":5");
	answer(&desk, PUT, 200, "strait-0", "t2", 8);
	CHECK(desk.core->leading);
	desk_close(&desk);
}

static void
a_holder_that_renews_keeps_it(void **state)
{
	struct desk desk = open_desk();
	int version = 7;

	(void)state;
	for (int64_t until = desk.now.up_ms + 4 * LEASE_MS; desk.now.up_ms < until;) {
		CLEANUP_FREE char *renewed = xasprintf("t%d", version);

		CHECK_INT(desk_count(&desk, PUT), 0);
		if (desk_look(&desk, GET))
			answer(&desk, GET, 200, "strait-1", renewed, version++);
		desk_pass(&desk, 500);
	}
	CHECK(!desk.core->leading);
	desk_close(&desk);
}

static void
an_emptied_lease_is_taken_at_once(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	answer(&desk, GET, 200, "", "t1", 9);
	CHECK_CONTAINS(desk_find(&desk, PUT)->body, "\"resourceVersion\":\"9\"");
	desk_close(&desk);
}

static void
a_leader_renews_well_before_the_end(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	for (int i = 0; i < 10; i++) {
		int64_t valid = shard_valid_until(desk.core, 0);

		while (!desk_look(&desk, PUT))
			desk_pass(&desk, 50);
		CHECK(desk.now.up_ms < valid - LEASE_MS / 3);
		answer(&desk, PUT, 200, "strait-0", "t2", 2 + i);
		CHECK(shard_valid_until(desk.core, 0) > valid);
	}
	desk_close(&desk);
}

/* It counts from when the renewal left, not from when its answer came. */
static void
validity_counts_from_the_sending(void **state)
{
	struct desk desk = open_leader();
	int64_t sent;

	(void)state;
	while (!desk_look(&desk, PUT))
		desk_pass(&desk, 50);
	sent = desk_find(&desk, PUT)->at_up_ms;
	desk_pass(&desk, 2000);
	answer(&desk, PUT, 200, "strait-0", "t2", 2);
	CHECK_INT(shard_valid_until(desk.core, 0), sent + LEASE_MS * 2 / 3);
	desk_close(&desk);
}

static void
a_conflict_is_looked_into(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	while (!desk_look(&desk, PUT))
		desk_pass(&desk, 50);
	desk_answer(&desk, desk_find(&desk, PUT), 409, "{\"message\":\"the object has been modified\"}");
	CHECK(desk.core->leading);
	answer(&desk, GET, 200, "strait-0", "t1", 5);
	CHECK_CONTAINS(desk_find(&desk, PUT)->body, "\"resourceVersion\":\"5\"");
	answer(&desk, PUT, 200, "strait-0", "t2", 6);
	CHECK(desk.core->leading);
	desk_close(&desk);
}

static void
a_lease_lost_to_another_ends_leading(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	while (!desk_look(&desk, PUT))
		desk_pass(&desk, 50);
	desk_answer(&desk, desk_find(&desk, PUT), 409, "{\"message\":\"the object has been modified\"}");
	answer(&desk, GET, 200, "strait-1", "t9", 9);
	CHECK(!desk.core->leading);
	CHECK_INT(desk_count(&desk, PUT), 0);
	CHECK(desk_logged(&desk, "strait-1"));
	desk_close(&desk);
}

/* Nobody can have taken it while nobody can write it: but no act leaves any more on its strength. */
static void
without_the_api_server_leading_goes_on_until_another_is_seen(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	for (int64_t until = desk.now.up_ms + 3 * LEASE_MS; desk.now.up_ms < until;) {
		struct desk_request *request = desk_look(&desk, PUT);

		request = request ? request : desk_look(&desk, GET);
		if (request)
			desk_fail(&desk, request, OUTCOME_REFUSED, "connection refused");
		desk_pass(&desk, 100);
	}
	CHECK(desk.core->leading);
	CHECK(shard_valid_until(desk.core, 0) < desk.now.up_ms);
	while (!desk_look(&desk, PUT) && !desk_look(&desk, GET))
		desk_pass(&desk, 100);
	if (desk_look(&desk, PUT))
		desk_answer(&desk, desk_find(&desk, PUT), 409, "{}");
	answer(&desk, GET, 200, "strait-1", "t9", 9);
	CHECK(!desk.core->leading);
	desk_close(&desk);
}

static void
stopping_gives_it_up_and_leaves(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	desk_event(&desk, EVENT_STOP);
	CHECK_INT(desk.exits, 0);
	CHECK_CONTAINS(desk_find(&desk, PUT)->body, "\"holderIdentity\":\"\"");
	desk_event(&desk, EVENT_STOP);
	CHECK_INT(desk_count(&desk, PUT), 1);
	answer(&desk, PUT, 200, "", "t3", 3);
	CHECK_INT(desk.exits, 1);
	desk_close(&desk);
}

static void
stopping_does_not_wait_for_an_api_server_that_is_away(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	desk_event(&desk, EVENT_STOP);
	CHECK(desk_find(&desk, PUT)->deadline_ms <= 2000);
	desk_fail(&desk, desk_find(&desk, PUT), OUTCOME_TIMEOUT, "no answer in time");
	CHECK_INT(desk.exits, 1);
	desk_close(&desk);
}

static void
who_does_not_lead_leaves_at_once(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	answer(&desk, GET, 200, "strait-1", "t1", 7);
	desk_event(&desk, EVENT_STOP);
	CHECK_INT(desk.exits, 1);
	CHECK_INT(desk_count(&desk, PUT), 0);
	desk_close(&desk);
}

static void
an_unreadable_lease_makes_nobody_a_leader(void **state)
{
	static const char *const bodies[] = {"", "null", "[]", "{}", "nonsense", "{\"spec\":7}", "{\"spec\":{}}"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct desk desk = open_desk();

		desk_answer(&desk, desk_find(&desk, GET), 200, bodies[i]);
		CHECK(!desk.core->leading);
		desk_close(&desk);
	}
}

/* It was seen before it began, and its cluster is not known to be ready yet. */
static void
what_began_while_standing_by_is_taken_over_at_once(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	answer(&desk, GET, 200, "strait-1", "t1", 7);
	desk_sync(&desk, "", "", "{\"metadata\":{\"name\":\"r\",\"namespace\":\"ns\",\"uid\":\"uid-r\","
	    "\"resourceVersion\":\"100\"},\"spec\":{\"cluster\":\"c\",\"workflow\":\"w\"}}");
	desk_line(&desk, desk_find(&desk, "GET /apis/strait.dev/v1alpha1/clusteroperations?watch"),
	    "{\"type\":\"MODIFIED\",\"object\":{\"metadata\":{\"name\":\"r\",\"namespace\":\"ns\",\"uid\":\"uid-r\","
	    "\"resourceVersion\":\"101\"},\"spec\":{\"cluster\":\"c\",\"workflow\":\"w\"},\"status\":{"
	    "\"phase\":\"Running\",\"planHash\":\"h\",\"journal\":{\"epoch\":1,\"seq\":3}}}}");
	desk_pass(&desk, LEASE_MS);
	answer(&desk, GET, 200, "", "t2", 8);
	answer(&desk, PUT, 200, "strait-0", "t3", 9);
	CHECK(desk.core->leading);
	CHECK_INT(desk_count(&desk, "REDIS takeover"), 1);
	CHECK(!desk_logged(&desk, "new -> Pending"));
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_lease_that_is_not_there_is_made),
		cmocka_unit_test(another_holder_is_waited_for),
		cmocka_unit_test(a_holder_that_renews_keeps_it),
		cmocka_unit_test(an_emptied_lease_is_taken_at_once),
		cmocka_unit_test(a_leader_renews_well_before_the_end),
		cmocka_unit_test(validity_counts_from_the_sending),
		cmocka_unit_test(a_conflict_is_looked_into),
		cmocka_unit_test(a_lease_lost_to_another_ends_leading),
		cmocka_unit_test(without_the_api_server_leading_goes_on_until_another_is_seen),
		cmocka_unit_test(stopping_gives_it_up_and_leaves),
		cmocka_unit_test(stopping_does_not_wait_for_an_api_server_that_is_away),
		cmocka_unit_test(who_does_not_lead_leaves_at_once),
		cmocka_unit_test(an_unreadable_lease_makes_nobody_a_leader),
		cmocka_unit_test(what_began_while_standing_by_is_taken_over_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
