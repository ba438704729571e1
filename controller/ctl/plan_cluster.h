/* A target cluster as a plan is made against it: from its object, live or written by hand. Pure, for its tests. */
#pragma once

#include <stdbool.h>

#include "err.h"
#include "plan.h"

struct cJSON;

struct plan_cluster {
	char *name;
	struct plan_node *nodes; /* the members first, then what the inventory has besides */
	size_t nnodes, nmembers;
	bool *up;                /* node by node; of use when 'live' */
	struct target_commands commands;
	bool *unfit;             /* node by node: --not-done-by leaves it out; or NULL */
	bool live;               /* of status.members: with host ids, as the controller has them */
	size_t missing;          /* members that the status does not list */
	int64_t max_nodes_down;
	const char **channels;   /* names, borrowed of 'object'; NULL-ended */
	struct cJSON *object;    /* owned: what all this is of */
};

/* 'object' is taken, whatever comes of it. -1: no node is known, or not its zone. plan_cluster_done() in any case. */
int plan_cluster_read(struct plan_cluster *ret, struct cJSON *object, struct err *err);
/* The TargetCluster of a YAML or JSON text, whatever else stands there; 'name' NULL: the only one. */
struct cJSON *plan_cluster_parse(const char *text, size_t len, const char *name, struct err *err);
void plan_cluster_done(struct plan_cluster *cluster);
