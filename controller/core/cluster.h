/* A target cluster as the core knows it: the object, the ring, its sweeps, the queue of operations. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api.h"
#include "conditions.h"
#include "hints.h"
#include "hooks.h"
#include "informer.h"
#include "names.h"
#include "observe_topology.h"
#include "plan.h"
#include "repairs.h"
#include "ring.h"
#include "target.h"
#include "timer.h"
#include "uthash.h"

struct core;
struct op;

struct sweep {
	struct cluster *cluster;     /* whose it is */
	bool running;
	bool failed;                 /* no member could say who is a member */
	int64_t asked_up_ms;         /* of the running one */
	int64_t done_asked_up_ms;    /* when the last complete one was asked; INT64_MIN: never */
	int64_t wanted_up_ms;        /* somebody waits for one asked at this time or later; INT64_MIN: nobody */
	unsigned pending;
	char asker[64];              /* whom the cluster-wide questions go to */
	size_t failures;             /* sweeps in a row that gave nothing */
	size_t tries;                /* candidates for it that were tried in this sweep */
	uint64_t slow_fingerprint;   /* what the slow facts were read under; 0: never */
	enum slow_stage { SLOW_LISTS, SLOW_RANGES, SLOW_TABLES, SLOW_LAST } stage;
	size_t slow_next;            /* keyspace to be read next, or table */
	char **keyspaces, **user_keyspaces;
	char *all_text, *user_text;  /* the same, as they were answered */
	char *tablets_text, *vnodes_text;
	int64_t count_until_up_ms;   /* until then tables in tablets are counted in every sweep; INT64_MIN: no more */
	bool counted, count_slow;    /* in this sweep; it took so long that it is of no use */
	unsigned missing;            /* facts that the asker did not tell, and the last of them */
	const char *missing_path;
	uint64_t passed_over;        /* what was said of keyspaces that never close the gate */
	struct timer retry;
	char problem[300];           /* why the last one gave nothing; "" */
};

/* What is known of a member's host. */
struct host {
	char host_id[RING_HOST_ID];
	char address[RING_ADDRESS];
	char name[RING_NAME];
	bool answers;                /* the node, by REST */
	bool asking, good;
	int64_t asked_up_ms;         /* when it last answered or was given up; INT64_MIN: never */
	char problem[300];
};

struct hosts {
	struct cluster *cluster;
	struct host *list;           /* the members that answer, or did */
	size_t count;
	unsigned pending;
	struct timer again;          /* who could not be commanded is asked again then, whatever a sweep waits for */
};

struct cluster {
	char *key;                   /* "namespace/name" */
	size_t shard;
	struct target *target;       /* the last readable one; NULL: never */
	bool gone;                   /* the object is deleted; the target stays for nodes that are held down */
	char *unreadable;            /* why the present object cannot be read, or NULL */
	uint64_t round;              /* informer's */
	struct ring *ring;
	struct sweep sweep;
	struct topology_watch topology;
	struct raft_watch raft;
	bool ready;
	int64_t judged_generation;   /* the spec and */
	uint64_t judged_fingerprint; /* the ring that its operations were last judged by */
	char reason[64];             /* of condition Ready */
	char problem[400];
	char cluster_name[128];      /* what the nodes say */
	char version[64];
	struct informer secret;
	char secret_version[32];
	uint64_t secret_round;       /* the list, or its watch, that has last shown it */
	struct hooks hooks;
	struct hosts hosts;
	struct names names;
	struct hints hints;
	struct repairs repairs;
	bool secret_seen, secret_fits;
	struct timer refresh;
	int64_t last_act_up_ms;      /* when the last disruptive act on this cluster was sent */
	struct op **queue;           /* in the order of their turn; the first has it */
	size_t nqueue;
	int64_t strays_until_up_ms;  /* an act of one whose journal is lost may arrive until then */
	size_t nbeside;              /* operations that only read, at work beside them */
	const struct cluster *duplicate_of;    /* the first of the same nodes, or one that may turn out to be; NULL: none */
	/* status */
	struct condition *conditions;
	int64_t status_sent_up_ms;
	bool told_ready;             /* what was sent last of readiness: a change is told at once */
	char told[64];
	char *written;               /* the last acknowledged status body */
	char *sending;
	uint64_t status_request;
	struct timer status_timer;
	bool status_due;             /* what has changed was held back for a while: now */
	bool dirty;
	struct cluster *next_dirty;
	UT_hash_handle hh;
};

