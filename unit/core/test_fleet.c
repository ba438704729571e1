/* Limits over all clusters, and who needs no turn at all. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char rolling[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";
static const char reading[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"wait\":[{\"condition\":\"is-up-normal\"}]}]}}]}";

/* "restart" of the first cluster has begun. */
static struct small
open_small(int64_t most, int64_t per_zone)
{
	struct small small;
	struct small_config config = {.core = small_core_config(registry), .workflow = rolling};

	config.core.max_operations = most;
	config.core.max_operations_per_zone = per_zone;
	small_open(&small, &config);
	fleet_note_plan(small.op, small.op->plan);
	small.op->admitted = true;
	turn_join(small.core, small.op);
	return small;
}

/* The only operation of a cluster of that name, which has not begun. */
static struct op *
add(struct small *small, const char *cluster, const char *name, int64_t created_ms, const char *zones)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"ops\",\"uid\":\"uid-%s\","
	    "\"resourceVersion\":\"1\"},\"spec\":{\"cluster\":\"%s\",\"workflow\":\"own\"}}", name, name, cluster);
	CLEANUP_FREE char *target = xasprintf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"ops\",\"uid\":\"uid-%s\","
	    "\"resourceVersion\":\"1\"},\"spec\":{\"clusterName\":\"%s\",\"contactPoints\":[\"10.0.9.1\"]}}", cluster,
	    cluster, cluster);
	CLEANUP_FREE char *uid = xasprintf("uid-%s", name);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);
	CLEANUP_JSON struct cJSON *other = json_parse(target, strlen(target), NULL);
	struct op *op;

	inventory_kind.seen(small->core, NULL, other, 1);
	operation_kind.seen(small->core, NULL, object, 1);
	HASH_FIND_STR(small->core->ops, uid, op);
	op->cluster = cluster_find(small->core, "ops", cluster);
	op->object->meta.created_ms = created_ms;
	op->zones = xstrdup(zones);
	turn_join(small->core, op);
	return op;
}

static void
begin(struct op *op)
{
	op->started = true;
	op->phase = PHASE_RUNNING;
}

static void
without_limits_everybody_begins(void **state)
{
	struct small small = open_small(0, 0);

	(void)state;
	CHECK(fleet_admits(small.core, add(&small, "b", "op-b", 1, "dc1/a\n")));
	CHECK(fleet_admits(small.core, add(&small, "c", "op-c", 2, "dc1/a\n")));
	small_close(&small);
}

static void
the_oldest_of_those_who_wait_begins_first(void **state)
{
	struct small small = open_small(2, 0);
	struct op *young = add(&small, "c", "young", 300, ""), *old = add(&small, "d", "old", 200, "");
	struct op *second = add(&small, "b", "second", 100, "");

	(void)state;
	CHECK(fleet_admits(small.core, second));
	begin(second);
	CHECK(!fleet_admits(small.core, young));
	CHECK(!fleet_admits(small.core, old));
	CHECK_INT(old->phase, PHASE_QUEUED);
	CHECK_TEXT(old->reason, "FleetCap");
	CHECK_TEXT(old->message, "--max-operations 2, behind restart");
	/* A place is free: it is the older one's, whoever asks first; and both are asked to look again. */
	small_settle(&small);
	small.op->ended = true;
	fleet_changed(small.core);
	CHECK(young->dirty && old->dirty);
	CHECK(!fleet_admits(small.core, young));
	CHECK(fleet_admits(small.core, old));
	begin(old);
	CHECK(!fleet_admits(small.core, young));
	/* Whoever has begun is never stopped. */
	small.core->config.max_operations = 1;
	CHECK(fleet_admits(small.core, old) && fleet_admits(small.core, second));
	small_close(&small);
}

static void
zones_of_one_name_count_over_all_clusters(void **state)
{
	struct small small = open_small(0, 1);
	struct op *same = add(&small, "b", "same", 100, "dc2/x\ndc1/b\n"), *other = add(&small, "c", "other", 200, "dc1/bb\n");
	struct op *behind = add(&small, "d", "behind", 300, "dc2/x\n");

	(void)state;
	CHECK(!fleet_admits(small.core, same));
	CHECK_TEXT(same->message, "zone dc1/b: 1 at work, behind restart");
	CHECK(fleet_admits(small.core, other));
	/* It would fit, but not before the older one that wants this zone too. */
	CHECK(!fleet_admits(small.core, behind));
	CHECK_TEXT(behind->message, "zone dc2/x: 1 at work, behind same");
	small_close(&small);
}

