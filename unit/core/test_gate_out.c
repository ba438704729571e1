/* The gate for a node that is down already in every other view: nothing that the ring can bear decides, but whether anything
 * may be begun at all, and what goes on with its members. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":3,\"concurrencyUnit\":\"all\",\"steps\":["
    "{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

/* Its second node has crashed. */
static struct small
open_out(const char *steps, const char *limits)
{
	struct small small = small_begun(registry, steps, limits);

	small_crash(&small, "db-b-1");
	return small;
}

static struct lane *
out(struct small *small)
{
	return &small->op->lanes[1];
}

static enum gate
ask(struct small *small)
{
	enum gate gate = gate_check(small->core, small->op, out(small)->step);

	for (size_t i = 0; i < RAFT_ASKED; i++)
		if (small->cluster->raft.slots[i].request)
			small_answer(small, small->cluster->raft.slots[i].request, OUTCOME_ANSWERED, 200, "");
	return gate == GATE_ASKING ? gate_check(small->core, small->op, out(small)->step) : gate;
}

/* What is told of all, or of the repairs of one member. */
static void
tell(struct small *small, struct topology_answer *answer, enum topology_question question, const char *body)
{
	CHECK(topology_read(answer, small->cluster->ring, question, 200, body, strlen(body), NULL));
	snprintf(answer->asked, sizeof answer->asked, "db-a-1");
}

static void
replaced(struct small *small)
{
	tell(small, &small->cluster->topology.told.of_all[TOPOLOGY_NODE_OPS], TOPOLOGY_NODE_OPS,
	    "[{\"state\":\"running\",\"type\":\"replace\",\"entity\":\"e1\"}]");
}

/* The cure must be possible. */
static void
it_is_let_through_whatever_the_ring_bears(void **state)
{
	struct small small = open_out(workflow, "\"maxNodesDown\":1");

	(void)state;
	CHECK_INT(ask(&small), GATE_OPEN);
	small_close(&small);
}

/* Frozen begins nothing, and leaves nothing down that was taken down. What is only reserved has not been taken down. */
static void
frozen_begins_no_dead_node_either(void **state)
{
	struct small small = open_out(workflow, "\"frozen\":true");

	(void)state;
	CHECK_INT(ask(&small), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "limits.frozen");
	out(&small)->held = true;
	CHECK_INT(ask(&small), GATE_CLOSED);
	out(&small)->touched = true;
	CHECK_INT(ask(&small), GATE_OPEN);
	small_close(&small);
}

static void
while_the_topology_changes_it_is_not_begun(void **state)
{
	struct small small = open_out(workflow, NULL);

	(void)state;
	replaced(&small);
	CHECK_INT(ask(&small), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "topology is changing");
	CHECK_CONTAINS(small.op->closed_by, "if that waits for db-b-1 itself, override topology-idle");
	out(&small)->held = out(&small)->touched = true;
	CHECK_INT(ask(&small), GATE_OPEN);
	small_close(&small);

	small = open_out(workflow, NULL);
	CHECK_INT(ring_set_joining(small.cluster->ring, "[\"10.0.0.9\"]", 12, NULL), 0);
	CHECK_INT(ask(&small), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "1 joining");
	small_close(&small);
}

/* A person knows that it waits for this very node. */
static void
an_override_lets_it_through(void **state)
{
	struct small small = open_out(workflow, NULL);
	struct operation *object = small.op->object;
	struct operation_override *override = ARRAY_GROW(object->overrides, object->noverrides);

	(void)state;
	*override = (struct operation_override){.gate = xstrdup("topology-idle"), .reason = xstrdup("a join waits for it"),
	    .until_ms = small.core->now.wall_ms + HOURS(1)};
	*ARRAY_GROW(override->nodes, override->nnodes) = xstrdup("db-b-1");
	object->meta.generation++;
	replaced(&small);
	CHECK_INT(ask(&small), GATE_OPEN);
	CHECK_INT(small.core->counters.overrides_used, 1);
	small_close(&small);
}

static void
what_is_under_way_is_asked_first(void **state)
{
	struct small small = open_out(workflow, NULL);

	(void)state;
	topology_drop(small.core, small.cluster);
	CHECK_INT(ask(&small), GATE_ASKING);
	small_close(&small);
}

/* A repair without the node waits for it, or has failed: its cure breaks nothing off. */
static void
a_repair_does_not_forbid_the_cure(void **state)
{
	struct small small = open_out(workflow, NULL);

	(void)state;
	tell(&small, &small.cluster->topology.told.repairs[0], TOPOLOGY_REPAIRS,
	    "[{\"state\":\"running\",\"type\":\"repair\",\"keyspace\":\"ks\"}]");
	CHECK_INT(ask(&small), GATE_OPEN);
	small_close(&small);
}

/* What changes the topology is no cure: the whole gate is asked. */
static void
what_changes_the_topology_goes_through_the_whole_gate(void **state)
{
	static const char change[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"run-command\","
	    "\"impact\":\"changesTopology\",\"with\":{\"command\":\"check\"}}]}}]}";
	struct small small = open_out(change, NULL);

	(void)state;
	CHECK_INT(ask(&small), GATE_OPEN);
	tell(&small, &small.cluster->topology.told.repairs[0], TOPOLOGY_REPAIRS,
	    "[{\"state\":\"running\",\"type\":\"repair\",\"keyspace\":\"ks\"}]");
	CHECK_INT(ask(&small), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "db-a-1 is repairing");
	out(&small)->held = out(&small)->touched = true;
	CHECK_INT(ask(&small), GATE_CLOSED);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_let_through_whatever_the_ring_bears),
		cmocka_unit_test(frozen_begins_no_dead_node_either),
		cmocka_unit_test(while_the_topology_changes_it_is_not_begun),
		cmocka_unit_test(an_override_lets_it_through),
		cmocka_unit_test(what_is_under_way_is_asked_first),
		cmocka_unit_test(a_repair_does_not_forbid_the_cure),
		cmocka_unit_test(what_changes_the_topology_goes_through_the_whole_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
