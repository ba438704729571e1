/* What a node says of the cluster's members, as it knows them. */
#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

static size_t
number(const struct sim *sim, const struct node *n)
{
	return (size_t)(n - sim->nodes);
}

/* Does the node see that one up? */
static bool
sees(const struct sim *sim, const struct node *n, size_t subject)
{
	return sim->up[number(sim, n) * sim->nnodes + subject];
}

static enum member
seen(const struct sim *sim, const struct node *n, size_t subject)
{
	return (enum member)sim->seen[number(sim, n) * sim->nnodes + subject];
}

/* In its gossip: who has left is forgotten. */
static bool
known(const struct sim *sim, const struct node *n, size_t subject)
{
	return sim_in_ring(seen(sim, n, subject)) || seen(sim, n, subject) == MEMBER_JOINING;
}

static const char *
address(const struct sim *sim, const struct node *n, size_t subject)
{
	return sim_identity(sim, number(sim, n), subject)->address;
}

/* By the address that the node knows; -1: it knows none. */
static int
find(const struct sim *sim, const struct node *n, const char *by)
{
	for (size_t i = 0; i < sim->nnodes; i++)
		if (known(sim, n, i) && !strcmp(address(sim, n, i), by))
			return (int)i;
	return -1;
}

static void
put(const struct sim *sim, const struct node *n, size_t subject, struct buf *out)
{
	buf_printf(out, "%s\"%s\"", out->data[out->len - 1] == '[' ? "" : ",", address(sim, n, subject));
}

static void
endpoints(const struct sim *sim, const struct node *n, bool live, struct buf *out)
{
	buf_putc(out, '[');
	/* A node whose gossip is off is in neither of its own lists. */
	for (size_t i = 0; i < sim->nnodes; i++)
		if (known(sim, n, i) && sees(sim, n, i) == live && (live || i != number(sim, n)))
			put(sim, n, i, out);
	buf_putc(out, ']');
}

static int
live(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)argument;
	endpoints(sim, n, true, out);
	return 200;
}

static int
down(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)argument;
	endpoints(sim, n, false, out);
	return 200;
}

static int
in_state(struct sim *sim, struct node *n, enum member member, struct buf *out)
{
	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nnodes; i++)
		if (seen(sim, n, i) == member)
			put(sim, n, i, out);
	buf_putc(out, ']');
	return 200;
}

static int
joining(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)argument;
	return in_state(sim, n, MEMBER_JOINING, out);
}

static int
leaving(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)argument;
	return in_state(sim, n, MEMBER_LEAVING, out);
}

/* Nothing moves nowadays. */
static int
moving(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)n, (void)argument;
	buf_puts(out, "[]");
	return 200;
}

static int
host_id(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	const char *comma = "";

	(void)argument;
	if (!n->gossip && sim_release(n) >= 202501)
		return sim_bad(out, 500, "std::runtime_error (The gossiper is not ready yet)");
	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct identity *identity = sim_identity(sim, number(sim, n), i);

		if (!known(sim, n, i))
			continue;
		buf_printf(out, "%s{\"key\": \"%s\", \"value\": \"%s\"}", comma, identity->address, identity->host_id);
		comma = ",";
	}
	buf_putc(out, ']');
	return 200;
}

static bool
reached(const struct sim *sim, const struct node *n, size_t subject)
{
	return sim->nodes[subject].gossip && !sim->cut[number(sim, n) * sim->nnodes + subject];
}

/* Only members that this node calls live are asked; those that do not answer are UNREACHABLE. */
static int
schema_versions(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	bool *told = xcalloc(sim->nnodes, sizeof *told);
	char key[SIM_UUID] = "UNREACHABLE";
	const char *between = "";

	(void)argument;
	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct node *first = &sim->nodes[i];
		const char *comma = "";

		if (told[i] || !sees(sim, n, i))
			continue;
		if (reached(sim, n, i))
			sim_uuid(first->schema, key);
		buf_printf(out, "%s{\"key\": \"%s\", \"value\": [", between, reached(sim, n, i) ? key : "UNREACHABLE");
		for (size_t j = i; j < sim->nnodes; j++) {
			const struct node *m = &sim->nodes[j];

			if (!sees(sim, n, j) || reached(sim, n, j) != reached(sim, n, i) ||
			    (reached(sim, n, j) && m->schema != first->schema))
				continue;
			told[j] = true;
			buf_printf(out, "%s\"%s\"", comma, sim_identity(sim, number(sim, n), j)->address);
			comma = ",";
		}
		buf_puts(out, "]}");
		between = ",";
	}
	buf_putc(out, ']');
	free(told);
	return 200;
}

