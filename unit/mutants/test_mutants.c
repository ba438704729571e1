/* The controller with one defect at a time: does the simulation notice, and by the invariant that is there for it? The same
 * runs without a defect pass. MUTANT="no fence" tries that one alone. */
#include "check.h"

#include "alloc.h"
#include "defects.h"

enum { SEEDS_MOST = 200 };

static const struct defect defects[] = {
	{NO_FENCE, "no fence", "I3|I1", two_leaders},
	{SAME_EPOCH, "takeover without raising the epoch", "I3|I1", with_faults_and_two},
	{STATUS_UNHEARD, "takeover without the epoch that a status tells", "I3", a_takeover_lost},
	{NO_GATE, "no gate", "I2", with_faults},
	{NO_RAFT, "no raft-quorum", "I2", a_majority_of_voters},
	{NO_RESERVATION, "no reservation", "I2", two_at_once},
	{NO_INTENTS, "no intents", "I5", with_faults},
	{NO_SETTLE_TIME, "settle time 0", "I3|I1", late_acts},
	{UNKNOWN_IS_FAILED, "unknown treated as failed", "I1", late_acts},
	{UNKNOWN_IS_FAILED, "the same at a server outside", "I1", an_outside_service},
	{OLD_FACTS, "fact age ignored", "I2", an_isolation_meanwhile},
	{WINDOW_OVER_A_GAP, "window over a gap", "I16", restart_in_a_window},
	{WINDOW_OVER_A_GAP, "the same while Redis is away", "I16", restart_in_a_window_untold},
	{STATUS_FIRST, "status first", "I6", with_faults},
	{ENDS_UNTOLD, "an end is not told before it is let go", "I6", with_faults},
	{FREEZE_BLOCKS_STARTS, "freeze that also blocks starts", "I8", frozen_with_a_node_down},
	{DONE_AGAIN, "finished lane redone", "I4", with_faults},
	{NO_SCHEMA_AGREED, "no schema-agreed", "kind=schema", with_a_stray_schema},
	{LEASE_ALONE, "a Lease as if it were ours alone", "I7", with_an_annotated_lease},
	{STATUS_WITH_SPEC, "a status that carries a spec", "I7", calmly},
	{ENDS_WITHOUT_START, "a lane that ends without its start", "I8", a_roll_of_one},
	{SKIPS_UNFINISHED, "work not begun taken for done", "I15", a_crash_somewhere},
	{CHECK_THEN_ACT, "everybody's turn", "I10", with_others},
	{LAST_COME, "last come, first served", "I11", with_others},
	{DRY_RUN_ACTS, "a dry run that acts", "I12", with_others},
	{KEEPS_NOTHING, "nothing is held down after the end", "I13", with_others},
	{NO_THEN, "the next batch at once", "I14", with_others},
	{RESCUES_TWICE, "an onFailure done twice", "I14|kind=repeated", with_others},
	{NO_FINALLY, "no finally", "I14", with_others},
	{HASH_ORDER, "hash-order scheduling", "out of order|two zones", calmly},
	{SAYS_WHAT_IT_SAID, "an old reason stands", "I9", with_faults},
	{SLOW_IS_DOWN, "slow taken for down", "I9", with_garbled_nodes},
	{CONSISTENCY_IGNORED, "consistency ignored", "kind=quorum", with_policy},
	{DECIDED_FOR_ALL, "a decision for every keyspace", "kind=quorum", with_policy},
	{ANY_NUMBER_DOWN, "maxNodesDown ignored", "kind=too-many", with_policy},
	{FREEZE_SPARES_THE_DEAD, "a dead node is begun in a freeze", "frozen: db-a-1 is begun", frozen_with_a_dead_node},
	{TOPOLOGY_SPARES_THE_DEAD, "a dead node is begun while it is removed", "kind=topology", a_dead_node_is_removed},
	{A_PART_IS_ALL, "a part of what is under way taken for all", "kind=work", one_repair_behind_another},
	{ANYBODY_IS_A_WITNESS, "an isolated node tells of the cluster", "kind=topology", an_isolated_node_tells},
	{AN_OLD_RELEASE, "raft judged by the release before an upgrade", "kind=raft", upgraded_meanwhile},
	{GIVES_UP_AT_ONCE, "a shard given up with acts in flight", "I17", others_join},
	{JOINS_AT_ONCE, "two joiners at once", "kind=joiners", nodes_are_added},
};

static void
each_defect_is_caught(void **state)
{
	(void)state;
	each_is_caught(defects, ARRAY_LEN(defects), SEEDS_MOST);
}

static void
without_one_they_pass(void **state)
{
	(void)state;
	the_sound_core_passes(defects, ARRAY_LEN(defects), 3);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_one_they_pass),
		cmocka_unit_test(each_defect_is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
