/* Defects that others have had: nine of cass-operator, read in its source, and twelve that users of operators, or of
 * ScyllaDB, have reported. Each is put into our core, and a scene of its own says what a user would have seen. */
#include "check.h"

#include "alloc.h"
#include "defects.h"

enum { SEEDS_MOST = 3 };

static const struct defect defects[] = {
	{UNKNOWN_RACK_IS_ALL, "cass-1 a rack that matches nothing restarts all",
	    "no node is in targets.zones, and 6", cass_1},
	{END_OUT_OF_STEP, "cass-2 two writes at the end, a crash between, for ever out of step",
	    "I8: neither ended", cass_2},
	{START_OUT_OF_STEP, "cass-3 the same at the start",
	    "I8: neither ended", cass_3},
	{PROBLEM_IN_THE_LOG, "cass-4 no job is named, and it loops unseen",
	    "it names no task, and its status says \"\"", cass_4},
	{FAILED_IS_COMPLETE, "cass-5 a failed task is Complete",
	    "phase Failed, and the condition Succeeded is True", cass_5},
	{CHECK_THEN_ACT, "cass-6 two that are created together are both active",
	    "two operations are at work at once", cass_6},
	{ONE_WORKER, "cass-7 one slow node stalls every cluster",
	    "beside a cluster that does not answer", cass_7},
	{POLLS_FOR_EVER, "cass-8 an error of polling is retried for ever",
	    "a wait of one minute has not ended", cass_8},
	{STARTS_ON_A_POLL, "cass-9 the next node starts on a poll",
	    "ms after db-", cass_9},
	{BY_ITS_OWN_WORD, "issue-1 the next restarts before peers see the last one up", /* scylla-operator#1077 */
	    "I2", issue_1},
	{BY_ONE_VIEW, "issue-2 up in one view is not up in the others'", /* scylladb#13156 */
	    "I2", issue_1},
	{BY_THE_PORT, "issue-3 only the CQL port is looked at", /* scylladb#18647 */
	    "is told stable while", issue_3},
	{GATE_ONCE, "issue-4 another node dies in the middle of a roll", /* scylladb#8275 */
	    "and another node is drained", issue_4},
	{NO_OVERRIDE, "issue-5 a broken cluster cannot be restarted by a person's word", /* scylla-operator#1108 */
	    "overridden, and db-a-1 is held", issue_5},
	{ALL_RACKS, "issue-6 all racks restart in parallel", /* scylla-operator#340 */
	    "two zones|out of order", issue_6},
	{EDIT_BEGINS, "issue-7 an edit begins a roll while a node is missing", /* scylla-operator#1570 */
	    "edited after its end", issue_7},
	{ONE_TOO_MANY, "issue-8 two of a rack are down at once", /* cass-operator#382 */
	    "1 others are down, the limit is 1", issue_8},
	{FORGETS_AT_WORK, "issue-9 an upgrade of the operator takes two nodes down", /* k8ssandra#1432 */
	    "1 others are down, the limit is 1", issue_9},
	{NO_WINDOW, "issue-10 healthy for a moment counts as healthy", /* kubeblocks#8078 */
	    "before db-a-1 has been up for its window", issue_10},
	{STALE_HEALTH, "issue-11 stale health lets the roll go on", /* fdb-kubernetes-operator#1236 */
	    "I2", issue_11},
	{DRAIN_NOT_AWAITED, "issue-12 stopped before the drain has ended", /* scylla-operator#982 */
	    "is stopped before its drain is done", issue_12},
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
	the_sound_core_passes(defects, ARRAY_LEN(defects), getenv("STRAIT_QUICK") ? 1 : SEEDS_MOST);
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
