/* Who is told to have joined since the plan was made: whom the operation would have taken, had it been there. */
#include "check.h"

#include <stdlib.h>

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "pace.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

/* A fourth member, whom the plan does not know. */
static struct small
joined(void)
{
	struct small small = small_begun(registry, workflow, NULL);
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE);
	bool changed;

	for (size_t i = 0; i < SMALL_NODES; i++)
		buf_printf(&body, "%s{\"key\":\"%s\",\"value\":\"%s\"}", i ? "," : "[", small_nodes[i].address,
		    small_nodes[i].host_id);
	buf_puts(&body, ",{\"key\":\"10.0.0.9\",\"value\":\"00000000-0000-4000-8000-000000000009\"}]");
	CHECK_INT(ring_set_members(small.cluster->ring, buf_str(&body), body.len, &changed, NULL), 0);
	CHECK(changed);
	small.op->start_wall_ms = small.core->now.wall_ms;
	return small;
}

static void
add(char ***list, size_t *count, const char *text)
{
	*list = xreallocarray(*list, *count + 1, sizeof **list);
	(*list)[(*count)++] = xstrdup(text);
}

static void
check_told(struct small *small, const char *expected)
{
	char text[200];

	CHECK_INT(stale_say_joined(small->op, text, sizeof text), *expected ? 1 : 0);
	CHECK_TEXT(text, expected);
	small_close(small);
}

static void
who_is_no_target_is_not_told(void **state)
{
	struct small small = joined();
	char zone[2 * RING_NAME + 2];

	(void)state;
	check_told(&small, "10.0.0.9");
	small = joined();
	add(&small.op->object->excludes, &small.op->object->nexcludes, "10.0.0.9");
	check_told(&small, "");
	small = joined();
	cluster_zone(small.cluster, (size_t)ring_find_address(small.cluster->ring, "10.0.0.9"), zone);
	add(&small.op->object->excludes, &small.op->object->nexcludes, zone);
	check_told(&small, "");
	small = joined();
	add(&small.op->object->zones, &small.op->object->nzones, "dc1/elsewhere");
	check_told(&small, "");
	small = joined();
	add(&small.op->object->nodes, &small.op->object->nnodes, "db-a-1");
	check_told(&small, "");
}

/* What it asks of nodes beside their names. */
static void
who_has_not_run_for_so_long_is_not_told(void **state)
{
	struct small small = joined();

	(void)state;
	small.op->object->uptime_over_ms = 1000;
	check_told(&small, "");
	small = joined();
	small.op->object->started_before_ms = small.op->start_wall_ms - 1;
	check_told(&small, "");
	small = joined();
	small.op->object->started_before_ms = small.op->start_wall_ms + 1;
	check_told(&small, "10.0.0.9");
}

/* It has joined by this operation. */
static void
who_was_planned_by_name_is_not_told(void **state)
{
	struct small small = joined();
	struct plan *plan = small.op->plan;
	struct plan_node *node = &plan->nodes[2];

	(void)state;
	node->is_new = true;
	free(node->name);
	node->name = xstrdup("10.0.0.9");
	add(&small.op->object->nodes, &small.op->object->nnodes, "10.0.0.9");
	check_told(&small, "");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_is_no_target_is_not_told),
		cmocka_unit_test(who_has_not_run_for_so_long_is_not_told),
		cmocka_unit_test(who_was_planned_by_name_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
