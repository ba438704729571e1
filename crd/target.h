/* TargetCluster: a cluster that Strait may operate. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "object.h"
#include "target_commands.h"

struct target_node {
	char *name;
	char *address;
	char *zone;              /* "dc/rack"; NULL: as the ring says */
};

enum target_zone { TARGET_ZONE_RACK, TARGET_ZONE_DATACENTER, TARGET_ZONE_INVENTORY };

enum target_level { TARGET_ONE = 1, TARGET_LOCAL_ONE = 2, TARGET_QUORUM = 4, TARGET_LOCAL_QUORUM = 8 };

enum target_channel_type { TARGET_CHANNEL_DISCORD, TARGET_CHANNEL_SLACK, TARGET_CHANNEL_JSON };

/* What is told of an operation: bits of target_channel.notify. */
enum target_notify {
	TARGET_NOTIFY_HALTED = 1,
	TARGET_NOTIFY_FROZEN = 2,
	TARGET_NOTIFY_APPROVAL = 4,
	TARGET_NOTIFY_OUT_OF_SERVICE = 8,
	TARGET_NOTIFY_FINISHED = 16,
	TARGET_NOTIFY_ALL = 31,
};

/* A key of a Secret in the object's namespace. */
struct target_secret {
	char *name, *key;        /* NULL: none */
};

struct target_channel {
	char *name;
	enum target_channel_type type;
	struct target_secret url, hmac;
	unsigned notify;
	char *template_;         /* or NULL */
};

/* Of status.members; "" where that does not tell. */
struct target_member {
	char *name, *address, *host_id, *zone;
	char *listed;            /* where spec.nodes had it then: elsewhere, of one that has moved */
};

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
	bool api_ssh;            /* access.api.type: ssh, through the host's sshd; then host_ssh; else direct */
	bool host_ssh;           /* access.host.type: ssh; else none */
	char *host_user;
	int host_port;           /* default 22 */
	bool host_sudo;          /* prefix host commands with "sudo -n" */
	char *host_secret;       /* a Secret's name in the object's namespace, or NULL */
	unsigned levels;         /* availability.consistency, of enum target_level; a quorum of both kinds by default */
	char **decided;          /* availability.keyspaces: names, and beside each what it requires; counted */
	unsigned *decided_levels;        /* 0: none */
	size_t ndecided;
	char *prometheus_url;    /* access.prometheus.url, or NULL */
	char *manager_url;       /* access.manager.url, or NULL */
	struct target_commands commands;
	int64_t hint_window_ms;  /* availability.hintWindow, default 3 h */
	int64_t max_nodes_down;  /* limits; default 0: no limit beside the gate */
	bool frozen;
	struct target_channel *channels;
	size_t nchannels;
	/* status */
	char **host_ids;         /* first seen; counted; the identity */
	size_t nhost_ids;
	struct target_member *known;     /* status.members, with an address each: remembered over a restart; counted */
	size_t nknown;
	struct target_outage *outages;   /* counted */
	size_t noutages;
	char *conditions;        /* JSON array text */
	int64_t observed_generation;
};

/* NULL: it has none of that name. */
const struct target_channel *target_channel(const struct target *target, const char *name);

struct target *target_decode(const struct cJSON *object, struct err *err);
struct target *target_free(struct target *target);
