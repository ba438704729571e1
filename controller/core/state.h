/* The core's own state, for the files of core/ only. Everything hangs off one struct core. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core.h"
#include "informer.h"
#include "request.h"
#include "shards.h"
#include "timer.h"

struct cluster;
struct finished;
struct kube_group;
struct op;
struct workflow;

/* A workflow object, or a built-in one. */
struct catalog_entry {
	char *key;                /* "namespace/name"; "/name" for a built-in one */
	struct workflow *workflow;    /* NULL: the object is unreadable, 'problem' says why */
	char *problem;
	UT_hash_handle hh;
};

struct core_counters {
	uint64_t steps;           /* events taken */
	uint64_t acts_sent;
	uint64_t gate_checks, gate_closed, overrides_used;
	uint64_t sweeps;
	uint64_t journal_writes, journal_errors;
	uint64_t status_writes;
	uint64_t ops_succeeded, ops_failed, ops_cancelled;
	uint64_t notices_sent, notices_retried, notices_given_up;
};

struct core {
	struct core_config config;
	struct instant now;
	int64_t wall_ahead_ms;               /* of now.up_ms, as far as what is kept by the wall clock is corrected for */
	struct effects *out;                 /* valid during core_step() */
	uint64_t last_id;
	struct request *requests;
	struct timers timers;
	struct informers informers;
	struct shards shards;
	struct cluster *clusters;            /* by "namespace/name" */
	int64_t refresh_up_ms;               /* when the next idle cluster may be looked at */
	struct op *ops;                      /* by uid: those that have not ended */
	struct finished *finished;           /* by uid: those that have */
	struct timer expiry;                 /* of their objects */
	struct catalog_entry *catalog;       /* by key */
	struct kube_group *kinds;            /* by path */
	struct op *dirty_ops;                /* to be run before the step ends */
	struct cluster *dirty_clusters;
	bool leading;                        /* some shard */
	struct timer journal_probe;
	bool journal_judged;                 /* Redis' settings have been seen */
	bool journal_unknown;                /* they were not shown: 'journal_risk' says what to do */
	char journal_risk[200];              /* what they can lose; "": nothing */
	bool stopping;                       /* SIGTERM was seen */
	struct timer stop;
	int64_t stop_up_ms;                  /* then it leaves, whatever is in flight */
	struct core_counters counters;
};

/* durability.c: look at Redis' settings, now and every so often. */
void durability_start(struct core *core);
/* Of JournalDurable, once journal_judged. */
const char *durability_reason(const struct core *core);
/* A log line with the ids that belong to it; any of them may be NULL. */
void say(struct core *core, int level, const struct op *op, const char *step, const char *node, const char *format, ...)
    __attribute__((format(printf, 6, 7)));
/* A value in [0, span) that is the same for the same place in the same run: jitter without randomness. */
int64_t core_jitter(const struct core *core, const char *uid, const char *step, uint64_t attempt, int64_t span);
/* Leading a shard ends or starts: what is in flight is dropped, or everything of it is looked at again. */
void core_set_leading(struct core *core, size_t shard, bool leading);
