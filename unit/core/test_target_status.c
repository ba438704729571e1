/* A TargetCluster's status over a change of leadership. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "desk.h"
#include "registry.h"
#include "state.h"

enum { LEASE_MS = 15000 };

#define LEASE "/apis/coordination.k8s.io/v1/namespaces/strait-system/leases"
#define STATUS "PATCH /apis/strait.dev/v1alpha1/namespaces/ops/targetclusters/prd/status"
#define TARGET "{\"metadata\":{\"name\":\"prd\",\"namespace\":\"ops\",\"uid\":\"uid-prd\",\"resourceVersion\":\"%d\"," \
    "\"generation\":1},\"spec\":{\"clusterName\":\"prd\",\"contactPoints\":[\"10.0.0.1\"]}}"

static void
answer_lease(struct desk *desk, const char *what, int status, const char *holder, int version)
{
	CLEANUP_FREE char *body = xasprintf("{\"metadata\":{\"name\":\"strait\",\"resourceVersion\":\"%d\"},\"spec\":"
	    "{\"holderIdentity\":\"%s\",\"leaseDurationSeconds\":15,\"renewTime\":\"t%d\"}}", version, holder, version);

	desk_answer(desk, desk_find(desk, what), status, body);
}

/* Its contact point does not answer: the first status is on its way. */
static struct desk
open_writing(void)
{
	static const char *const none[] = {NULL};
	const struct core_config config = {
		.identity = "strait-0",
		.lease_namespace = "strait-system",
		.lease_name = "strait",
		.lease_ms = LEASE_MS,
		.fact_age_ms = 2000,
		.rest_timeout_ms = 2000,
		.connect_timeout_ms = 2000,
		.types = registry,
		.workflows = none,
	};
	struct desk desk = desk_open(&config);
	CLEANUP_FREE char *target = xasprintf(TARGET, 110);

	desk_event(&desk, EVENT_START);
	desk_answer(&desk, desk_find(&desk, "GET " LEASE "/strait"), 404, "{}");
	answer_lease(&desk, "POST " LEASE, 201, "strait-0", 1);
	desk_sync(&desk, target, "", "");
	while (desk_look(&desk, "REST "))
		desk_fail(&desk, desk_find(&desk, "REST "), OUTCOME_REFUSED, "connection refused");
	CHECK_INT(desk_count(&desk, STATUS), 1);
	return desk;
}

static void
lose_and_win(struct desk *desk)
{
	while (!desk_look(desk, "PUT " LEASE "/strait"))
		desk_pass(desk, 50);
	desk_answer(desk, desk_find(desk, "PUT " LEASE "/strait"), 409, "{}");
	answer_lease(desk, "GET " LEASE "/strait", 200, "strait-1", 8);
	CHECK(!desk->core->leading);
	while (!desk_look(desk, "GET " LEASE "/strait"))
		desk_pass(desk, 50);
	answer_lease(desk, "GET " LEASE "/strait", 200, "", 9);
	answer_lease(desk, "PUT " LEASE "/strait", 200, "strait-0", 10);
	CHECK(desk->core->leading);
	for (int i = 0; i < 5; i++) {
		while (desk_look(desk, "REST "))
			desk_fail(desk, desk_find(desk, "REST "), OUTCOME_REFUSED, "connection refused");
		desk_pass(desk, 1000);
	}
}

static void
a_write_that_was_under_way_is_forgotten(void **state)
{
	struct desk desk = open_writing();

	(void)state;
	lose_and_win(&desk);
	CHECK_INT(desk_count_all(&desk, STATUS), 2);
	CHECK_INT(desk_count(&desk, STATUS), 1);
	desk_close(&desk);
}

/* Another has led meanwhile: what this one wrote last is not what stands there. */
static void
what_was_written_before_is_written_again(void **state)
{
	struct desk desk = open_writing();
	CLEANUP_FREE char *target = xasprintf(TARGET, 120);

	(void)state;
	desk_answer(&desk, desk_find(&desk, STATUS), 200, target);
	desk_pass(&desk, 1500);
	CHECK_INT(desk_count_all(&desk, STATUS), 1);
	lose_and_win(&desk);
	CHECK_INT(desk_count_all(&desk, STATUS), 2);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_write_that_was_under_way_is_forgotten),
		cmocka_unit_test(what_was_written_before_is_written_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
