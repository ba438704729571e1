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
enum { RING_MEMBERS_MAX = 2048 };       /* views are a square of bytes */

/* The keyspace with a replica on every member: nothing that is taken out of the ring can take it below a quorum that
 * clients use. Its ranges need not be asked for, and are 300 times as long as others'. */
#define RING_EVERYWHERE "system_distributed_everywhere"

struct ring_member {
	char host_id[RING_HOST_ID];
	char address[RING_ADDRESS];
	char name[RING_NAME];           /* for sentences; the address until an inventory names it */
	char datacenter[RING_NAME];     /* "" while unknown; ranges tell it too, and their word is the last */
	char rack[RING_NAME];
	/* This sweep's answers. */
	unsigned heard;                 /* which of the three answers were read, ring.c knows the bits */
	bool answered;                  /* its mode, gossiping and live list were all read */
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

struct ring_keyspace {
	char name[RING_KEYSPACE];
	bool user;                      /* not one of Scylla's own */
	struct ring_layout *layout;     /* NULL: its ranges are not known yet, and what is unknown is closed */
};

/* What clients need of a keyspace (TargetCluster spec.availability). */
struct ring_policy {
	bool quorum;                            /* QUORUM: a majority of all replicas */
	bool local_quorum;                      /* LOCAL_QUORUM: a majority inside each datacenter */
	const char *const *exempt;              /* keyspaces with a standing decision "require: none"; NULL-ended */
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
	size_t joining, leaving;        /* as that node lists them */
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
/* While it stands, the slow facts stand: host ids, addresses, schema version, joining and leaving. */
uint64_t ring_fingerprint(const struct ring *ring);

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
/* Nothing gets worse if it goes: it says itself that it is DRAINED; or every voting view but its own calls it down,
 * there is at least one, and no other member that a voting view calls up has failed to answer. */
bool ring_is_down_everywhere(const struct ring *ring, size_t member);

/* Both gates judge for the set 'held' (nmembers booleans, NULL: none: nodes that this operation holds down or is about
 * to) with 'candidate' (-1: none). Unknown is closed: a member outside the set that a voting view calls up and that has
 * not answered; no voting view outside the set. A member is down when a voting view says so, and also when it says so
 * itself, before its peers notice: it does not gossip, or its mode is not NORMAL. The view of a candidate that is down
 * everywhere does not vote: a node that is cut off calls everybody down. */
/* No member outside the set is down: D is a subset of H. */
bool ring_normal(const struct ring *ring, const bool *held, int candidate, struct err *why);
/* The member that ring_normal() names: for saying since when. -1: none, or it is no one member. */
int ring_stranger(const struct ring *ring, const bool *held, int candidate);
/* Every range keeps its required replicas with everything that is down, held and the candidate gone. Required: a
 * quorum, of all replicas and inside each datacenter as the policy says, but for internal keyspaces where it would be
 * one of fewer than 3 (so with RF 1 and 2 they never close it), RING_EVERYWHERE and exempt ones. A user keyspace
 * below RF 3 so closes it as soon as one replica would be gone. Closed, too, while a node joins or leaves: writes
 * then wait for more replicas than the ranges tell. Open in any case when the candidate is already down everywhere. A
 * policy that is NULL or asks for nothing is taken for the strictest. */
bool ring_quorum_safe(const struct ring *ring, const bool *held, int candidate, const struct ring_policy *policy,
    struct err *why);
/* User keyspaces with RF below 3 (in all, or in a datacenter that LOCAL_QUORUM counts) and no standing decision: their
 * names and the remedy into 'why' and true; false when there is none among those whose ranges are known. */
bool ring_undecided(const struct ring *ring, const struct ring_policy *policy, struct err *why);
