/* Who was down for longer than hints are kept holds others back: what is known of it, and from where. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "cluster.h"
#include "journal_private.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":3,\"concurrencyUnit\":\"all\",\"steps\":["
    "{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

static void
note(struct small *small)
{
	ring_note_down(small->cluster->ring, small->core->now.wall_ms);
	hints_note(small->core, small->cluster);
}

static struct small
open_small(void)
{
	struct small small = small_begun(registry, workflow, NULL);

	turn_join(small.core, small.op);
	note(&small);
	return small;
}

static void
go_down(struct small *small, const char *node, int64_t from_ms)
{
	small_at(small, from_ms);
	small_sweep(small);
	small_crash(small, node);
	note(small);
}

static void
stay_down(struct small *small, const char *node, int64_t until_ms)
{
	small_at(small, until_ms);
	small_sweep(small);
	small_crash(small, node);
	note(small);
}

static void
come_up(struct small *small, int64_t at_ms)
{
	small_at(small, at_ms);
	small_sweep(small);
	note(small);
}

/* Down from now on, for so long; by nobody's doing that this operation knows of. */
static void
be_away(struct small *small, const char *node, int64_t from_ms, int64_t ms)
{
	go_down(small, node, from_ms);
	come_up(small, from_ms + ms);
}

static bool
suffice(struct small *small, size_t lane)
{
	char why[MESSAGE];

	return hints_suffice(small->op, &small->op->lanes[lane], why, sizeof why);
}

static void
what_nobody_ordered_counts_as_well(void **state)
{
	struct small small = open_small();
	char why[MESSAGE];

	(void)state;
	be_away(&small, "db-c-1", SECONDS(1), HOURS(3));
	CHECK(suffice(&small, 0));
	be_away(&small, "db-c-1", HOURS(4), HOURS(3) + SECONDS(1));
	CHECK(!hints_suffice(small.op, &small.op->lanes[0], why, sizeof why));
	CHECK_CONTAINS(why, "db-c-1 needs a repair, it was down for 3h1s until");
	CHECK_CONTAINS(why, "hints are kept for 3h");
	CHECK(!hints_suffice(small.op, NULL, why, sizeof why));
	small_close(&small);
}

static void
one_that_is_down_still_counts_as_well(void **state)
{
	struct small small = open_small();
	char why[MESSAGE];

	(void)state;
	go_down(&small, "db-c-1", SECONDS(1));
	stay_down(&small, "db-c-1", SECONDS(1) + HOURS(3));
	CHECK(suffice(&small, 0));
	stay_down(&small, "db-c-1", SECONDS(2) + HOURS(3));
	CHECK(!hints_suffice(small.op, &small.op->lanes[0], why, sizeof why));
	CHECK_CONTAINS(why, "db-c-1 needs a repair, it has been down since ");
	CHECK_CONTAINS(why, "hints are kept for 3h: bring it back");
	/* What it needs may be done to it; and no repair helps it yet. */
	CHECK(suffice(&small, 2));
	CHECK_INT(hints_oldest_ms(small.cluster), 0);
	small_close(&small);
}

static void
acknowledge(struct small *small, const char *text)
{
	free(small->op->object->acknowledge);
	small->op->object->acknowledge = xstrdup(text);
	hints_acknowledge(small->core, small->op);
}

/* What somebody says of one that is down is not that it has been repaired. Another controller knows it, too. */
static void
one_that_is_down_may_be_accepted_until_it_is_up(void **state)
{
	struct small small = open_small();
	struct lane *lane = &small.op->lanes[2];
	struct buf text = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	(void)state;
	lane->held = true;
	go_down(&small, "db-c-1", SECONDS(1));
	lane->down_wall_ms = small.core->now.wall_ms;
	stay_down(&small, "db-c-1", HOURS(4));
	CHECK(!suffice(&small, 0));
	hints_hold(small.op);
	acknowledge(&small, "its host is being mended");
	CHECK(suffice(&small, 0));
	stay_down(&small, "db-c-1", HOURS(9));
	CHECK(suffice(&small, 0));
	record_lane(lane, &text);
	CHECK_CONTAINS(buf_str(&text), "\"downAccepted\":true");
	hints_drop(small.cluster);
	lane->recalled = true;
	stay_down(&small, "db-c-1", HOURS(10));
	CHECK(suffice(&small, 0));
	come_up(&small, HOURS(11));
	CHECK(!suffice(&small, 0));
	hints_hold(small.op);
	acknowledge(&small, "repaired");
	CHECK(suffice(&small, 0));
	buf_done(&text);
	small_close(&small);
}

/* It is the one that lacks writes: nothing is lost with it. */
static void
the_node_itself_may_be_taken_down(void **state)
{
	struct small small = open_small();

	(void)state;
	be_away(&small, "db-c-1", SECONDS(1), HOURS(4));
	CHECK(!suffice(&small, 1));
	CHECK(suffice(&small, 2));
	small_close(&small);
}

static void
a_node_that_is_down_by_us_already_is_finished(void **state)
{
	struct small small = open_small();

	(void)state;
	be_away(&small, "db-c-1", SECONDS(1), HOURS(4));
	small.op->lanes[0].held = true;
	CHECK(!suffice(&small, 0));
	small.op->lanes[0].touched = true;
	CHECK(suffice(&small, 0));
	small_close(&small);
}

static void
a_longer_window_is_obeyed_at_once(void **state)
{
	struct small small = open_small();

	(void)state;
	be_away(&small, "db-c-1", SECONDS(1), HOURS(4));
	small.cluster->target->hint_window_ms = HOURS(5);
	CHECK(suffice(&small, 0));
	small_close(&small);
}

