/* A Scylla cluster as a pure model: no I/O, no clock, no globals; equal configuration and calls give equal answers.
 * It plays the nodes' REST API, their systemd, and their views of each other; its oracle (oracle.h) knows the truth and
 * writes what should not have happened to the audit log. It knows nothing of the controller, or one bug hides in both.
 *
 *	struct sim_config config = sim_defaults();
 *	struct sim *sim = sim_new(&config);
 *	sim_request(sim, now, SIM_CONTROLLER, node, "GET", "/storage_service/operation_mode", id);
 *	sim_command(sim, now, SIM_CONTROLLER, node, "systemctl --no-block stop scylla-server", id);
 *	while (sim_next(sim, now, &reply)) ...     and again at sim_wake(sim)
 *
 * hands.h changes its membership, breaks.h breaks more of it.
 * 'now' is in ms on any clock that never runs backwards. Nodes are numbered in the order of the layout. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct sim;
struct sim_text;

enum sim_replication { SIM_NETWORK, SIM_SIMPLE, SIM_EVERYWHERE, SIM_LOCAL };

/* Who asks: Strait, or somebody else. */
enum sim_source { SIM_CONTROLLER, SIM_HAND };

enum { SIM_NAME = 48, SIM_DATACENTERS = 8, SIM_UUID = 37, SIM_ADDRESS = 48 };

struct sim_rf {
	char datacenter[SIM_NAME];
	unsigned rf;
};

struct sim_keyspace {
	char name[SIM_NAME];
	enum sim_replication replication;
	unsigned rf;                            /* SIMPLE; NETWORK without 'dcs': in each datacenter */
	struct sim_rf dcs[SIM_DATACENTERS];     /* NETWORK */
	size_t ndcs;
	unsigned tablets;                       /* of each table, instead of vnodes; 0: vnodes */
	unsigned tables;                        /* t1, t2, ..; 0: one */
};

/* How long things take, in ms, as a real fleet takes them; each is divided by sim_config.speed. */
struct sim_times {
	/* Boot: from the start of the process to the port, to the gossiper's endpoints, over the commit log's replay to
	 * operation_mode (STARTING; systemd says active), to JOINING, to NORMAL, and from "seen up by all" to CQL. */
	int64_t listen, gossiper, replay, starting, joining, cql;
	int64_t notify_up;                      /* CQL waits at most so long until all peers see the node up */
	int64_t up_min, up_max;                 /* NORMAL to being seen up, drawn for each peer */
	int64_t peers_max;                      /* a booting node sees its peers after at most this */
	int64_t down_min, down_max;             /* a crash to being seen down, drawn for each peer */
	int64_t transport, announce, flush;     /* a drain: CQL closed, sleep after the shutdown message, flush */
	int64_t exit;                           /* a drained process to its end */
	int64_t compaction;                     /* pending compactions after a start are gone after this */
	int64_t schema_max;                     /* a schema change reaches everybody */
	int64_t topology_max;                   /* so does a change of the topology */
	int64_t bootstrap, decommission, remove; /* streaming of a topology change */
	int64_t migration;                      /* of a tablet */
};

struct sim_config {
	const char *cluster_name;
	const char *layout;             /* "dc1/a:2,dc1/b:2,dc2/a:2": datacenter/rack:nodes */
	const char *first_address;      /* nodes have consecutive addresses from this one on */
	unsigned vnodes;
	const struct sim_keyspace *keyspaces;   /* the user's; NULL: one, "app", RF 3 in each datacenter */
	size_t nkeyspaces;
	bool no_system_keyspaces;       /* else the stock ones are there too */
	const char *version;            /* scylla_release_version */
	uint64_t seed;
	double speed;                   /* 50: fifty times faster than life */
	int64_t now;                    /* time of the first call */
	int64_t epoch;                  /* unix seconds at now = 0 */
	unsigned compactions;           /* pending after a start, at most */
	int64_t blame;                  /* observable for longer than this, in ms of 'now': blameworthy */
	struct sim_times times;
};

