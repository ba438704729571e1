/* TargetCluster: a cluster that Strait may operate. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"

struct target_node {
	char *name;
	char *address;
	char *zone;              /* "dc/rack"; NULL: as the ring says */
};

enum target_zone { TARGET_ZONE_RACK, TARGET_ZONE_DATACENTER, TARGET_ZONE_INVENTORY };

enum target_level { TARGET_ONE = 1, TARGET_LOCAL_ONE = 2, TARGET_QUORUM = 4, TARGET_LOCAL_QUORUM = 8 };

/* Of status.repairNeeded. */
struct target_outage {
	char *name, *host_id;
	int64_t down_ms, up_ms;  /* wall times */
};

struct target {
	struct object_meta meta;
	char *cluster_name;
	char **contact_points;   /* numeric addresses; counted */
	size_t ncontact_points;
	struct target_node *nodes;
	size_t nnodes;
	enum target_zone zone_from;
	int api_port;            /* access.api.port, default 10000 */
	bool host_ssh;           /* access.host.type: ssh; else none */
	char *host_user;
	int host_port;           /* default 22 */
	bool host_sudo;          /* prefix host commands with "sudo -n" */
	char *host_secret;       /* a Secret's name in the object's namespace, or NULL */
	unsigned levels;         /* availability.consistency, of enum target_level; a quorum of both kinds by default */
	char **decided;          /* availability.keyspaces: names, and beside each what it requires; counted */
	unsigned *decided_levels;        /* 0: none */
	size_t ndecided;
	int64_t hint_window_ms;  /* availability.hintWindow, default 3 h */
	int64_t max_nodes_down;  /* limits; default 0: no limit beside the gate */
	bool frozen;
	/* status */
	char **host_ids;         /* first seen; counted; the identity */
	size_t nhost_ids;
	char **known;            /* addresses of status.members: members are remembered over a restart; counted */
	size_t nknown;
	struct target_outage *outages;   /* counted */
	size_t noutages;
	char *conditions;        /* JSON array text */
	int64_t observed_generation;
};

struct target *target_decode(const struct cJSON *object, struct err *err);
struct target *target_free(struct target *target);
