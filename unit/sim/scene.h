/* A cluster, its objects and one operation, ready to run; what people do to it; and the judgement at the end. */
#pragma once

#include "world.h"

struct scene_config {
	const char *layout;          /* as in struct sim_config; NULL: two nodes in each of three racks */
	const char *second;          /* of another cluster beside it, with racks of other names; or NULL */
	uint64_t seed;
	size_t clusters;             /* so many altogether, of three nodes each but for those above; 0: those above */
	size_t shards;               /* of the fleet; 0: one leads */
	size_t spares;               /* so many hosts more, in the inventory and in no ring: one in each rack, a first */
	const char *operation;       /* the spec's members beside "cluster": "\"workflow\":\"rolling-restart\"" */
	const char *workflow;        /* the content of a Workflow "own", or NULL */
	const char *access;          /* more members of the target's spec.access, each with a comma before it; or NULL */
	const char *target;          /* more members of the target's spec, each with a comma before it; or NULL */
	const char *availability;    /* the target's spec.availability, with a comma before it; or NULL */
	unsigned most_down;          /* limits.maxNodesDown; 0: none */
	const struct sim_keyspace *keyspaces;
	size_t nkeyspaces;
	const char *version;         /* scylla_release_version; NULL: the model's own */
	bool no_system_keyspaces;    /* the stock ones have replicas anywhere: two nodes of a rack share ranges */
	int64_t stable_ms;           /* 0: 5 s */
	int64_t lease_ms;            /* 0: no Lease is taken */
	size_t controllers;          /* 0: 1; more need a lease. Their clocks differ */
};

/* By a person. Bit i: node i was started, */
struct started {
	uint64_t once;
	uint64_t anew;               /* and made anew, or that was tried */
};

struct scene {
	struct world *world;
	size_t nfirst;               /* nodes of the first day, */
	char (*first)[SIM_UUID];     /* by their host ids */
	struct scene_config config;
	bool suspend, cancel;
	int retry;
	const char *more;            /* more knobs, each with a comma before it: ",\"skip\":[…]"; or NULL */
	char asked[600];             /* such ones, by person.c */
	struct started started[WORLD_CLUSTERS];
};

/* The content of a Workflow that does by one act, which is for once, what the built-in one does by two. */
extern const char scene_by_restart[];

#define SCENE_NAMESPACE "ops"
#define SCENE_OPERATION "roll"
#define SCENE_CLUSTER "messages-prd"
#define SCENE_SECOND "messages-stg"
/* Of a cluster, and its object. */
extern const char *const scene_clusters[WORLD_CLUSTERS];

/* Everything is there; the core has not been started. */
struct scene *scene_new(const struct scene_config *config);
struct scene *scene_free(struct scene *scene);

/* The operation's object; NULL: it is gone. */
struct api_object *scene_operation(struct world *world);
/* "" when there is none. Borrowed until the next status. */
const char *scene_phase(struct world *world);
const char *scene_message(struct world *world);
/* Has the operation ended, as its status tells? */
bool scene_has_ended(struct world *world, const struct api_object *operation);
/* Write the knobs of struct scene into the object. */
void scene_turn_knobs(struct scene *scene);
/* Set or clear limits.frozen of the target. */
void scene_freeze(struct scene *scene, bool frozen);
void scene_delete(struct scene *scene);
/* The number of a node by name. */
size_t scene_node(const struct world *world, const char *name);
/* In one datacenter and one rack. */
bool scene_same_zone(const struct world *world, size_t a, size_t b);
/* How often 'event' by 'source' is in Scylla's audit log; node NULL: of all nodes. */
size_t scene_count(const struct world *world, enum sim_event event, enum sim_source source, const char *node);
bool scene_all_serving(struct world *world);
/* Is the node a member, and the one that it was on the first day? */
bool scene_is_first(const struct scene *scene, size_t node);

/* For world_run(). */
bool until_phase(struct world *world, const char *phase);
bool until_over(struct world *world, const char *unused);       /* final, or gone */
/* That, of every operation there is. */
bool until_all_over(struct world *world, const char *unused);
bool until_gone(struct world *world, const char *unused);
bool until_drained(struct world *world, const char *node);      /* the drain of the node is done */
bool until_stopped(struct world *world, const char *node);      /* the process has ended */
/* The journal has acknowledged the step, such as "1.1/db-a-1", as done. */
bool until_done(struct world *world, const char *step);
bool until_message(struct world *world, const char *text);      /* status.message contains it */

/* judge.c. What is wrong with the run, or NULL: faults of the checker, the oracle, the API server, nodes left down. */
const char *judge(struct world *world, char *text, size_t size);
/* judge_end.c. When nothing is in the way any more and a person has helped: it has Succeeded, and all that is left of
 * the nodes of the first day was restarted; or it was cancelled; or its journal is lost, which the status says. */
const char *judge_end(const struct scene *scene, char *text, size_t size);
/* judge_left.c, I8. Members that are down and that no status names as such; 'ours': only those that the controller took
 * down. */
const char *judge_left(struct world *world, bool ours, char *text, size_t size);
/* When all faults are over and a person has helped: every member serves, but for those that only a drain was asked
 * for. */
const char *judge_serving(const struct world *world, char *text, size_t size);
/* I15, where nothing went wrong but controllers: has the operation drained the node and started it again? */
const char *judge_restarted(const struct world *world, const char *node, char *text, size_t size);
/* I15: likewise each node of the cluster. */
const char *judge_rolled(const struct world *world, const struct sim *sim, char *text, size_t size);
/* Also: each of 'nodes' nodes drained, stopped and started exactly once, zone by zone, at most 'limit' at once. */
const char *judge_order(struct world *world, size_t nodes, size_t limit, char *text, size_t size);
/* As an assertion: prints the transcript's end and the command that plays the run again. */
void judge_or_fail(struct world *world, const char *wrong, const char *what, uint64_t seed);
/* SEEDS=n or 'fallback'; SEED=x: only that one. */
size_t seeds_wanted(size_t fallback);
uint64_t seed_number(size_t i);
