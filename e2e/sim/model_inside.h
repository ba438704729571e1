/* The model's inside, for its own files, its oracle and nobody else. */
#pragma once

#include "buf.h"
#include "breaks.h"
#include "model.h"
#include "model_run.h"
#include "model_topology.h"
#include "needs.h"

enum mode {
	MODE_NONE, MODE_STARTING, MODE_JOINING, MODE_BOOTSTRAP, MODE_NORMAL, MODE_LEAVING, MODE_DECOMMISSIONED,
	MODE_DRAINING, MODE_DRAINED,
};

/* What of the process is there; endpoints are registered at a stage and stay until its end. */
enum stage {
	STAGE_OFF,              /* no process */
	STAGE_DEAF,             /* it runs, and its port is not open yet */
	STAGE_LISTENING,
	STAGE_GOSSIPER,
	STAGE_STORAGE,          /* operation_mode is there; systemd is told READY */
	STAGE_JOINED,           /* native_transport is there */
};

enum unit { UNIT_INACTIVE, UNIT_FAILED, UNIT_ACTIVATING, UNIT_ACTIVE, UNIT_DEACTIVATING };
enum verb { VERB_START, VERB_STOP, VERB_RESTART };

/* What a node was and is known by; peers know the one that they have seen up last. */
struct identity {
	char address[SIM_ADDRESS];
	char host_id[SIM_UUID];
};

struct node {
	char name[SIM_NAME * 3];
	char address[SIM_ADDRESS];
	char datacenter[SIM_NAME];
	char rack[SIM_NAME];
	char host_id[SIM_UUID];
	size_t zone, dc;        /* numbers: equal for equal zones, datacenters */

	/* Its place in the topology. */
	enum member member;
	bool zero_token;        /* join_ring: false */
	bool banned;            /* removed or replaced: it will never join again */
	bool excluded;          /* dead for good: no change needs it */
	bool left;              /* its disk says that it was decommissioned */
	bool remade;            /* a new host that takes the place of the one with the identity before */
	size_t replaces;        /* the node whose tokens it takes over when it has joined; SIZE_MAX: none */
	char next_address[SIM_ADDRESS]; /* from the next start of the process on; "": the same */
	struct identity *identities;    /* the last one is the present one */
	uint8_t nidentities;
	struct change *change;  /* the topology change that it carries out, NULL: none */

	/* The process. 'life' counts starts, 'term' changes of gossip: an event of an older one is void. */
	enum stage stage;
	enum mode mode;
	bool gossip, cql, cql_due, isolated, hung, terminating;
	const char *lock;       /* the operation that holds the API lock; NULL: none */
	unsigned life, term, port_changes;
	int64_t started, joined, generation, drain_flush, drain_end, notify_until;
	uint64_t schema;
	int64_t schema_changed;
	bool stray;             /* no schema change reaches it */
	char version[SIM_NAME], next_version[SIM_NAME]; /* 'next': from the next start of the process on; "": the same */
	bool voter;
	int repairs;            /* ids that its process has given */
	unsigned tasks;         /* that its process has begun */
	unsigned compactions, standing;

	/* systemd. 'job' is the pending one; 'again': start when it has stopped. */
	enum unit unit;
	char invocation[33];
	uint32_t job;
	enum verb job_verb;
	bool again, stuck, away, masked, disabled;
	unsigned boots;         /* of the host */
	enum sim_source starter;
	int64_t unit_changed;
	struct sim_things things;       /* its host's transient units and their files */

	int64_t slow, lag;

	/* Faults. */
	bool drain_hangs, drain_hung, drain_failed;     /* 'hung': one waits to be let go */
	char drain_error[SIM_NAME * 2];
	unsigned boot_fails;
	int64_t boot_extra;
	bool wiped;
	enum sim_garbage garbage;

	/* For the oracle. Taken: the controller took it down, and not everybody sees it up again. */
	bool alive, taken, touched, restarted;
	int64_t alive_changed;
	int64_t member_changed;  /* since when it has been in the ring, or out of it */
};

