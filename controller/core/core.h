/* The whole controller as a function: an event in, effects out. No I/O, no clock, no globals. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "effect.h"
#include "event.h"
#include "instant.h"

struct buf;
struct reconciler;

/* What main decides once. All times in milliseconds. Strings are borrowed for the core's life. */
struct core_config {
	const char *namespace_;       /* watch this one only; NULL: all */
	const char *identity;         /* holder of the Lease, and Events' reportingInstance */
	const char *lease_namespace;  /* NULL: no Lease is taken (simulation without leadership) */
	const char *lease_name;
	size_t shards;                /* into so many the fleet is divided among replicas; 0 and 1: one leads, others wait */
	int64_t lease_ms;             /* lease duration; renew deadline is two thirds, retry period a fifth */
	int64_t act_ttl_ms;           /* an act leaves at most so long after its intent's acknowledgement */
	int64_t settle_ms;            /* no act of an older epoch arrives later than so long after the takeover: the
				       * time in which it may leave, the longest delivery, a margin */
	int64_t stable_ms;            /* after each node: up in all views for so long; 0: seen up once */
	int64_t fact_age_ms;          /* the gate's facts are at most so old (2000) */
	int64_t rest_timeout_ms;      /* a read of a node's REST API */
	int64_t connect_timeout_ms;   /* part of settle: longest delivery */
	int64_t max_operations;       /* at work at once over all clusters; 0: no limit */
	int64_t max_operations_per_zone;    /* ... in zones of one name */
	const char *kubernetes_namespaces;    /* "a,b": whose objects tasks may reach beside the operation's own; or NULL */
	bool kubernetes_cluster_scoped;       /* ... and objects without a namespace */
	bool gate;                    /* false for the bench only: every act passes */
	uint64_t seed;                /* jitter */
	const struct reconciler *const *types;    /* the registry, ended by NULL */
	const char *const *workflows; /* built-in workflows: name, JSON text, name, JSON text, NULL */
	const char *crd_version;      /* the least that the CRDs' annotation may say; NULL: not compared */
};

struct core;

struct core *core_new(const struct core_config *config);
struct core *core_free(struct core *core);
void core_step(struct core *core, const struct event *event, struct instant now, struct effects *out);

/* For probes and scrapes, between steps. */
bool core_ready(const struct core *core);           /* all kinds synced, journal reachable */
void core_metrics(const struct core *core, struct buf *out);     /* Prometheus text format 0.0.4 */
