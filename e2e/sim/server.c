#include "server.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alloc.h"

enum { BACKLOG = 511, AGAIN = 50 };

int64_t
server_now(const struct server *server)
{
	return server->wall + (int64_t)(uv_hrtime() / 1000000);
}

static void
closed(uv_handle_t *handle)
{
	free(handle);
}

static void
knock(uv_stream_t *listener, int status)
{
	struct door *door = listener->data;

	if (status || !door->listener)
		return;
	if (door->kind == DOOR_SSH)
		ssh_accept(door);
	else
		conn_accept(door);
}

int
door_open(struct door *door, const char *address, int port, struct err *err)
{
	uv_tcp_t *listener = xcalloc(1, sizeof *listener);
	struct sockaddr_in at;
	int rc = uv_ip4_addr(address, port, &at);

	uv_tcp_init(&door->server->loop, listener);
	listener->data = door;
	if (!rc)
		rc = uv_tcp_bind(listener, (const struct sockaddr *)&at, 0);
	if (!rc)
		rc = uv_listen((uv_stream_t *)listener, BACKLOG, knock);
	if (rc) {
		uv_close((uv_handle_t *)listener, closed);
		return err_set(err, "cannot listen on %s:%d: %s", address, port, uv_strerror(rc));
	}
	door->listener = listener;
	return 0;
}

void
door_close(struct door *door)
{
	if (door->listener)
		uv_close((uv_handle_t *)door->listener, closed);
	door->listener = NULL;
	/* Who waits for an answer sees a reset, who is idle the end. */
	while (door->conns)
		conn_close(door->conns, door->conns->busy);
	ssh_end(door);
}

static int
site_open(struct cluster *cluster, size_t node, struct err *err)
{
	struct site *site = cluster->sites[node];
	const char *address = sim_address(cluster->sim, node);

	if (!site->rest.listener && door_open(&site->rest, address, cluster->server->port, err) < 0)
		return -1;
	if (!site->metrics.listener && cluster->server->metrics_port)
		return door_open(&site->metrics, address, cluster->server->metrics_port, err);
	return 0;
}

/* The host's own port follows the host, not the process. */
static int
host_follow(struct cluster *cluster, size_t node, struct err *err)
{
	struct site *site = cluster->sites[node];
	bool reachable = cluster->server->ssh_port && sim_host_reachable(cluster->sim, node);

	if (!reachable && site->ssh.listener)
		door_close(&site->ssh);
	if (!reachable || site->ssh.listener)
		return 0;
	return door_open(&site->ssh, sim_address(cluster->sim, node), cluster->server->ssh_port, err);
}

static int
site_follow(struct cluster *cluster, size_t node, struct err *err)
{
	struct site *site = cluster->sites[node];
	const char *address = sim_address(cluster->sim, node);
	unsigned changes;
	bool listening = sim_listening(cluster->sim, server_now(cluster->server), node, &changes);

	if (strcmp(site->address, address)) {
		door_close(&site->ssh);
		snprintf(site->address, sizeof site->address, "%s", address);
	}
	if (host_follow(cluster, node, err) < 0)
		return -1;
	if (changes == site->changes)
		return 0;
	if (site->rest.listener) {
		door_close(&site->rest);
		door_close(&site->metrics);
	}
	if (listening && site_open(cluster, node, err) < 0)
		return -1;
	site->changes = changes;
	return 0;
}

static void
write_audit(struct cluster *cluster)
{
	struct server *server = cluster->server;

	if (cluster->told == sim_audit_count(cluster->sim))
		return;
	for (; cluster->told < sim_audit_count(cluster->sim); cluster->told++)
		if (server->audit)
			fprintf(server->audit, "cluster=%s %s\n", sim_cluster_name(cluster->sim),
			    sim_audit(cluster->sim, cluster->told)->text);
	if (server->audit)
		fflush(server->audit);
}

static void
due(uv_timer_t *timer)
{
	struct cluster *cluster = timer->data;

	cluster->wake = INT64_MAX;
	cluster_pump(cluster);
}

