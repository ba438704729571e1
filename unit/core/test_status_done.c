/* status.nodesDone: whom an operation has done, told once it has ended, and never as if it were all when it is not. */
#include "check.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char once[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";
static const char twice[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}},"
    "{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

/* Ended, with a lane for each letter: done, failed, skipped, waiting. */
static struct small
open_small(const char *workflow, const char *lanes)
{
	static const char letters[] = "w.dfs";
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	small_open(&small, &config);
	CHECK_INT(small.op->nlanes, strlen(lanes));
	for (size_t i = 0; i < small.op->nlanes; i++)
		small.op->lanes[i].state = (enum lane_state)(strchr(letters, lanes[i]) - letters);
	small.op->ended = true;
	small.op->phase = PHASE_FAILED;
	return small;
}

/* "db-a-1,db-c-1,", "none" or, when nothing is told, NULL; owned. */
static char *
told(struct small *small)
{
	const struct effect *effect;
	CLEANUP_JSON struct cJSON *body = NULL;
	const struct cJSON *nodes;
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	op_write_status(small->core, small->op);
	effect = small_last(small, EFFECT_KUBE);
	body = json_parse(effect->kube.body, strlen(effect->kube.body), NULL);
	nodes = json_path(body, "status", "nodesDone", NULL);
	if (!nodes)
		return NULL;
	JSON_EACH (element, nodes) {
		CHECK_CONTAINS(json_str(element, "hostId"), "00000000-0000-4000-8000-");
		buf_printf(&text, "%s,", json_str(element, "name"));
	}
	if (json_int(json_get(body, "status"), "nodesDoneOmitted", 0))
		buf_printf(&text, "and %d", (int)json_int(json_get(body, "status"), "nodesDoneOmitted", 0));
	if (text.len == 0)
		buf_puts(&text, "none");
	return buf_take(&text);
}

static void
check(const char *workflow, const char *lanes, const char *expected)
{
	struct small small = open_small(workflow, lanes);
	CLEANUP_FREE char *got = told(&small);

	CHECK_TEXT(got, expected);
	small_close(&small);
}

static void
who_has_done_all_its_steps_is_done(void **state)
{
	(void)state;
	check(once, "ddd", "db-a-1,db-b-1,db-c-1,");
	check(once, "dfw", "db-a-1,");
	check(once, "swd", "db-c-1,");
	check(once, "fww", "none");
	check(twice, "ddddww", "db-a-1,");
	check(twice, "wwdddd", "db-c-1,");
}

static void
nothing_is_told_before_the_end(void **state)
{
	struct small small = open_small(once, "dww");

	(void)state;
	small.op->ended = false;
	small.op->phase = PHASE_RUNNING;
	CHECK(!told(&small));
	small_close(&small);
}

/* What its workflow did to all besides is no reason to leave the others out. */
static void
only_its_targets_are_told(void **state)
{
	struct small small = open_small(once, "ddd");
	struct operation *object = small.op->object;
	CLEANUP_FREE char *got = NULL;

	(void)state;
	object->zones = xcalloc(1, sizeof *object->zones);
	object->zones[object->nzones++] = xstrdup("dc1/a");
	got = told(&small);
	CHECK_TEXT(got, "db-a-1,");
	small_close(&small);
}

static void
what_does_not_fit_is_counted(void **state)
{
	struct small small = open_small(once, "ddd");
	struct plan_node *node = &small.op->plan->nodes[1];
	CLEANUP_FREE char *got = NULL;

	(void)state;
	free(node->name);
	node->name = xcalloc(1, 80001);
	memset(node->name, 'n', 80000);
	got = told(&small);
	CHECK_TEXT(got, "db-a-1,and 2");
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_done_all_its_steps_is_done),
		cmocka_unit_test(nothing_is_told_before_the_end),
		cmocka_unit_test(only_its_targets_are_told),
		cmocka_unit_test(what_does_not_fit_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
