/* The sweep: what is asked of whom, when the slow facts are read again, and when tables in tablets are counted. */
#include "check.h"

#include "alloc.h"
#include "api.h"
#include "buf.h"
#include "cluster.h"
#include "observe.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "small_node.h"
#include "state.h"

/* What the nodes answer where it is not what healthy ones say. */
struct nodes {
	struct small small;
	const char *path, *body;        /* of every node */
	const char *broken;             /* address: ... */
	const char *broken_path;        /* ... answers 404 to this */
	bool tablets;
	const char *tasks;              /* NULL: 404 */
	const char *replicas;           /* of the one table: addresses as JSON */
	int64_t delay_ms;               /* the table's ranges come so much later */
	size_t asked;                   /* questions in the last sweep */
	char log[8192];                 /* the paths of the last sweep, each once a node */
};

static const char racks[] = "\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\"";

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static struct nodes
open_nodes(void)
{
	struct nodes nodes = {.tasks = "[]", .replicas = racks};
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	small_open(&nodes.small, &config);
	return nodes;
}

static char *
describe(const struct nodes *nodes)
{
	return xasprintf("[{\"start_token\":\"1\",\"end_token\":\"2\",\"endpoints\":[%s]}]", nodes->replicas);
}

/* NULL: it has no such path. */
static char *
reply_on_tablets(const struct nodes *nodes, const char *path)
{
	static const char *const words[][2] = {
		{SCYLLA_TABLET_KEYSPACES, "[\"ks\"]"}, {SCYLLA_VNODE_KEYSPACES, "[]"},
		{SCYLLA_TABLES, "[\"ks:t:i\",\"system:local\"]"},
	};

	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (!strcmp(path, words[i][0]))
			return xstrdup(words[i][1]);
	if (!strcmp(path, SCYLLA_TABLET_TASKS))
		return xstrdup_or_null(nodes->tasks);
	return !strcmp(path, SCYLLA_DESCRIBE_RING "ks?table=t%3Ai") ? describe(nodes) : NULL;
}

static char *
reply(const struct nodes *nodes, int node, const char *path)
{
	static const bool absent[SMALL_NODES];
	char *body = nodes->tablets ? reply_on_tablets(nodes, path) : NULL;

	if (nodes->path && !strcmp(path, nodes->path))
		return xstrdup(nodes->body);
	if (body || (nodes->tablets && (!strcmp(path, SCYLLA_TABLET_TASKS) ||
	    !strncmp(path, SCYLLA_DESCRIBE_RING, strlen(SCYLLA_DESCRIBE_RING)))))
		return body;
	return small_healthy(node, path, absent);
}

static void
answer_one(struct nodes *nodes, const struct effect *effect)
{
	CLEANUP_FREE char *path = xstrdup(effect->rest.path), *body = NULL;
	int node = effect->rest.address[strlen(effect->rest.address) - 1] - '1';
	bool broken = nodes->broken && !strcmp(effect->rest.address, nodes->broken) && !strcmp(path, nodes->broken_path);
	size_t len = strlen(nodes->log);

	body = broken ? NULL : reply(nodes, node, path);
	snprintf(nodes->log + len, sizeof nodes->log - len, "%s%s\n", effect->rest.address, path);
	nodes->asked++;
	if (!strncmp(path, SCYLLA_DESCRIBE_RING, strlen(SCYLLA_DESCRIBE_RING)))
		nodes->small.core->now.up_ms += nodes->delay_ms;
	small_answer(&nodes->small, effect->id, OUTCOME_ANSWERED, body ? 200 : 404,
	    body ? body : "{\"message\": \"Not found\", \"code\": 404}");
}

/* A sweep asked 'ms' after the beginning, to its end. */
static void
sweep_at(struct nodes *nodes, int64_t ms)
{
	struct small *small = &nodes->small;

	nodes->asked = 0;
	nodes->log[0] = '\0';
	small_at(small, ms);
	effects_clear(small->out);
	assert_false(sweep_want(small->core, small->cluster, small->core->now.up_ms));
	for (size_t i = 0; i < small->out->count; i++)
		if (small->out->list[i].kind == EFFECT_REST)
			answer_one(nodes, &small->out->list[i]);
	assert_false(small->cluster->sweep.running);
	small_settle(small);
}

static bool
asked(const struct nodes *nodes, const char *text)
{
	return strstr(nodes->log, text) != NULL;
}

