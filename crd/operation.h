/* ClusterOperation: decode of spec and of what we once wrote into status; encode of status is core/status.c's, which
 * knows what to say. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"

struct operation_variable {
	char *name;
	char *text;          /* the scalar as text; of a list, with commas between its entries */
	char type;           /* how it was written: 's' string, 'i' number, 'b' boolean, 'l' list */
};

/* A node that is left out, and why. */
struct operation_skip {
	char *node;
	char *reason;
};

/* One condition of the gate lifted for a while, for some nodes or for some keyspaces. */
struct operation_override {
	char *gate;              /* a condition type's name */
	char **nodes;            /* counted; one of the two has entries */
	size_t nnodes;
	char **keyspaces;
	size_t nkeyspaces;
	char *reason;
	int64_t until_ms;        /* wall; from then on it is not in force */
};

struct operation_approval {
	char *step;          /* "2.1", "1.canary", "plan" */
	char *plan_hash;
};

/* What its status tells of its nodes: all that is left of it when the journal is lost. */
struct operation_told {
	struct operation_told_node {
		char *name;
		char *state;             /* "" for one that is only named as held down */
		bool held;
	} *nodes;
	size_t nnodes;
	int64_t total, done, skipped, failed, running, waiting;      /* status.counts */
};

struct operation {
	struct object_meta meta;
	char *problem;                   /* why the spec cannot be read; or NULL. Then of it are only cluster, cancel and
					  * suspend, which is set: nobody knows what the rest asks for */
	/* spec */
	char *cluster;
	char *workflow;                  /* one of the three is set */
	char *node_task;                 /* a node task's type, run on every target */
	char *cluster_task;
	char *with;                      /* the one-off task's parameters, JSON object text, "{}" if none */
	char *impact;                    /* of the one-off task, as workflows write it; or NULL: not stated */
	struct operation_variable *variables;
	size_t nvariables;
	char **zones;                    /* targets; counted */
	size_t nzones;
	char **nodes;
	size_t nnodes;
	char **excludes;                 /* nodes and zones that are no targets; counted */
	size_t nexcludes;
	char *version_below;             /* only nodes of an older release; or NULL */
	int64_t started_before_ms;       /* wall: only nodes whose process has run since before; 0: any */
	int64_t uptime_over_ms;          /* only nodes whose process has run for longer; 0: any */
	char *not_done_by;               /* only nodes that this other operation has not done; or NULL */
	char *owner;                     /* or NULL */
	bool dry_run;
	bool suspend;
	bool cancel;
	int64_t retry;
	struct operation_skip *skips;
	size_t nskips;
	struct operation_override *overrides;
	size_t noverrides;
	bool urgent;
	char *acknowledge;               /* or NULL */
	struct operation_approval *approvals;
	size_t napprovals;
	char *rebuild_journal;           /* the uid of its own, as a person wrote it; or NULL */
	bool notices_waiting;            /* status.notificationsWaiting is not 0 */
	int64_t ttl_seconds;             /* ttlSecondsAfterFinished; -1 when unset */
	bool delete_finished;            /* deleteAfterFinished */
	/* status, as it was last written */
	char *phase;                     /* "" when never */
	int64_t observed_generation;     /* -1 when never */
	int64_t journal_epoch, journal_seq;
	int64_t journal_rebuilt;         /* the generation whose rebuildJournal was honoured; 0: none */
	struct operation_told *told;     /* when rebuild_journal is set; else NULL */
	char *conditions;                /* JSON array text, "[]" if none: their lastTransitionTimes are kept */
	char *transitions;               /* JSON array text, "[]" if none: what was told goes on being told */
	char *plan_hash;                 /* "" when none */
	int64_t start_ms, completion_ms; /* wall; 0 when unset */
	bool keeps_cluster;              /* it has ended with a node held down that nobody has acknowledged */
	char *held_node;                 /* the first of status.nodesHeldDown that nobody has left out; or NULL */
	char *acknowledged;              /* status.acknowledged; or NULL */
	bool holds_nodes;                /* status.nodesHeldDown names somebody */
	int64_t retry_seen;              /* status.retryObserved: the last spec.retry that was honoured */
};

struct operation *operation_decode(const struct cJSON *object, struct err *err);
/* One whose spec was refused: its metadata and status, so that it can be told why. NULL when not even that can be read. */
struct operation *operation_decode_unreadable(const struct cJSON *object, const char *problem);
/* 'operation' was read before it was changed into 'refused', which is taken over: what was asked for then stands, and nothing
 * is begun. */
void operation_take_refused(struct operation *operation, struct operation *refused);
struct operation *operation_free(struct operation *operation);
/* operation_targets.c. Do its targets name the node, by itself or by its zone? What they ask of nodes beside that (release,
 * uptime, what another operation has done) is not looked at. */
bool operation_targets(const struct operation *operation, const char *name, const char *zone);
/* Succeeded, Failed, Cancelled, Planned: nothing more happens unless a knob says so. */
bool operation_phase_is_final(const char *phase);
