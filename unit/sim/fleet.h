/* One run of the fleet's simulation: what is to be done and what befalls it is drawn from the seed, played to its end and
 * judged. */
#pragma once

#include "construct.h"
#include "faults.h"
#include "others.h"
#include "policy.h"
#include "scene.h"

/* What many runs add up to. */
struct tally {
	size_t runs, operations, succeeded, failed, cancelled, planned, helped, clusters, tablets, zero_token, two;
	size_t shipped;              /* operations of workflows that come with the controller */
	size_t moved, given_up;      /* operations that changed hands; shards that were given up */
	size_t steps, effects, arrivals, lives, unavoidable, excused;
	size_t faults[FAULT_KINDS_MAX];
	size_t others[OTHER_KINDS_MAX];
	size_t constructs[CONSTRUCTS_MAX];
	size_t policies[POLICY_KINDS];
	int64_t simulated_ms;
};

struct fleet {
	struct scene *scene;
	struct faults faults;
	size_t helped;               /* so often a person did */
	struct others others;
	bool tablets, zero_token, two;       /* there are: the last, datacenters */
	struct construct construct;  /* the operation's own workflow */
	struct policy policy;        /* what clients need */
	char operation[800];         /* its spec, when that has an override */
	char wrong[1200];            /* what the judgement is; "": nothing */
};

/* Whether there are tablets beside vnodes, a node without tokens, and a workflow of its own; STOCK: the first two as drawn. */
enum variety { VARIETY_DRAWN, VARIETY_PLAIN, VARIETY_FULL, VARIETY_STOCK };

/* Whether clients need, and the owner allows, something else than the default. */
enum policies { POLICY_DRAWN, POLICY_NONE, POLICY_ANY };

/* How a run is to be; 0: as the seed says. */
struct fleet_config {
	uint64_t seed;
	uint64_t left_out;           /* of the faults: bit i */
	struct fault_choice choice;
	enum variety variety;
	enum policies policies;
	bool calm;                   /* no faults */
	bool alone;                  /* one operation */
	unsigned others_left_out;    /* of the other ones: bit i */
	bool told;                   /* keep a transcript */
	size_t controllers;
	size_t clusters;             /* so many, each with an operation of its own, shared by three controllers that come and
				      * go; 0: one leads */
	struct buf *recording;       /* as the world's; or NULL */
};

/* Play it. What went wrong stays in ->wrong. */
struct fleet *fleet_play(const struct fleet_config *config);
struct fleet *fleet_free(struct fleet *fleet);
void fleet_add_up(const struct fleet *fleet, struct tally *tally);
void tally_print(const struct tally *tally, double seconds);
/* Play and judge it. A bad run is played again with fewer and fewer faults, as long as it stays bad; then its transcript and
 * the command that plays it again are printed. */
bool fleet_is_right(const struct fleet_config *config, struct tally *tally);

/* fleet_draw.c: the clusters, the operation and the controllers of the seed; notes in 'fleet' what was drawn. */
struct scene *fleet_draw(const struct fleet_config *config, struct fleet *fleet);

/* fleet_many.c: seeds 'from', 'from' + 1, … in several processes: so many of them that they are 'operations'
 * or more; if that is 0, until 'seconds' have gone by. False: one was not right; the first that is found ends it. */
bool fleet_many(uint64_t from, size_t operations, unsigned seconds, struct tally *tally);
