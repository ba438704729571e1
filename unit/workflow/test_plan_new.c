/* Nodes of the inventory that are not in the ring yet: who is planned, what is refused, and what the plan's text says. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "instant.h"

enum { ALL = FAKE_NODES + 3 };

static enum verdict
reconcile(struct task *t)
{
	(void)t;
	return VERDICT_DONE;
}

static const struct reconciler drain = {
	.name = "scylla-drain", .impact = IMPACT_TAKES_NODE_DOWN, .needs_member = true, .reconcile = reconcile,
};
static const struct reconciler salt = {
	.name = "salt-highstate", .opaque = true, .reconcile = reconcile,
};

#define TEXT(literal) (char *)(uintptr_t)(literal)
#define NEW(node, number, dc, in) {.name = TEXT(node), .address = TEXT("10.0.1." number), .datacenter = TEXT(dc), \
	.zone = TEXT(in), .is_new = true}
#define NODE(more, steps) "[{\"eachNode\":{" more "\"steps\":[" steps "]}}]"
#define SALT "{\"task\":\"salt-highstate\"}"
#define NORMAL "{\"wait\":[{\"condition\":\"is-up-normal\"}]}"
#define DRAIN "{\"task\":\"scylla-drain\"}"

static const struct reconciler *const *
all_types(void)
{
	static const struct reconciler *types[16] = {&drain, &salt};

	for (size_t i = 1; fake_types[i]; i++)
		types[i + 1] = fake_types[i];
	return types;
}

static struct plan *
compile(const char *steps, char *const *targets, size_t ntargets, char *const *zones, size_t nzones, struct err *err)
{
	struct plan_node nodes[ALL] = {[FAKE_NODES] = NEW("db-b-3", "1", "east", "east/b"),
	    NEW("db-d-1", "2", "east", "east/d"), NEW("db-x-1", "3", "", "")};
	struct workflow *w = fake_steps(steps);
	struct plan_input input = fake_input();
	struct plan *plan;

	memcpy(nodes, fake_nodes, sizeof fake_nodes);
	input.types = all_types();
	input.nodes = nodes;
	input.nnodes = ALL;
	input.targets = targets;
	input.ntargets = ntargets;
	input.zones = zones;
	input.nzones = nzones;
	input.max_nodes_down = 1;
	plan = plan_compile(w, &input, err);
	workflow_free(w);
	return plan;
}

static struct plan *
planned(const char *steps, char *first, char *second)
{
	char *const targets[] = {first, second};
	struct err err = {""};
	struct plan *plan = compile(steps, targets, second ? 2 : 1, NULL, 0, &err), *again;

	if (!plan)
		CHECK_FAIL("%s", err.text);
	again = plan_decode(plan->text, all_types(), &err);
	if (!again)
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(again->hash, plan->hash);
	CHECK_INT(again->nnodes, plan->nnodes);
	for (size_t i = 0; i < plan->nnodes; i++)
		CHECK(again->nodes[i].is_new == plan->nodes[i].is_new);
	plan_free(again);
	return plan;
}

static void
a_node_that_is_named_is_planned_as_new(void **state)
{
	struct plan *plan = planned(NODE("", SALT "," NORMAL), TEXT("db-d-1"), TEXT("db-b-3"));
	const struct plan_block *block = &plan->blocks[0];

	(void)state;
	CHECK(strncmp(plan->text, "{\"format\":4,", 12) == 0);
	CHECK_CONTAINS(plan->text, "{\"name\":\"db-b-3\",\"hostId\":\"\",\"address\":\"10.0.1.1\",\"datacenter\":\"east\","
	    "\"zone\":\"east/b\",\"new\":true}");
	CHECK(!strstr(plan->text, "db-x-1"));
	CHECK_INT(block->nlanes, 2);
	CHECK_TEXT(plan->nodes[block->lanes[0]].name, "db-b-3");
	CHECK(plan_has_new(plan, block) && !plan_has_members(plan, block));
	/* What joins is waited for, for as long as that may take. */
	CHECK(block->disruptive && !block->restore.type);
	CHECK_INT(block->stable.timeout_ms, HOURS(24));
	plan_free(plan);
}

/* So is one whose way only starts its service. What was noted of its host id is none of the plan's. */
static void
starting_it_makes_it_join(void **state)
{
	struct plan *plan = planned(NODE("", "{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}"),
	    TEXT("db-b-3"), NULL);
	struct plan_node *node = &plan->nodes[plan->blocks[0].lanes[0]];
	CLEANUP_FREE char *before = xstrdup(plan->text);
	struct err err = {""};

	(void)state;
	CHECK(plan->blocks[0].disruptive);
	free(node->host_id);
	node->host_id = xstrdup("id-new");
	CHECK(plan_rebind(plan, node, "10.0.1.1", "east/b", &err) == 0);
	CHECK_TEXT(plan->text, before);
	plan_free(plan);
	plan = planned(NODE("", NORMAL), TEXT("db-b-3"), NULL);
	CHECK(!plan->blocks[0].disruptive);
	plan_free(plan);
}

