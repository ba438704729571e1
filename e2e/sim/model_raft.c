/* Group0: who votes, who leads, whether a majority is there. Facts: scylla.md §1.4.14, §2.9, §5.4. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { VOTERS_MAX = 5, ELECTION_MIN = 1000, ELECTION_MAX = 3000 };

/* The oldest release in the ring: a feature is there when everybody has it. */
static unsigned
oldest(const struct sim *sim)
{
	unsigned release = UINT32_MAX;

	for (size_t i = 0; i < sim->nnodes; i++)
		if (sim_in_ring(sim->nodes[i].member) && sim_release(&sim->nodes[i]) < release)
			release = sim_release(&sim->nodes[i]);
	return release;
}

static bool
votes(const struct node *n)
{
	return n->voter && sim_in_ring(n->member);
}

bool
sim_votes(const struct sim *sim, size_t node)
{
	return votes(&sim->nodes[node]);
}

/* Of the voters whom the node reaches, itself among them. */
static bool
has_quorum(const struct sim *sim, size_t node, size_t *ret_voters, size_t *ret_alive)
{
	size_t voters = 0, alive = 0;

	for (size_t i = 0; i < sim->nnodes; i++) {
		voters += votes(&sim->nodes[i]);
		alive += votes(&sim->nodes[i]) && sim_reaches(sim, node, i);
	}
	if (ret_voters)
		*ret_voters = voters;
	if (ret_alive)
		*ret_alive = alive;
	return alive >= voters / 2 + 1;
}

static bool
anybody_has_quorum(const struct sim *sim)
{
	for (size_t i = 0; i < sim->nnodes; i++)
		if (sim->nodes[i].alive && has_quorum(sim, i, NULL, NULL))
			return true;
	return false;
}

/* At most five from 2025.2 on: the alive first, and of those one of each zone before a second. */
static void
choose_five(struct sim *sim)
{
	size_t *taken = xcalloc(sim->nzones, sizeof *taken);

	for (size_t i = 0; i < sim->nnodes; i++)
		sim->nodes[i].voter = false;
	for (size_t count = 0; count < VOTERS_MAX; count++) {
		struct node *best = NULL;

		for (size_t i = 0; i < sim->nnodes; i++) {
			struct node *n = &sim->nodes[i];

			if (n->voter || !sim_in_ring(n->member))
				continue;
			if (!best || n->alive > best->alive ||
			    (n->alive == best->alive && taken[n->zone] < taken[best->zone]))
				best = n;
		}
		if (!best)
			break;
		best->voter = true;
		taken[best->zone]++;
	}
	free(taken);
}

static void
choose_all(struct sim *sim)
{
	for (size_t i = 0; i < sim->nnodes; i++)
		sim->nodes[i].voter = sim_in_ring(sim->nodes[i].member);
}

/* A new leader, when the old one is gone, after an election. */
static void
follow_leader(struct sim *sim)
{
	if (sim->leader != SIZE_MAX && sim->nodes[sim->leader].alive && votes(&sim->nodes[sim->leader]))
		return;
	if (sim->leader != SIZE_MAX)
		sim->leader_from = sim->now + sim_draw(sim, "election", sim->leader, sim->seq, ELECTION_MIN, ELECTION_MAX);
	sim->leader = SIZE_MAX;
	for (size_t i = 0; i < sim->nnodes && sim->now >= sim->leader_from; i++) {
		if (!votes(&sim->nodes[i]) || !sim->nodes[i].alive || !has_quorum(sim, i, NULL, NULL))
			continue;
		sim->leader = i;
		return;
	}
}

void
sim_raft_changed(struct sim *sim)
{
	bool first = sim->leader == SIZE_MAX && sim->leader_from == sim->now;

	/* Who votes is itself a decision of the majority. */
	if (first || anybody_has_quorum(sim)) {
		if (oldest(sim) < 202502)
			choose_all(sim);
		else
			choose_five(sim);
	}
	follow_leader(sim);
	for (struct call *call = sim->waiting, *next; call; call = next) {
		next = call->next;
		if (call->kind == CALL_BARRIER && has_quorum(sim, call->node, NULL, NULL))
			sim_call_say(sim, call, 200, "");
	}
}

size_t
sim_raft_leader(struct sim *sim, size_t node)
{
	follow_leader(sim);
	return sim->leader != SIZE_MAX && sim_reaches(sim, node, sim->leader) ? sim->leader : SIZE_MAX;
}

void
sim_raft_barrier(struct sim *sim, struct call *call, int64_t timeout)
{
	const struct node *n = &sim->nodes[call->node];

	if (!n->gossip) {
		sim_call_answer(sim, call, 500,
		    sim_text_error(500, "raft::stopped_error (Raft instance is stopped)"), true);
	} else if (has_quorum(sim, call->node, NULL, NULL)) {
		sim_call_say(sim, call, 200, "");
	} else {
		call->kind = CALL_BARRIER;
		sim_event_push(sim, (struct event){.at = sim->now + timeout, .kind = EVENT_BARRIER, .node = call->node,
		    .value = call->serial});
	}
}

void
sim_raft_timeout(struct sim *sim, uint64_t serial)
{
	struct call *call = sim->waiting;
	size_t voters, alive;
	char text[256], id[SIM_UUID];

	while (call && (call->serial != serial || call->kind != CALL_BARRIER))
		call = call->next;
	if (!call)
		return;
	has_quorum(sim, call->node, &voters, &alive);
	sim_uuid(sim_hash(sim, "group0", 0, 0), id);
	snprintf(text, sizeof text, "service::raft_operation_timeout_error (group [%s] raft operation [read_barrier] timed "
	    "out, there is no raft quorum, total voters count %zu, alive voters count %zu)", id, voters, alive);
	sim_call_answer(sim, call, 500, sim_text_error(500, text), true);
}
