/* What goes wrong with a simulated node beside what model.h has: a drain, a boot, answers, the network between two.
 * Facts: scylla.md §1.4.1, §5.3, §5.6. */
#pragma once

#include "model.h"

/* The node's drains stay in DRAINING, also one that is its process' end: systemd kills that after 900 s. Off: the one
 * that hangs ends. */
void sim_drain_hang(struct sim *sim, int64_t now, size_t node, bool on);
/* The node's drains fail with the text, and the mode stays DRAINING; "": they do not. */
void sim_drain_fail(struct sim *sim, int64_t now, size_t node, const char *text);
/* The next so many boots end before systemd hears of READY. */
void sim_boot_fail(struct sim *sim, size_t node, unsigned times);
/* Boots take so much longer, in ms at speed 1: the commit log's replay. */
void sim_boot_slow(struct sim *sim, size_t node, int64_t ms);
/* The process dies and its data are gone. A member's next boot is refused, since its address is known; who has left may
 * join as a new node. */
void sim_wipe(struct sim *sim, int64_t now, size_t node);

/* What stands in for REST answers: a proxy's page, the first half, nothing, 500 for all, JSON of another kind, more than
 * anybody wants. */
enum sim_garbage {
	SIM_GARBAGE_NONE, SIM_GARBAGE_HTML, SIM_GARBAGE_HALF, SIM_GARBAGE_EMPTY, SIM_GARBAGE_ERRORS, SIM_GARBAGE_OTHER,
	SIM_GARBAGE_HUGE,
};
void sim_garbage(struct sim *sim, size_t node, enum sim_garbage garbage);
enum sim_garbage sim_garbage_of(const struct sim *sim, size_t node);

/* Nothing gets from one to the other, either way. Others are not concerned: views disagree. */
void sim_cut(struct sim *sim, int64_t now, size_t a, size_t b, bool on);
bool sim_is_cut(const struct sim *sim, size_t a, size_t b);

/* What salt-call does on the node's host. */
struct sim_salt {
	int64_t ms;             /* a highstate's time at speed 1; 0: 20 s */
	int64_t busy;           /* for so long, at speed 1, somebody else's runs */
	unsigned states;        /* 0: a dozen */
	bool leaves;            /* scylla-server as it is; else it is started when it does not run */
	char fails[SIM_NAME];   /* the state that fails; "": none */
};
void sim_salt(struct sim *sim, int64_t now, size_t node, const struct sim_salt *salt);