enum event_kind {
	EVENT_REPLY, EVENT_BOOT, EVENT_SEEN_UP, EVENT_SEEN_DOWN, EVENT_NOTIFIED, EVENT_CQL, EVENT_ANNOUNCE,
	    EVENT_DRAINED,
	EVENT_EXIT, EVENT_KILL, EVENT_SCHEMA,
	EVENT_HOST,             /* the host has booted */
	EVENT_TOPOLOGY,         /* the node hears of the topology as it is */
	EVENT_CHANGE,           /* the node's topology change goes on */
	EVENT_TASK,             /* a task's time is over */
	EVENT_BARRIER,          /* so is a read barrier's */
	EVENT_MIGRATION,        /* a tablet's goes on */
	EVENT_RUN,              /* a transient unit's time is over, or half of it */
};

struct event {
	int64_t at;
	uint64_t seq;           /* equal times: in the order of scheduling */
	enum event_kind kind;
	unsigned stamp;         /* life or term of 'node' that it is meant for */
	unsigned other_stamp;   /* term of 'other' */
	size_t node, other;
	uint64_t value;
};

/* A request that is not answered yet, or whose answer is not fetched yet. */
enum call_kind { CALL_ANSWERED, CALL_DELAYED, CALL_PARKED, CALL_DRAIN, CALL_CHANGE, CALL_BARRIER, CALL_QUIET, CALL_JOB };

struct call {
	struct call *next;
	enum call_kind kind;
	uint64_t id, serial;
	size_t node;
	enum sim_source source;
	int status;
	struct sim_text *text;
	char *error;            /* of a command; NULL: none */
	char *method, *path;    /* parked */
	uint32_t job;
	size_t subject;         /* of a topology change: the node that it is about */
	bool forgotten;
};

struct sim_text {
	unsigned refs;
	size_t len;
	char data[];
};

struct token {
	int64_t token;
	size_t node;
};

/* The tokens of those who own some, as one view of the topology has it. */
struct ring {
	uint64_t key;           /* equal for equal owners */
	struct token *tokens;
	size_t n;
};

struct keyspace {
	struct sim_keyspace of;
	bool user;
	/* Made when first asked for, of the ring with this key: replicas of each range, 'width' places each, NO_REPLICA
	 * in those not taken. */
	uint64_t key;
	size_t width;
	uint16_t *replicas;
	uint64_t text_key;
	struct sim_text *text;
	/* Of tablets, table after table: 'places' replicas each. */
	size_t ntablets, places;
	struct tablet *tablets;
	uint16_t *tablet_replicas;
};

/* NO_REPLICA: it does not migrate. In transition both replicas are written; reads go to the old one until 'switched'. */
struct tablet {
	uint16_t from, to;
	bool switched;
	uint64_t task;
};

struct sim {
	struct sim_config config;
	char cluster_name[SIM_NAME];
	int64_t now;
	struct node *nodes;
	size_t nnodes, nzones, ndcs;
	size_t side;            /* of the squares that follow: nnodes */
	bool *up;               /* up[observer * nnodes + subject] */
	bool *cut;              /* nothing gets from one to the other */
	int64_t *view_changed;
	int64_t *known;         /* the generation that the observer has heard of */
	uint8_t *seen;          /* seen[observer * nnodes + subject]: enum member, as the observer has heard */
	uint8_t *known_as;      /* the number of the identity that the observer knows */
	struct token *tokens;   /* of all nodes that have or had some */
	size_t ntokens;
	bool unsorted;
	struct ring ring, glimpse;      /* the true one; the last other one that was asked for */
	struct keyspace *keyspaces;
	size_t nkeyspaces;
	struct event *events;   /* a heap */
	size_t nevents, events_cap;
	uint64_t seq, serial;
	struct call *waiting;               /* outstanding, newest first */
	struct call *ready, **ready_end;    /* answered, oldest first */
	struct call *last;                  /* what the last sim_next() lent */
	struct task *tasks;
	size_t ntasks;
	bool balancing_off, uneven;     /* 'uneven': a node has joined, and tablets are to be spread */
	size_t leader;          /* of group0; SIZE_MAX: none */
	int64_t leader_from;    /* the next one is elected then */
	uint64_t schema;
	uint32_t jobs;
	struct sim_entry *audit;
	size_t naudit, audit_cap;
	size_t violations, unavoidable;
	struct sim_policy policy;
};

