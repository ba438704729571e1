/* What a cluster cannot tell does not close the gate, and is not kept from people: the condition GateOpen has it. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"
#include "task.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\",\"with\":"
    "{\"service\":\"scylla-server\"}}]}}]}";

static const char no_raft[] = "raft does not govern the topology before ScyllaDB 6.0";

static enum gate
ask(struct small *small)
{
	enum gate gate = gate_check(small->core, small->op, small->op->lanes[0].step);

	for (size_t i = 0; i < RAFT_ASKED; i++)
		if (small->cluster->raft.slots[i].request)
			small_answer(small, small->cluster->raft.slots[i].request, OUTCOME_ANSWERED, 200, "");
	return gate == GATE_ASKING ? gate_check(small->core, small->op, small->op->lanes[0].step) : gate;
}

/* The condition GateOpen as a status would have it; owned. */
static char *
message(struct small *small, const char *status)
{
	const struct effect *effect;
	CLEANUP_JSON struct cJSON *body = NULL;

	small->op->status.sent_up_ms = small->op->status.same_up_ms = -SECONDS(10);
	small->op->status.request = 0;
	op_write_status(small->core, small->op);
	effect = small_last(small, EFFECT_KUBE);
	assert_non_null(effect);
	body = json_parse(effect->kube.body, strlen(effect->kube.body), NULL);
	JSON_EACH (condition, json_get(json_get(body, "status"), "conditions"))
		if (strcmp(json_str_or(condition, "type", ""), "GateOpen") == 0) {
			CHECK_TEXT(json_str_or(condition, "status", ""), status);
			return xstrdup(json_str_or(condition, "message", ""));
		}
	return xstrdup("no condition");
}

static void
check_message(struct small *small, const char *status, const char *expected)
{
	CLEANUP_FREE char *text = message(small, status);

	CHECK_TEXT(text, expected);
}

static void
nothing_is_said_of_what_could_be_looked_at(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	/* Of a judgement before. */
	snprintf(small.op->caveats.told, sizeof small.op->caveats.told, "%s", no_raft);
	CHECK_INT(ask(&small), GATE_OPEN);
	check_message(&small, "True", "");
	small_close(&small);
}

static void
a_release_without_raft_is_named(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	snprintf(small.cluster->version, sizeof small.cluster->version, "5.4.9");
	CHECK_INT(ask(&small), GATE_OPEN);
	check_message(&small, "True", no_raft);
	small_close(&small);
}

static void
so_is_one_that_does_not_tell_of_topology_requests(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	small.cluster->topology.told.of_all[TOPOLOGY_NODE_OPS].state = TOPOLOGY_ABSENT;
	CHECK_INT(ask(&small), GATE_OPEN);
	check_message(&small, "True", "no node joins or leaves and nothing is repaired; this release does not tell of other "
	    "topology requests");
	small_close(&small);
}

/* What closes it is all that is said while it is closed; and a node that is out has nothing judged. */
static void
a_closed_gate_says_what_closes_it(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	CLEANUP_FREE char *text = NULL;

	(void)state;
	snprintf(small.cluster->version, sizeof small.cluster->version, "5.4.9");
	CHECK_INT(ask(&small), GATE_OPEN);
	small_crash(&small, "db-c-1");
	CHECK_INT(ask(&small), GATE_CLOSED);
	text = message(&small, "False");
	CHECK_CONTAINS(text, "db-c-1");
	CHECK(!strstr(text, no_raft));
	small_close(&small);
}

static void
it_is_bounded_and_said_once(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct task *judge = task_new(small.core, small.op, small.op->lanes[0].step);

	(void)state;
	judge->unproven = true;
	caveats_begin(small.op);
	for (int i = 0; i < 100; i++) {
		snprintf(judge->sentence, sizeof judge->sentence, "nobody knows of %d", i / 2 + 100);
		caveats_note(small.op, judge);
	}
	CHECK_INT(strncmp(small.op->caveats.judged, "nobody knows of 100; nobody knows of 101; ", 42), 0);
	CHECK_INT(strlen(small.op->caveats.judged), CAVEATS_TEXT - 1);
	task_free(small.core, judge);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_said_of_what_could_be_looked_at),
		cmocka_unit_test(a_release_without_raft_is_named),
		cmocka_unit_test(so_is_one_that_does_not_tell_of_topology_requests),
		cmocka_unit_test(a_closed_gate_says_what_closes_it),
		cmocka_unit_test(it_is_bounded_and_said_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
