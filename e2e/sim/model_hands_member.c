/* Human hands on the membership. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "hash.h"
#include "model_inside.h"

static unsigned
number_of(const char *address)
{
	unsigned a = 0, b = 0, c = 0, d = 0;

	if (sscanf(address, "%u.%u.%u.%u", &a, &b, &c, &d) != 4 || a > 255 || b > 255 || c > 255 || d > 255)
		return 0;
	return a << 24 | b << 16 | c << 8 | d;
}

/* The address after the highest that anybody has had. */
static void
next_address(const struct sim *sim, char ret[SIM_ADDRESS])
{
	unsigned highest = 0;

	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct node *n = &sim->nodes[i];

		for (size_t j = 0; j < n->nidentities; j++)
			if (number_of(n->identities[j].address) > highest)
				highest = number_of(n->identities[j].address);
	}
	highest++;
	snprintf(ret, SIM_ADDRESS, "%u.%u.%u.%u", highest >> 24, highest >> 16 & 255, highest >> 8 & 255, highest & 255);
}

static int
check_address(const struct sim *sim, const char *address, struct err *err)
{
	int at = sim_find(sim, address);

	if (!number_of(address))
		return err_set(err, "address is \"%s\": expected one such as 127.0.1.9", address);
	if (at >= 0 && sim->nodes[at].member != MEMBER_LEFT)
		return err_set(err, "address %s is that of %s", address, sim->nodes[at].name);
	return 0;
}

/* db-a-3: the next number in the zone. */
static void
name_node(struct sim *sim, size_t node, const char *name)
{
	struct node *n = &sim->nodes[node];
	bool several = sim->ndcs > 1;
	unsigned count = 1;

	for (size_t i = 0; i < node; i++)
		count += sim->nodes[i].zone == n->zone;
	if (name)
		snprintf(n->name, sizeof n->name, "%s", name);
	else
		snprintf(n->name, sizeof n->name, "db-%s%s%s-%u", several ? n->datacenter : "", several ? "-" : "",
		    n->rack, count);
}

static int
check(struct sim *sim, const struct sim_host *host, struct err *err)
{
	int of = host->replaces ? sim_find(sim, host->replaces) : -1, namesake = host->name ? sim_find(sim, host->name) : -1;

	if (host->replaces && (of < 0 || !sim_member(sim, (size_t)of) || sim->nodes[of].alive))
		return err_set(err, "replaces %s: expected a dead member", host->replaces);
	if (!host->replaces && (!host->datacenter || !host->rack))
		return err_set(err, "a new node needs a datacenter and a rack");
	if (namesake >= 0 && sim->nodes[namesake].member != MEMBER_LEFT)
		return err_set(err, "the name %s is taken", host->name);
	if (sim->nnodes + 1 >= NO_REPLICA)
		return err_set(err, "more than %d nodes", NO_REPLICA - 1);
	return host->address ? check_address(sim, host->address, err) : 0;
}

int
sim_add(struct sim *sim, int64_t now, const struct sim_host *host, struct err *err)
{
	char datacenter[SIM_NAME], rack[SIM_NAME];
	const struct node *of;
	size_t node;
	struct node *n;

	sim_advance(sim, now);
	if (check(sim, host, err) < 0)
		return -1;
	/* They may be another node's, which moves now. */
	snprintf(datacenter, sizeof datacenter, "%s", host->datacenter ? host->datacenter : "");
	snprintf(rack, sizeof rack, "%s", host->rack ? host->rack : "");
	ARRAY_GROW(sim->nodes, sim->nnodes);
	node = sim->nnodes - 1;
	n = &sim->nodes[node];
	n->replaces = host->replaces ? (size_t)sim_find(sim, host->replaces) : SIZE_MAX;
	of = host->replaces ? &sim->nodes[n->replaces] : NULL;
	n->zero_token = of ? of->zero_token : host->zero_token;
	snprintf(n->datacenter, sizeof n->datacenter, "%s", of ? of->datacenter : datacenter);
	snprintf(n->rack, sizeof n->rack, "%s", of ? of->rack : rack);
	if (host->address)
		snprintf(n->address, sizeof n->address, "%s", host->address);
	else
		next_address(sim, n->address);
	snprintf(n->version, sizeof n->version, "%s", host->version ? host->version : sim->config.version);
	sim_layout_number(sim, node);
	name_node(sim, node, host->name);
	sim_uuid(sim_hash(sim, "host", node + 1, hash_str(HASH_SEED, sim->cluster_name)), n->host_id);
	sim_identity_add(sim, node);
	sim_views_grow(sim);
	sim_ring_add(sim, node, of ? n->replaces : node);
	if (!host->stopped)
		sim_start(sim, now, node);
	return (int)node;
}

static int
refused(char *why, struct err *err)
{
	if (!why)
		return 0;
	err_set(err, "%s", why);
	free(why);
	return -1;
}

int
sim_decommission(struct sim *sim, int64_t now, size_t node, int64_t ms, struct err *err)
{
	sim_advance(sim, now);
	return refused(sim_change_decommission(sim, node, ms), err);
}

int
sim_removenode(struct sim *sim, int64_t now, size_t by, size_t node, int64_t ms, struct err *err)
{
	sim_advance(sim, now);
	for (size_t i = 0; by == SIZE_MAX && i < sim->nnodes; i++)
		if (i != node && sim_member(sim, i) && sim->nodes[i].alive)
			by = i;
	if (by == SIZE_MAX)
		return err_set(err, "there is no member alive to remove it");
	return refused(sim_change_remove(sim, by, node, ms), err);
}

int
sim_exclude(struct sim *sim, int64_t now, size_t node, struct err *err)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	if (n->alive)
		return err_set(err, "ignored node %s is alive", n->host_id);
	n->banned = n->excluded = true;
	return 0;
}

int
sim_readdress(struct sim *sim, int64_t now, size_t node, const char *address, struct err *err)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	if (check_address(sim, address, err) < 0)
		return -1;
	if (n->nidentities == UINT8_MAX)
		return err_set(err, "%s has had too many addresses", n->name);
	snprintf(n->next_address, sizeof n->next_address, "%s", address);
	sim_note(sim, SIM_READDRESSED, SIM_HAND, node, " to=%s from=%s", address, n->address);
	sim_restart(sim, now, node);
	return 0;
}

void
sim_remake(struct sim *sim, int64_t now, size_t node)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	if (n->nidentities == UINT8_MAX)
		return;
	sim_process_kill(sim, node);
	n->remade = true;
	n->stray = n->wiped = false;
	sim_uuid(sim_hash(sim, "remade", node, sim->seq), n->host_id);
	sim_identity_add(sim, node);
	sim_start(sim, now, node);
}
