/* The control port: human hands, the audit log, and the commands that ssh brings.
 *
 *	POST /node/NAME/start|stop|restart|crash|hang|unhang|isolate|stick|unstick|away|back|mask|unmask
 *	POST /node/NAME/slow?ms=N, /node/NAME/lag?ms=N, /node/NAME/compactions?n=N
 *	POST /node/NAME/decommission[?ms=N], /node/NAME/remove[?ms=N][&by=NAME]
 *	                                it leaves the ring, or is removed, within so many ms (at speed 1)
 *	POST /node/NAME/address?to=A    restarted under another address, its host as well
 *	POST /node/NAME/remake          its host is made anew: same name and address, another host id
 *	POST /add?zone=DC/RACK          a new node; answer: node=, address=, host_id=. Also name=, address=, zero=1 (no tokens),
 *	                                stopped=1 (not started), replaces=NAME (a dead one, then without zone)
 *	POST /node/NAME/stray, /node/NAME/unstray       its schema differs, until it is let go
 *	POST /node/NAME/upgrade?to=VERSION              packages are exchanged: from the next start on
 *	POST /node/NAME/repair|cleanup|compaction?keyspace=K&ms=N, /node/NAME/rebuild|cleanup-all?ms=N
 *	                                somebody else runs it there for so long (at speed 1)
 *	POST /migrate?keyspace=K&tablet=N&from=NAME&to=NAME     a tablet moves; also table= (t1), ms=
 *	POST /migrated?keyspace=K&tablet=N      it is there; also table=
 *	POST /node/NAME/hang-drain, /node/NAME/unhang-drain     its drains do not end
 *	POST /node/NAME/fail-drain?text=T       its drains fail with T; without: they do not
 *	POST /node/NAME/fail-boot?n=N           its next N boots end early
 *	POST /node/NAME/slow-boot?ms=N          its boots take so much longer (at speed 1)
 *	POST /node/NAME/wipe                    it dies, and its data are gone
 *	POST /node/NAME/garbage?kind=none|html|half|empty|errors|other|huge     what its REST answers are
 *	POST /node/NAME/cut?from=NAME, /node/NAME/mend?from=NAME        the line between the two
 *	POST /node/NAME/salt?ms=N&fail=STATE&busy=N&states=N&leaves=1
 *	                                its highstates take so long, have so many states, and this one that fails; for so long
 *	                                somebody else's runs there; they leave scylla-server as it is
 *	POST /command?address=A         body: the command; answer: "EXIT STATUS BYTES-OF-OUTPUT\n", output, errors
 *	POST /schema, /mark
 *	GET  /audit[?from=N], /violations, /nodes
 *
 * NAME is a node's name or address. With several clusters, cluster=NAME says which; without it, mark, audit and
 * violations speak of all. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "server.h"

enum { TEXT_MAX = 64 << 20, WORD = 128 };

static void
answer(struct conn *conn, int status, const char *text)
{
	conn_reply(conn, status, "text/plain", text, strlen(text), NULL);
}

/* The next cluster that the request speaks of, after 'last' (NULL: the first). */
static struct cluster *
next_cluster(struct conn *conn, struct cluster *last)
{
	struct server *server = conn->door->server;
	char wanted[WORD];

	http_query(conn->request.path, "cluster", wanted, sizeof wanted);
	for (size_t i = last ? (size_t)(last - server->clusters) + 1 : 0; i < server->nclusters; i++)
		if (!*wanted || !strcmp(wanted, sim_cluster_name(server->clusters[i].sim)))
			return &server->clusters[i];
	return NULL;
}

static struct cluster *
find_node(struct conn *conn, const char *name, size_t *ret)
{
	for (struct cluster *cluster = NULL; (cluster = next_cluster(conn, cluster));) {
		int node = sim_find(cluster->sim, name);

		if (node < 0)
			continue;
		*ret = (size_t)node;
		return cluster;
	}
	return NULL;
}

static void
node_request(struct conn *conn)
{
	char name[WORD] = "", verb[WORD] = "";
	struct cluster *cluster;
	size_t node;

	if (sscanf(conn->request.path, "/node/%127[^/?]/%127[^/?]", name, verb) != 2) {
		answer(conn, 404, "expected /node/NAME/VERB\n");
		return;
	}
	cluster = find_node(conn, name, &node);
	if (!cluster) {
		answer(conn, 404, "there is no such node\n");
	} else if (!hand_on_node(conn, cluster, node, verb)) {
		answer(conn, 404, "there is no such verb\n");
	}
}

/* What people do to a cluster, the first that the request speaks of. */
static void
on_cluster(struct conn *conn, void (*hand)(struct conn *conn, struct cluster *cluster))
{
	struct cluster *cluster = next_cluster(conn, NULL);

	if (cluster)
		hand(conn, cluster);
	else
		answer(conn, 404, "there is no such cluster\n");
}

