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

static int
generation(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)sim, (void)argument;
	return integer(out, n->generation);
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
	(void)sim, (void)argument;
	return text(out, n->version);
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

const struct endpoint sim_node_endpoints[] = {
	{"/system/uptime_ms", NULL, STAGE_LISTENING, 0, uptime},
	{"/storage_service/scylla_release_version", NULL, STAGE_LISTENING, 0, release},
	{"/storage_service/release_version", NULL, STAGE_LISTENING, 0, cassandra_release},
	{"/storage_service/hostid/local", NULL, STAGE_GOSSIPER, 0, local_host_id},
	{"/compaction_manager/metrics/pending_tasks", NULL, STAGE_GOSSIPER, 0, pending},
	{"/storage_service/operation_mode", NULL, STAGE_STORAGE, 0, operation_mode},
	{"/storage_service/gossiping", NULL, STAGE_STORAGE, 0, gossiping},
	{"/storage_service/cluster_name", NULL, STAGE_STORAGE, 0, cluster_name},
	{"/storage_service/schema_version", NULL, STAGE_STORAGE, 0, schema_version},
	{"/storage_service/generation_number", NULL, STAGE_STORAGE, 0, generation},
	{"/storage_service/drain", NULL, STAGE_STORAGE, 0, drain_progress},
	{"/storage_service/native_transport", NULL, STAGE_JOINED, 0, native_transport},
	{NULL, NULL, STAGE_OFF, 0, NULL},
};
