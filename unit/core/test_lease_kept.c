/* A Lease that others write to, or delete, by hand on the API server's side. */
#include "check.h"

#include "alloc.h"
#include "desk.h"
#include "json.h"
#include "state.h"

enum { LEASE_MS = 15000 };

#define GET "GET /apis/coordination.k8s.io/v1/namespaces/strait-system/leases/strait"
#define PUT "PUT /apis/coordination.k8s.io/v1/namespaces/strait-system/leases/strait"
#define EVENTS "POST /apis/events.k8s.io/v1/namespaces/strait-system/events"
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

#define FOREIGN "\"annotations\":{\"team\":\"db\"},\"ownerReferences\":[{\"uid\":\"u-9\"}]"

/* A PUT removes what it does not name: labels, owners, and what only a newer API server knows of a Lease's spec. */
static void
what_is_not_ours_stays(void **state)
{
	static const char object[] = "{\"metadata\":{\"name\":\"strait\",\"resourceVersion\":\"7\",\"uid\":\"u-1\","
	    "\"labels\":{\"strait.dev/lease\":\"old\",\"app\":\"x\"}," FOREIGN ","
	    "\"managedFields\":[{\"manager\":\"kubectl\"}]},"
	    "\"spec\":{\"holderIdentity\":\"\",\"leaseDurationSeconds\":1,\"strategy\":\"OldestEmulationVersion\","
	    "\"preferredHolder\":\"strait-9\",\"leaseTransitions\":4}}";
	struct desk desk = open_desk();
	const char *body;

	(void)state;
	desk_answer(&desk, desk_find(&desk, GET), 200, object);
	body = desk_find(&desk, PUT)->body;
	CHECK_CONTAINS(body, "\"labels\":{\"strait.dev/lease\":\"strait\",\"app\":\"x\"}");
	CHECK_CONTAINS(body, FOREIGN);
	CHECK_CONTAINS(body, "\"uid\":\"u-1\"");
	CHECK_CONTAINS(body, "\"leaseTransitions\":5,\"strategy\":\"OldestEmulationVersion\","
	    "\"preferredHolder\":\"strait-9\"}");
	CHECK(!strstr(body, "managedFields"));
	answer(&desk, PUT, 200, "strait-0", "t1", 8);
	CHECK(desk.core->leading);
	/* It is given up with what there is by then. */
	desk_event(&desk, EVENT_STOP);
	CHECK(!strstr(desk_find(&desk, PUT)->body, "\"app\""));
	desk_close(&desk);
}

/* Its leader goes on while it is valid by his own clock; whoever comes first makes it anew, and the journal's epoch decides
 * between two. */
static void
one_that_is_deleted_is_made_anew(void **state)
{
	struct desk desk = open_leader();

	(void)state;
	while (!desk_look(&desk, PUT))
		desk_pass(&desk, 50);
	desk_answer(&desk, desk_find(&desk, PUT), 409, "{\"message\":\"Precondition failed: UID in precondition: u-1\"}");
	desk_answer(&desk, desk_find(&desk, GET), 404, "{\"message\":\"not found\"}");
	CHECK(desk_logged(&desk, "lease strait was deleted"));
	CHECK(desk.core->leading);
	CHECK(!strstr(desk_find(&desk, POST)->body, "resourceVersion"));
	desk_answer(&desk, desk_find(&desk, POST), 409, "{\"message\":\"already exists\"}");
	while (!desk_look(&desk, GET))
		desk_pass(&desk, 50);
	answer(&desk, GET, 200, "strait-1", "t1", 12);
	CHECK(!desk.core->leading);
	desk_close(&desk);
}

/* As client-go says it, on the Lease: kubectl describe lease shows who led when. */
static void
who_leads_is_an_event_of_the_lease(void **state)
{
	static const char of[] = "{\"metadata\":{\"name\":\"strait\",\"resourceVersion\":\"%d\",\"uid\":\"u-1\"},\"spec\":"
	    "{\"holderIdentity\":\"%s\",\"leaseDurationSeconds\":15,\"renewTime\":\"t%d\"}}";
	CLEANUP_FREE char *ours = xasprintf(of, 1, "strait-0", 1), *theirs = xasprintf(of, 2, "strait-1", 2);
	struct desk desk = open_desk();

	(void)state;
	desk_answer(&desk, desk_find(&desk, GET), 404, "{\"message\":\"not found\"}");
	CHECK_INT(desk_count_all(&desk, EVENTS), 0);
	desk_answer(&desk, desk_find(&desk, POST), 201, ours);
	CHECK_INT(desk_count_all(&desk, EVENTS), 1);
	CHECK_CONTAINS(desk_find(&desk, EVENTS)->body, "\"reason\":\"LeaderElection\"");
	CHECK_CONTAINS(desk_find(&desk, EVENTS)->body, "\"note\":\"strait-0 became leader\"");
	CHECK_CONTAINS(desk_find(&desk, EVENTS)->body, "\"kind\":\"Lease\",\"name\":\"strait\",\"namespace\":"
	    "\"strait-system\",\"uid\":\"u-1\"");
	while (!desk_look(&desk, PUT))
		desk_pass(&desk, 50);
	desk_answer(&desk, desk_find(&desk, PUT), 409, "{}");
	desk_answer(&desk, desk_find(&desk, GET), 200, theirs);
	CHECK_INT(desk_count_all(&desk, EVENTS), 2);
	CHECK_CONTAINS(desk_find(&desk, EVENTS)->body, "\"note\":\"strait-0 stopped leading\"");
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_not_ours_stays),
		cmocka_unit_test(one_that_is_deleted_is_made_anew),
		cmocka_unit_test(who_leads_is_an_event_of_the_lease),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
