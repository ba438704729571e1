/* What stays of a TargetCluster whose object is gone. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "desk.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

#define WATCH(PLURAL) "GET /apis/strait.dev/v1alpha1/" PLURAL "?watch"

enum { MANY = 100 };

static struct desk
open_desk(void)
{
	static const char *const none[] = {NULL};
	const struct core_config config = {
		.identity = "strait-0",
		.workflows = none,
		.connect_timeout_ms = 2000,
		.types = registry,
	};
	struct desk desk = desk_open(&config);

	desk_event(&desk, EVENT_START);
	desk_sync(&desk, "", "", "");
	return desk;
}

static void
change(struct desk *desk, const char *type, const char *name, int version)
{
	CLEANUP_FREE char *line = xasprintf("{\"type\":\"%s\",\"object\":{\"metadata\":{\"name\":\"%s\",\"namespace\":\"ops\","
	    "\"uid\":\"uid-%s-%d\",\"resourceVersion\":\"%d\",\"generation\":1},\"spec\":{\"clusterName\":\"%s\","
	    "\"contactPoints\":[\"10.0.0.1\"],\"access\":{\"host\":{\"type\":\"ssh\",\"user\":\"ops\",\"sshSecretRef\":"
	    "{\"name\":\"ssh\"}}},"
	    "\"channels\":[{\"name\":\"ops\",\"type\":\"discord\",\"urlSecretRef\":{\"name\":\"hooks\",\"key\":\"ops\"},"
	    "\"notify\":[\"halted\"]}]}}}", type, name, name, version / 10, version, name);

	desk_line(desk, desk_find(desk, WATCH("targetclusters")), line);
}

static size_t
armed(const struct desk *desk)
{
	size_t n = 0;

	for (const struct timer *timer = desk->core->timers.head; timer; timer = timer->next)
		n++;
	return n;
}

static void
a_hundred_that_came_and_went_leave_nothing(void **state)
{
	struct desk desk = open_desk();
	size_t requests = desk_count(&desk, ""), timers = armed(&desk);

	(void)state;
	for (int i = 0; i < MANY; i++) {
		CLEANUP_FREE char *name = xasprintf("prd-%d", i);

		change(&desk, "ADDED", name, 200 + 10 * i);
		CHECK(cluster_find(desk.core, "ops", name) != NULL);
		CHECK_INT(desk_count(&desk, "GET /api/v1/namespaces/ops/secrets"), 2);
		desk_pass(&desk, i % 2 ? 20 : 700);
		CHECK(desk_count(&desk, "REST ") > 0);
		change(&desk, "DELETED", name, 205 + 10 * i);
	}
	CHECK_INT(HASH_COUNT(desk.core->clusters), 0);
	CHECK_INT(desk_count(&desk, ""), requests);
	CHECK_INT(armed(&desk), timers);
	desk_pass(&desk, 10000);
	CHECK_INT(desk_count(&desk, "REST "), 0);
	desk_close(&desk);
}

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static void
remove_target(struct small *small)
{
	static const char text[] = "{\"metadata\":{\"name\":\"messages-prd\",\"namespace\":\"ops\"}}";
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);

	inventory_kind.gone(small->core, NULL, object);
	clusters_run(small->core);
}

/* A node that is down is brought back all the same. */
static void
an_operation_that_has_begun_keeps_the_way_to_its_nodes(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	remove_target(&small);
	CHECK(small.cluster == cluster_find(small.core, "ops", "messages-prd"));
	CHECK(small.cluster->gone && small.cluster->secret.path && small.cluster->ring->nmembers == SMALL_NODES);
	op_drop(small.core, small.op);
	clusters_run(small.core);
	CHECK(!small.core->clusters);
	small_close(&small);
}

/* It says so, and goes on when the object is created again. */
static void
one_that_waits_for_it_keeps_nothing_going(void **state)
{
	const struct small_config config = {.core = small_core_config(registry)};
	struct small small;

	(void)state;
	small_open(&small, &config);
	small.op->journal.taken = true;
	remove_target(&small);
	CHECK(small.cluster == cluster_find(small.core, "ops", "messages-prd"));
	CHECK(!small.cluster->secret.path && !small.cluster->sweep.running);
	op_drop(small.core, small.op);
	clusters_run(small.core);
	CHECK(!small.core->clusters);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_hundred_that_came_and_went_leave_nothing),
		cmocka_unit_test(an_operation_that_has_begun_keeps_the_way_to_its_nodes),
		cmocka_unit_test(one_that_waits_for_it_keeps_nothing_going),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
