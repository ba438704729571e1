/* The installed CRDs against what this build needs of them. */
#include "check.h"

#include "alloc.h"
#include "desk.h"
#include "state.h"

#define CRDS "GET /apis/apiextensions.k8s.io/v1/customresourcedefinitions"

/* Of the Workflows; "": it has no annotation. This build needs 9. */
static struct desk
open_with_schema(const char *installed)
{
	CLEANUP_FREE char *annotation = xasprintf("\"strait.dev/schema-version\":\"%s\"", installed);
	CLEANUP_FREE char *crd = xasprintf("{\"metadata\":{\"annotations\":{%s}}}", *installed ? annotation : "");
	static const char *const none[] = {NULL};
	static const struct reconciler *const no_types[] = {NULL};
	const struct core_config config = {
		.identity = "strait-0",
		.fact_age_ms = 2000,
		.types = no_types,
		.workflows = none,
		.crd_version = "9",
	};
	struct desk desk = desk_open(&config);

	desk_event(&desk, EVENT_START);
	desk_answer(&desk, desk_find(&desk, CRDS "/workflows.strait.dev"), 200, crd);
	desk_sync(&desk, "", "", "");
	return desk;
}

/* It would prune what this build writes and reads. */
static void
a_crd_of_an_older_schema_stops_everything_and_says_so(void **state)
{
	static const struct { const char *installed, *named; } cases[] = {
		{"8", "the CRD workflows has schema version 8, this controller needs 9"},
		{"0", "schema version 0,"}, {"", "schema version none,"}, {"new", "schema version new,"}, {"-9", "version -9,"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct desk desk = open_with_schema(cases[i].installed);

		CHECK(!informers_synced(desk.core));
		CHECK(desk_logged(&desk, "reason=SchemaMismatch"));
		CHECK(desk_logged(&desk, cases[i].named));
		CHECK(desk_logged(&desk, "install the CRDs of this release"));
		desk_close(&desk);
	}
}

/* After the CRDs have been upgraded, and after a roll-back by the image alone. */
static void
a_crd_of_the_same_or_a_newer_schema_serves(void **state)
{
	static const char *const installed[] = {"9", "10", "123"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(installed); i++) {
		struct desk desk = open_with_schema(installed[i]);

		CHECK(informers_synced(desk.core));
		CHECK(!desk_logged(&desk, "SchemaMismatch"));
		desk_close(&desk);
	}
}

/* Without a restart, when the right ones are there. */
static void
an_older_schema_is_looked_at_again(void **state)
{
	struct desk desk = open_with_schema("8");
	static const char crd[] = "{\"metadata\":{\"annotations\":{\"strait.dev/schema-version\":\"9\"}}}";
	static const char *const plurals[] = {"clusteroperations", "targetclusters", "workflows"};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		CLEANUP_FREE char *path = xasprintf(CRDS "/%s.strait.dev", plurals[i]);

		desk_answer(&desk, desk_find(&desk, path), 200, crd);
	}
	desk_pass(&desk, 4000);
	CHECK(!informers_synced(desk.core));
	for (size_t i = 0; i < ARRAY_LEN(plurals); i++) {
		CLEANUP_FREE char *path = xasprintf(CRDS "/%s.strait.dev", plurals[i]);

		desk_answer(&desk, desk_find(&desk, path), 200, crd);
	}
	CHECK(informers_synced(desk.core));
	CHECK(desk_logged(&desk, "the CRDs fit now"));
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_crd_of_an_older_schema_stops_everything_and_says_so),
		cmocka_unit_test(a_crd_of_the_same_or_a_newer_schema_serves),
		cmocka_unit_test(an_older_schema_is_looked_at_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
