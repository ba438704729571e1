/* Operations that have ended: what a standby knows of them, and the deletion of their objects. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "desk.h"
#include "finished.h"
#include "instant.h"
#include "op.h"
#include "state.h"

#define OPS "/apis/strait.dev/v1alpha1/clusteroperations"
#define OBJECT "/apis/strait.dev/v1alpha1/namespaces/ops/clusteroperations/one"
#define DELETE "DELETE " OBJECT
#define WATCH "GET " OPS "?watch"

#define ASKS "\"ttlSecondsAfterFinished\":60,\"deleteAfterFinished\":true"
#define ENDED "\"phase\":\"Succeeded\",\"startTime\":\"2026-01-28T17:00:00Z\",\"completionTime\":\"2026-01-28T18:00:00Z\"," \
	"\"journal\":{\"epoch\":1,\"seq\":9}"

static char *
object(const char *spec, const char *status, int version)
{
	return xasprintf("{\"metadata\":{\"name\":\"one\",\"namespace\":\"ops\",\"uid\":\"uid-one\",\"resourceVersion\":\"%d\","
	    "\"generation\":%d},\"spec\":{\"cluster\":\"c\",\"workflow\":\"w\"%s%s},\"status\":{%s}}", version, version,
	    *spec ? "," : "", spec, status);
}

/* At 18:00:30, with that object alone. */
static struct desk
open_desk(const char *spec, const char *status)
{
	static const char *const none[] = {NULL};
	static const struct reconciler *const no_types[] = {NULL};
	const struct core_config config = {.identity = "strait-0", .fact_age_ms = 2000, .types = no_types, .workflows = none};
	struct desk desk = desk_open(&config);
	CLEANUP_FREE char *one = object(spec, status, 100);

	desk.now.wall_ms = instant_parse("2026-01-28T18:00:30Z");
	desk_event(&desk, EVENT_START);
	desk_sync(&desk, "", "", one);
	return desk;
}

static void
change(struct desk *desk, const char *type, const char *spec, const char *status, int version)
{
	CLEANUP_FREE char *one = object(spec, status, version);
	CLEANUP_FREE char *line = xasprintf("{\"type\":\"%s\",\"object\":%s}", type, one);

	desk_line(desk, desk_find(desk, WATCH), line);
}

static void
an_object_that_asks_for_it_is_deleted_when_its_time_is_over(void **state)
{
	struct desk desk = open_desk(ASKS, ENDED);
	const struct desk_request *request;

	(void)state;
	desk_pass(&desk, 25000);
	CHECK_INT(desk_count_all(&desk, DELETE), 0);
	desk_pass(&desk, 20000);
	request = desk_find(&desk, DELETE);
	CHECK_CONTAINS(request->body, "\"preconditions\":{\"uid\":\"uid-one\",\"resourceVersion\":\"100\"}");
	/* One at a time; what was refused is asked for again, and said. */
	desk_pass(&desk, 20000);
	CHECK_INT(desk_count_all(&desk, DELETE), 1);
	desk_answer(&desk, request, 403, "{\"message\":\"no verb delete\"}");
	CHECK(desk_logged(&desk, "no verb delete"));
	desk_pass(&desk, 20000);
	CHECK_INT(desk_count_all(&desk, DELETE), 2);
	desk_answer(&desk, desk_find(&desk, DELETE), 200, "{}");
	change(&desk, "DELETED", ASKS, ENDED, 101);
	desk_pass(&desk, 60000);
	CHECK_INT(desk_count_all(&desk, DELETE), 2);
	desk_close(&desk);
}

