/* Tokens, and the replicas of each range by a walk around the ring, as Scylla's strategies walk. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "model_inside.h"

enum { RING_TEXT_MAX = 160 << 20 };

static int
by_token(const void *a, const void *b)
{
	const struct token *x = a, *y = b;

	return x->token < y->token ? -1 : x->token > y->token;
}

void
sim_ring_add(struct sim *sim, size_t node, size_t from)
{
	unsigned count = sim->nodes[node].zero_token ? 0 : sim->config.vnodes;

	sim->tokens = xreallocarray(sim->tokens, sim->ntokens + count + 1, sizeof *sim->tokens);
	for (unsigned i = 0; i < count; i++)
		sim->tokens[sim->ntokens++] = (struct token){(int64_t)sim_hash(sim, "token", from, i), node};
	sim->unsorted = true;
}

static bool
is_owner(const struct sim *sim, size_t observer, size_t node)
{
	enum member member = observer == SIZE_MAX ? sim->nodes[node].member :
	    (enum member)sim->seen[observer * sim->nnodes + node];

	return sim_in_ring(member) && !sim->nodes[node].zero_token;
}

static void
make_ring(struct sim *sim, struct ring *ring, size_t observer, uint64_t key)
{
	bool *owners = xcalloc(sim->nnodes, sizeof *owners);

	for (size_t i = 0; i < sim->nnodes; i++)
		owners[i] = is_owner(sim, observer, i);
	if (sim->unsorted && sim->ntokens)
		qsort(sim->tokens, sim->ntokens, sizeof *sim->tokens, by_token);
	sim->unsorted = false;
	ring->tokens = xreallocarray(ring->tokens, sim->ntokens + 1, sizeof *ring->tokens);
	ring->n = 0;
	for (size_t i = 0; i < sim->ntokens; i++)
		if (owners[sim->tokens[i].node])
			ring->tokens[ring->n++] = sim->tokens[i];
	ring->key = key;
	free(owners);
}

/* A node's tokens never change: who owns some tells the ring. */
static uint64_t
ring_key(const struct sim *sim, size_t observer)
{
	uint64_t key = HASH_SEED;

	for (size_t i = 0; i < sim->nnodes; i++)
		if (is_owner(sim, observer, i))
			key = hash_u64(key, i);
	return key;
}

const struct ring *
sim_ring(struct sim *sim, size_t observer)
{
	uint64_t key = ring_key(sim, observer);
	struct ring *ring = observer == SIZE_MAX || key == sim->ring.key ? &sim->ring : &sim->glimpse;

	if (ring->key != key)
		make_ring(sim, ring, observer, key);
	return ring;
}

