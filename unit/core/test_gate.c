/* The gate: for whom it opens, on which facts, and what it says when it does not. */
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

/* The read barrier is asked of a member that stays up, so of another for the first lane than for the others. */
static enum gate
ask(struct small *small, size_t lane)
{
	enum gate gate = gate_check(small->core, small->op, small->op->lanes[lane].step);

	for (size_t i = 0; i < RAFT_ASKED; i++)
		if (small->cluster->raft.slots[i].request)
			small_answer(small, small->cluster->raft.slots[i].request, OUTCOME_ANSWERED, 200, "");
	if (gate != GATE_ASKING)
		return gate;
	return gate_check(small->core, small->op, small->op->lanes[lane].step);
}

static void
a_healthy_ring_opens_it_for_one(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	CHECK_INT(small.op->closed_since_wall_ms, 0);
	small_close(&small);
}

/* Two candidates, room for one: the first one's reservation closes it for the second, and its end opens it again. */
static void
a_reservation_counts_as_down(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small.op->lanes[0].held = true;
	CHECK_INT(ask(&small, 1), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "db-a-1");
	CHECK(small.op->closed_since_wall_ms > 0);
	/* Nothing stands in the first one's own way. */
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small.op->lanes[0].held = false;
	CHECK_INT(ask(&small, 1), GATE_OPEN);
	CHECK_TEXT(small.op->closed_by, "");
	small_close(&small);
}

static void
a_stranger_down_closes_it_by_name(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	small_crash(&small, "db-c-1");
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	CHECK_TEXT(small.op->closed_node, "db-c-1");
	CHECK_CONTAINS(small.op->closed_by, "db-c-1 is down");
	small_close(&small);
}

/* What is down and ours may be taken further down in spite of it, but not when it is on its way back: that is no cure. */
static void
a_candidate_that_returns_is_not_let_through(void **state)
{
	static const char *const modes[] = {"\"STARTING\"", "\"JOINING\"", "\"NORMAL\""};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(modes); i++) {
		struct small small = small_begun(registry, workflow, "\"frozen\":true");
		struct ring *ring = small.cluster->ring;

		small_crash(&small, "db-b-1");
		small.op->lanes[1].held = small.op->lanes[1].touched = true;
		ring_set_mode(ring, 1, modes[i], strlen(modes[i]), NULL);
		ring_set_gossiping(ring, 1, "true", 4, NULL);
		ring_set_live(ring, 1, "[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\"]", 34, NULL);
		if (ask(&small, 1) != GATE_CLOSED)
			CHECK_FAIL("it lets down a node that is %s", modes[i]);
		small_close(&small);
	}
}

static void
a_frozen_cluster_closes_it(void **state)
{
	struct small small = small_begun(registry, workflow, "\"frozen\":true");

	(void)state;
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "limits.frozen");
	CHECK_TEXT(small.op->closed_node, "");
	small_close(&small);
}

/* Every node down counts, whatever the reason. */
static void
the_limit_counts_everybody_who_is_down(void **state)
{
	struct small small = small_begun(registry, workflow, "\"maxNodesDown\":1");

	(void)state;
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	/* Nothing but the limit stands in the way. */
	*ARRAY_GROW(small.cluster->target->decided, small.cluster->target->ndecided) = xstrdup("ks");
	small.cluster->target->decided_levels = xcalloc(1, sizeof(unsigned));
	snprintf(small.cluster->version, sizeof small.cluster->version, "5.4.9");
	small.op->lanes[2].held = true;
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "limits.maxNodesDown is 1, this would make 2: down or held is db-");
	small.cluster->target->max_nodes_down = 2;
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small_close(&small);
}

/* --- the age of facts --- */

static void
facts_older_than_two_seconds_are_asked_again(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	small_at(&small, 2000);
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small_at(&small, 2001);
	CHECK_INT(ask(&small, 0), GATE_ASKING);
	CHECK(small.cluster->sweep.running);
	CHECK(small_count(&small, EFFECT_REST) >= 3 * SMALL_NODES);
	/* Half an answer opens nothing. */
	CHECK_INT(ask(&small, 0), GATE_ASKING);
	small_close(&small);
}

static void
facts_asked_before_the_last_act_are_asked_again(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	small.cluster->last_act_up_ms = small.core->now.up_ms;
	CHECK_INT(ask(&small, 0), GATE_ASKING);
	small_close(&small);
}

/* The act and the sweep fall into one millisecond: the sweep may have been first. */
static void
facts_asked_in_the_act_s_own_millisecond_do_not_count(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	small_at(&small, 10);
	small_sweep(&small);
	small.cluster->last_act_up_ms = small.core->now.up_ms;
	small_at(&small, 11);
	CHECK_INT(ask(&small, 0), GATE_ASKING);
	small_close(&small);
}

static void
a_sweep_under_way_is_waited_for(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	small.cluster->sweep.running = true;
	CHECK_INT(ask(&small, 0), GATE_ASKING);
	small_close(&small);
}

static void
a_ring_that_cannot_be_read_closes_it_with_the_reason(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	small_at(&small, 5000);
	small.cluster->sweep.failed = true;
	snprintf(small.cluster->sweep.problem, sizeof small.cluster->sweep.problem,
	    "10.0.0.1:10000: connection refused");
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "connection refused");
	small_close(&small);
}