static void
slow_facts_are_read_again_when_what_they_stand_by_changes(void **state)
{
	static const char *const changes[][2] = {
		{SCYLLA_TOKENS, "[\"1\",\"2\",\"4\"]"}, {SCYLLA_SCHEMA_VERSION, "\"22222222-0000-4000-8000-000000000001\""},
		{SCYLLA_JOINING, "[\"10.0.0.9\"]"}, {SCYLLA_LEAVING, "[\"10.0.0.3\"]"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		struct nodes nodes = open_nodes();

		sweep_at(&nodes, 0);
		CHECK(asked(&nodes, SCYLLA_DESCRIBE_RING "ks\n"));
		sweep_at(&nodes, 3000);
		CHECK(!asked(&nodes, SCYLLA_DESCRIBE_RING));
		CHECK(nodes.small.cluster->ring->owners_known);
		nodes.path = changes[i][0];
		nodes.body = changes[i][1];
		sweep_at(&nodes, 6000);
		if (!asked(&nodes, SCYLLA_DESCRIBE_RING "ks\n"))
			CHECK_FAIL("%s changed and the ranges were not read again", changes[i][0]);
		small_close(&nodes.small);
	}
}

/* A node in its boot knows the members before it knows the schema: what it does not tell another one is asked. */
static void
who_does_not_tell_all_is_not_the_one_to_ask(void **state)
{
	static const char *const paths[] = {SCYLLA_SCHEMA_VERSION, SCYLLA_TOKENS, SCYLLA_JOINING, SCYLLA_LEAVING,
	    SCYLLA_RELEASE_VERSION};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		struct nodes nodes = open_nodes();

		sweep_at(&nodes, 0);
		CHECK_TEXT(nodes.small.cluster->sweep.asker, "10.0.0.1");
		nodes.broken = "10.0.0.1";
		nodes.broken_path = paths[i];
		sweep_at(&nodes, 3000);
		CHECK(!nodes.small.cluster->sweep.failed);
		CHECK(strcmp(nodes.small.cluster->sweep.asker, "10.0.0.1") != 0);
		CHECK(!asked(&nodes, SCYLLA_DESCRIBE_RING));
		nodes.path = paths[i];
		nodes.body = "{}";
		sweep_at(&nodes, 6000);
		CHECK(nodes.small.cluster->sweep.failed);
		CHECK_CONTAINS(nodes.small.cluster->sweep.problem, paths[i]);
		small_close(&nodes.small);
	}
}

/* An upgrade changes neither members nor tokens, and what raft governs depends on it. */
static void
the_release_is_as_new_as_the_sweep(void **state)
{
	struct nodes nodes = open_nodes();

	(void)state;
	nodes.path = SCYLLA_RELEASE_VERSION;
	nodes.body = "\"5.4.9\"";
	sweep_at(&nodes, 0);
	CHECK_TEXT(nodes.small.cluster->version, "5.4.9");
	nodes.body = "\"6.2.0\"";
	sweep_at(&nodes, 3000);
	CHECK(!asked(&nodes, SCYLLA_DESCRIBE_RING));
	CHECK_TEXT(nodes.small.cluster->version, "6.2.0");
	small_close(&nodes.small);
}

static bool
safe(struct nodes *nodes, const bool *held, int candidate, struct ring_proof *ret_proof)
{
	struct ring_policy policy = cluster_policy(nodes->small.cluster);

	return ring_quorum_proof(nodes->small.cluster->ring, held, candidate, &policy, ret_proof, NULL);
}

static void
tables_in_tablets_are_read_and_what_moves_is_asked(void **state)
{
	struct nodes nodes = open_nodes();
	struct ring_proof proof;

	(void)state;
	nodes.tablets = true;
	sweep_at(&nodes, 0);
	CHECK(asked(&nodes, SCYLLA_DESCRIBE_RING "ks?table=t%3Ai\n"));
	CHECK(safe(&nodes, NULL, 0, &proof));
	CHECK_INT(proof.counted, 1);
	/* The next one only asks what moves. */
	sweep_at(&nodes, 3000);
	CHECK(asked(&nodes, SCYLLA_TABLET_TASKS));
	CHECK(!asked(&nodes, SCYLLA_DESCRIBE_RING));
	CHECK(safe(&nodes, NULL, 0, &proof));
	CHECK_INT(proof.by_racks, 1);
	/* An old release has no such module: the proof must do without. */
	nodes.tasks = NULL;
	sweep_at(&nodes, 6000);
	CHECK(!nodes.small.cluster->sweep.failed);
	CHECK_INT(nodes.small.cluster->ring->motion, RING_MOTION_UNKNOWN);
	CHECK(safe(&nodes, NULL, 0, &proof));
	small_close(&nodes.small);
}

/* The only replica is on the first node, and stands there by a decision: whether another may go is for a count to say. */
static void
only_one_replica(struct nodes *nodes)
{
	struct target *target = nodes->small.cluster->target;

	nodes->tablets = true;
	nodes->replicas = "\"10.0.0.1\"";
	*ARRAY_GROW(target->decided, target->ndecided) = xstrdup("ks");
	target->decided_levels = xcalloc(1, sizeof(unsigned));
	target->decided_levels[0] = RING_ONE;
}