enum { NO_REPLICA = 0xffff, DAY = 86400000 };

/* model.c */
void sim_advance(struct sim *sim, int64_t now);
int64_t sim_scaled(const struct sim *sim, int64_t ms);
/* Drawn from the seed and what it is for, between 'from' and 'to', scaled. */
int64_t sim_draw(const struct sim *sim, const char *what, uint64_t a, uint64_t b, int64_t from, int64_t to);
uint64_t sim_hash(const struct sim *sim, const char *what, uint64_t a, uint64_t b);
void sim_uuid(uint64_t hash, char ret[SIM_UUID]);

/* model_layout.c */
/* Numbers the node's zone and datacenter. */
void sim_layout_number(struct sim *sim, size_t node);
int sim_layout_read(struct sim *sim, const struct sim_config *config, struct err *err);

/* model_event.c */
struct event *sim_event_top(struct sim *sim);
void sim_event_pop(struct sim *sim);
void sim_event_push(struct sim *sim, struct event event);

/* model_call.c */
struct sim_text *sim_text_new(const char *data, size_t len);
struct call *sim_call_new(struct sim *sim, enum sim_source source, size_t node, uint64_t id);
/* The answer of a call that waits: ready now, or after the node's slowness when 'slowly'. 'text' is given away. */
void sim_call_answer(struct sim *sim, struct call *call, int status, struct sim_text *text, bool slowly);
/* The same with a body that is copied. */
void sim_call_say(struct sim *sim, struct call *call, int status, const char *body);
/* {"message": …, "code": …} */
struct sim_text *sim_text_error(int status, const char *message);
/* What comes instead of 'text', which is given away. */
struct sim_text *sim_text_garbled(struct sim_text *text, enum sim_garbage garbage, int *status);
void sim_calls_delayed(struct sim *sim, uint64_t serial);
void sim_calls_reset(struct sim *sim, size_t node);
/* Answers all calls of the kind at the node (SIZE_MAX: at any) that are about 'subject'. */
void sim_calls_end(struct sim *sim, enum call_kind kind, size_t node, size_t subject, int status, const char *text);
void sim_calls_unpark(struct sim *sim, size_t node);
void sim_calls_job_done(struct sim *sim, size_t node, uint32_t job, int status, const char *error);
void sim_calls_free(struct sim *sim);

/* The value of a query parameter, percent-decoded; false when it is not given. */
bool sim_query(const char *path, const char *name, char *ret, size_t size);
/* model_rest.c: what a request at a listening, answering node leads to. */
void sim_rest(struct sim *sim, struct call *call, const char *method, const char *path);
/* model_answers.c */
struct endpoint {
	const char *path;       /* "…/" at the end takes one more component, its argument */
	const char *parameter;  /* the query parameter that is the argument; NULL: none; "?": all, with the path */
	enum stage since;
	unsigned release;       /* since which release; 0: all */
	/* The body into 'out'; the status. */
	int (*answer)(struct sim *sim, struct node *node, const char *argument, struct buf *out);
};
/* Ended by a NULL path. */
extern const struct endpoint sim_node_endpoints[], sim_member_endpoints[], sim_task_endpoints[],
    sim_keyspace_endpoints[];
