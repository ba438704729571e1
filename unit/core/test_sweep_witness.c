/* What is told of the whole cluster is told by a member that the others see: one that is drained or cut off knows of old
 * times, and has not heard who joins. */
#include "check.h"

#include "alloc.h"
#include "api.h"
#include "cluster.h"
#include "registry.h"
#include "small.h"
#include "small_node.h"
#include "state.h"

enum { STALE = 0, QUESTIONS_MOST = 200 };

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

/* The first node answers as in old times; the others see a fourth one join, and a decommission under way. */
struct nodes {
	struct small small;
	const char *mode, *gossiping, *live;    /* of the first one */
	bool all_out;                           /* so it is with all of them */
	size_t asked;
};

static char *
reply(const struct nodes *nodes, int node, const char *path)
{
	const bool absent[SMALL_NODES] = {nodes->mode || nodes->live};
	const char *const own[][2] = {
		{SCYLLA_MODE, nodes->mode}, {SCYLLA_GOSSIPING, nodes->gossiping}, {SCYLLA_LIVE, nodes->live},
	};
	bool stale = node == STALE || nodes->all_out;

	for (size_t i = 0; stale && i < ARRAY_LEN(own); i++)
		if (own[i][1] && !strcmp(path, own[i][0]))
			return xstrdup(own[i][1]);
	if (node != STALE && !strcmp(path, SCYLLA_JOINING))
		return xstrdup("[\"10.0.0.9\"]");
	if (node != STALE && !strcmp(path, SCYLLA_TASKS "node_ops"))
		return xstrdup("[{\"state\":\"running\",\"type\":\"bootstrap\"}]");
	return small_healthy(node, path, absent);
}

/* All that is asked is answered, and what that makes the core ask. */
static void
answer_all(struct nodes *nodes)
{
	struct effects *out = nodes->small.out;

	for (size_t i = 0; i < out->count && nodes->asked < QUESTIONS_MOST; i++) {
		CLEANUP_FREE char *path = out->list[i].kind == EFFECT_REST ? xstrdup(out->list[i].rest.path) : NULL;
		CLEANUP_FREE char *body = NULL;
		const char *address = path ? out->list[i].rest.address : "1";

		if (!path)
			continue;
		body = reply(nodes, address[strlen(address) - 1] - '1', path);
		nodes->asked++;
		small_answer(&nodes->small, out->list[i].id, OUTCOME_ANSWERED, body ? 200 : 404, body ? body : "{}");
	}
	effects_clear(out);
	small_settle(&nodes->small);
}

/* Everybody well first, and the first one answers for all; then as 'nodes' says, with what is asked beside the sweep asked
 * at once. */
static void
look(struct nodes *nodes)
{
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};
	struct nodes now = *nodes;
	struct small *small = &nodes->small;

	*nodes = (struct nodes){0};
	small_open(small, &config);
	for (int64_t ms = 0; ms <= 3000; ms += 3000) {
		small_at(small, ms);
		CHECK(!sweep_want(small->core, small->cluster, small->core->now.up_ms));
		if (ms)
			CHECK(!topology_want(small->core, small->cluster, small->core->now.up_ms, 1, false));
		nodes->asked = 0;
		answer_all(nodes);
		CHECK(!small->cluster->sweep.running && !small->cluster->sweep.failed);
		nodes->mode = now.mode;
		nodes->gossiping = now.gossiping;
		nodes->live = now.live;
		nodes->all_out = now.all_out;
		if (!ms)
			CHECK_TEXT(small->cluster->sweep.asker, "10.0.0.1");
	}
}

static void
another_answers_for_all(struct nodes *nodes)
{
	struct small *small = &nodes->small;
	const struct topology *told;

	look(nodes);
	told = &small->cluster->topology.told;
	CHECK(strcmp(small->cluster->sweep.asker, "10.0.0.1") != 0);
	CHECK_INT(small->cluster->ring->joining, 1);
	/* Asked of the first one while the sweep was under way. */
	CHECK(!topology_want(small->core, small->cluster, small->core->now.up_ms, 1, false));
	answer_all(nodes);
	CHECK(topology_want(small->core, small->cluster, small->core->now.up_ms, 1, false));
	CHECK_INT(told->of_all[TOPOLOGY_NODE_OPS].ntasks, 1);
	small_close(small);
}

static void
a_drained_node_does_not_answer_for_all(void **state)
{
	(void)state;
	another_answers_for_all(&(struct nodes){.mode = "\"DRAINED\"", .gossiping = "false", .live = "[]"});
}

/* It gossips, is NORMAL, and hears nobody. */
static void
a_node_that_is_cut_off_does_not_answer_for_all(void **state)
{
	(void)state;
	another_answers_for_all(&(struct nodes){.live = "[\"10.0.0.1\"]"});
}

/* While nobody votes whoever answers does; and one that all see goes on being asked. */
static void
nobody_else_is_asked_without_need(void **state)
{
	struct nodes out = {.mode = "\"DRAINED\"", .gossiping = "false", .live = "[]", .all_out = true}, well = {0};

	(void)state;
	look(&out);
	CHECK_TEXT(out.small.cluster->sweep.asker, "10.0.0.1");
	CHECK(topology_want(out.small.core, out.small.cluster, out.small.core->now.up_ms, -1, false));
	small_close(&out.small);
	look(&well);
	CHECK_TEXT(well.small.cluster->sweep.asker, "10.0.0.1");
	/* Of all: the sweep's seven and three beside it; of each: three, and repairs; of one: cleanups. */
	CHECK_INT(well.asked, 7 + 3 + 4 * SMALL_NODES + 1);
	small_close(&well.small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_drained_node_does_not_answer_for_all),
		cmocka_unit_test(a_node_that_is_cut_off_does_not_answer_for_all),
		cmocka_unit_test(nobody_else_is_asked_without_need),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
