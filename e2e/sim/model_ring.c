/* Tokens, and the replicas of each range by a walk around the ring, as Scylla's strategies walk. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { RING_TEXT_MAX = 160 << 20 };

static int
by_token(const void *a, const void *b)
{
	const struct token *x = a, *y = b;

	return x->token < y->token ? -1 : x->token > y->token;
}

void
sim_ring_make(struct sim *sim)
{
	sim->nring = sim->nnodes * sim->config.vnodes;
	sim->ring = xcalloc(sim->nring, sizeof *sim->ring);
	for (size_t i = 0; i < sim->nring; i++) {
		size_t node = i / sim->config.vnodes;

		sim->ring[i] = (struct token){(int64_t)sim_hash(sim, "token", node, i % sim->config.vnodes), node};
	}
	qsort(sim->ring, sim->nring, sizeof *sim->ring, by_token);
}

void
sim_ring_free(struct sim *sim)
{
	for (size_t i = 0; i < sim->nkeyspaces; i++) {
		free(sim->keyspaces[i].replicas);
		sim_text_unref(sim->keyspaces[i].ring);
	}
	free(sim->keyspaces);
	free(sim->ring);
}

struct keyspace *
sim_keyspace_of(struct sim *sim, const char *name)
{
	for (size_t i = 0; i < sim->nkeyspaces; i++)
		if (!strcmp(sim->keyspaces[i].of.name, name))
			return &sim->keyspaces[i];
	return NULL;
}

/* What a walk still wants of each datacenter: Scylla takes one node of each rack, and so many repeats of a rack as the
 * replication factor exceeds the racks. */
struct want {
	size_t left, repeats;
};

static size_t
rf_in(const struct sim_keyspace *keyspace, const char *datacenter)
{
	for (size_t i = 0; i < keyspace->ndcs; i++)
		if (!strcmp(keyspace->dcs[i].datacenter, datacenter))
			return keyspace->dcs[i].rf;
	return keyspace->ndcs ? 0 : keyspace->rf;
}

static void
wanted(const struct sim *sim, const struct keyspace *keyspace, struct want *want)
{
	size_t *nodes = xcalloc(sim->ndcs, sizeof *nodes), *racks = xcalloc(sim->ndcs, sizeof *racks);
	bool *known = xcalloc(sim->nzones, sizeof *known);

	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct node *n = &sim->nodes[i];

		nodes[n->dc]++;
		racks[n->dc] += !known[n->zone];
		known[n->zone] = true;
		want[n->dc].left = rf_in(&keyspace->of, n->datacenter);
	}
	for (size_t dc = 0; dc < sim->ndcs; dc++) {
		if (want[dc].left > nodes[dc])
			want[dc].left = nodes[dc];
		want[dc].repeats = want[dc].left > racks[dc] ? want[dc].left - racks[dc] : 0;
	}
	free(known);
	free(racks);
	free(nodes);
}

struct walk {
	struct want *start, *want;      /* by datacenter */
	bool *rack, *taken;             /* by zone, by node */
	uint16_t *out;
	size_t count;
};

static void
network_visit(struct walk *walk, const struct node *n, size_t node)
{
	struct want *want = &walk->want[n->dc];

	if (!want->left || walk->taken[node])
		return;
	if (walk->rack[n->zone]) {
		if (!want->repeats)
			return;
		want->repeats--;
	}
	walk->rack[n->zone] = walk->taken[node] = true;
	want->left--;
	walk->out[walk->count++] = (uint16_t)node;
}

static void
walk_range(const struct sim *sim, const struct keyspace *keyspace, struct walk *walk, size_t range)
{
	memcpy(walk->want, walk->start, sim->ndcs * sizeof *walk->want);
	memset(walk->rack, 0, sim->nzones);
	memset(walk->taken, 0, sim->nnodes);
	walk->count = 0;
	for (size_t i = 0; i < sim->nring && walk->count < keyspace->width; i++) {
		size_t node = sim->ring[(range + i) % sim->nring].node;

		if (keyspace->of.replication == SIM_NETWORK) {
			network_visit(walk, &sim->nodes[node], node);
		} else if (!walk->taken[node]) {
			walk->taken[node] = true;
			walk->out[walk->count++] = (uint16_t)node;
		}
	}
}

