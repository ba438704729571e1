/* The core with one defect at a time. The linker puts them in (-Wl,--wrap, see MUTATED in the Makefile), so that the core
 * knows nothing of them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "gate.h"

enum mutant {
	SOUND,
	NO_FENCE,                /* Redis takes a write of any epoch */
	SAME_EPOCH,              /* a takeover does not raise it */
	STATUS_UNHEARD,          /* a takeover raises what Redis has, whatever a status has told */
	NO_GATE,
	NO_RAFT,                 /* the gate does without raft-quorum */
	NO_RESERVATION,          /* nodes that are being taken down are not counted until they are seen down */
	NO_INTENTS,              /* an act leaves before its intent is acknowledged */
	NO_SETTLE_TIME,
	UNKNOWN_IS_FAILED,       /* after a takeover an act without a result counts as never sent */
	OLD_FACTS,               /* the gate takes facts of any age */
	WINDOW_OVER_A_GAP,       /* a success window goes on over a failure */
	STATUS_FIRST,            /* before the journal is acknowledged */
	ENDS_UNTOLD,             /* an end that no status was acknowledged to tell lets go of finalizer and journal */
	FREEZE_BLOCKS_STARTS,
	DONE_AGAIN,              /* a finished lane is read as one to be done */
	SKIPS_UNFINISHED,        /* the lane after one that is done is read as done as well */
	ENDS_WITHOUT_START,      /* what comes after a drain is called done, and the node is held down no more */
	HASH_ORDER,              /* nodes in the order of a hash */
	SAYS_WHAT_IT_SAID,       /* the status keeps its sentence as long as its phase */
	SLOW_IS_DOWN,            /* who does not answer is called down */
	JOINS_AT_ONCE,           /* a new node is begun before the one before it is seen to join */
	FREEZE_SPARES_THE_DEAD,  /* a node that is down is begun though the cluster is frozen */
	TOPOLOGY_SPARES_THE_DEAD,        /* ... though it is being removed */
	A_PART_IS_ALL,           /* of what a node tells to be under way the first counts alone */
	ANYBODY_IS_A_WITNESS,    /* of the whole cluster whoever answers is believed */
	AN_OLD_RELEASE,          /* what is upgraded stays what it was */
	NO_SCHEMA_AGREED,        /* the gate does without it */
	LEASE_ALONE,             /* the Lease is written as if nobody else had written to it */
	STATUS_WITH_SPEC,        /* the spec is written along with the status */
	/* With several operations. CHECK_THEN_ACT below is one, too. */
	LAST_COME,               /* the last come is the first served */
	KEEPS_NOTHING,           /* an end with a node down lets the cluster go */
	DRY_RUN_ACTS,
	GIVES_UP_AT_ONCE,        /* a shard that falls to another replica, whatever is in flight */
	/* With what the language has around the restarts. */
	NO_THEN,                 /* the next batch begins at once */
	RESCUES_TWICE,           /* an onFailure that is done is done once more */
	NO_FINALLY,
	/* Of what clients need and the owner allows. */
	CONSISTENCY_IGNORED,     /* one replica is enough for everybody */
	DECIDED_FOR_ALL,         /* what is decided for one keyspace holds for the others */
	ANY_NUMBER_DOWN,         /* limits.maxNodesDown */
	/* What cass-operator does. */
	UNKNOWN_RACK_IS_ALL,     /* a zone that matches nothing narrows nothing */
	END_OUT_OF_STEP,         /* the journal says ended, the status does not: nothing goes on */
	START_OUT_OF_STEP,       /* the same of the start */
	PROBLEM_IN_THE_LOG,      /* what is wrong with a spec is told to the log alone */
	FAILED_IS_COMPLETE,      /* the condition of success is true of a failure as well */
	CHECK_THEN_ACT,          /* whoever looks has the turn */
	ONE_WORKER,              /* nobody's ring is asked while another cluster's has not answered */
	POLLS_FOR_EVER,          /* an attempt whose questions fail has no end */
	STARTS_ON_A_POLL,        /* the next node begins at the next of the looks, one every ten seconds */
	/* What users of operators have met. */
	BY_ITS_OWN_WORD,         /* nobody's view of the others counts */
	BY_ONE_VIEW,             /* what one member sees holds for all */
	BY_THE_PORT,             /* a node that serves CQL is up */
	GATE_ONCE,               /* before the first act alone */
	NO_OVERRIDE,
	ALL_RACKS,               /* one unit, and no limit */
	EDIT_BEGINS,             /* a finished operation whose object is edited begins again */
	ONE_TOO_MANY,            /* over the limit */
	FORGETS_AT_WORK,         /* a lane at work is read as one that is done */
	NO_WINDOW,               /* a moment is enough */
	STALE_HEALTH,            /* whatever was heard of the ring once is as good as new */
	DRAIN_NOT_AWAITED,
};

/* The one that is in the core now. */
extern enum mutant mutant;

/* A run in which one shows. 'wrong' is what the judgement says; "": nothing. */
typedef void play(uint64_t seed, char *wrong, size_t size);

/* One of them, and how it is caught. */
struct defect {
	enum mutant mutant;
	const char *name;
	const char *invariant;       /* what the judgement says; several, separated by "|" */
	play *play;
};

/* hunt.c: is each caught within so many seeds? Prints a line for each and how many are; the environment's MUTANT="no gate"
 * tries that one alone. */
void each_is_caught(const struct defect *defects, size_t count, uint64_t seeds);
/* Without a defect the same runs have nothing to complain of: else one that always complains would catch everything. */
void the_sound_core_passes(const struct defect *defects, size_t count, uint64_t seeds);

/* plays.c */
play with_faults, with_faults_and_two, with_garbled_nodes, with_others, calmly, two_at_once, late_acts, two_leaders,
    a_takeover_lost, an_isolation_meanwhile, restart_in_a_window, restart_in_a_window_untold, frozen_with_a_node_down,
    a_majority_of_voters, a_crash_somewhere, a_roll_of_one, an_outside_service;
/* defects_policy.c */
play with_policy;
/* defects_truth.c */
play with_a_stray_schema, with_an_annotated_lease;
/* defects_join.c */
play nodes_are_added;
/* defects_shards.c */
play others_join;
/* defects_gate.c */
play frozen_with_a_dead_node, a_dead_node_is_removed, one_repair_behind_another, an_isolated_node_tells,
    upgraded_meanwhile;
struct op;
struct step;
/* What the gate says of it when it is down, with a defect of that kind. */
enum gate spare_the_dead(const struct op *op, const struct step *step, enum gate gate);
/* plays_cass.c, plays_issues.c: one scene for each defect. */
play cass_1, cass_2, cass_3, cass_4, cass_5, cass_6, cass_7, cass_8, cass_9;
play issue_1, issue_3, issue_4, issue_5, issue_6, issue_7, issue_8, issue_9, issue_10, issue_11, issue_12;

/* For plays: a scene that has begun, and its end: what the play has seen itself, or else the judgement. 'own' NULL: the
 * order of the six nodes is judged as well. */
struct scene;
struct scene_config;
struct scene *play_begin(struct scene_config config, uint64_t seed);
void play_end(struct scene *scene, const char *own, char *wrong, size_t size);