/* An error's text into 'out'; 'status' comes back. */
int sim_bad(struct buf *out, int status, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* model_ring.c */
/* Gives the node its tokens; those of 'from' when that is another one. */
void sim_ring_add(struct sim *sim, size_t node, size_t from);
/* The ring as the observer has it; SIZE_MAX: the truth. Valid until the next call. */
const struct ring *sim_ring(struct sim *sim, size_t observer);
struct keyspace *sim_keyspace_of(struct sim *sim, const char *name);
/* NETWORK: how many replicas are wanted there, whether there are so many nodes or not. */
size_t sim_rf_in(const struct sim_keyspace *keyspace, const char *datacenter);
/* 'width' replicas of the range that ends at token 'range'. */
const uint16_t *sim_replicas(struct sim *sim, struct keyspace *keyspace, const struct ring *ring, size_t range);
/* As the node answers; NULL: too much for one text. */
struct sim_text *sim_describe_ring(struct sim *sim, struct keyspace *keyspace, size_t node);
/* One range of a description, as the observer knows the replicas' addresses. */
void sim_put_range(const struct sim *sim, size_t observer, int64_t start, int64_t end, const uint16_t *replicas,
    size_t width, struct buf *out);
void sim_keyspaces_add(struct sim *sim, const struct sim_config *config);
void sim_ring_free(struct sim *sim);

/* model_process.c */
void sim_process_start(struct sim *sim, size_t node, enum sim_source source);
void sim_process_boot(struct sim *sim, size_t node);
void sim_process_drain(struct sim *sim, size_t node, enum sim_source source);
void sim_process_terminate(struct sim *sim, size_t node, enum sim_source source);
void sim_process_announce(struct sim *sim, size_t node);
void sim_process_drained(struct sim *sim, size_t node);
void sim_process_serve(struct sim *sim, size_t node);
void sim_process_exit(struct sim *sim, size_t node);
void sim_process_kill(struct sim *sim, size_t node);
/* The process gives up its boot. */
void sim_process_fail(struct sim *sim, size_t node, const char *why);
/* From here on a member that serves. */
void sim_process_join(struct sim *sim, size_t node);
/* As a drain's end, without gossip. */
void sim_process_retire(struct sim *sim, size_t node);
const char *sim_mode_name(enum mode mode);
/* Note when the node began or ceased to be alive; after every change of it. */
void sim_process_judge_alive(struct sim *sim, size_t node);

/* model_gossip.c */
void sim_gossip_join(struct sim *sim, size_t node);
/* Peers will see it up. */
void sim_gossip_appear(struct sim *sim, size_t node);
void sim_gossip_announce(struct sim *sim, size_t node);
/* Do messages of 'from', which runs, get to 'to', and is that alive? */
bool sim_reaches(const struct sim *sim, size_t from, size_t to);
/* The line between them was cut or mended: what the observer makes of it. */
void sim_gossip_cut(struct sim *sim, size_t observer, size_t subject);
void sim_gossip_lost(struct sim *sim, size_t node);
void sim_gossip_seen(struct sim *sim, const struct event *event);
void sim_gossip_notified(struct sim *sim, size_t node);
/* After a node ceased to be alive: what waited for its view waits no more. */
void sim_gossip_returned(struct sim *sim);
/* A new schema version reaches the node. */
void sim_gossip_schema(struct sim *sim, size_t node, uint64_t schema);

/* model_unit.c */
/* A new InvocationID. */
void sim_invocation(struct sim *sim, size_t node);
/* Orders a job; its number, 0 when there is nothing to do. */
uint32_t sim_unit_order(struct sim *sim, size_t node, enum verb verb, enum sim_source source);
void sim_unit_ready(struct sim *sim, size_t node);
void sim_unit_gone(struct sim *sim, size_t node, bool failed);
void sim_unit_timeout(struct sim *sim, size_t node);
/* What systemd knew is gone with the boot that is over; and the host is there again. */
void sim_unit_forget(struct sim *sim, size_t node);
void sim_unit_booted(struct sim *sim, size_t node);

/* model_audit.c */
void sim_note(struct sim *sim, enum sim_event event, enum sim_source source, size_t node, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
void sim_audit_free(struct sim *sim);
/* An order arrives at the node: judged, noted. */
void sim_arrived(struct sim *sim, enum sim_event event, enum sim_source source, size_t node);
