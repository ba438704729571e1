/* What the files that judge ranges share. Internal. */
#pragma once

#include "buf.h"
#include "ring_private.h"

enum { RING_NAMES_SHOWN = 4 };

/* So many of a range's replicas must be left. */
enum need { NEED_NOTHING, NEED_ONE, NEED_MAJORITY };

/* What a keyspace needs of all replicas, and of those in each datacenter. */
struct needs {
	enum need all, each;
};

/* One level that one kind of range would miss, the worst found so far. */
struct shortfall {
	uint32_t ranges;                /* 0: none found */
	uint16_t keep, of, need;
	int place;                      /* in this datacenter; -1: of all */
	bool placeless;                 /* a replica's datacenter is not known: the rest does not count */
	const char *may;                /* nothing was counted: it may come to this, and why; NULL: it was counted */
	uint8_t *culprits;              /* of each member: gone, and a replica of such a range */
};

struct tally {
	uint16_t count, gone;
};

/* One set of a layout. */
struct set {
	const uint16_t *members;
	uint16_t count;
	uint32_t ranges;
};

struct judge {
	const struct ring *ring;
	struct needs needs;             /* of the keyspace that is being judged */
	const bool *held;
	int candidate;
	uint8_t *gone;
	int *places;                    /* each member's datacenter, as the first member that is there; -1: not known */
	struct tally *tallies;          /* by the same number */
	struct shortfall worst;
	struct ring_proof proof;
};

void judge_init(struct judge *j, const struct ring *ring);
void judge_done(struct judge *j);
/* How many replicas of the set are in each datacenter, and how many of them are gone; -1 when the datacenter of one is
 * not known. */
int judge_tally(struct judge *j, const struct set *set);
/* The set with so many of it gone, and a whole layout: what is missing is noted in j->worst. */
void judge_set(struct judge *j, const struct set *set, unsigned gone, bool user);
void judge_layout(struct judge *j, const struct ring_layout *layout, bool user);
/* Keyspaces that are replicated alike are judged alike: an earlier one is, so this one need not be. */
bool judge_is_alike(const struct ring *ring, size_t keyspace, const struct ring_policy *policy, unsigned levels);
/* ring_racks.c: the table's ranges keep what they need, wherever its tablets are now; else j->worst says what not. */
void judge_by_racks(struct judge *j, const struct ring_table *table, bool user);

/* ring_policy.c */
/* The levels that are asked of this keyspace; 0: none at all. */
unsigned policy_levels(const struct ring_policy *policy, const char *keyspace);
struct needs needs_of(unsigned levels);
uint16_t need_count(enum need need, uint16_t replicas);

/* ring_shortfall.c: 'label' is "keyspace app" or "table app.users". */
void say_shortfall(const struct judge *j, const char *label, struct err *why);
