/* From a configuration's texts to nodes and keyspaces. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "model_inside.h"

char *
sim_layout_of(unsigned nodes)
{
	if (nodes < 3)
		return xasprintf("dc1/a:%u", nodes);
	return xasprintf("dc1/a:%u,dc1/b:%u,dc1/c:%u", (nodes + 2) / 3, (nodes + 1) / 3, nodes / 3);
}

void
sim_layout_number(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	/* The number of the first node that is in the same place, or what comes next. */
	n->zone = sim->nzones;
	n->dc = sim->ndcs;
	for (const struct node *m = sim->nodes; m < n; m++) {
		if (strcmp(m->datacenter, n->datacenter))
			continue;
		n->dc = m->dc;
		if (!strcmp(m->rack, n->rack))
			n->zone = m->zone;
	}
	if (n->dc == sim->ndcs)
		sim->ndcs++;
	if (n->zone == sim->nzones)
		sim->nzones++;
}

static int
address(const struct sim_config *config, size_t index, char *ret, struct err *err)
{
	unsigned a, b, c, d, whole;

	if (sscanf(config->first_address, "%u.%u.%u.%u", &a, &b, &c, &d) != 4 || a > 255 || b > 255 || c > 255 ||
	    d > 255)
		return err_set(err, "first address is \"%s\": expected one such as 127.0.1.1", config->first_address);
	whole = (a << 24 | b << 16 | c << 8 | d) + (unsigned)index;
	snprintf(ret, SIM_ADDRESS, "%u.%u.%u.%u", whole >> 24, whole >> 16 & 255, whole >> 8 & 255, whole & 255);
	return 0;
}

static int
add_zone(struct sim *sim, const struct sim_config *config, const char *datacenter, const char *rack, unsigned nodes,
    bool zero_token, struct err *err)
{
	for (unsigned i = 0; i < nodes; i++) {
		struct node *n = ARRAY_GROW(sim->nodes, sim->nnodes);

		snprintf(n->datacenter, sizeof n->datacenter, "%s", datacenter);
		snprintf(n->rack, sizeof n->rack, "%s", rack);
		n->zero_token = zero_token;
		n->replaces = SIZE_MAX;
		sim_layout_number(sim, sim->nnodes - 1);
		sim_uuid(sim_hash(sim, "host", sim->nnodes, hash_str(HASH_SEED, config->cluster_name)), n->host_id);
		if (address(config, sim->nnodes - 1, n->address, err) < 0)
			return -1;
	}
	return 0;
}

/* db-a-1; with several datacenters db-dc1-a-1, because their racks may have equal names. */
static void
name(struct sim *sim)
{
	unsigned count = 0;

	for (size_t i = 0; i < sim->nnodes; i++) {
		struct node *n = &sim->nodes[i];
		bool several = sim->ndcs > 1;

		count = i && sim->nodes[i - 1].zone == n->zone ? count + 1 : 1;
		snprintf(n->name, sizeof n->name, "db-%s%s%s-%u", several ? n->datacenter : "", several ? "-" : "",
		    n->rack, count);
	}
}

int
sim_layout_read(struct sim *sim, const struct sim_config *config, struct err *err)
{
	char datacenter[SIM_NAME], rack[SIM_NAME];
	unsigned nodes;
	bool zero_token;
	int used;

	for (const char *at = config->layout;; at += used) {
		used = 0;
		if (sscanf(at, "%40[^/:,]/%40[^/:,]:%u%n", datacenter, rack, &nodes, &used) != 3 || !used || nodes < 1)
			break;
		zero_token = at[used] == 'z';
		used += zero_token;
		if (sim->nnodes + nodes >= NO_REPLICA)
			return err_set(err, "layout \"%s\": more than %d nodes", config->layout, NO_REPLICA - 1);
		if (add_zone(sim, config, datacenter, rack, nodes, zero_token, err) < 0)
			return -1;
		if (!at[used]) {
			name(sim);
			return 0;
		}
		if (at[used] != ',')
			break;
		used++;
	}
	return err_set(err, "layout is \"%s\": expected datacenter/rack:nodes, such as dc1/a:2,dc1/b:2",
	    config->layout);
}

