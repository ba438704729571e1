/* What the endpoints say, and from which stage of the boot on they are there (before: 404). */
#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { TABLES = 42 };

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

static int
text(struct buf *out, const char *value)
{
	buf_printf(out, "\"%s\"", value);
	return 200;
}

static int
truth(struct buf *out, bool value)
{
	buf_puts(out, value ? "true" : "false");
	return 200;
}

static int
integer(struct buf *out, int64_t value)
{
	buf_printf(out, "%" PRId64, value);
	return 200;
}

static int
operation_mode(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)argument;
	return text(out, sim_mode_name(n->mode));
}

static int
gossiping(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)argument;
	return truth(out, n->gossip);
}

static int
native_transport(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)argument;
	return truth(out, n->cql);
}

static void
endpoints(const struct sim *sim, const struct node *n, bool live, struct buf *out)
{
	const char *comma = "";

	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nnodes; i++) {
		/* A node whose gossip is off is in neither of its own lists. */
		if (sees(sim, n, i) != live || (!live && i == number(sim, n)))
			continue;
		buf_printf(out, "%s\"%s\"", comma, sim->nodes[i].address);
		comma = ",";
	}
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
none(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)n, (void)argument;
	buf_puts(out, "[]");
	return 200;
}

static int
host_id(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)argument;
	if (!n->gossip)
		return sim_bad(out, 500, "std::runtime_error (The gossiper is not ready yet)");
	for (size_t i = 0; i < sim->nnodes; i++)
		buf_printf(out, "%s{\"key\": \"%s\", \"value\": \"%s\"}", i ? "," : "[", sim->nodes[i].address,
		    sim->nodes[i].host_id);
	buf_putc(out, ']');
	return 200;
}

static int
local_host_id(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)argument;
	if (n->stage < STAGE_STORAGE)
		return sim_bad(out, 404, "local host ID is not yet set");
	return text(out, n->host_id);
}

static int
cluster_name(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)n, (void)argument;
	return text(out, sim->cluster_name);
}

static int
schema_version(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	char uuid[SIM_UUID];

	(void)sim, (void)argument;
	sim_uuid(n->schema, uuid);
	return text(out, uuid);
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
		if (first->gossip)
			sim_uuid(first->schema, key);
		buf_printf(out, "%s{\"key\": \"%s\", \"value\": [", between, first->gossip ? key : "UNREACHABLE");
		for (size_t j = i; j < sim->nnodes; j++) {
			const struct node *m = &sim->nodes[j];

			if (!sees(sim, n, j) || m->gossip != first->gossip || (m->gossip && m->schema != first->schema))
				continue;
			told[j] = true;
			buf_printf(out, "%s\"%s\"", comma, m->address);
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
keyspaces(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	bool user = !strcmp(argument, "user"), global = !strcmp(argument, "non_local_strategy");
	const char *comma = "";

	(void)n;
	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nkeyspaces; i++) {
		const struct keyspace *keyspace = &sim->keyspaces[i];

		if ((user && !keyspace->user) || (global && keyspace->of.replication == SIM_LOCAL))
			continue;
		buf_printf(out, "%s\"%s\"", comma, keyspace->of.name);
		comma = ",";
	}
	buf_putc(out, ']');
	return 200;
}

static int
tokens_endpoint(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)n, (void)argument;
	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nring; i++)
		buf_printf(out, "%s{\"key\": \"%" PRId64 "\", \"value\": \"%s\"}", i ? "," : "", sim->ring[i].token,
		    sim->nodes[sim->ring[i].node].address);
	buf_putc(out, ']');
	return 200;
}

static int
tokens(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	int of = *argument ? sim_find(sim, argument) : -1;
	const char *comma = "";

	(void)n;
	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nring; i++) {
		if (*argument && (int)sim->ring[i].node != of)
			continue;
		buf_printf(out, "%s\"%" PRId64 "\"", comma, sim->ring[i].token);
		comma = ",";
	}
	buf_putc(out, ']');
	return 200;
}

/* A host that the snitch does not know is in the default place: no error. */
static int
datacenter(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	int of = *argument ? sim_find(sim, argument) : (int)number(sim, n);

	return text(out, of < 0 ? "datacenter1" : sim->nodes[of].datacenter);
}

