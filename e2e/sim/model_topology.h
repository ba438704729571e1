/* The model's inside, continued: members, topology changes, tasks, tablets, group0. Included by model_inside.h. */
#pragma once

#include "model.h"

struct call;
struct keyspace;
struct node;

/* What the topology, which the members agree on, says of a node; a view of it lags. */
enum member { MEMBER_NONE, MEMBER_JOINING, MEMBER_NORMAL, MEMBER_LEAVING, MEMBER_LEFT };

/* model_member.c */
bool sim_in_ring(enum member member);
/* The topology changes; who gossips hears of it soon. */
void sim_member_set(struct sim *sim, size_t node, enum member member);
/* The observer hears of all of it. */
void sim_member_hear(struct sim *sim, size_t observer);
/* The subject as the observer knows it. */
const struct identity *sim_identity(const struct sim *sim, size_t observer, size_t subject);
/* A new identity, known to nobody yet. */
void sim_identity_add(struct sim *sim, size_t node);
/* Views of and by a node that was just appended. */
void sim_views_grow(struct sim *sim);
void sim_views_free(struct sim *sim);
/* The first member besides the node and 'ignored' that is not alive, and not excluded; SIZE_MAX: none. */
size_t sim_dead_member(const struct sim *sim, size_t node, size_t ignored);

/* model_change.c: topology changes, which take their time. */
enum change_kind { CHANGE_BOOTSTRAP, CHANGE_REPLACE, CHANGE_DECOMMISSION, CHANGE_REMOVE };
struct change {
	enum change_kind kind;
	unsigned step;
	size_t by;              /* the node that was asked */
	int64_t started, ms;    /* 'ms': as it would take at speed 1 */
	int64_t began;          /* when it could first be seen */
	uint64_t id, task;
};
/* The node, which is new, goes on from JOINING. */
void sim_change_boot(struct sim *sim, size_t node);
/* NULL: begun, else the error's text; owned. 'ms' <= 0: as configured. */
char *sim_change_decommission(struct sim *sim, size_t node, int64_t ms);
char *sim_change_remove(struct sim *sim, size_t by, size_t node, int64_t ms);
void sim_change_go_on(struct sim *sim, size_t node);
/* Its process is gone. */
void sim_change_lost(struct sim *sim, size_t node);
void sim_change_free(struct node *n);
/* 202501 of 2025.1, 602 of 6.2; an enterprise release as what it is built on. */
unsigned sim_release(const struct node *n);

/* model_task.c: what the task manager knows of. */
enum task_kind {
	TASK_REPAIR, TASK_CLEANUP, TASK_COMPACTION, TASK_CLEANUP_ALL, TASK_REBUILD, TASK_BOOTSTRAP, TASK_REPLACE,
	TASK_DECOMMISSION, TASK_REMOVE, TASK_MIGRATION,
};
enum task_state { TASK_CREATED, TASK_RUNNING, TASK_DONE, TASK_FAILED };
struct task {
	uint64_t id;
	enum task_kind kind;
	enum task_state state;
	size_t node;            /* where it runs */
	size_t entity;          /* of a topology request: the node that it is about */
	char keyspace[SIM_NAME], table[SIM_NAME];
	unsigned sequence, life;        /* 'life': of the process that runs it */
	int number;             /* of a repair: its id at that node */
	int64_t started, ended; /* INT64_MAX: it has not ended */
};
/* Its id. 'ms', at speed 1, until it ends by itself; 0: it does not. */
uint64_t sim_task_begin(struct sim *sim, enum task_kind kind, size_t node, size_t entity, const char *keyspace,
    int64_t ms);
struct task *sim_task_find(struct sim *sim, uint64_t id);
void sim_task_end(struct sim *sim, uint64_t id, bool failed);
void sim_task_due(struct sim *sim, uint64_t id);
/* The process of the node is gone, and with it what it alone knew of. */
void sim_tasks_lost(struct sim *sim, size_t node);
/* Everybody sees it, not only the node that runs it. */
bool sim_task_of_cluster(enum task_kind kind);
/* Is it listed by the node now? */
bool sim_task_listed(const struct sim *sim, const struct task *task, size_t node);

/* model_tablet.c. What they say of tablets is the truth, also at a node that would not have heard of it. */
void sim_tablets_make(struct sim *sim, struct keyspace *keyspace);
/* The number of the table in its keyspace; -1: there is none of that name. */
int sim_table_find(const struct keyspace *keyspace, const char *table);
/* The tablet's replicas into 'out', 'places' of them: those that reads go to, or, in transition, the other ones. */
void sim_tablet_replicas(const struct keyspace *keyspace, size_t tablet, bool other, uint16_t *out);
struct sim_text *sim_describe_tablets(struct sim *sim, struct keyspace *keyspace, size_t table, size_t observer);
void sim_migration_goes_on(struct sim *sim, uint64_t task);
/* Begins the next migration that a leaving node or a new one asks for. */
void sim_tablets_balance(struct sim *sim);
/* Has the node tablets? */
bool sim_tablets_on(const struct sim *sim, size_t node);
/* Is there a place for all of its tablets? */
bool sim_tablets_movable(const struct sim *sim, size_t node);
/* All that 'from' has is 'to's. */
void sim_tablets_inherit(struct sim *sim, size_t from, size_t to);
/* Blocks until no tablet migrates and no topology change streams. */
void sim_tablets_quiet(struct sim *sim, struct call *call);

/* model_raft.c: group0. */
/* Is it one of group0's voters? */
bool sim_votes(const struct sim *sim, size_t node);
/* Somebody died, came, went: voters may change, barriers may pass. */
void sim_raft_changed(struct sim *sim);
void sim_raft_barrier(struct sim *sim, struct call *call, int64_t timeout);
void sim_raft_timeout(struct sim *sim, uint64_t serial);
/* The leader as the node knows it; SIZE_MAX: none. */
size_t sim_raft_leader(struct sim *sim, size_t node);