static void
tablets_are_counted_when_that_may_open_the_gate(void **state)
{
	const bool held[SMALL_NODES] = {true};
	struct nodes nodes = open_nodes();
	struct ring_proof proof;

	(void)state;
	only_one_replica(&nodes);
	sweep_at(&nodes, 0);
	sweep_at(&nodes, 3000);
	CHECK(!safe(&nodes, NULL, 1, &proof));
	CHECK(proof.uncounted);
	sweep_count_tablets(nodes.small.core, nodes.small.cluster);
	sweep_at(&nodes, 6000);
	CHECK(asked(&nodes, SCYLLA_DESCRIBE_RING "ks?table=t%3Ai\n"));
	CHECK(!asked(&nodes, SCYLLA_KEYSPACES));
	CHECK(safe(&nodes, NULL, 1, &proof));
	CHECK(!safe(&nodes, held, 1, &proof));
	CHECK(!proof.uncounted);
	/* It has moved: the count of this sweep says so. */
	nodes.replicas = "\"10.0.0.2\"";
	sweep_at(&nodes, 9000);
	CHECK(!safe(&nodes, NULL, 1, &proof));
	/* One is on its way: nothing is counted. */
	nodes.tasks = "[{\"type\":\"migration\",\"state\":\"running\",\"keyspace\":\"ks\",\"table\":\"t:i\"}]";
	sweep_at(&nodes, 12000);
	CHECK(!safe(&nodes, NULL, 0, &proof));
	CHECK(!proof.uncounted);
	/* After a minute nobody asks for it any more. */
	sweep_at(&nodes, 70000);
	CHECK(!asked(&nodes, SCYLLA_DESCRIBE_RING));
	small_close(&nodes.small);
}

/* With what it asks beside the sweep answered. */
static enum gate
gate_says(struct nodes *nodes, struct step *step)
{
	struct effects *out = nodes->small.out;
	enum gate gate = GATE_ASKING;
	size_t next = out->count;

	for (int round = 0; round < 5 && gate == GATE_ASKING; round++) {
		gate = gate_check(nodes->small.core, nodes->small.op, step);
		for (; next < out->count; next++)
			if (out->list[next].kind == EFFECT_REST)
				answer_one(nodes, &out->list[next]);
		small_settle(&nodes->small);
	}
	return gate;
}

/* The gate asks for the count by itself, and opens on it. */
static void
a_gate_that_is_closed_for_want_of_a_count_asks_for_it(void **state)
{
	struct nodes nodes = open_nodes();
	struct op *op = nodes.small.op;
	struct lane *lane = &op->lanes[1];

	(void)state;
	only_one_replica(&nodes);
	lane->state = LANE_RUNNING;
	lane->step = step_new(op, lane, &lane->block->steps[0]);
	sweep_at(&nodes, 0);
	sweep_at(&nodes, 3000);
	CHECK_INT(gate_says(&nodes, lane->step), GATE_CLOSED);
	CHECK_CONTAINS(op->closed_by, "as its tablets were not counted");
	sweep_at(&nodes, 6000);
	CHECK_INT(gate_says(&nodes, lane->step), GATE_OPEN);
	small_close(&nodes.small);
}

/* What is too old when it is in is of no use, and must not be asked for again and again. */
static void
a_count_that_takes_too_long_is_not_asked_for_again(void **state)
{
	struct nodes nodes = open_nodes();

	(void)state;
	only_one_replica(&nodes);
	sweep_at(&nodes, 0);
	sweep_count_tablets(nodes.small.core, nodes.small.cluster);
	nodes.delay_ms = nodes.small.core->config.fact_age_ms;
	sweep_at(&nodes, 3000);
	CHECK(asked(&nodes, SCYLLA_DESCRIBE_RING));
	sweep_count_tablets(nodes.small.core, nodes.small.cluster);
	sweep_at(&nodes, 9000);
	CHECK(!asked(&nodes, SCYLLA_DESCRIBE_RING));
	small_close(&nodes.small);
}

static void
who_is_down_is_known_since_when(void **state)
{
	struct nodes nodes = open_nodes();
	struct ring *ring = nodes.small.cluster->ring;
	char since[RING_SINCE], again[RING_SINCE];

	(void)state;
	nodes.path = SCYLLA_LIVE;
	nodes.body = "[\"10.0.0.1\",\"10.0.0.2\"]";
	sweep_at(&nodes, 0);
	CHECK_CONTAINS(ring_since(ring, 2, since), " or longer");
	sweep_at(&nodes, 120000);
	CHECK_TEXT(ring_since(ring, 2, again), since);
	nodes.path = NULL;
	sweep_at(&nodes, 240000);
	CHECK_TEXT(ring_since(ring, 2, since), "");
	nodes.path = SCYLLA_LIVE;
	sweep_at(&nodes, 360000);
	CHECK(!strstr(ring_since(ring, 2, since), "longer"));
	CHECK(strcmp(since, "") != 0);
	sweep_at(&nodes, 480000);
	CHECK_TEXT(ring_since(ring, 2, again), since);
	small_close(&nodes.small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow_facts_are_read_again_when_what_they_stand_by_changes),
		cmocka_unit_test(who_does_not_tell_all_is_not_the_one_to_ask),
		cmocka_unit_test(the_release_is_as_new_as_the_sweep),
		cmocka_unit_test(tables_in_tablets_are_read_and_what_moves_is_asked),
		cmocka_unit_test(tablets_are_counted_when_that_may_open_the_gate),
		cmocka_unit_test(a_gate_that_is_closed_for_want_of_a_count_asks_for_it),
		cmocka_unit_test(a_count_that_takes_too_long_is_not_asked_for_again),
		cmocka_unit_test(who_is_down_is_known_since_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