static int
add_rf(const char *text, struct sim_keyspace *ret, struct err *err)
{
	char datacenter[SIM_NAME];
	unsigned rf;
	int used;

	for (const char *at = text;; at += used + 1) {
		used = 0;
		if (ret->ndcs == SIM_DATACENTERS || sscanf(at, "%40[^=,]=%u%n", datacenter, &rf, &used) != 2 || !used)
			break;
		snprintf(ret->dcs[ret->ndcs].datacenter, SIM_NAME, "%s", datacenter);
		ret->dcs[ret->ndcs++].rf = rf;
		if (!at[used])
			return 0;
		if (at[used] != ',')
			break;
	}
	return err_set(err, "replication is \"%s\": expected 3, dc1=3,dc2=3, simple=3, everywhere or local", text);
}

/* "+tablets" or "+tablets=TABLESxTABLETS" at the end, which is cut off. */
static int
take_tablets(char *text, struct sim_keyspace *ret, struct err *err)
{
	char *at = strchr(text, '+');
	int used = 0;

	if (!at)
		return 0;
	*at++ = '\0';
	ret->tables = 1;
	ret->tablets = 16;
	if (!strcmp(at, "tablets"))
		return 0;
	if (sscanf(at, "tablets=%ux%u%n", &ret->tables, &ret->tablets, &used) == 2 && !at[used] && ret->tables &&
	    ret->tablets)
		return 0;
	return err_set(err, "\"+%s\": expected +tablets or +tablets=TABLESxTABLETS, such as +tablets=2x32", at);
}

static int
check_tablets(const struct sim_keyspace *keyspace, struct err *err)
{
	if (!keyspace->tablets || keyspace->replication == SIM_NETWORK)
		return 0;
	return err_set(err, "keyspace %s: tablets need a replication factor for each datacenter", keyspace->name);
}

int
sim_keyspace_parse(const char *whole, struct sim_keyspace *ret, struct err *err)
{
	struct sim_keyspace keyspace = {0};
	char copy[256], *text = copy;
	int used = 0;

	if (sscanf(whole, "%40[A-Za-z0-9_]:%n", keyspace.name, &used) != 1 || !used)
		return err_set(err, "keyspace is \"%s\": expected name:replication, such as app:3", whole);
	snprintf(copy, sizeof copy, "%s", whole + used);
	if (take_tablets(copy, &keyspace, err) < 0)
		return -1;
	used = 0;
	if (!strcmp(text, "everywhere"))
		keyspace.replication = SIM_EVERYWHERE;
	else if (!strcmp(text, "local"))
		keyspace.replication = SIM_LOCAL;
	else if (sscanf(text, "simple=%u%n", &keyspace.rf, &used) == 1 && !text[used])
		keyspace.replication = SIM_SIMPLE;
	else if (sscanf(text, "%u%n", &keyspace.rf, &used) != 1 || text[used])
		if (add_rf(text, &keyspace, err) < 0)
			return -1;
	if (check_tablets(&keyspace, err) < 0)
		return -1;
	*ret = keyspace;
	return 0;
}

static const struct sim_keyspace stock[] = {
	{.name = "system", .replication = SIM_LOCAL},
	{.name = "system_schema", .replication = SIM_LOCAL},
	{.name = "system_auth", .replication = SIM_SIMPLE, .rf = 1},
	{.name = "system_traces", .replication = SIM_SIMPLE, .rf = 2},
	{.name = "system_distributed", .replication = SIM_SIMPLE, .rf = 3},
	{.name = "system_distributed_everywhere", .replication = SIM_EVERYWHERE},
};

static const struct sim_keyspace usual = {.name = "app", .replication = SIM_NETWORK, .rf = 3};

void
sim_keyspaces_add(struct sim *sim, const struct sim_config *config)
{
	const struct sim_keyspace *user = config->keyspaces ? config->keyspaces : &usual;
	size_t nuser = config->keyspaces ? config->nkeyspaces : 1;

	if (!config->no_system_keyspaces)
		for (size_t i = 0; i < ARRAY_LEN(stock); i++)
			ARRAY_GROW(sim->keyspaces, sim->nkeyspaces)->of = stock[i];
	for (size_t i = 0; i < nuser; i++) {
		struct keyspace *keyspace = ARRAY_GROW(sim->keyspaces, sim->nkeyspaces);

		keyspace->of = user[i];
		keyspace->user = strncmp(user[i].name, "system", 6) != 0;
	}
}
