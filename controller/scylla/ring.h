/* The ring as every member sees it, and what may safely be taken out of it. Pure: answers are put in as texts,
 * predicates judge. Members are numbered 0 .. nmembers-1 in the order of their host ids, which neither a new name nor
 * a new address changes. Put in, in this order: members, then (slow) keyspaces and their ranges, then (fast) a sweep
 * of views. Facts: shared facts of scylla.md §0 (4, 5), §1.5, §2.9, §5.3. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

enum { RING_HOST_ID = 40, RING_ADDRESS = 64, RING_NAME = 128, RING_MODE = 24 };
enum { RING_KEYSPACE = 256 };           /* Alternator's are "alternator_" and up to 192 characters */
enum { RING_TABLE = 256 };              /* Alternator's indexes are "table:index" */

/* The keyspace with a replica on every member: nothing that is taken out of the ring can take it below a quorum that
 * clients use. Its ranges need not be asked for, and are 300 times as long as others'. */
#define RING_EVERYWHERE "system_distributed_everywhere"

struct ring_member {
	char host_id[RING_HOST_ID];
	char address[RING_ADDRESS];
	char name[RING_NAME];           /* for sentences; the address until an inventory names it */
	char datacenter[RING_NAME];     /* "" while unknown; ranges tell it too, and their word is the last */
	char rack[RING_NAME];
	bool tokenless;                 /* known to own no tokens (join_ring: false): it holds no ranges */
	/* When it was first seen down, in wall time; 0: it is not. Kept by host id. */
	int64_t down_since_wall_ms;
	bool down_before;               /* it was down already when it was first judged: longer, then */
	bool judged;
	/* This sweep's answers. */
	unsigned heard;                 /* which of the three answers were read, ring.c knows the bits */
	bool answered;                  /* its mode, gossiping and live list were all read */
	bool garbled;                   /* one of them came, and could not be read */
	bool gossiping;
	char mode[RING_MODE];           /* operation_mode, "" unless answered */
};

/* Where the ranges lie: each set of replicas once, and one layout for all keyspaces that are replicated alike. Arrays
 * side by side, since a gate reads the counts and members of every set and the ranges of hardly any. */
struct ring_layout {
	size_t users;                   /* keyspaces that point here */
	uint64_t hash;
	size_t nsets;
	uint16_t *counts;               /* replicas of each set */
	uint32_t *ranges;               /* ranges of each set */
	uint16_t *members;              /* set after set, member numbers in their order */
	size_t nmembers;
};

/* A table whose keyspace is in tablets: its ranges are its own, and move without any other fact changing. */
struct ring_table {
	char name[RING_TABLE];
	struct ring_layout *layout;     /* as it was read last; NULL: never */
	bool counted;                   /* read in this sweep, while none of its tablets moved */
	bool moving;                    /* of this sweep: a tablet of it is on its way to another node */
};

struct ring_keyspace {
	char name[RING_KEYSPACE];
	bool user;                      /* not one of Scylla's own */
	bool tablets;                   /* its tables have the ranges; else the keyspace itself */
	struct ring_layout *layout;     /* NULL: its ranges are not known yet, and what is unknown is closed */
	struct ring_table *tables;      /* by name */
	size_t ntables;
	bool tables_known;
};

/* What clients need of a keyspace (TargetCluster spec.availability): consistency levels that must stay possible. */
enum ring_level {
	RING_ONE = 1,                   /* one of all replicas */
	RING_LOCAL_ONE = 2,             /* one in each datacenter that has any */
	RING_QUORUM = 4,                /* a majority of all replicas, over all datacenters */
	RING_LOCAL_QUORUM = 8,          /* a majority inside each datacenter */
	RING_LEVELS = 15,
};

struct ring_policy {
	unsigned levels;
	/* Standing decisions on single keyspaces, side by side. */
	const char *const *decided;
	const unsigned *decided_levels; /* 0: its ranges may become unavailable */
	size_t ndecided;
};

enum ring_motion { RING_MOTION_UNKNOWN, RING_STILL, RING_MOVING };

/* How the ranges were found to be safe, or not. */
struct ring_proof {
	size_t counted;                 /* keyspaces and tables whose ranges were counted */
	size_t by_racks;                /* tables that keep enough replicas whatever tablet has moved where */
	bool uncounted;                 /* a count of the tablets, which are still, might open what is closed */
};

struct ring {
	struct ring_member *members;
	size_t nmembers;
	uint8_t *up;                    /* nmembers x nmembers: up[observer * nmembers + subject] */
	uint16_t *index;                /* addresses to member numbers + 1, hashed; 0: free */
	size_t nindex;                  /* a power of two */
	struct ring_keyspace *keyspaces;        /* by name */
	size_t nkeyspaces;
	char schema[RING_HOST_ID];      /* schema version of the node that was asked */
	size_t joining, leaving;        /* as that node lists them; SIZE_MAX: not known */
	uint64_t joining_digest, leaving_digest, tokens_digest;
	bool owners_known;              /* who owns tokens: 'tokenless' means something */
	enum ring_motion motion;        /* this sweep's: of any tablet */
};

