/* The few gauges of port 9180 that matter to whoever watches a restart. */
#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "server.h"

static int
mode_number(const char *mode)
{
	static const struct {
		const char *mode;
		int number;
	} numbers[] = {{"STARTING", 1}, {"JOINING", 2}, {"BOOTSTRAP", 2}, {"NORMAL", 3}, {"LEAVING", 4},
	    {"DECOMMISSIONED", 5}, {"DRAINING", 6}, {"DRAINED", 7}};

	for (size_t i = 0; i < ARRAY_LEN(numbers); i++)
		if (!strcmp(mode, numbers[i].mode))
			return numbers[i].number;
	return 0;
}

static void
gauge(struct buf *out, const char *name, int64_t value)
{
	buf_printf(out, "# TYPE %s gauge\n%s{shard=\"0\"} %" PRId64 "\n", name, name, value);
}

void
metrics_request(struct conn *conn)
{
	struct sim *sim = conn->door->cluster->sim;
	size_t node = conn->door->node, live = 0, known = 0, nodes = sim_nodes(sim);
	int64_t now = server_now(conn->door->server);
	struct buf out = BUF_INIT(BUF_MAX_LINE);

	if (strcmp(conn->request.path, "/metrics")) {
		conn_reply(conn, 404, "text/plain", "not found\n", 10, NULL);
		return;
	}
	for (size_t i = 0; i < nodes; i++) {
		live += i != node && sim_sees(sim, now, node, i);
		known += i != node && (sim_member(sim, i) || sim_sees(sim, now, node, i));
	}
	gauge(&out, "scylla_node_operation_mode", mode_number(sim_mode(sim, now, node)));
	gauge(&out, "scylla_gossip_live", (int64_t)live);
	gauge(&out, "scylla_gossip_unreachable", (int64_t)(known - live));
	gauge(&out, "scylla_gossip_heart_beat", (now - sim_started(sim, node)) / 1000);
	gauge(&out, "scylla_compaction_manager_pending_compactions", sim_pending(sim, now, node));
	conn_reply(conn, 200, "text/plain; version=0.0.4", buf_str(&out), out.len, NULL);
	buf_done(&out);
}
