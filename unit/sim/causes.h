/* What the sentences of a status claim, and whether it is so: one function for each kind of claim, over the world's models
 * and over what went wrong on the way to them. */
#pragma once

#include "effect.h"
#include "silence.h"

enum { CAUSE_RECENT_MS = 6000 };      /* two questions, each with its deadline, and telling it */

typedef bool cause_truth(const struct claim *claim);

struct cause {
	const char *pattern;
	cause_truth *truth;
};

/* causes_node.c: said of the lane's node, or of the first that is named. */
cause_truth cause_called_down, cause_seen_down, cause_says_mode, cause_gossips_not, cause_silent, cause_garbled,
    cause_not_voting, cause_alone, cause_nobody_votes, cause_short, cause_counted, cause_voters_gone, cause_no_barrier,
    cause_barrier_failed, cause_long_down, cause_schema, cause_somebody_silent, cause_lane_silent, cause_lane_no_cql,
    cause_lane_left, cause_somebody_left, cause_work, cause_window, cause_compactions, cause_draining,
    cause_to_be_normal, cause_asked, cause_host_asked;
/* causes_host.c */
cause_truth cause_host_away, cause_lane_host_away, cause_unit_busy, cause_unit_state, cause_act_on_its_way,
    cause_act_may_arrive, cause_act_unknown, cause_act_open, cause_taken_over, cause_act_accepted, cause_retried;
/* causes_join.c: of nodes that are not in the ring yet, and of programs on hosts. */
cause_truth cause_outside, cause_lane_outside, cause_program_runs, cause_host_command;
/* causes_join.c: of requests to servers outside. */
cause_truth cause_request_open, cause_request_not_sent;
/* causes_peer.c: of the operation and those it depends on. */
cause_truth cause_redis_away, cause_redis_asked, cause_journal_awaited, cause_journal_lost, cause_strays,
    cause_journal_edited, cause_refused, cause_not_rebuilt, cause_api_away,
    cause_frozen, cause_suspended, cause_cancelled, cause_behind, cause_until, cause_approval, cause_gate_paused,
    cause_asking_nodes, cause_asking_hosts, cause_normal, cause_ending, cause_read_again, cause_not_planned, cause_no_target;

/* Of the act that the lane's journal has; NULL: none. */
const char *cause_act_state(const struct claim *claim, const char *verb);
/* A request to the node or its host has no answer yet. */
bool cause_is_asked(const struct claim *claim, int node, enum effect_kind kind);
/* A step's or a lane's name in the journal: is it of that node? Its address stands for it if it came after the inventory. */
bool cause_is_of(const struct claim *claim, const char *step, int node);
/* It has moved or left: at the address that it was asked at there may be nobody any more. */
bool cause_is_gone(const struct claim *claim, int node);
bool cause_is_recent(const struct claim *claim, int64_t ms);
/* The node that it is about; -1: none. */
int cause_node(const struct claim *claim);