static int
tokens_endpoint(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	const struct ring *ring = sim_ring(sim, number(sim, n));

	(void)argument;
	buf_putc(out, '[');
	for (size_t i = 0; i < ring->n; i++)
		buf_printf(out, "%s{\"key\": \"%" PRId64 "\", \"value\": \"%s\"}", i ? "," : "", ring->tokens[i].token,
		    address(sim, n, ring->tokens[i].node));
	buf_putc(out, ']');
	return 200;
}

static int
tokens(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	const struct ring *ring = sim_ring(sim, number(sim, n));
	int of = *argument ? find(sim, n, argument) : -1;
	const char *comma = "";

	buf_putc(out, '[');
	for (size_t i = 0; i < ring->n; i++) {
		if (*argument && (int)ring->tokens[i].node != of)
			continue;
		buf_printf(out, "%s\"%" PRId64 "\"", comma, ring->tokens[i].token);
		comma = ",";
	}
	buf_putc(out, ']');
	return 200;
}

/* A host that the snitch does not know is in the default place: no error. */
static int
datacenter(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	int of = *argument ? find(sim, n, argument) : (int)number(sim, n);

	buf_printf(out, "\"%s\"", of < 0 ? "datacenter1" : sim->nodes[of].datacenter);
	return 200;
}

static int
rack(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	int of = *argument ? find(sim, n, argument) : (int)number(sim, n);

	buf_printf(out, "\"%s\"", of < 0 ? "rack1" : sim->nodes[of].rack);
	return 200;
}

static int
leader_host(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	size_t leader = sim_raft_leader(sim, number(sim, n));

	(void)argument;
	buf_printf(out, "\"%s\"", leader == SIZE_MAX ? "00000000-0000-0000-0000-000000000000" :
	    sim->nodes[leader].host_id);
	return 200;
}

static int
raft_upgrade(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)n, (void)argument;
	buf_puts(out, "\"done\"");
	return 200;
}

/* The generation that this node has heard of. */
static int
generation_of(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	int of = find(sim, n, argument);

	if (of < 0)
		return sim_bad(out, 500, "std::out_of_range (_Map_base::at)");
	buf_printf(out, "%" PRId64, sim->known[number(sim, n) * sim->nnodes + (size_t)of]);
	return 200;
}

const struct endpoint sim_member_endpoints[] = {
	{"/snitch/datacenter", "host", STAGE_LISTENING, 0, datacenter},
	{"/snitch/rack", "host", STAGE_LISTENING, 0, rack},
	{"/gossiper/endpoint/live", NULL, STAGE_GOSSIPER, 0, live},
	{"/gossiper/endpoint/down", NULL, STAGE_GOSSIPER, 0, down},
	{"/gossiper/generation_number/", NULL, STAGE_GOSSIPER, 0, generation_of},
	{"/storage_service/host_id", NULL, STAGE_GOSSIPER, 0, host_id},
	{"/storage_service/nodes/joining", NULL, STAGE_GOSSIPER, 0, joining},
	{"/storage_service/nodes/leaving", NULL, STAGE_GOSSIPER, 0, leaving},
	{"/storage_service/nodes/moving", NULL, STAGE_GOSSIPER, 0, moving},
	{"/storage_service/tokens_endpoint", NULL, STAGE_GOSSIPER, 0, tokens_endpoint},
	{"/storage_service/tokens", NULL, STAGE_GOSSIPER, 0, tokens},
	{"/storage_service/tokens/", NULL, STAGE_GOSSIPER, 0, tokens},
	{"/raft/leader_host", NULL, STAGE_GOSSIPER, 600, leader_host},
	{"/storage_service/raft_topology/upgrade", NULL, STAGE_STORAGE, 600, raft_upgrade},
	{"/storage_proxy/schema_versions", NULL, STAGE_STORAGE, 0, schema_versions},
	{NULL, NULL, STAGE_OFF, 0, NULL},
};