static void
who_is_no_member_is_not_let_through(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct ring *ring = small.cluster->ring;

	(void)state;
	snprintf(ring->members[1].host_id, sizeof ring->members[1].host_id, "another");
	CHECK_INT(ask(&small, 1), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "no member");
	small_close(&small);
}

static size_t
count_barriers(const struct small *small)
{
	size_t n = 0;

	for (size_t i = 0; i < small->out->count; i++)
		n += small->out->list[i].kind == EFFECT_REST && strcmp(small->out->list[i].rest.path, SCYLLA_READ_BARRIER) == 0;
	return n;
}

/* Each needs the word of another member; that does not void the word that the other needs. */
static void
candidates_in_turn_ask_for_few_read_barriers(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	for (int i = 0; i < 20; i++) {
		CHECK_INT(ask(&small, 0), GATE_OPEN);
		CHECK_INT(ask(&small, 1), GATE_OPEN);
		CHECK_INT(ask(&small, 2), GATE_OPEN);
	}
	CHECK(count_barriers(&small) <= 1);      /* beside the one of small_sweep() */
	small_close(&small);
}

/* A node that keeps silent on it is said, and another is asked. */
static void
a_silent_read_barrier_closes_it_by_name(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct step *step = small.op->lanes[1].step;

	(void)state;
	memset(&small.cluster->raft, 0, sizeof small.cluster->raft);
	CHECK_INT(gate_check(small.core, small.op, step), GATE_ASKING);
	CHECK_INT(count_barriers(&small), 1);
	small_at(&small, 1101);
	CHECK_INT(gate_check(small.core, small.op, step), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "db-a-1 does not confirm that group0 has its quorum, it has not answered yet");
	small_answer(&small, small.cluster->raft.slots[0].request, OUTCOME_TIMEOUT, 0, "no answer in time");
	CHECK_INT(gate_check(small.core, small.op, step), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "no answer in time");
	small_at(&small, 1999);
	CHECK_INT(gate_check(small.core, small.op, step), GATE_CLOSED);
	CHECK_INT(count_barriers(&small), 1);
	small_close(&small);
}

static void
without_a_gate_everything_passes(void **state)
{
	struct small small = small_begun(registry, workflow, "\"frozen\":true");

	(void)state;
	small.core->config.gate = false;
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small_close(&small);
}

/* A judgement is an answer, and closed are no more than were judged. */
static void
judgements_are_counted(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	const struct core_counters *counters = &small.core->counters;

	(void)state;
	small.cluster->sweep.running = true;
	CHECK_INT(ask(&small, 0), GATE_ASKING);
	small.cluster->sweep.running = false;
	CHECK_INT(counters->gate_checks, 0);
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	CHECK_INT(counters->gate_checks, 1);
	small_crash(&small, "db-c-1");
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	gate_close(small.core, small.op, small.op->lanes[0].step, NULL, "the host cannot be commanded");
	CHECK_INT(counters->gate_checks, 2);
	CHECK_INT(counters->gate_closed, 1);
	small_close(&small);
}

/* Any one answer missing, of anybody: what is unknown is closed. */
static void
one_silent_member_closes_it(void **state)
{
	(void)state;
	for (size_t silent = 0; silent < SMALL_NODES; silent++) {
		struct small small = small_begun(registry, workflow, NULL);
		struct ring *ring = small.cluster->ring;

		ring_begin_sweep(ring);
		for (size_t i = 0; i < SMALL_NODES; i++) {
			if (i == silent)
				continue;
			ring_set_mode(ring, i, "\"NORMAL\"", 8, NULL);
			ring_set_gossiping(ring, i, "true", 4, NULL);
			ring_set_live(ring, i, "[\"10.0.0.1\",\"10.0.0.2\",\"10.0.0.3\"]", 34, NULL);
		}
		for (size_t lane = 0; lane < SMALL_NODES; lane++)
			if (lane != silent)
				CHECK_INT(ask(&small, lane), GATE_CLOSED);
		small_close(&small);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_healthy_ring_opens_it_for_one),
		cmocka_unit_test(a_reservation_counts_as_down),
		cmocka_unit_test(a_stranger_down_closes_it_by_name),
		cmocka_unit_test(a_candidate_that_returns_is_not_let_through),
		cmocka_unit_test(a_frozen_cluster_closes_it),
		cmocka_unit_test(the_limit_counts_everybody_who_is_down),
		cmocka_unit_test(facts_older_than_two_seconds_are_asked_again),
		cmocka_unit_test(facts_asked_before_the_last_act_are_asked_again),
		cmocka_unit_test(facts_asked_in_the_act_s_own_millisecond_do_not_count),
		cmocka_unit_test(a_sweep_under_way_is_waited_for),
		cmocka_unit_test(a_ring_that_cannot_be_read_closes_it_with_the_reason),
		cmocka_unit_test(who_is_no_member_is_not_let_through),
		cmocka_unit_test(candidates_in_turn_ask_for_few_read_barriers),
		cmocka_unit_test(a_silent_read_barrier_closes_it_by_name),
		cmocka_unit_test(without_a_gate_everything_passes),
		cmocka_unit_test(judgements_are_counted),
		cmocka_unit_test(one_silent_member_closes_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