/* Zones and defaults mean members; a plan of members alone is what it was. */
static void
who_is_not_named_is_none_of_the_plan(void **state)
{
	char zone[] = "east/b";
	char *const zones[] = {zone};
	struct err err = {""};
	struct plan *plan = compile(NODE("", SALT), NULL, 0, NULL, 0, &err);

	(void)state;
	CHECK(plan && plan->nnodes == FAKE_NODES && plan->blocks[0].nlanes == FAKE_NODES);
	CHECK(strncmp(plan->text, "{\"format\":1,", 12) == 0 && !strstr(plan->text, "\"new\""));
	plan_free(plan);
	plan = compile(NODE("", SALT), NULL, 0, zones, 1, &err);
	CHECK(plan && plan->blocks[0].nlanes == 2);
	plan_free(plan);
	plan = compile(NODE("\"nodes\":\"all\",", SALT), NULL, 0, NULL, 0, &err);
	CHECK(plan && plan->blocks[0].nlanes == FAKE_NODES);
	plan_free(plan);
	/* An eachNode may name it, too. */
	plan = compile(NODE("\"nodes\":[\"db-d-1\"],", SALT), NULL, 0, NULL, 0, &err);
	CHECK(plan && plan->blocks[0].nlanes == 1 && plan->nnodes == FAKE_NODES + 1);
	plan_free(plan);
	zone[5] = 'd';
	CHECK(!compile(NODE("", SALT), NULL, 0, zones, 1, &err));
	CHECK_CONTAINS(err.text, "spec.targets.zones[0]: the cluster has no zone \"east/d\"");
	CHECK(!strstr(err.text, "east/d;") && !strstr(err.text, ", east/d"));
}

/* Two that are added at once take nobody down; two members do. */
static void
a_limit_is_of_members(void **state)
{
	static const char steps[] = NODE("\"concurrencyLimit\":2,", SALT);
	char *const mixed[] = {TEXT("db-b-3"), TEXT("db-b-1")};
	struct plan *plan = planned(steps, TEXT("db-b-3"), TEXT("db-d-1"));
	struct err err = {""};

	(void)state;
	CHECK_INT(plan->blocks[0].limit, 2);
	plan_free(plan);
	CHECK(!compile(steps, mixed, 2, NULL, 0, &err));
	CHECK_CONTAINS(err.text, "2 nodes at once, but the TargetCluster's limits.maxNodesDown is 1");
}

static void
what_is_for_members_waits_for_them(void **state)
{
	char *const new[] = {TEXT("db-b-3")}, *const nowhere[] = {TEXT("db-x-1")};
	struct err err = {""};
	struct plan *plan;

	(void)state;
	CHECK(!compile(NODE("", SALT "," DRAIN "," NORMAL), new, 1, NULL, 0, &err));
	CHECK_TEXT(err.text, "db-b-3 is not in the ring, and step 1.2, scylla-drain, is for members: leave it out of the "
	    "operation's nodes, or wait for is-up-normal before this step");
	CHECK(!compile(NODE("", "{\"task\":\"salt-highstate\",\"onFailure\":[" DRAIN "]}"), new, 1, NULL, 0, &err));
	CHECK_CONTAINS(err.text, "step 1.1.onFailure.1, scylla-drain, is");
	/* A wait whose failure ends nothing is no promise. */
	CHECK(!compile(NODE("", SALT ",{\"wait\":[{\"condition\":\"is-up-normal\"}],\"abortOnFailure\":false}," DRAIN), new, 1,
	    NULL, 0, &err));
	plan = compile(NODE("", SALT "," NORMAL "," DRAIN), new, 1, NULL, 0, &err);
	CHECK(plan);
	plan_free(plan);
	plan = compile("[{\"eachNode\":{\"steps\":[" SALT "," NORMAL "]}},{\"eachNode\":{\"steps\":[" DRAIN "]}}]", new, 1,
	    NULL, 0, &err);
	CHECK(plan);
	plan_free(plan);
	CHECK(!compile(NODE("", SALT), nowhere, 1, NULL, 0, &err));
	CHECK_TEXT(err.text, "spec.targets: db-x-1 is not in the ring; to be added it needs a zone: write zone: "
	    "datacenter/rack beside its address in the TargetCluster's spec.nodes");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_that_is_named_is_planned_as_new),
		cmocka_unit_test(starting_it_makes_it_join),
		cmocka_unit_test(who_is_not_named_is_none_of_the_plan),
		cmocka_unit_test(a_limit_is_of_members),
		cmocka_unit_test(what_is_for_members_waits_for_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
