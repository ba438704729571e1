/* The core with one defect at a time. The linker puts them in (-Wl,--wrap, see MUTATED in the Makefile), so that the core
 * knows nothing of them. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum mutant {
	SOUND,
	NO_FENCE,                /* Redis takes a write of any epoch */
	SAME_EPOCH,              /* a takeover does not raise it */
	NO_GATE,
	NO_RESERVATION,          /* nodes that are being taken down are not counted until they are seen down */
	NO_INTENTS,              /* an act leaves before its intent is acknowledged */
	NO_SETTLE_TIME,
	UNKNOWN_IS_FAILED,       /* after a takeover an act without a result counts as never sent */
	OLD_FACTS,               /* the gate takes facts of any age */
	WINDOW_OVER_A_GAP,       /* a success window goes on over a failure */
	STATUS_FIRST,            /* before the journal is acknowledged */
	FREEZE_BLOCKS_STARTS,
	DONE_AGAIN,              /* a finished lane is read as one to be done */
	HASH_ORDER,              /* nodes in the order of a hash */
};

/* The one that is in the core now. */
extern enum mutant mutant;

/* plays.c: runs in which they show. 'wrong' is what the judgement says; "": nothing. */
typedef void play(uint64_t seed, char *wrong, size_t size);
play with_faults, with_faults_and_two, calmly, two_at_once, late_acts, two_leaders, an_isolation_meanwhile,
    restart_in_a_window, frozen_with_a_node_down;
