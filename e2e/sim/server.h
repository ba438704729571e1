/* The simulated clusters on the network: listeners for each node's REST, metrics and ssh, and the control port. One
 * loop, one thread. */
#pragma once

#include <stdio.h>
#include <uv.h>

#include "buf.h"
#include "http.h"
#include "model.h"

struct cluster;
struct server;

struct session;

enum door_kind { DOOR_NODE, DOOR_METRICS, DOOR_SSH, DOOR_CONTROL };

/* A listening address, and the connections through it. */
struct door {
	enum door_kind kind;
	struct server *server;
	struct cluster *cluster;        /* NULL: control */
	size_t node;
	uv_tcp_t *listener;             /* NULL: closed */
	struct conn *conns;
	struct session *sessions;       /* of sshd */
};

struct site {
	struct door rest, metrics, ssh;
	unsigned changes;
	char address[SIM_ADDRESS];      /* where its doors are */
};

struct cluster {
	struct server *server;
	struct sim *sim;
	struct site **sites;
	size_t nsites;
	uv_timer_t timer;
	int64_t wake;
	bool pumping;
	size_t told;            /* lines of the audit log that are in the file */
};

struct server {
	uv_loop_t loop;
	struct cluster *clusters;
	size_t nclusters;
	uint32_t next;          /* the first address that no cluster has had */
	int port, metrics_port, ssh_port;       /* 0: none */
	const char *sshd, *sshd_config;
	struct door control;
	int64_t wall;           /* wall clock minus the monotonic one, ms */
	FILE *audit;
	FILE *requests;         /* NULL: they are not logged */
	struct conn **waiting;  /* by the low half of a request's id */
	uint32_t *turns;        /* the high half */
	uint32_t *unused;
	size_t nwaiting, nunused;
	char date[64];
	int64_t dated;
};

struct conn {
	uv_tcp_t tcp;
	struct door *door;
	struct conn *next, **at;
	struct buf in;
	struct http_request request;
	uint64_t id;            /* of the request that it waits for; 0: none */
	size_t used;            /* bytes of 'in' that are the request's */
	bool close_after, closing, busy, serving;
	int64_t arrived;        /* us, for the log of requests */
};

/* server.c: of the model's time, which is the wall clock's without its jumps. */
int64_t server_now(const struct server *server);
int server_open(struct server *server, struct err *err);
/* The control port's number. */
int server_control_port(const struct server *server);
void server_close(struct server *server);
/* Something was asked of the cluster, or is due: deliver answers, open and close ports, write the audit log. */
void cluster_pump(struct cluster *cluster);
/* An address for a new node of any cluster. */
void server_address(struct server *server, char ret[SIM_ADDRESS]);
/* Opens the door; the port of 0 is chosen by the kernel. */
int door_open(struct door *door, const char *address, int port, struct err *err);
void door_close(struct door *door);

/* conn.c */
void conn_accept(struct door *door);
void conn_close(struct conn *conn, bool reset);
/* An id for what the connection asks of a model; conn_deliver() finds it again. */
uint64_t conn_wait(struct conn *conn);
void conn_deliver(struct server *server, const struct sim_reply *reply);
/* 'text' holds 'body' and is referred to while it is being sent; NULL: it is copied. */
void conn_reply(struct conn *conn, int status, const char *type, const char *body, size_t len, struct sim_text *text);

/* ssh.c: hands the connection to an sshd; ends those that run. */
void ssh_accept(struct door *door);
void ssh_end(struct door *door);

/* requests.c */
void request_arrived(struct conn *conn);
void request_answered(struct conn *conn, int status);

/* control_hands.c: what people do to nodes and clusters; false when it is none of the verbs. Answers. */
bool hand_on_node(struct conn *conn, struct cluster *cluster, size_t node, const char *verb);
/* POST /add, /migrate */
void hand_adds(struct conn *conn, struct cluster *cluster);
void hand_migrates(struct conn *conn, struct cluster *cluster);
void hand_ends_migration(struct conn *conn, struct cluster *cluster);

/* control.c, metrics.c: what comes through those doors. */
void control_request(struct conn *conn);
void control_reply(struct conn *conn, const struct sim_reply *reply);
void metrics_request(struct conn *conn);
/* systemctl.c: plays systemctl for the node whose address was dialled by ssh; the exit status. */
int systemctl_main(const char *control);