static void
make_replicas(struct sim *sim, struct keyspace *keyspace)
{
	struct walk walk = {.start = xcalloc(sim->ndcs, sizeof *walk.start),
	    .want = xcalloc(sim->ndcs, sizeof *walk.want),
	    .rack = xcalloc(sim->nzones, 1), .taken = xcalloc(sim->nnodes, 1)};

	if (keyspace->of.replication == SIM_NETWORK) {
		wanted(sim, keyspace, walk.start);
		for (size_t dc = 0; dc < sim->ndcs; dc++)
			keyspace->width += walk.start[dc].left;
	} else {
		keyspace->width = keyspace->of.replication == SIM_SIMPLE ? keyspace->of.rf : sim->nnodes;
		if (keyspace->width > sim->nnodes)
			keyspace->width = sim->nnodes;
	}
	keyspace->replicas = xreallocarray(NULL, sim->nring * keyspace->width + 1, sizeof *keyspace->replicas);
	memset(keyspace->replicas, 0xff, sim->nring * keyspace->width * sizeof *keyspace->replicas);
	for (size_t range = 0; range < sim->nring; range++) {
		walk.out = keyspace->replicas + range * keyspace->width;
		walk_range(sim, keyspace, &walk, range);
	}
	free(walk.start);
	free(walk.want);
	free(walk.rack);
	free(walk.taken);
}

const uint16_t *
sim_replicas(struct sim *sim, struct keyspace *keyspace, size_t range)
{
	if (!keyspace->replicas)
		make_replicas(sim, keyspace);
	return keyspace->replicas + range * keyspace->width;
}

static void
put_addresses(const struct sim *sim, const uint16_t *replicas, size_t width, struct buf *out)
{
	for (size_t i = 0; i < width && replicas[i] != NO_REPLICA; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "", sim->nodes[replicas[i]].address);
}

static void
put_range(const struct sim *sim, const uint16_t *replicas, size_t width, size_t range, struct buf *out)
{
	int64_t start = sim->ring[range ? range - 1 : sim->nring - 1].token;

	buf_printf(out, "%s{\"start_token\": \"%" PRId64 "\", \"end_token\": \"%" PRId64 "\", \"endpoints\": [",
	    range ? "," : "", start, sim->ring[range].token);
	put_addresses(sim, replicas, width, out);
	buf_puts(out, "], \"rpc_endpoints\": [");
	put_addresses(sim, replicas, width, out);
	buf_puts(out, "], \"endpoint_details\": [");
	for (size_t i = 0; i < width && replicas[i] != NO_REPLICA; i++) {
		const struct node *n = &sim->nodes[replicas[i]];

		buf_printf(out, "%s{\"host\": \"%s\", \"datacenter\": \"%s\", \"rack\": \"%s\"}", i ? "," : "",
		    n->address, n->datacenter, n->rack);
	}
	buf_puts(out, "]}");
}

/* An Everywhere keyspace names every node for every range: gigabytes in a large ring. */
static bool
too_much(const struct sim *sim, const struct keyspace *keyspace)
{
	return keyspace->of.replication == SIM_EVERYWHERE && sim->nring > RING_TEXT_MAX / (100 * sim->nnodes);
}

struct sim_text *
sim_describe_ring(struct sim *sim, struct keyspace *keyspace, size_t node)
{
	bool local = keyspace->of.replication == SIM_LOCAL;
	uint16_t self = (uint16_t)node;
	struct buf out = BUF_INIT(RING_TEXT_MAX);
	struct sim_text *text = NULL;

	if (keyspace->ring)
		return sim_text_ref(keyspace->ring);
	if (too_much(sim, keyspace))
		return NULL;
	buf_putc(&out, '[');
	for (size_t range = 0; range < sim->nring && buf_ok(&out); range++) {
		const uint16_t *replicas = local ? &self : sim_replicas(sim, keyspace, range);

		put_range(sim, replicas, local ? 1 : keyspace->width, range, &out);
	}
	buf_putc(&out, ']');
	if (buf_ok(&out))
		text = sim_text_new(out.data, out.len);
	buf_done(&out);
	if (text && !local)
		keyspace->ring = sim_text_ref(text);
	return text;
}