static void
nothing_else_is_ever_deleted(void **state)
{
	static const char *const cases[][2] = {
		{"", ENDED},
		{"\"ttlSecondsAfterFinished\":60", ENDED},
		{"\"ttlSecondsAfterFinished\":60,\"deleteAfterFinished\":false", ENDED},
		/* A week without a number. */
		{"\"deleteAfterFinished\":true", ENDED},
		/* A node is down: the object names it. */
		{ASKS, ENDED ",\"nodesHeldDown\":[\"db-b-1\"],\"keepsCluster\":false"},
		{ASKS, ENDED ",\"nodesHeldDown\":[\"db-b-1\"]"},
		{ASKS, "\"phase\":\"Running\",\"startTime\":\"2026-01-28T17:00:00Z\""},
		{ASKS, "\"phase\":\"Stalled\",\"completionTime\":\"2026-01-28T18:00:00Z\""},
		/* Nobody knows when it has ended. */
		{ASKS, "\"phase\":\"Failed\""},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct desk desk = open_desk(cases[i][0], cases[i][1]);

		desk_pass(&desk, 600000);
		if (desk_count_all(&desk, "DELETE"))
			CHECK_FAIL("case %zu: it was deleted", i);
		desk_close(&desk);
	}
}

/* The precondition fails when the object has changed: what it asks for now comes by the watch. */
static void
a_change_meanwhile_is_not_lost(void **state)
{
	struct desk desk = open_desk(ASKS, ENDED);

	(void)state;
	desk_pass(&desk, 45000);
	desk_answer(&desk, desk_find(&desk, DELETE), 409, "{\"message\":\"the precondition failed\"}");
	change(&desk, "MODIFIED", "\"deleteAfterFinished\":false", ENDED, 101);
	desk_pass(&desk, 60000);
	CHECK_INT(desk_count_all(&desk, DELETE), 1);
	change(&desk, "MODIFIED", ASKS, ENDED, 102);
	desk_pass(&desk, 20000);
	CHECK_CONTAINS(desk_find(&desk, DELETE)->body, "\"resourceVersion\":\"102\"");
	desk_close(&desk);
}

/* Who does not lead deletes nothing; who leads next does. */
static void
only_the_leader_deletes(void **state)
{
	struct desk desk = open_desk(ASKS, ENDED);

	(void)state;
	desk.core->leading = false;
	desk_pass(&desk, 600000);
	CHECK_INT(desk_count_all(&desk, DELETE), 0);
	desk.core->leading = true;
	desk_pass(&desk, 20000);
	CHECK_INT(desk_count_all(&desk, DELETE), 1);
	desk_close(&desk);
}

/* A standby has seen it run. Another replica ends it, and by the time this one leads its journal may have expired: it is not
 * looked for, or a finished operation would be called lost. */
static void
a_standby_forgets_what_another_has_ended(void **state)
{
	struct desk desk = open_desk("", "\"phase\":\"Pending\"");
	CLEANUP_BUF struct buf metrics = BUF_INIT(BUF_MAX_OBJECT);

	(void)state;
	desk.core->leading = false;
	change(&desk, "MODIFIED", "", "\"phase\":\"Running\",\"startTime\":\"2026-01-28T17:00:00Z\",\"planHash\":\"p\"", 101);
	CHECK_INT(HASH_COUNT(desk.core->ops), 1);
	core_metrics(desk.core, &metrics);
	CHECK_CONTAINS(buf_str(&metrics), "strait_operations{phase=\"Running\"} 0");
	change(&desk, "MODIFIED", "", ENDED, 102);
	CHECK_INT(HASH_COUNT(desk.core->ops), 0);
	CHECK(finished_find(desk.core, "uid-one") != NULL);
	desk.core->leading = true;
	ops_kick(desk.core);
	desk_pass(&desk, 1000);
	CHECK_INT(desk_count_all(&desk, "REDIS takeover"), 0);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_object_that_asks_for_it_is_deleted_when_its_time_is_over),
		cmocka_unit_test(nothing_else_is_ever_deleted),
		cmocka_unit_test(a_change_meanwhile_is_not_lost),
		cmocka_unit_test(only_the_leader_deletes),
		cmocka_unit_test(a_standby_forgets_what_another_has_ended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