void
sim_ring_free(struct sim *sim)
{
	for (size_t i = 0; i < sim->nkeyspaces; i++) {
		free(sim->keyspaces[i].replicas);
		sim_text_unref(sim->keyspaces[i].text);
		free(sim->keyspaces[i].tablets);
		free(sim->keyspaces[i].tablet_replicas);
	}
	free(sim->keyspaces);
	free(sim->tokens);
	free(sim->ring.tokens);
	free(sim->glimpse.tokens);
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

size_t
sim_rf_in(const struct sim_keyspace *keyspace, const char *datacenter)
{
	for (size_t i = 0; i < keyspace->ndcs; i++)
		if (!strcmp(keyspace->dcs[i].datacenter, datacenter))
			return keyspace->dcs[i].rf;
	return keyspace->ndcs ? 0 : keyspace->rf;
}

static void
wanted(const struct sim *sim, const struct keyspace *keyspace, const bool *owners, struct want *want)
{
	size_t *nodes = xcalloc(sim->ndcs, sizeof *nodes), *racks = xcalloc(sim->ndcs, sizeof *racks);
	bool *known = xcalloc(sim->nzones, sizeof *known);

	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct node *n = &sim->nodes[i];

		if (!owners[i])
			continue;
		nodes[n->dc]++;
		racks[n->dc] += !known[n->zone];
		known[n->zone] = true;
		want[n->dc].left = sim_rf_in(&keyspace->of, n->datacenter);
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
walk_range(const struct sim *sim, const struct keyspace *keyspace, const struct ring *ring, struct walk *walk,
    size_t range)
{
	memcpy(walk->want, walk->start, sim->ndcs * sizeof *walk->want);
	memset(walk->rack, 0, sim->nzones);
	memset(walk->taken, 0, sim->nnodes);
	walk->count = 0;
	for (size_t i = 0; i < ring->n && walk->count < keyspace->width; i++) {
		size_t node = ring->tokens[(range + i) % ring->n].node;

		if (keyspace->of.replication == SIM_NETWORK) {
			network_visit(walk, &sim->nodes[node], node);
		} else if (!walk->taken[node]) {
			walk->taken[node] = true;
			walk->out[walk->count++] = (uint16_t)node;
		}
	}
}

/* How many replicas a range has at most. */
static size_t
width_of(const struct sim *sim, const struct keyspace *keyspace, const struct ring *ring, struct want *want)
{
	bool *owners = xcalloc(sim->nnodes, sizeof *owners);
	size_t count = 0, width = 0;

	for (size_t i = 0; i < ring->n; i++) {
		count += !owners[ring->tokens[i].node];
		owners[ring->tokens[i].node] = true;
	}
	if (keyspace->of.replication == SIM_NETWORK) {
		wanted(sim, keyspace, owners, want);
		for (size_t dc = 0; dc < sim->ndcs; dc++)
			width += want[dc].left;
	} else {
		width = keyspace->of.replication == SIM_SIMPLE && keyspace->of.rf < count ? keyspace->of.rf : count;
	}
	free(owners);
	return width;
}

static void
make_replicas(struct sim *sim, struct keyspace *keyspace, const struct ring *ring)
{
	struct walk walk = {.start = xcalloc(sim->ndcs, sizeof *walk.start),
	    .want = xcalloc(sim->ndcs, sizeof *walk.want),
	    .rack = xcalloc(sim->nzones, 1), .taken = xcalloc(sim->nnodes, 1)};

	keyspace->key = ring->key;
	keyspace->width = width_of(sim, keyspace, ring, walk.start);
	keyspace->replicas = xreallocarray(keyspace->replicas, ring->n * keyspace->width + 1,
	    sizeof *keyspace->replicas);
	memset(keyspace->replicas, 0xff, ring->n * keyspace->width * sizeof *keyspace->replicas);
	for (size_t range = 0; range < ring->n; range++) {
		walk.out = keyspace->replicas + range * keyspace->width;
		walk_range(sim, keyspace, ring, &walk, range);
	}
	free(walk.start);
	free(walk.want);
	free(walk.rack);
	free(walk.taken);
}

const uint16_t *
sim_replicas(struct sim *sim, struct keyspace *keyspace, const struct ring *ring, size_t range)
{
	if (!keyspace->replicas || keyspace->key != ring->key)
		make_replicas(sim, keyspace, ring);
	return keyspace->replicas + range * keyspace->width;
}

static void
put_addresses(const struct sim *sim, size_t observer, const uint16_t *replicas, size_t width, struct buf *out)
{
	for (size_t i = 0; i < width && replicas[i] != NO_REPLICA; i++)
		buf_printf(out, "%s\"%s\"", i ? "," : "", sim_identity(sim, observer, replicas[i])->address);
}

void
sim_put_range(const struct sim *sim, size_t observer, int64_t start, int64_t end, const uint16_t *replicas,
    size_t width, struct buf *out)
{
	buf_printf(out, "{\"start_token\": \"%" PRId64 "\", \"end_token\": \"%" PRId64 "\", \"endpoints\": [", start, end);
	put_addresses(sim, observer, replicas, width, out);
	buf_puts(out, "], \"rpc_endpoints\": [");
	put_addresses(sim, observer, replicas, width, out);
	buf_puts(out, "], \"endpoint_details\": [");
	for (size_t i = 0; i < width && replicas[i] != NO_REPLICA; i++) {
		const struct node *n = &sim->nodes[replicas[i]];

		buf_printf(out, "%s{\"host\": \"%s\", \"datacenter\": \"%s\", \"rack\": \"%s\"}", i ? "," : "",
		    sim_identity(sim, observer, replicas[i])->address, n->datacenter, n->rack);
	}
	buf_puts(out, "]}");
}

/* An Everywhere keyspace names every node for every range: gigabytes in a large ring. */
static bool
too_much(const struct sim *sim, const struct keyspace *keyspace, const struct ring *ring)
{
	return keyspace->of.replication == SIM_EVERYWHERE && ring->n > RING_TEXT_MAX / (100 * sim->nnodes);
}

/* Of the ring and of the addresses by which the observer knows it: observers that agree share a text. */
static uint64_t
text_key(const struct sim *sim, const struct ring *ring, size_t observer)
{
	uint64_t key = ring->key;

	for (size_t i = 0; i < sim->nnodes; i++)
		if (sim->nodes[i].nidentities > 1)
			key = hash_str(hash_u64(key, i), sim_identity(sim, observer, i)->address);
	return key;
}

static struct sim_text *
make_text(struct sim *sim, struct keyspace *keyspace, const struct ring *ring, size_t node)
{
	bool local = keyspace->of.replication == SIM_LOCAL;
	struct buf out = BUF_INIT(RING_TEXT_MAX);
	uint16_t self = (uint16_t)node;
	struct sim_text *ret = NULL;

	buf_putc(&out, '[');
	for (size_t range = 0; range < ring->n && buf_ok(&out); range++) {
		const uint16_t *replicas = local ? &self : sim_replicas(sim, keyspace, ring, range);

		if (range)
			buf_putc(&out, ',');
		sim_put_range(sim, node, ring->tokens[range ? range - 1 : ring->n - 1].token, ring->tokens[range].token,
		    replicas, local ? 1 : keyspace->width, &out);
	}
	buf_putc(&out, ']');
	if (buf_ok(&out))
		ret = sim_text_new(out.data, out.len);
	buf_done(&out);
	return ret;
}

struct sim_text *
sim_describe_ring(struct sim *sim, struct keyspace *keyspace, size_t node)
{
	const struct ring *ring = sim_ring(sim, node);
	uint64_t key = text_key(sim, ring, node);
	struct sim_text *text;

	if (keyspace->text && keyspace->text_key == key)
		return sim_text_ref(keyspace->text);
	if (too_much(sim, keyspace, ring))
		return NULL;
	text = make_text(sim, keyspace, ring, node);
	if (text && keyspace->of.replication != SIM_LOCAL) {
		sim_text_unref(keyspace->text);
		keyspace->text = sim_text_ref(text);
		keyspace->text_key = key;
	}
	return text;
}