static int
rack(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	int of = *argument ? sim_find(sim, argument) : (int)number(sim, n);

	return text(out, of < 0 ? "rack1" : sim->nodes[of].rack);
}

static int
generation(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)argument;
	return integer(out, n->generation);
}

/* The generation that this node has heard of. */
static int
generation_of(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	int of = sim_find(sim, argument);

	if (of < 0)
		return sim_bad(out, 500, "std::out_of_range (_Map_base::at)");
	return integer(out, sim->known[number(sim, n) * sim->nnodes + (size_t)of]);
}

static int
drain_progress(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	int64_t left = n->drain_end - sim->now, whole = n->drain_end - n->drain_flush;

	(void)argument;
	if (n->mode != MODE_DRAINING && n->mode != MODE_DRAINED)
		return text(out, "Drained 0/0 ColumnFamilies");
	if (n->mode == MODE_DRAINED || left < 0 || whole <= 0)
		left = 0;
	else if (left > whole)
		left = whole;
	/* The first number is what remains, whatever the text says. */
	buf_printf(out, "\"Drained %d/%d ColumnFamilies\"", whole > 0 ? (int)(TABLES * left / whole) : 0, TABLES);
	return 200;
}

static int
release(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)n, (void)argument;
	return text(out, sim->version);
}

static int
cassandra_release(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)n, (void)argument;
	return text(out, "3.0.8");
}

static int
uptime(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)argument;
	return integer(out, sim->now - n->started);
}

static int
pending(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)argument;
	return integer(out, sim_pending(sim, sim->now, number(sim, n)));
}

const struct endpoint sim_endpoints[] = {
	{"/system/uptime_ms", NULL, STAGE_LISTENING, uptime},
	{"/storage_service/scylla_release_version", NULL, STAGE_LISTENING, release},
	{"/storage_service/release_version", NULL, STAGE_LISTENING, cassandra_release},
	{"/snitch/datacenter", "host", STAGE_LISTENING, datacenter},
	{"/snitch/rack", "host", STAGE_LISTENING, rack},
	{"/gossiper/endpoint/live", NULL, STAGE_GOSSIPER, live},
	{"/gossiper/endpoint/down", NULL, STAGE_GOSSIPER, down},
	{"/gossiper/generation_number/", NULL, STAGE_GOSSIPER, generation_of},
	{"/storage_service/host_id", NULL, STAGE_GOSSIPER, host_id},
	{"/storage_service/hostid/local", NULL, STAGE_GOSSIPER, local_host_id},
	{"/storage_service/nodes/joining", NULL, STAGE_GOSSIPER, none},
	{"/storage_service/nodes/leaving", NULL, STAGE_GOSSIPER, none},
	{"/storage_service/nodes/moving", NULL, STAGE_GOSSIPER, none},
	{"/storage_service/tokens_endpoint", NULL, STAGE_GOSSIPER, tokens_endpoint},
	{"/storage_service/tokens", NULL, STAGE_GOSSIPER, tokens},
	{"/storage_service/tokens/", NULL, STAGE_GOSSIPER, tokens},
	{"/compaction_manager/metrics/pending_tasks", NULL, STAGE_GOSSIPER, pending},
	{"/storage_service/operation_mode", NULL, STAGE_STORAGE, operation_mode},
	{"/storage_service/gossiping", NULL, STAGE_STORAGE, gossiping},
	{"/storage_service/cluster_name", NULL, STAGE_STORAGE, cluster_name},
	{"/storage_service/schema_version", NULL, STAGE_STORAGE, schema_version},
	{"/storage_proxy/schema_versions", NULL, STAGE_STORAGE, schema_versions},
	{"/storage_service/keyspaces", "type", STAGE_STORAGE, keyspaces},
	{"/storage_service/generation_number", NULL, STAGE_STORAGE, generation},
	{"/storage_service/drain", NULL, STAGE_STORAGE, drain_progress},
	{"/storage_service/native_transport", NULL, STAGE_JOINED, native_transport},
	{NULL, NULL, STAGE_OFF, NULL},
};
