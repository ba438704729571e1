/* A Lease whose requests the API server refuses: when it is asked again, and what is said of it. */
#include "check.h"

#include "alloc.h"
#include "desk.h"
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

static size_t
count_in(const char *text, const char *what)
{
	size_t n = 0;

	for (const char *at = text; (at = strstr(at, what)); at += strlen(what))
		n++;
	return n;
}

/* An API server that answers at once, and always so, is not asked in a circle: a webhook that refuses, a quota, a lack of
 * rights, too many requests. */
static void
a_write_that_is_refused_is_tried_again_later(void **state)
{
	static const int statuses[] = {403, 404, 409, 422, 429, 500};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(statuses); i++) {
		struct desk desk = open_leader();
		size_t before;

		while (!desk_look(&desk, PUT))
			desk_pass(&desk, 50);
		before = desk_count_all(&desk, PUT);
		for (int turn = 0; turn < 20; turn++) {
			if (desk_look(&desk, PUT))
				desk_answer(&desk, desk_find(&desk, PUT), statuses[i], "{\"message\":\"no\"}");
			if (desk_look(&desk, GET))
				answer(&desk, GET, 200, "strait-0", "t1", 1);
		}
		CHECK(desk_count_all(&desk, PUT) - before <= 1);
		for (int64_t until = desk.now.up_ms + LEASE_MS; desk.now.up_ms < until; desk_pass(&desk, 50)) {
			if (desk_look(&desk, GET))
				answer(&desk, GET, 200, "strait-0", "t1", 1);
			if (desk_look(&desk, PUT))
				desk_answer(&desk, desk_find(&desk, PUT), statuses[i], "{\"message\":\"no\"}");
		}
		CHECK(desk_count_all(&desk, PUT) - before >= 4 && desk_count_all(&desk, PUT) - before <= 8);
		CHECK_INT(count_in(desk.log, "lease strait was not renewed"), 1);
		while (!desk_look(&desk, GET) && !desk_look(&desk, PUT))
			desk_pass(&desk, 50);
		if (desk_look(&desk, GET))
			answer(&desk, GET, 200, "strait-0", "t1", 1);
		answer(&desk, PUT, 200, "strait-0", "t2", 2);
		CHECK(desk.core->leading && shard_is_valid(desk.core, 0));
		desk_close(&desk);
	}
}

static void
one_that_may_not_be_made_is_asked_for_later(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	for (int turn = 0; turn < 20; turn++) {
		if (desk_look(&desk, GET))
			desk_answer(&desk, desk_find(&desk, GET), 404, "{\"message\":\"not found\"}");
		if (desk_look(&desk, POST))
			desk_answer(&desk, desk_find(&desk, POST), 403, "{\"message\":\"forbidden\"}");
	}
	CHECK_INT(desk_count_all(&desk, POST), 1);
	desk_pass(&desk, LEASE_MS / 5 * 2);
	desk_answer(&desk, desk_find(&desk, GET), 404, "{\"message\":\"not found\"}");
	answer(&desk, POST, 201, "strait-0", "t1", 1);
	CHECK(desk.core->leading);
	desk_close(&desk);
}

/* Whoever may not even read it stands by for ever: that is said, once. */
static void
one_that_cannot_be_read_is_told(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	for (int64_t until = desk.now.up_ms + LEASE_MS; desk.now.up_ms < until; desk_pass(&desk, 50))
		if (desk_look(&desk, GET))
			desk_answer(&desk, desk_find(&desk, GET), 403, "{\"message\":\"forbidden\"}");
	CHECK_INT(count_in(desk.log, "lease strait was not read: HTTP 403: forbidden"), 1);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_that_is_refused_is_tried_again_later),
		cmocka_unit_test(one_that_may_not_be_made_is_asked_for_later),
		cmocka_unit_test(one_that_cannot_be_read_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
