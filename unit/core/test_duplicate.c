/* Two TargetClusters of the same nodes: the first one has them. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

/* A TargetCluster without hosts to command, created in that second; 'ids': status.hostIds. */
static struct cluster *
add(struct small *small, const char *namespace_, const char *name, const char *cluster_name, int second, const char *ids)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\",\"uid\":\"uid-%s-%s\","
	    "\"resourceVersion\":\"1\",\"creationTimestamp\":\"2026-11-21T08:00:%02dZ\"},\"spec\":{\"clusterName\":\"%s\","
	    "\"contactPoints\":[\"10.0.0.1\"]},\"status\":{\"hostIds\":[%s]}}", name, namespace_, namespace_, name, second,
	    cluster_name, ids);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);

	inventory_kind.seen(small->core, NULL, object, 1);
	return cluster_find(small->core, namespace_, name);
}

/* Its sweep is in: it has the three nodes of small.h, from the n-th on. */
static void
discover(struct small *small, struct cluster *cluster, size_t from)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE);

	for (size_t i = from; i < SMALL_NODES; i++)
		buf_printf(&body, "%s{\"key\":\"%s\",\"value\":\"%s\"}", body.len ? "," : "[", small_nodes[i].address,
		    small_nodes[i].host_id);
	buf_putc(&body, ']');
	assert_int_equal(ring_set_members(cluster->ring, buf_str(&body), body.len, NULL, NULL), 0);
	for (size_t i = 0; i < cluster->ring->nmembers; i++)
		snprintf(cluster->ring->members[i].name, RING_NAME, "db-%zu", i);
	cluster->sweep.done_asked_up_ms = small->core->now.up_ms;
	cluster->sweep.failed = cluster->sweep.running = false;
	cluster_kick(small->core, cluster);
	clusters_run(small->core);
}

static struct small
open_small(void)
{
	const struct small_config config = {.core = small_core_config(registry)};
	struct small small;

	small_open(&small, &config);
	return small;
}

static void
remove_object(struct small *small, const struct cluster *cluster)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"%s\"}}",
	    cluster->target->meta.name, cluster->target->meta.namespace_);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);

	inventory_kind.gone(small->core, NULL, object);
	clusters_run(small->core);
}

static void
the_second_is_not_ready_until_the_first_is_gone(void **state)
{
	struct small small = open_small();
	struct cluster *second = add(&small, "b", "mine", "shared", 7, ""), *third = add(&small, "c", "mine", "shared", 8, "");
	struct cluster *first = add(&small, "a", "theirs", "shared", 5, "");

	(void)state;
	discover(&small, first, 0);
	discover(&small, second, 2);            /* one node in common is enough */
	discover(&small, third, 0);
	CHECK(first->ready);
	CHECK(!second->ready && !third->ready);
	CHECK_TEXT(second->reason, "DuplicateTarget");
	CHECK_CONTAINS(second->problem, "a/theirs");
	CHECK_CONTAINS(third->problem, "a/theirs");
	remove_object(&small, first);
	CHECK(second->ready);
	CHECK_TEXT(third->reason, "DuplicateTarget");
	CHECK_CONTAINS(third->problem, "b/mine");
	remove_object(&small, second);
	CHECK(third->ready);
	small_close(&small);
}

/* Deleted and created anew under its name, while an operation names it: it is asked again, and nothing has been told of
 * it. */
static void
an_object_created_anew_is_another_one(void **state)
{
	struct small small = open_small();
	struct cluster *cluster = add(&small, "a", "mine", "shared", 5, "");
	struct cluster *other = add(&small, "a", "other", "shared", 6, "");

	(void)state;
	discover(&small, cluster, 0);
	free(cluster->written);
	cluster->written = xstrdup("what was told of the first one");
	small.op->cluster = cluster;
	remove_object(&small, cluster);
	free(cluster->target->meta.uid);
	cluster->target->meta.uid = xstrdup("uid of the first one");
	CHECK(add(&small, "a", "mine", "shared", 9, "") == cluster);
	CHECK(!cluster->written);
	CHECK(!cluster->gone);
	CHECK_INT(cluster->ring->nmembers, 0);
	discover(&small, other, 0);
	discover(&small, cluster, 0);
	small.op->cluster = small.cluster;
	CHECK_TEXT(cluster->reason, "DuplicateTarget");         /* now the other one was first */
	remove_object(&small, other);
	CHECK(cluster->ready);
	small_close(&small);
}

/* Whoever is discovered first: the order is that of creation. */
static void
the_second_waits_for_what_is_not_known_of_the_first(void **state)
{
	struct small small = open_small();
	struct cluster *first = add(&small, "a", "theirs", "shared", 5, "");
	struct cluster *second = add(&small, "b", "mine", "shared", 7, "");

	(void)state;
	discover(&small, second, 0);
	CHECK(!second->ready);
	CHECK_TEXT(second->reason, "Discovering");
	CHECK_CONTAINS(second->problem, "a/theirs");
	discover(&small, first, 0);
	CHECK(first->ready);
	CHECK_TEXT(second->reason, "DuplicateTarget");
	small_close(&small);
}

/* Unreachable since a restart, or another replica's: what its status tells counts. */
static void
ids_told_last_count(void **state)
{
	struct small small = open_small();
	struct cluster *second;

	(void)state;
	add(&small, "a", "theirs", "shared", 5, "\"00000000-0000-4000-8000-00000000000b\"");
	second = add(&small, "b", "mine", "shared", 7, "");
	discover(&small, second, 0);
	CHECK_TEXT(second->reason, "DuplicateTarget");
	small_close(&small);
}

static void
others_are_none_of_it(void **state)
{
	struct small small = open_small();
	struct cluster *second;

	(void)state;
	add(&small, "a", "other-name", "another", 5, "\"00000000-0000-4000-8000-00000000000b\"");
	add(&small, "a", "namesake", "shared", 6, "\"00000000-0000-4000-8000-0000000000ff\"");
	second = add(&small, "b", "mine", "shared", 7, "");
	discover(&small, second, 0);
	CHECK(second->ready);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_second_is_not_ready_until_the_first_is_gone),
		cmocka_unit_test(an_object_created_anew_is_another_one),
		cmocka_unit_test(the_second_waits_for_what_is_not_known_of_the_first),
		cmocka_unit_test(ids_told_last_count),
		cmocka_unit_test(others_are_none_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