/* Defaults: 6 nodes in dc1/a, dc1/b, dc1/c at 127.0.1.1 .., in real time. Change what you want. */
struct sim_config sim_defaults(void);
/* NULL when the layout, an address or a keyspace is wrong; 'err' says what. The configuration is copied. */
struct sim *sim_new(const struct sim_config *config, struct err *err);
struct sim *sim_free(struct sim *sim);
/* "app:3" (in each datacenter), "app:dc1=3,dc2=3", "app:simple=3", "app:everywhere", "app:local"; with tablets, those
 * with a factor for each datacenter: "app:3+tablets", "app:3+tablets=2x32" (two tables of 32). */
int sim_keyspace_parse(const char *text, struct sim_keyspace *ret, struct err *err);
/* A layout is datacenter/rack:nodes, comma, ...; "dc1/x:1z" is a node without tokens (join_ring: false).
 * "dc1/a:5,dc1/b:5,dc1/c:4": 'nodes' spread over three racks; owned. */
char *sim_layout_of(unsigned nodes);

/* All that there ever were: one that has left keeps its number. */
size_t sim_nodes(const struct sim *sim);
const char *sim_cluster_name(const struct sim *sim);
/* By name or by present address, those who have left last; -1 when there is none. */
int sim_find(const struct sim *sim, const char *name_or_address);
const char *sim_address(const struct sim *sim, size_t node);
const char *sim_name(const struct sim *sim, size_t node);
const char *sim_host_id(const struct sim *sim, size_t node);
const char *sim_datacenter(const struct sim *sim, size_t node);
const char *sim_rack(const struct sim *sim, size_t node);

/* An HTTP answer or a command's end. */
struct sim_reply {
	uint64_t request_id;
	int status;             /* HTTP status, 0: refused or reset; a command: its exit status */
	const char *body;       /* never NULL; a command: its standard output. Valid until the next sim_next() */
	size_t len;
	const char *error;      /* a command: its standard error; else "". Valid until the next sim_next() */
	struct sim_text *text;  /* what holds 'body': sim_text_ref() keeps it longer */
};
struct sim_text *sim_text_ref(struct sim_text *text);
struct sim_text *sim_text_unref(struct sim_text *text);

/* A request arrives at the node; its answer comes out of sim_next() with the id. 'path' with its query. */
void sim_request(struct sim *sim, int64_t now, enum sim_source source, size_t node, const char *method,
    const char *path, uint64_t request_id);
/* A command arrives at the node's host: "[sudo [-n]] systemctl [--no-block] [--no-pager] start|stop|restart UNIT",
 * "... show UNIT … [--property=A,B | -p A,B]", "... is-active UNIT"; systemd-run with what model_run.c knows of it, and the
 * programs of model_files.c. What else: exit status 127. */
void sim_command(struct sim *sim, int64_t now, enum sim_source source, size_t node, const char *command,
    uint64_t request_id);
/* The client went away: no answer will come, what it asked for goes on. */
void sim_forget(struct sim *sim, uint64_t request_id);
/* The next answer that is due at 'now'; false when there is none. */
bool sim_next(struct sim *sim, int64_t now, struct sim_reply *ret);
/* When something is due next (it may be in the past); INT64_MAX: nothing is. */
int64_t sim_wake(const struct sim *sim);
/* Does the process accept connections on its REST port, and since which change of that (a counter)? A listener that
 * finds the counter changed resets the connections that it has. */
bool sim_listening(struct sim *sim, int64_t now, size_t node, unsigned *ret_changes);