static void
a_clock_that_is_set_makes_none(void **state)
{
	struct small small = open_small();

	(void)state;
	small_at(&small, SECONDS(1));
	small_crash(&small, "db-c-1");
	note(&small);
	small_at(&small, SECONDS(30));
	small.core->now.wall_ms += HOURS(9);
	small_sweep(&small);
	note(&small);
	CHECK(suffice(&small, 0));
	small_close(&small);
}

/* What a later operation, or another controller, finds in the TargetCluster's status. */
static void
the_status_of_the_cluster_tells_it_on(void **state)
{
	struct small small = open_small();
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&text);
	struct target target = {0};

	(void)state;
	be_away(&small, "db-c-1", SECONDS(1), HOURS(4));
	json_open(&out, NULL);
	hints_put(small.cluster, &out);
	json_close(&out);
	CHECK_CONTAINS(buf_str(&text), "{\"repairNeeded\":[{\"name\":\"db-c-1\",\"hostId\":\"");
	hints_load(small.cluster, &target);
	CHECK(suffice(&small, 0));
	target.noutages = 1;
	target.outages = &(struct target_outage){(char *)(uintptr_t)"db-c-1", (char *)(uintptr_t)small_nodes[2].host_id, 1000,
	    1000 + HOURS(4)};
	hints_load(small.cluster, &target);
	CHECK(!suffice(&small, 0));
	/* Its host id is no member any more. */
	free(small.cluster->hints.list[0].host_id);
	small.cluster->hints.list[0].host_id = xstrdup("gone");
	note(&small);
	CHECK(suffice(&small, 0));
	buf_done(&text);
	small_close(&small);
}

/* As a journal is read: what an older build wrote says nothing. */
static void
recall(struct small *small, int64_t down_ms, int64_t up_ms)
{
	struct lane *lane = &small->op->lanes[2];

	lane->held = lane->recalled = true;
	lane->down_wall_ms = down_ms ? small->core->now.wall_ms - down_ms : 0;
	lane->up_wall_ms = up_ms ? small->core->now.wall_ms - up_ms : 0;
}

static void
the_journal_tells_what_was_before(void **state)
{
	static const struct {
		int64_t down_ms, up_ms;
		bool suffices;
	} rows[] = {{0, 0, true}, {HOURS(2), 0, true}, {HOURS(4), 0, false}, {HOURS(9), HOURS(5), false}, {-HOURS(9), 0, true}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct small small = open_small();

		recall(&small, rows[i].down_ms, rows[i].up_ms);
		note(&small);
		if (suffice(&small, 0) != rows[i].suffices)
			CHECK_FAIL("row %zu", i);
		small_close(&small);
	}
}

static void
it_is_journaled_with_the_lane(void **state)
{
	struct small small = open_small();
	struct lane *lane = &small.op->lanes[2];
	struct buf text = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	(void)state;
	lane->held = true;
	be_away(&small, "db-c-1", SECONDS(1), HOURS(4));
	CHECK_INT(lane->up_wall_ms, small.core->now.wall_ms);
	CHECK_INT(lane->down_wall_ms, lane->up_wall_ms - HOURS(4));
	record_lane(lane, &text);
	CHECK_CONTAINS(buf_str(&text), "\"downFrom\":");
	CHECK_CONTAINS(buf_str(&text), "\"upAt\":");
	buf_done(&text);
	small_close(&small);
}

/* Seen up at 4 h 1 s: what was begun before leaves it as it is. */
static void
a_repair_that_is_seen_lifts_it(void **state)
{
	struct small small = open_small();
	struct lane *lane = &small.op->lanes[2];
	int64_t up_ms;

	(void)state;
	lane->held = true;
	CHECK_INT(hints_oldest_ms(small.cluster), 0);
	be_away(&small, "db-c-1", SECONDS(1), HOURS(4));
	up_ms = small.core->now.wall_ms;
	CHECK_INT(hints_oldest_ms(small.cluster), up_ms);
	hints_repaired(small.core, small.cluster, up_ms - 1, "a repair");
	CHECK(!suffice(&small, 0));
	hints_repaired(small.core, small.cluster, up_ms, "a repair");
	CHECK(suffice(&small, 0));
	CHECK_INT(lane->down_wall_ms, 0);
	CHECK_INT(lane->up_wall_ms, 0);
	CHECK_INT(hints_oldest_ms(small.cluster), 0);
	/* One that is down now is no matter of a repair yet. */
	small_crash(&small, "db-b-1");
	note(&small);
	hints_repaired(small.core, small.cluster, up_ms + HOURS(1), "a repair");
	CHECK_INT(small.cluster->hints.count, 1);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_ordered_counts_as_well),
		cmocka_unit_test(one_that_is_down_still_counts_as_well),
		cmocka_unit_test(one_that_is_down_may_be_accepted_until_it_is_up),
		cmocka_unit_test(the_node_itself_may_be_taken_down),
		cmocka_unit_test(a_node_that_is_down_by_us_already_is_finished),
		cmocka_unit_test(a_longer_window_is_obeyed_at_once),
		cmocka_unit_test(a_clock_that_is_set_makes_none),
		cmocka_unit_test(the_status_of_the_cluster_tells_it_on),
		cmocka_unit_test(the_journal_tells_what_was_before),
		cmocka_unit_test(it_is_journaled_with_the_lane),
		cmocka_unit_test(a_repair_that_is_seen_lifts_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
