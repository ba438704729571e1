/* One operation on a cluster of three nodes, made of the core's own structs: for tests that drive one part of the
 * core by itself. Nothing was asked yet, nothing is journaled; the plan is compiled and its lanes stand ready. */
#pragma once

#include "core.h"

struct cluster;
struct op;
struct reconciler;

enum { SMALL_NODES = 3 };

struct small_node {
	const char *name, *address, *host_id, *rack;
};
extern const struct small_node small_nodes[SMALL_NODES];      /* db-a-1, db-b-1, db-c-1: a rack each, in dc1 */

struct small_config {
	struct core_config core;
	const char *limits;              /* "\"maxNodesDown\":1" */
	bool manager;                    /* access.manager.url is http://manager */
	const char *api;                 /* access.api as JSON text; or NULL */
	const char *target;              /* more members of the target's spec, each with a comma before it; or NULL */
	const char *workflow;            /* a Workflow's spec as JSON text; NULL: the operation has not begun */
	const char *targets[SMALL_NODES];
	size_t ntargets;                 /* 0: all */
};

struct small {
	struct core *core;
	struct cluster *cluster;
	struct op *op;
	struct effects *out;             /* what was ordered and not cleared yet */
};

/* Gate on, no Lease; short times. */
struct core_config small_core_config(const struct reconciler *const *types);
void small_open(struct small *small, const struct small_config *config);
void small_close(struct small *small);
/* Everybody up, the sweep that says so fresh, and each lane at its first step. 'limits' may be NULL. */
struct small small_begun(const struct reconciler *const *types, const char *workflow, const char *limits);

/* The moment for calls that are made outside core_step(): 'ms' after the beginning. */
void small_at(struct small *small, int64_t ms);
/* An answer to the request 'id'; what was kicked is not run. */
void small_answer(struct small *small, uint64_t id, enum outcome outcome, int status, const char *body);
/* Nobody waits to be run. */
void small_settle(struct small *small);
/* Every view complete and everybody up, keyspace "ks" with three replicas; asked now. */
void small_sweep(struct small *small);
/* 'name' has crashed, as the others see it; after small_sweep(). */
void small_crash(struct small *small, const char *name);
/* The newest effect of that kind; NULL when there is none. */
struct effect *small_last(struct small *small, enum effect_kind kind);
size_t small_count(const struct small *small, enum effect_kind kind);
