/* Members that are or were down for longer than the others keep hints for them. What was written meanwhile they lack until they
 * are repaired, which Scylla Manager may tell (repairs.h), or a person: nothing in Scylla's own REST API says whether all of
 * it has been, a list of tasks tells a repair of some ranges like one of all. Until then nothing else is taken down. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cluster;
struct core;
struct json_out;
struct lane;
struct op;
struct target;

/* A member that is down, or was for longer than the window. */
struct outage {
	char *host_id, *name;
	int64_t down_wall_ms;
	int64_t down_up_ms;          /* the same; while it is down */
	int64_t lasted_ms;           /* up to the last sweep; while it is down */
	int64_t up_wall_ms;          /* 0: it is down */
	bool accepted;               /* for as long as it is down: somebody has said that others may be taken down */
};

struct hints {
	struct outage *list;
	size_t count;
};

/* What status.repairNeeded says counts, and nothing else is known. */
void hints_load(struct cluster *cluster, const struct target *target);
/* After a sweep, when the ring knows who is down: outages begin, end, and are kept when they were too long. */
void hints_note(struct core *core, struct cluster *cluster);
/* The wall clock was set by so much: since when a node is down stays as long ago as it was, also for who reads the journal. */
void hints_jumped(struct core *core, int64_t by_ms);
/* May the lane's node (NULL: none) be taken down, for all that is known of others, which may be down still? A node that the
 * operation has taken down already, and one that needs the repair itself, may. */
bool hints_suffice(const struct op *op, const struct lane *lane, char *why, size_t size);
/* The gate is closed for it: from now on another spec.acknowledge counts. */
void hints_hold(struct op *op);
void hints_acknowledge(struct core *core, struct op *op);
/* All of the cluster has been repaired from then on, 'how' says by what: who was seen up before needs none any more. */
void hints_repaired(struct core *core, struct cluster *cluster, int64_t since_wall_ms, const char *how);
/* When the first of those that need a repair was seen up; 0: none does. */
int64_t hints_oldest_ms(const struct cluster *cluster);
void hints_put(const struct cluster *cluster, struct json_out *out);
void hints_drop(struct cluster *cluster);
/* The list's i-th holds back no other node any more: it is forgotten. */
void hints_forgive(struct core *core, struct cluster *cluster, size_t i);
/* It holds back nobody while it is down. Once it is up it can be repaired, and that is asked again. */
void hints_accept(struct core *core, struct cluster *cluster, size_t i);
