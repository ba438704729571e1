/* Who is a member of the cluster: the truth that its majority keeps, and what each node has heard of it. Who does not
 * gossip hears nothing: its view stands still. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "model_inside.h"

bool
sim_in_ring(enum member member)
{
	return member == MEMBER_NORMAL || member == MEMBER_LEAVING;
}

bool
sim_member(const struct sim *sim, size_t node)
{
	return sim_in_ring(sim->nodes[node].member);
}

void
sim_member_hear(struct sim *sim, size_t observer)
{
	for (size_t i = 0; i < sim->nnodes; i++) {
		size_t at = observer * sim->nnodes + i;

		sim->seen[at] = (uint8_t)sim->nodes[i].member;
		/* One that is still to join is up for itself. */
		if (sim->nodes[i].member == MEMBER_LEFT || (sim->nodes[i].member == MEMBER_NONE && i != observer))
			sim->up[at] = false;
	}
}

static const char *
member_name(enum member member)
{
	static const char *const names[] = {
		[MEMBER_NONE] = "none", [MEMBER_JOINING] = "joining", [MEMBER_NORMAL] = "normal",
		[MEMBER_LEAVING] = "leaving", [MEMBER_LEFT] = "left",
	};

	return names[member];
}

void
sim_member_set(struct sim *sim, size_t node, enum member member)
{
	struct node *n = &sim->nodes[node];
	int64_t max = sim->config.times.topology_max;

	if (n->member == member)
		return;
	if (sim_in_ring(n->member) != sim_in_ring(member))
		n->member_changed = sim->now;
	n->member = member;
	if (!sim_in_ring(member))
		n->taken = false;
	sim_raft_changed(sim);
	sim_note(sim, SIM_MEMBER, SIM_HAND, node, " member=%s", member_name(member));
	for (size_t i = 0; i < sim->nnodes; i++) {
		if (!sim->nodes[i].gossip)
			continue;
		sim_event_push(sim, (struct event){.at = sim->now + sim->nodes[i].lag +
		    sim_draw(sim, "topology", i, sim->seq, max / 10, max), .kind = EVENT_TOPOLOGY, .node = i});
	}
}

size_t
sim_dead_member(const struct sim *sim, size_t node, size_t ignored)
{
	for (size_t i = 0; i < sim->nnodes; i++)
		if (i != node && i != ignored && sim_member(sim, i) && !sim->nodes[i].alive &&
		    !sim->nodes[i].excluded)
			return i;
	return SIZE_MAX;
}

const struct identity *
sim_identity(const struct sim *sim, size_t observer, size_t subject)
{
	const struct node *n = &sim->nodes[subject];

	if (observer == subject)
		return &n->identities[n->nidentities - 1];
	return &n->identities[sim->known_as[observer * sim->nnodes + subject]];
}

void
sim_identity_add(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];
	struct identity *identity;

	n->identities = xreallocarray(n->identities, (size_t)n->nidentities + 1, sizeof *n->identities);
	identity = &n->identities[n->nidentities++];
	snprintf(identity->address, sizeof identity->address, "%s", n->address);
	snprintf(identity->host_id, sizeof identity->host_id, "%s", n->host_id);
}

/* A square of elements of 'size' bytes, one side longer; the new ones are zero. */
static void *
grow(void *old, size_t from, size_t to, size_t size)
{
	char *new = xcalloc(to * to, size);

	for (size_t i = 0; old && i < from; i++)
		memcpy(new + i * to * size, (char *)old + i * from * size, from * size);
	free(old);
	return new;
}

void
sim_views_grow(struct sim *sim)
{
	size_t from = sim->side, to = sim->nnodes;

	sim->up = grow(sim->up, from, to, sizeof *sim->up);
	sim->cut = grow(sim->cut, from, to, sizeof *sim->cut);
	sim->view_changed = grow(sim->view_changed, from, to, sizeof *sim->view_changed);
	sim->known = grow(sim->known, from, to, sizeof *sim->known);
	sim->seen = grow(sim->seen, from, to, sizeof *sim->seen);
	sim->known_as = grow(sim->known_as, from, to, sizeof *sim->known_as);
	sim->side = to;
}

void
sim_views_free(struct sim *sim)
{
	free(sim->up);
	free(sim->cut);
	free(sim->view_changed);
	free(sim->known);
	free(sim->seen);
	free(sim->known_as);
}

bool
sim_has_tokens(const struct sim *sim, size_t node)
{
	return sim_member(sim, node) && !sim->nodes[node].zero_token;
}