struct ring *ring_new(void);
struct ring *ring_free(struct ring *ring);

/* Membership, from one node's GET storage_service/host_id (array of {"key": address, "value": host id}). Members that
 * stay keep their place's facts; a change of membership drops ranges and views. *ret_changed may be NULL. */
int ring_set_members(struct ring *ring, const char *body, size_t len, bool *ret_changed, struct err *err);
/* The number of the member, -1 when there is none. */
int ring_find_address(const struct ring *ring, const char *address);
int ring_find_host_id(const struct ring *ring, const char *host_id);
int ring_find_name(const struct ring *ring, const char *name);

/* A sweep: forget every view, then put in what each member answered. A member with any of the three missing or
 * unreadable has not answered. */
void ring_begin_sweep(struct ring *ring);
int ring_set_mode(struct ring *ring, size_t member, const char *body, size_t len, struct err *err);
int ring_set_gossiping(struct ring *ring, size_t member, const char *body, size_t len, struct err *err);
int ring_set_live(struct ring *ring, size_t member, const char *body, size_t len, struct err *err);

/* Slow facts, first: which keyspaces there are, by GET storage_service/keyspaces with type=non_local_strategy and with
 * type=user. One that is not listed any more is forgotten, a new one has unknown ranges. Until each has its ranges (but
 * RING_EVERYWHERE) the gate stays closed: a ring whose slow facts are half in must not pass for a whole one. */
int ring_set_keyspaces(struct ring *ring, const char *all, size_t all_len, const char *user, size_t user_len,
    struct err *err);
/* Then, for each: GET storage_service/describe_ring/{keyspace}, read by a scanner without a tree. Endpoints that are no
 * members are an error (membership changed meanwhile: sweep again). Replaces what was known of that keyspace; members'
 * datacenters and racks are taken from it. */
int ring_set_ranges(struct ring *ring, const char *keyspace, bool user, const char *body, size_t len, struct err *err);
void ring_forget_ranges(struct ring *ring);
/* Who owns tokens: GET storage_service/tokens_endpoint. A member without any holds no range. */
int ring_set_owners(struct ring *ring, const char *body, size_t len, struct err *err);

/* Keyspaces in tablets (ring_tablets.c), after ring_set_keyspaces(): GET storage_service/keyspaces with
 * replication=tablets and with replication=vnodes. A release without tablets ignores the parameter and lists all in
 * both, so in tablets is what the first list has and the second has not. */
int ring_set_tablet_keyspaces(struct ring *ring, const char *tablets, size_t tablets_len, const char *vnodes,
    size_t vnodes_len, struct err *err);
/* Is this keyspace in tablets, or, with NULL, any? */
bool ring_has_tablets(const struct ring *ring, const char *keyspace);
/* Then their tables: GET column_family/name, an array of "keyspace:table". */
int ring_set_tables(struct ring *ring, const char *body, size_t len, struct err *err);
/* Then, for each, GET storage_service/describe_ring/{keyspace}?table={table}. Counted if no tablet of it moves. */
int ring_set_table_ranges(struct ring *ring, const char *keyspace, const char *table, const char *body, size_t len,
    struct err *err);
/* The table number 'n' of all in tablets; false when there is none. */
bool ring_table_at(const struct ring *ring, size_t n, const struct ring_keyspace **ret_keyspace,
    const struct ring_table **ret_table);

/* Fast facts of the whole: the tokens (GET storage_service/tokens: but for their digest nothing is kept), who joins and
 * leaves (nodes/joining, nodes/leaving), and which tablets move (GET task_manager/list_module_tasks/tablets). Not read:
 * unknown. */
int ring_set_tokens(struct ring *ring, const char *body, size_t len, struct err *err);
int ring_set_joining(struct ring *ring, const char *body, size_t len, struct err *err);
int ring_set_leaving(struct ring *ring, const char *body, size_t len, struct err *err);
int ring_set_motion(struct ring *ring, const char *body, size_t len, struct err *err);

/* While it stands, the slow facts stand: host ids, addresses, the tokens' digest, schema version, who joins and leaves.
 * Tablets move while it stands: see ring_quorum_safe(). */
uint64_t ring_fingerprint(const struct ring *ring);
/* After a sweep: who is down, and since when for those that were not. */
void ring_note_down(struct ring *ring, int64_t wall_ms);
/* "10:02", or "10:02 or longer" when it was down before anybody looked; "" when it is not down. Returns 'text', which
 * holds RING_SINCE bytes. */
enum { RING_SINCE = 32 };
char *ring_since(const struct ring *ring, size_t member, char *text);

