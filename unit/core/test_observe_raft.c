/* Group0's quorum: of several words of the last half minute the newest counts. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":3,\"concurrencyUnit\":\"all\",\"steps\":["
    "{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

/* 'status' 0: no answer. */
static void
answer_barriers(struct small *small, int status)
{
	for (size_t i = 0; i < RAFT_ASKED; i++)
		if (small->cluster->raft.slots[i].request)
			small_answer(small, small->cluster->raft.slots[i].request, status ? OUTCOME_ANSWERED : OUTCOME_TIMEOUT,
			    status, status == 200 ? "" : "there is no raft quorum");
	small_settle(small);
}

static enum gate
judge(struct small *small, size_t lane)
{
	return gate_check(small->core, small->op, small->op->lanes[lane].step);
}

/* db-a-1 has confirmed it; then db-b-1, asked for db-a-1's sake, denies it. */
static struct small
denied(int status)
{
	struct small small = small_begun(registry, workflow, NULL);

	small_at(&small, 10);
	CHECK_INT(judge(&small, 0), GATE_ASKING);
	answer_barriers(&small, status);
	return small;
}

static void
a_newer_no_counts_and_not_an_older_yes(void **state)
{
	struct small small = denied(500);

	(void)state;
	CHECK_INT(judge(&small, 0), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "there is no raft quorum");
	CHECK_INT(judge(&small, 2), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "db-b-1 does not confirm");
	/* Nor for itself: of who stays somebody is asked anew. */
	small_at(&small, 20);
	CHECK_INT(judge(&small, 1), GATE_ASKING);
	answer_barriers(&small, 200);
	CHECK_INT(judge(&small, 1), GATE_OPEN);
	small_close(&small);
}

/* One that does not answer denies nothing for long, but what was heard before is not good enough any more. */
static void
after_a_silence_another_is_asked_anew(void **state)
{
	struct small small = denied(0);

	(void)state;
	CHECK_INT(judge(&small, 2), GATE_CLOSED);
	small_at(&small, 1100);
	CHECK_INT(judge(&small, 2), GATE_ASKING);
	answer_barriers(&small, 200);
	CHECK_INT(judge(&small, 2), GATE_OPEN);
	small_close(&small);
}

/* And one yes after it is enough. */
static void
a_newer_yes_counts(void **state)
{
	struct small small = denied(500);

	(void)state;
	small_at(&small, 20);
	CHECK_INT(judge(&small, 1), GATE_ASKING);
	answer_barriers(&small, 200);
	small_at(&small, 30);
	CHECK_TEXT(small.cluster->raft.told.asked, "db-c-1");
	CHECK_INT(judge(&small, 0), GATE_OPEN);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_newer_no_counts_and_not_an_older_yes),
		cmocka_unit_test(after_a_silence_another_is_asked_anew),
		cmocka_unit_test(a_newer_yes_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
