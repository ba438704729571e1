/* What people do to a simulated cluster's membership, and what they run there. All of it is SIM_HAND's; what takes time
 * goes on by itself. Facts: scylla.md §1.4.3-1.4.5, §5.2, §5.4. */
#pragma once

#include "model.h"

struct sim_host {
	const char *name;               /* NULL: as the layout would name it */
	const char *address;            /* NULL: the one after the cluster's highest */
	const char *datacenter, *rack;  /* NULL: those of the node that it replaces */
	const char *replaces;           /* name or address of a dead member whose tokens it takes over; NULL: none */
	bool zero_token;                /* join_ring: false */
	const char *version;            /* NULL: the cluster's */
	bool stopped;                   /* prepared only: somebody will start it */
};

/* A new host, and scylla-server started on it: JOINING, BOOTSTRAP, NORMAL, with tokens of its own. Its number; -1 when
 * there is no such place, the name or the address is taken. */
int sim_add(struct sim *sim, int64_t now, const struct sim_host *host, struct err *err);
/* The node leaves the ring, as nodetool decommission. 'ms', at speed 1, or as configured when it is 0. -1 with Scylla's
 * text when it refuses. */
int sim_decommission(struct sim *sim, int64_t now, size_t node, int64_t ms, struct err *err);
/* A dead member is removed by another one (SIZE_MAX: any that is alive), and banned at once. */
int sim_removenode(struct sim *sim, int64_t now, size_t by, size_t node, int64_t ms, struct err *err);
/* A dead member is given up for good, as by ignore_nodes of a removenode: it is banned, and other changes do not need it. -1:
 * it is alive. */
int sim_exclude(struct sim *sim, int64_t now, size_t node, struct err *err);
/* The node is restarted, and comes back with the same host id under another address, its host as well. */
int sim_readdress(struct sim *sim, int64_t now, size_t node, const char *address, struct err *err);
/* The host dies and is made anew under the same name and address, with an empty disk: it replaces what it was, and comes
 * back with another host id. */
void sim_remake(struct sim *sim, int64_t now, size_t node);
/* In the ring by now: NORMAL or LEAVING for those who decide. */
bool sim_member(const struct sim *sim, size_t node);
/* And with tokens. */
bool sim_has_tokens(const struct sim *sim, size_t node);

/* The node's schema differs from the others', and no change reaches it, until it is let go. */
void sim_schema_stray(struct sim *sim, int64_t now, size_t node, bool on);
bool sim_schemas_differ(struct sim *sim, int64_t now, size_t a, size_t b);
/* Packages are exchanged: what the node calls itself, and which endpoints it has, from the next start of its process
 * on. A text such as "2026.1.0-0.20260201.1a2b3c4". */
void sim_upgrade(struct sim *sim, int64_t now, size_t node, const char *version);

/* What somebody else runs on a node: a vnode repair or cleanup or compaction of a keyspace, a rebuild (which holds the
 * API lock), a cleanup of the whole cluster. */
enum sim_work { SIM_REPAIR, SIM_CLEANUP, SIM_COMPACTION, SIM_REBUILD, SIM_CLEANUP_ALL };
/* For 'ms' at speed 1. -1 with Scylla's text when it refuses. */
int sim_work(struct sim *sim, int64_t now, size_t node, enum sim_work work, const char *keyspace, int64_t ms,
    struct err *err);
/* How much of it, and of what nodes do by themselves, is under way. */
size_t sim_works(struct sim *sim, int64_t now);

/* A tablet of the keyspace's table moves from one node to another, in 'ms' at speed 1; 'from' and 'to' are names or
 * addresses. Half-way reads go to the new replica. -1 when the tablet is not there, or is in transition. */
int sim_migrate(struct sim *sim, int64_t now, const char *keyspace, const char *table, size_t tablet, const char *from,
    const char *to, int64_t ms, struct err *err);
/* It is there now, however long it was to take. -1 when it is not in transition. */
int sim_migrate_ends(struct sim *sim, int64_t now, const char *keyspace, const char *table, size_t tablet, struct err *err);
/* How many tablets are in transition. */
size_t sim_migrations(struct sim *sim, int64_t now);