/* It takes the place of the one that stands. */
static void
an_urgent_one_between_is_not_held_back(void **state)
{
	struct small small = open_small(1, 1);
	struct op *urgent = add(&small, "messages-prd", "urgent", 100, "dc1/b\n");

	(void)state;
	begin(add(&small, "b", "elsewhere", -5, "dc1/b\n"));
	CHECK(fleet_admits(small.core, urgent));
	small_close(&small);
}

/* As the API server tells of a cluster that another replica leads. */
static void
tell_elsewhere(struct small *small, const char *name, const char *cluster, const char *status, int version)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"ops\",\"uid\":\"uid-%s\","
	    "\"resourceVersion\":\"%d\"},\"spec\":{\"cluster\":\"%s\",\"workflow\":\"own\"},\"status\":{%s}}", name, name,
	    version, cluster, status);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);
	CLEANUP_FREE char *uid = xasprintf("uid-%s", name);
	struct op *op;

	operation_kind.seen(small->core, NULL, object, 1);
	HASH_FIND_STR(small->core->ops, uid, op);
	if (op)
		op->shard = 1;
}

#define BEGUN "\"phase\":\"Running\",\"startTime\":\"2026-01-28T18:00:00Z\""

/* Counted by their status: two of one cluster once, one that waits not; when it ends who waits here looks again. */
static void
what_other_replicas_are_at_work_on_counts(void **state)
{
	struct small small = open_small(3, 1);
	struct op *waits = add(&small, "b", "waits", 100, "dc9/z\n");
	CLEANUP_JSON struct cJSON *gone = json_parse("{\"metadata\":{\"uid\":\"uid-far\"}}", 31, NULL);
	struct op *far;

	(void)state;
	small.core->shards.count = 2;
	small.core->config.lease_namespace = (char *)(uintptr_t)"strait";
	small.core->shards.list[0].held = true;
	tell_elsewhere(&small, "far", "x", BEGUN, 1);
	tell_elsewhere(&small, "far-too", "x", BEGUN, 1);
	tell_elsewhere(&small, "queued", "y", "\"phase\":\"Queued\"", 1);
	HASH_FIND_STR(small.core->ops, "uid-far", far);
	CHECK(far != NULL);
	CHECK(fleet_admits(small.core, waits));
	waits->admitted = false;
	tell_elsewhere(&small, "third", "z", BEGUN, 1);
	CHECK(!fleet_admits(small.core, waits));
	CHECK_CONTAINS(waits->message, "--max-operations 3, behind ");
	small_settle(&small);
	tell_elsewhere(&small, "third", "z", "\"phase\":\"Succeeded\",\"startTime\":\"2026-01-28T18:00:00Z\"", 2);
	CHECK(waits->dirty);
	CHECK(fleet_admits(small.core, waits));
	waits->admitted = false;
	tell_elsewhere(&small, "third-2", "z", BEGUN, 1);
	CHECK(!fleet_admits(small.core, waits));
	operation_kind.gone(small.core, NULL, gone);
	CHECK(!fleet_admits(small.core, waits));
	small.core->config.lease_namespace = NULL;
	small_close(&small);
}

static void
waiting_alone_needs_no_turn(void **state)
{
	static const struct {
		const char *workflow;
		bool reads;
	} cases[] = {{rolling, false}, {reading, true}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct small small;
		const struct small_config config = {.core = small_core_config(registry), .workflow = cases[i].workflow};

		small_open(&small, &config);
		fleet_note_plan(small.op, small.op->plan);
		CHECK_INT(small.op->read_only, cases[i].reads);
		CHECK_TEXT(small.op->zones, "dc1/a\ndc1/b\ndc1/c\n");
		small_close(&small);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_limits_everybody_begins),
		cmocka_unit_test(the_oldest_of_those_who_wait_begins_first),
		cmocka_unit_test(zones_of_one_name_count_over_all_clusters),
		cmocka_unit_test(an_urgent_one_between_is_not_held_back),
		cmocka_unit_test(what_other_replicas_are_at_work_on_counts),
		cmocka_unit_test(waiting_alone_needs_no_turn),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