static void
wake_later(struct cluster *cluster, int64_t wake)
{
	int64_t now = server_now(cluster->server);

	if (wake == cluster->wake)
		return;
	cluster->wake = wake;
	if (wake == INT64_MAX) {
		uv_timer_stop(&cluster->timer);
		return;
	}
	uv_update_time(&cluster->server->loop);
	uv_timer_start(&cluster->timer, due, wake > now ? (uint64_t)(wake - now) : 0, 0);
}

/* A node that is new has doors, all closed. */
static void
sites_follow(struct cluster *cluster)
{
	while (cluster->nsites < sim_nodes(cluster->sim)) {
		size_t node = cluster->nsites;
		struct site *site = xcalloc(1, sizeof *site);

		cluster->sites = xreallocarray(cluster->sites, node + 1, sizeof *cluster->sites);
		cluster->sites[cluster->nsites++] = site;
		site->rest = site->metrics = site->ssh =
		    (struct door){.kind = DOOR_NODE, .server = cluster->server, .cluster = cluster, .node = node};
		site->metrics.kind = DOOR_METRICS;
		site->ssh.kind = DOOR_SSH;
		snprintf(site->address, sizeof site->address, "%s", sim_address(cluster->sim, node));
	}
}

void
server_address(struct server *server, char ret[SIM_ADDRESS])
{
	uint32_t next = server->next++;

	snprintf(ret, SIM_ADDRESS, "%u.%u.%u.%u", next >> 24, next >> 16 & 255, next >> 8 & 255, next & 255);
}

void
cluster_pump(struct cluster *cluster)
{
	struct sim_reply reply;
	bool open = true;
	struct err err;

	/* What an answer sets off, the loop outside carries on. */
	if (cluster->pumping)
		return;
	cluster->pumping = true;
	while (sim_next(cluster->sim, server_now(cluster->server), &reply))
		conn_deliver(cluster->server, &reply);
	sites_follow(cluster);
	for (size_t i = 0; i < cluster->nsites; i++) {
		if (site_follow(cluster, i, &err) == 0)
			continue;
		fprintf(stderr, "scylla-sim: %s; trying again\n", err.text);
		open = false;
	}
	write_audit(cluster);
	wake_later(cluster, open ? sim_wake(cluster->sim) : server_now(cluster->server) + AGAIN);
	cluster->pumping = false;
}

static int
cluster_open(struct cluster *cluster, struct err *err)
{
	cluster->wake = INT64_MAX;
	cluster->timer.data = cluster;
	uv_timer_init(&cluster->server->loop, &cluster->timer);
	sites_follow(cluster);
	for (size_t i = 0; i < cluster->nsites; i++) {
		sim_listening(cluster->sim, server_now(cluster->server), i, &cluster->sites[i]->changes);
		if (site_open(cluster, i, err) < 0 || host_follow(cluster, i, err) < 0)
			return -1;
	}
	return 0;
}

int
server_open(struct server *server, struct err *err)
{
	for (size_t i = 0; i < server->nclusters; i++)
		if (cluster_open(&server->clusters[i], err) < 0)
			return -1;
	return 0;
}

int
server_control_port(const struct server *server)
{
	struct sockaddr_in at;
	int len = sizeof at;

	if (!server->control.listener || uv_tcp_getsockname(server->control.listener, (struct sockaddr *)&at, &len))
		return -1;
	return ntohs(at.sin_port);
}

void
server_close(struct server *server)
{
	door_close(&server->control);
	for (size_t i = 0; i < server->nclusters; i++) {
		struct cluster *cluster = &server->clusters[i];

		for (size_t node = 0; node < cluster->nsites; node++) {
			door_close(&cluster->sites[node]->rest);
			door_close(&cluster->sites[node]->metrics);
			door_close(&cluster->sites[node]->ssh);
		}
		if (cluster->sites)
			uv_close((uv_handle_t *)&cluster->timer, NULL);
	}
}