/* Human hands and faults. Starting and stopping go through systemd, as by sim_command() but by SIM_HAND. */
void sim_start(struct sim *sim, int64_t now, size_t node);
void sim_stop(struct sim *sim, int64_t now, size_t node);
void sim_restart(struct sim *sim, int64_t now, size_t node);
/* The process dies and stays dead (the unit is failed); nobody is told. */
void sim_crash(struct sim *sim, int64_t now, size_t node);
/* The node's REST server accepts and does not answer; all else works. Off: what was asked meanwhile is answered. */
void sim_hang(struct sim *sim, int64_t now, size_t node, bool on);
/* REST answers come 'ms' later, in ms of 'now', with what was true when the request came. */
void sim_slow(struct sim *sim, size_t node, int64_t ms);
/* What this node tells and hears by gossip comes 'ms' later, in ms of 'now'. Shutdown messages are not gossip. */
void sim_lag(struct sim *sim, size_t node, int64_t ms);
/* I/O errors: CQL, gossip and messaging stop, operation_mode stays NORMAL. Only a restart helps. */
void sim_isolate(struct sim *sim, int64_t now, size_t node);
/* The unit's host does not answer: commands end with 255. */
void sim_host_away(struct sim *sim, size_t node, bool away);
bool sim_host_reachable(const struct sim *sim, size_t node);
/* The host goes down with all that runs on it, and is there again after 'ms' at speed 1, with another boot; scylla-server is
 * started then unless it is disabled. */
void sim_reboot(struct sim *sim, int64_t now, size_t node, int64_t ms);
/* As by systemctl disable: a boot does not start the unit. */
void sim_disable(struct sim *sim, size_t node, bool disabled);
/* The process will not stop: the unit hangs in deactivating until it is let go. */
void sim_stuck_stop(struct sim *sim, int64_t now, size_t node, bool on);
/* As by systemctl mask --runtime: the unit can be stopped, not started. */
void sim_mask(struct sim *sim, size_t node, bool masked);
/* A new schema version, seen by the nodes at different times. */
void sim_schema_change(struct sim *sim, int64_t now);
/* Compactions that stay pending beside those of a start. */
void sim_compactions(struct sim *sim, size_t node, unsigned pending);

/* The inside, for tests and metrics. */
const char *sim_mode(struct sim *sim, int64_t now, size_t node);          /* "" without a process */
bool sim_sees(struct sim *sim, int64_t now, size_t observer, size_t subject);
bool sim_serving(struct sim *sim, int64_t now, size_t node);                    /* NORMAL, gossip and CQL on */
unsigned sim_pending(struct sim *sim, int64_t now, size_t node);
int64_t sim_started(const struct sim *sim, size_t node);                        /* the process' start, in ms of 'now' */
/* systemd's ActiveState of the unit; is a job of its under way? */
const char *sim_unit_state(const struct sim *sim, size_t node, bool *ret_job);
int64_t sim_generation(const struct sim *sim, size_t node);

enum sim_event {
	/* What arrived at a node. */
	SIM_ARRIVED_DRAIN, SIM_ARRIVED_STOP, SIM_ARRIVED_START, SIM_ARRIVED_RESTART,
	/* What happened. */
	SIM_PROCESS_START, SIM_NORMAL, SIM_SERVING, SIM_DRAINED, SIM_PROCESS_EXIT, SIM_CRASHED, SIM_HUNG, SIM_UNHUNG,
	SIM_ISOLATED, SIM_SCHEMA, SIM_MEMBER, SIM_READDRESSED, SIM_BOOT_FAILED, SIM_CUT,
	SIM_RAN,                        /* a transient unit was started */
	SIM_MARK,
	/* What the oracle says. */
	SIM_VIOLATION, SIM_UNAVOIDABLE,
};

struct sim_entry {
	int64_t t;
	enum sim_event event;
	enum sim_source source;         /* of an arrival, or of what led to the event */
	size_t node;                    /* SIZE_MAX: none (mark, schema) */
	char *text;             /* "t=1234 node=db-a-1 zone=dc1/a event=drain source=controller mode=NORMAL down=0" */
};

size_t sim_audit_count(const struct sim *sim);
/* Valid until the next call that takes a time. */
const struct sim_entry *sim_audit(const struct sim *sim, size_t i);
const char *sim_event_name(enum sim_event event);
/* Since the mark. */
size_t sim_violations(const struct sim *sim);
size_t sim_unavoidable(const struct sim *sim);
/* A new window: counts and "already restarted" begin anew. */
void sim_mark(struct sim *sim, int64_t now);