/* inventory.c: the objects, and whether a cluster may be operated. */
struct cluster *cluster_find(struct core *core, const char *namespace_, const char *name);
extern const struct informer_kind inventory_kind;
/* Judge again what may have changed, tell the waiting operations, write status. */
void cluster_kick(struct core *core, struct cluster *cluster);
void clusters_run(struct core *core);
/* Leadership came or went: ask the nodes, or drop every question. */
void clusters_set_leading(struct core *core, size_t shard, bool leading);
/* We act on it. */
bool cluster_is_led(const struct core *core, const struct cluster *cluster);

/* identity.c: its nodes call themselves by another name than spec.clusterName; 'why' says so. */
bool cluster_is_another(const struct core *core, const struct cluster *cluster, char *why, size_t size);

/* departure.c: when its object is gone, let go of what no operation needs any more; 'cluster' may be freed. */
void cluster_let_go(struct core *core, struct cluster *cluster);
void cluster_free_all(struct core *core);

/* refresh.c: ask its members now, or when its turn among the clusters comes, and again and again; a timer. */
void cluster_refresh(struct core *core, void *cluster);
/* It is not ready any more: what keeps it so is looked at again before long. */
void cluster_refresh_soon(struct core *core, struct cluster *cluster);

/* cluster.c: what it says to others. */
/* Nodes for plan_compile(): the members, then those of the inventory that are none yet; texts borrowed, places owned. */
struct plan_node *cluster_plan_nodes(const struct cluster *cluster, size_t *ret_count);
/* In the same order: up as all see it; free() it. */
bool *cluster_up(const struct cluster *cluster);
void cluster_plan_nodes_free(struct plan_node *nodes, size_t count);
/* "dc/rack" or as zoneFrom says; 'text' holds 2 * RING_NAME + 2. */
char *cluster_zone(const struct cluster *cluster, size_t member, char *text);
/* The same of every member, without looking through the inventory for each; free() it. */
struct cluster_zone {
	char text[2 * RING_NAME + 2];
};
struct cluster_zone *cluster_zones(const struct cluster *cluster);
struct ring_policy cluster_policy(const struct cluster *cluster);
/* Fill in a question or an act to a node's REST API, by the way that access.api says; 'path' is taken over. */
struct effect;
void cluster_rest_effect(const struct cluster *cluster, struct effect *effect, const char *address, const char *method,
    char *path);
/* Fill in a host effect: address, user, key, and argv (with sudo when the cluster says so). */
void cluster_host_effect(const struct cluster *cluster, struct effect *effect, const char *address,
    const char *const *args, size_t nargs);

/* observe.c: questions to the whole cluster. */
/* True when a complete sweep asked at 'since' or later is there; otherwise one is started and cluster's waiters are
 * kicked when it is in. */
bool sweep_want(struct core *core, struct cluster *cluster, int64_t since_up_ms);
/* Where tablets are is asked in the sweeps of the next minute, too. */
void sweep_count_tablets(struct core *core, struct cluster *cluster);
void sweep_drop(struct core *core, struct cluster *cluster);

/* secret.c: watch the one that the target names, or none. */
void secret_watch(struct core *core, struct cluster *cluster);

/* hosts.c: may their hosts be commanded? */
enum { HOSTS_AGAIN_MS = 1500 };
enum hosts_state { HOSTS_ASKING, HOSTS_GOOD, HOSTS_BAD };
enum hosts_state hosts_judge(struct core *core, struct cluster *cluster, char *problem, size_t size);
/* Forget what is known: the way there has changed. */
void hosts_drop(struct core *core, struct cluster *cluster);

/* duplicate.c: two objects of the same nodes. */
/* The first one, which has them, NULL when this is it; '*ret_known' false: it may be, its nodes are still being asked. */
const struct cluster *duplicate_judge(const struct core *core, struct cluster *cluster, bool *ret_known);
/* 'first' has changed, or is gone: those that come after it are judged again. */
void duplicates_kick(struct core *core, const struct cluster *first);

/* target_status.c */
void cluster_write_status(struct core *core, struct cluster *cluster);
/* After its requests were dropped: what is on its way is not waited for, and what was written may be another's by now. */
void cluster_forget_status(struct core *core, struct cluster *cluster);
