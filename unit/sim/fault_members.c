/* What other people do to the cluster meanwhile: its members, its schema, work on its nodes; and lines between them that
 * are cut. Who is refused by Scylla leaves it at that. */
#include "fault_hands.h"

#include <stdio.h>
#include <string.h>

#include "breaks.h"
#include "err.h"
#include "hands.h"
#include "scene.h"

static void
tell(struct faults *faults, const char *what, int result, const struct err *err)
{
	if (result < 0)
		transcript_add(faults->world->log, faults->world->now, "---- %s is refused: %s", what, err->text);
}

/* Another one of its rack takes over what it has: keyspaces keep their replicas, tablets find a place. */
static bool
can_be_missed(const struct faults *faults, size_t node)
{
	const struct sim *sim = faults->world->sim;

	for (size_t i = 0; i < sim_nodes(sim); i++)
		if (i != node && sim_has_tokens(sim, i) && scene_same_zone(faults->world, i, node))
			return true;
	return false;
}

void
hand_decommission(struct faults *faults, const struct fault *fault)
{
	struct err err = {""};

	tell(faults, "decommission", sim_decommission(faults->world->sim, faults->world->now, (size_t)fault->value,
	    fault->span_ms, &err), &err);
}

/* Where the node is. */
void
hand_add(struct faults *faults, const struct fault *fault)
{
	struct sim *sim = faults->world->sim;
	const struct sim_host host = {
		.datacenter = sim_datacenter(sim, (size_t)fault->value), .rack = sim_rack(sim, (size_t)fault->value),
		.zero_token = fault->luck % 4 == 0,
	};
	struct err err = {""};

	tell(faults, "a new node", sim_add(sim, faults->world->now, &host, &err), &err);
}

void
hand_remake(struct faults *faults, const struct fault *fault)
{
	if (sim_member(faults->world->sim, (size_t)fault->value))
		sim_remake(faults->world->sim, faults->world->now, (size_t)fault->value);
}

/* Dead for good: the host is not coming back. */
void
hand_node_lost(struct faults *faults, const struct fault *fault)
{
	if (can_be_missed(faults, (size_t)fault->value))
		sim_crash(faults->world->sim, faults->world->now, (size_t)fault->value);
}

void
hand_remove(struct faults *faults, const struct fault *fault)
{
	struct err err = {""};

	if (can_be_missed(faults, (size_t)fault->value))
		tell(faults, "removenode", sim_removenode(faults->world->sim, faults->world->now, SIZE_MAX,
		    (size_t)fault->value, 5000, &err), &err);
}

void
hand_readdress(struct faults *faults, const struct fault *fault)
{
	struct err err = {""};
	char address[SIM_ADDRESS];

	snprintf(address, sizeof address, "10.0.%d.%d", 1 + (int)(fault->luck % 200), 1 + (int)fault->value);
	if (sim_member(faults->world->sim, (size_t)fault->value))
		tell(faults, "another address", sim_readdress(faults->world->sim, faults->world->now,
		    (size_t)fault->value, address, &err), &err);
}

static void
work(struct faults *faults, const struct fault *fault, enum sim_work work)
{
	struct err err = {""};

	tell(faults, "work", sim_work(faults->world->sim, faults->world->now, (size_t)fault->value, work, "app",
	    fault->span_ms, &err), &err);
}

void
hand_repair(struct faults *faults, const struct fault *fault)
{
	work(faults, fault, SIM_REPAIR);
}

void
hand_cleanup(struct faults *faults, const struct fault *fault)
{
	static const enum sim_work works[] = {SIM_CLEANUP, SIM_COMPACTION, SIM_REBUILD, SIM_CLEANUP_ALL};

	work(faults, fault, works[fault->luck % 4]);
}

void
hand_stray(struct faults *faults, const struct fault *fault)
{
	sim_schema_stray(faults->world->sim, faults->world->now, (size_t)fault->value, true);
}

void
hand_unstray(struct faults *faults, const struct fault *fault)
{
	sim_schema_stray(faults->world->sim, faults->world->now, (size_t)fault->value, false);
}

static void
cut_off(struct faults *faults, size_t node, bool on)
{
	struct world *world = faults->world;

	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		sim_cut(world->sim, world->now, node, i, on);
}

void
hand_cut_off(struct faults *faults, const struct fault *fault)
{
	cut_off(faults, (size_t)fault->value, true);
}

void
hand_joined_again(struct faults *faults, const struct fault *fault)
{
	cut_off(faults, (size_t)fault->value, false);
}

static size_t
neighbour(const struct faults *faults, const struct fault *fault)
{
	return ((size_t)fault->value + 1) % sim_nodes(faults->world->sim);
}

void
hand_cut_line(struct faults *faults, const struct fault *fault)
{
	sim_cut(faults->world->sim, faults->world->now, (size_t)fault->value, neighbour(faults, fault), true);
}

/* A neighbour may have come meanwhile. */
void
hand_mend_lines(struct faults *faults, const struct fault *fault)
{
	hand_joined_again(faults, fault);
}

/* Every zone is alone: no majority of group 0 anywhere. */
static void
cut_zones(struct faults *faults, bool on)
{
	struct world *world = faults->world;
	struct sim *sim = world->sim;

	for (size_t i = 0; i < sim_nodes(sim); i++)
		for (size_t j = 0; j < i; j++)
			if (!scene_same_zone(world, i, j) || !on)
				sim_cut(sim, world->now, i, j, on);
}

void
hand_cut_zones(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	cut_zones(faults, true);
}

void
hand_mend_zones(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	cut_zones(faults, false);
}

/* To whoever takes it first of its rack: to another one a tablet goes by force alone. */
void
hand_migrate(struct faults *faults, const struct fault *fault)
{
	struct sim *sim = faults->world->sim;
	const char *from = sim_name(sim, (size_t)fault->value);
	struct err err = {""};

	for (size_t i = 0; i < sim_nodes(sim) * FAULTS_TABLETS_EACH; i++) {
		size_t sink = (i + fault->luck) % sim_nodes(sim);
		const char *to = sim_name(sim, sink);

		if (!scene_same_zone(faults->world, sink, (size_t)fault->value))
			continue;
		if (sim_migrate(sim, faults->world->now, FAULTS_TABLETS, "t1", i / sim_nodes(sim), from, to, fault->span_ms,
		    &err) == 0)
			return;
	}
	tell(faults, "a migration", -1, &err);
}