/* Every 'why' below is a sentence whose first clause, up to the first comma, can stand alone where room is short:
 * "db-c-2 is down, as db-a-1 and 3 more see it". It may be NULL, and is untouched when the answer is yes. */

/* A member whose view counts: it answered, gossips and its mode is NORMAL. */
bool ring_votes(const struct ring *ring, size_t member);
/* It votes itself, and every voting view calls it up, at least one of them another member's (if there are others).
 * 'why' names who says down, or what is unknown. */
bool ring_is_up(const struct ring *ring, size_t member, struct err *why);
/* Every view that matters is known: no member outside the set (as below) that a voting view calls up has failed to
 * answer. With ring_is_up() it means up for all, not only for those that were heard. */
bool ring_is_heard(const struct ring *ring, const bool *held, int candidate, struct err *why);
/* By its own word or by a voting view: one that only does not answer is not. */
bool ring_is_called_down(const struct ring *ring, size_t member);
/* Nothing gets worse if it goes: it says itself that it is DRAINED; or every voting view but its own calls it down,
 * there is at least one, and no other member that a voting view calls up has failed to answer. */
bool ring_is_down_everywhere(const struct ring *ring, size_t member);
/* What it tells of the whole cluster counts: its view does, and no voting member is called up by more. While nobody votes,
 * everybody's. */
bool ring_is_witness(const struct ring *ring, size_t member);
/* The next one, from 'first' on. */
size_t ring_find_witness(const struct ring *ring, size_t first);
/* By its own word it boots, or is about to be seen up. */
bool ring_is_returning(const struct ring *ring, size_t member);
/* Down in every other view and not on its way back: nothing gets worse by taking it further down. Taking down what returns
 * is no cure. */
bool ring_is_out(const struct ring *ring, size_t member);

/* Both gates judge for the set 'held' (nmembers booleans, NULL: none: nodes that this operation holds down or is about
 * to) with 'candidate' (-1: none). Unknown is closed: a member outside the set that a voting view calls up and that has
 * not answered; no voting view outside the set. A member is down when a voting view says so, and also when it says so
 * itself, before its peers notice: it does not gossip, or its mode is not NORMAL. The view of a candidate that is down
 * everywhere does not vote: a node that is cut off calls everybody down. */
/* No member outside the set is down: D is a subset of H. */
bool ring_normal(const struct ring *ring, const bool *held, int candidate, struct err *why);
/* The member that ring_normal() names: for saying since when. -1: none, or it is no one member. */
int ring_stranger(const struct ring *ring, const bool *held, int candidate);
/* Every range keeps its required replicas with everything that is down, held and the candidate gone. Required: as the
 * policy says, of all replicas and inside each datacenter, but for internal keyspaces whose count is below 3 (so with
 * RF 1 and 2 they never close it), RING_EVERYWHERE and those decided to need none. A user keyspace below RF 3 so
 * closes it for a quorum as soon as one replica would be gone. Closed, too, while a node joins or leaves: writes then
 * wait for more replicas than the ranges tell. Open in any case when the candidate is already down everywhere, or owns
 * no tokens. A policy that is NULL or asks for nothing is taken for the strictest.
 * Tables in tablets are counted where the count is of this sweep and none of their tablets moves. Otherwise a proof is
 * needed that holds wherever they are: where each range has one replica in each rack that owns tokens, and as many
 * replicas as there are such racks, tablets move inside their rack only, so a rack that is down costs one replica, or
 * two while a tablet may be moving inside it; elsewhere each node that is down may cost one.
 * 'ret_proof' may be NULL. */
bool ring_quorum_safe(const struct ring *ring, const bool *held, int candidate, const struct ring_policy *policy,
    struct err *why);
bool ring_quorum_proof(const struct ring *ring, const bool *held, int candidate, const struct ring_policy *policy,
    struct ring_proof *ret_proof, struct err *why);
/* User keyspaces that cannot keep what the policy asks with one node down, and no standing decision of their own: their
 * names and the remedy into 'why' and true; false when there is none among those whose ranges are known. */
bool ring_undecided(const struct ring *ring, const struct ring_policy *policy, struct err *why);
/* Of a roll that takes several nodes of one unit down at once: may any two of them ever be, with everybody else up?
 * units[member] is a number, equal for members of one unit, or -1: not in the roll. False and 'why', of the first pair,
 * when there are pairs and as the ranges lie (of keyspaces in vnodes, those that are known) none is borne. */
bool ring_bears_pair(const struct ring *ring, const int *units, const struct ring_policy *policy, struct err *why);
/* Keyspaces that never close the gate: internal ones below RF 3, RING_EVERYWHERE, those decided to need none. Their
 * names with the reason of each into 'names' and true; false when there is none. */
bool ring_passed_over(const struct ring *ring, const struct ring_policy *policy, struct err *names);