static void
command(struct conn *conn)
{
	char address[WORD];
	struct cluster *cluster;
	char *text;
	size_t node;

	http_query(conn->request.path, "address", address, sizeof address);
	cluster = find_node(conn, address, &node);
	if (!cluster) {
		answer(conn, 404, "there is no such node\n");
		return;
	}
	text = xstrndup(conn->in.data + conn->request.body, conn->request.body_len);
	sim_command(cluster->sim, server_now(conn->door->server), conn->request.hand ? SIM_HAND : SIM_CONTROLLER,
	    node, text, conn_wait(conn));
	free(text);
	cluster_pump(cluster);
}

void
control_reply(struct conn *conn, const struct sim_reply *reply)
{
	char *text = xasprintf("EXIT %d %zu\n%s%s", reply->status, reply->len, reply->body, reply->error);

	answer(conn, 200, text);
	free(text);
}

static bool
is_verdict(const struct sim_entry *entry)
{
	return entry->event == SIM_VIOLATION || entry->event == SIM_UNAVOIDABLE;
}

static size_t
last_mark(const struct sim *sim)
{
	size_t at = sim_audit_count(sim);

	while (at && sim_audit(sim, at - 1)->event != SIM_MARK)
		at--;
	return at;
}

static size_t
first_line(struct conn *conn)
{
	char text[WORD];

	return strtoul(http_query(conn->request.path, "from", text, sizeof text), NULL, 10);
}

/* Lines from the audit log: all, or the oracle's since the mark. */
static void
lines(struct conn *conn, bool verdicts)
{
	struct buf out = BUF_INIT(TEXT_MAX);
	size_t violations = 0, unavoidable = 0;

	for (struct cluster *cluster = NULL; (cluster = next_cluster(conn, cluster));) {
		violations += sim_violations(cluster->sim);
		unavoidable += sim_unavoidable(cluster->sim);
	}
	if (verdicts)
		buf_printf(&out, "violations=%zu unavoidable=%zu\n", violations, unavoidable);
	for (struct cluster *cluster = NULL; (cluster = next_cluster(conn, cluster));) {
		size_t from = verdicts ? last_mark(cluster->sim) : first_line(conn);

		for (size_t i = from; i < sim_audit_count(cluster->sim); i++)
			if (!verdicts || is_verdict(sim_audit(cluster->sim, i)))
				buf_printf(&out, "cluster=%s %s\n", sim_cluster_name(cluster->sim),
				    sim_audit(cluster->sim, i)->text);
	}
	conn_reply(conn, 200, "text/plain", buf_str(&out), out.len, NULL);
	buf_done(&out);
}

static void
nodes(struct conn *conn)
{
	struct buf out = BUF_INIT(TEXT_MAX);
	int64_t now = server_now(conn->door->server);

	for (struct cluster *cluster = NULL; (cluster = next_cluster(conn, cluster));) {
		struct sim *sim = cluster->sim;

		for (size_t i = 0; i < sim_nodes(sim); i++) {
			const char *mode = sim_mode(sim, now, i);

			buf_printf(&out, "cluster=%s node=%s address=%s zone=%s/%s mode=%s serving=%s host_id=%s\n",
			    sim_cluster_name(sim), sim_name(sim, i), sim_address(sim, i), sim_datacenter(sim, i),
			    sim_rack(sim, i), *mode ? mode : "-", sim_serving(sim, now, i) ? "true" : "false",
			    sim_host_id(sim, i));
		}
	}
	conn_reply(conn, 200, "text/plain", buf_str(&out), out.len, NULL);
	buf_done(&out);
}

static void
for_each_cluster(struct conn *conn, void (*act)(struct sim *sim, int64_t now))
{
	for (struct cluster *cluster = NULL; (cluster = next_cluster(conn, cluster));) {
		act(cluster->sim, server_now(conn->door->server));
		cluster_pump(cluster);
	}
	answer(conn, 200, "");
}

static bool
asks(const struct conn *conn, const char *method, const char *path)
{
	size_t len = strlen(path);

	return !strcmp(conn->request.method, method) && !strncmp(conn->request.path, path, len) &&
	    strchr("?", conn->request.path[len]);
}

void
control_request(struct conn *conn)
{
	if (!strcmp(conn->request.method, "POST") && !strncmp(conn->request.path, "/node/", 6))
		node_request(conn);
	else if (asks(conn, "POST", "/add"))
		on_cluster(conn, hand_adds);
	else if (asks(conn, "POST", "/migrate"))
		on_cluster(conn, hand_migrates);
	else if (asks(conn, "POST", "/migrated"))
		on_cluster(conn, hand_ends_migration);
	else if (asks(conn, "POST", "/command"))
		command(conn);
	else if (asks(conn, "POST", "/mark"))
		for_each_cluster(conn, sim_mark);
	else if (asks(conn, "POST", "/schema"))
		for_each_cluster(conn, sim_schema_change);
	else if (asks(conn, "GET", "/audit"))
		lines(conn, false);
	else if (asks(conn, "GET", "/violations"))
		lines(conn, true);
	else if (asks(conn, "GET", "/nodes"))
		nodes(conn);
	else
		answer(conn, 404, "not found; the head of e2e/sim/control.c lists what is\n");
}
