/* How each kind of fault begins and ends. */
#pragma once

#include "faults.h"

typedef void fault_hand(struct faults *faults, const struct fault *fault);

fault_hand hand_crash, hand_stop, hand_pause;
fault_hand hand_api_away, hand_api_restart, hand_api_cut, hand_compact;
fault_hand hand_redis_away, hand_redis_break, hand_redis_cut, hand_redis_falls_behind, hand_redis_fails_over,
    hand_redis_flush, hand_redis_lost;
fault_hand hand_lease_deleted, hand_lease_annotated;
fault_hand hand_jump;
fault_hand hand_node_crashes, hand_node_returns, hand_hang, hand_unhang, hand_slow, hand_quick, hand_lag, hand_unlag,
    hand_host_away, hand_host_back, hand_ssh_lost, hand_ssh_found, hand_schema, hand_restart;
fault_hand hand_freeze, hand_thaw, hand_suspend, hand_resume, hand_retry, hand_cancel;

/* fault_nodes.c */
/* The cluster of the node that it befalls. */
struct sim *fault_sim(const struct faults *faults, const struct fault *fault);
fault_hand hand_drain_hangs, hand_drain_goes_on, hand_drain_fails, hand_drain_works, hand_boot_fails, hand_boot_works,
    hand_boot_slow, hand_boot_quick, hand_stop_hangs, hand_stop_goes_on, hand_mask, hand_unmask, hand_garbage, hand_plain;

/* fault_members.c */
fault_hand hand_decommission, hand_add, hand_remake, hand_node_lost, hand_remove, hand_readdress, hand_repair,
    hand_cleanup, hand_stray, hand_unstray, hand_cut_off, hand_joined_again, hand_cut_line, hand_mend_lines,
    hand_cut_zones, hand_mend_zones, hand_migrate;
