/* Whose turn it is: the order of a cluster's queue from what the journal and the objects say, and what the waiting say. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\","
    "\"with\":{\"service\":\"scylla-server\"}}]}}]}";

/* "restart" has begun, and is the oldest. */
static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};

	small_open(&small, &config);
	small_sweep(&small);
	small.op->has_turn = true;
	turn_join(small.core, small.op);
	return small;
}

/* One more, which has not begun. */
static struct op *
add(struct small *small, const char *name, int64_t created_ms, const char *knobs)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"ops\",\"uid\":\"uid-%s\","
	    "\"resourceVersion\":\"1\"},\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":\"own\"%s}}", name, name, knobs);
	CLEANUP_FREE char *uid = xasprintf("uid-%s", name);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);
	struct op *op;

	operation_kind.seen(small->core, NULL, object, 1);
	HASH_FIND_STR(small->core->ops, uid, op);
	op->cluster = small->cluster;
	op->object->meta.created_ms = created_ms;
	turn_join(small->core, op);
	return op;
}

static void
queue_is(struct small *small, const char *expected)
{
	CLEANUP_BUF struct buf names = BUF_INIT(BUF_MAX_LINE);

	turn_join(small->core, small->cluster->queue[0]);
	for (size_t i = 0; i < small->cluster->nqueue; i++)
		buf_printf(&names, "%s%s", i ? " " : "", small->cluster->queue[i]->name);
	CHECK_TEXT(buf_str(&names), expected);
}

/* As if it had been taken in hand, without its plan. */
static void
begin(struct op *op, enum phase phase)
{
	op->started = true;
	op->phase = phase;
}

#define URGENT ",\"urgent\":true"

static void
an_urgent_one_waits_while_the_head_works(void **state)
{
	struct small small = open_small();

	(void)state;
	add(&small, "second", 100, "");
	add(&small, "urgent", 200, URGENT);
	queue_is(&small, "restart urgent second");
	small_close(&small);
}

static void
it_goes_between_while_the_head_stands(void **state)
{
	static const enum phase standing[] = {PHASE_FROZEN, PHASE_PAUSED, PHASE_AWAITING_APPROVAL};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(standing); i++) {
		struct small small = open_small();
		struct op *urgent;

		add(&small, "second", 100, "");
		add(&small, "later", 300, URGENT);
		urgent = add(&small, "urgent", 200, URGENT);
		small.op->phase = standing[i];
		queue_is(&small, "urgent later restart second");
		/* It has begun, and the head moves no more though its gate may be open. */
		begin(urgent, PHASE_RUNNING);
		small.op->phase = PHASE_RUNNING;
		queue_is(&small, "urgent restart later second");
		/* The second urgent one does not pass the first, which stands now. */
		begin(urgent, PHASE_FROZEN);
		small.op->phase = standing[i];
		queue_is(&small, "urgent later restart second");
		urgent->ended = true;
		urgent->phase = PHASE_SUCCEEDED;
		turn_leave(small.core, urgent);
		queue_is(&small, "later restart second");
		small_close(&small);
	}
}

/* Each of these a takeover would still see as somebody's work. */
static void
a_head_that_is_not_at_a_safe_point_keeps_the_turn(void **state)
{
	(void)state;
	for (int i = 0; i < 6; i++) {
		struct small small = open_small();
		struct lane *lane = &small.op->lanes[1];

		add(&small, "urgent", 200, URGENT);
		small.op->phase = PHASE_FROZEN;
		lane->state = LANE_RUNNING;
		queue_is(&small, "urgent restart");
		lane->step = step_new(small.op, lane, &lane->block->steps[0]);
		act_add(lane->step, "drain");
		if (i == 0)
			lane->held = true;
		else if (i == 1)
			lane->restoring = true;
		else if (i == 2)
			lane->step->acts[0].view.state = ACT_INTENDED;
		else if (i == 3)
			lane->step->acts[0].view.state = ACT_UNKNOWN;
		else if (i == 4)
			journal_put(small.op, "lane/1/db-a-1", "{}");
		else
			lane->touched = true;
		queue_is(&small, "restart urgent");
		small_close(&small);
	}
}

/* After a takeover: whoever has an act on its way is at work, though an older one has begun too. */
static void
the_order_is_the_journals(void **state)
{
	struct small small = open_small();
	struct op *older = add(&small, "older", -100, "");

	(void)state;
	begin(older, PHASE_FROZEN);
	queue_is(&small, "older restart");
	small.op->lanes[0].held = true;
	queue_is(&small, "restart older");
	/* A retried one waits for whoever is at work, and goes before those that have not begun. */
	small.op->lanes[0].held = false;
	begin(older, PHASE_QUEUED);
	add(&small, "new", -200, "");
	queue_is(&small, "restart older new");
	small_close(&small);
}

static void
an_end_with_a_node_down_keeps_the_cluster(void **state)
{
	struct small small = open_small();
	struct op *next = add(&small, "next", 100, ""), *urgent = add(&small, "urgent", 200, URGENT);

	(void)state;
	small.op->ended = true;
	small.op->phase = PHASE_FAILED;
	CHECK(!turn_is_kept(small.op));
	small.op->lanes[1].held = small.op->lanes[1].out_of_service = true;
	small_crash(&small, "db-b-1");
	CHECK(turn_is_kept(small.op));
	queue_is(&small, "restart urgent next");
	turn_explain(small.core, next);
	CHECK_INT(next->phase, PHASE_QUEUED);
	CHECK_TEXT(next->reason, "HeldBy");
	CHECK_TEXT(next->message, "held by restart: db-b-1 out of service");
	turn_explain(small.core, urgent);
	CHECK_TEXT(urgent->message, "held by restart: db-b-1 out of service");
	small_sweep(&small);
	turn_explain(small.core, next);
	CHECK_TEXT(next->message, "held by restart: db-b-1 is up: acknowledge");
	assert_int_equal(ring_set_mode(small.cluster->ring, 1, "\"DRAINED\"", 9, NULL), 0);
	turn_explain(small.core, next);
	CHECK_TEXT(next->message, "held by restart: db-b-1 drained");
	/* The operation's name gives way to the node's. */
	free(small.op->name);
	small.op->name = xstrdup("rolling-restart-of-the-whole-fleet-after-the-kernel-update");
	turn_explain(small.core, next);
	CHECK_INT(strlen(next->message), 60);
	CHECK_CONTAINS(next->message, ": db-b-1 drained");
	/* One that a person has left out, cancelled or acknowledged keeps nobody waiting. */
	small.op->lanes[1].state = LANE_SKIPPED;
	CHECK(!turn_is_kept(small.op));
	small.op->lanes[1].state = LANE_FAILED;
	small.op->object->cancel = true;
	CHECK(!turn_is_kept(small.op));
	small.op->object->cancel = false;
	small.op->released = true;
	CHECK(!turn_is_kept(small.op));
	small_close(&small);
}

static void
the_waiting_say_behind_whom(void **state)
{
	struct small small = open_small();
	struct op *second = add(&small, "second", 100, ""), *third = add(&small, "third", 200, "");
	struct op *urgent;

	(void)state;
	turn_explain(small.core, second);
	CHECK_TEXT(second->message, "position 1, behind restart");
	turn_explain(small.core, third);
	CHECK_TEXT(third->message, "position 2, behind restart");
	CHECK_TEXT(third->reason, "Queued");
	urgent = add(&small, "urgent", 300, URGENT);
	begin(urgent, PHASE_RUNNING);
	small.op->phase = PHASE_FROZEN;
	queue_is(&small, "urgent restart second third");
	turn_explain(small.core, small.op);
	CHECK_INT(small.op->phase, PHASE_FROZEN);
	CHECK_TEXT(small.op->message, "waits behind urgent, which is urgent");
	CHECK_TEXT(small.op->reason, "Behind");
	CHECK(!small.op->has_turn);
	small_close(&small);
}

/* What it had seen before somebody else was at work on the nodes it asks again. */
static void
the_turn_regained_begins_with_new_facts(void **state)
{
	struct small small = open_small();
	struct lane *lane = &small.op->lanes[0];

	(void)state;
	lane->state = LANE_RUNNING;
	lane->step = step_new(small.op, lane, &lane->block->steps[0]);
	step_run(small.core, small.op, lane->step);
	lane->step->stamp_checked = lane->step->host_checked = true;
	small_at(&small, 60000);
	turn_take(small.core, small.op);
	CHECK(lane->step->stamp_checked);        /* it has had it all the time */
	turn_explain(small.core, small.op);
	turn_take(small.core, small.op);
	CHECK(!lane->step->stamp_checked && !lane->step->host_checked);
	CHECK_INT(lane->step->counted_up_ms, small.core->now.up_ms);
	CHECK_INT(lane->step->task->round_up_ms, small.core->now.up_ms);
	small_close(&small);
}

/* After a takeover the one that has been read might not be the one that was at work. */
static void
nobody_goes_on_before_all_are_read(void **state)
{
	struct small small = open_small();
	struct op *other = add(&small, "other", 100, URGENT);

	(void)state;
	for (int i = 0; i < INFORMER_KINDS; i++)
		small.core->informers.kinds[i].synced = true;
	small.op->has_turn = false;
	small.op->phase = PHASE_FROZEN;
	free(other->object->phase);
	other->object->phase = xstrdup("Running");
	turn_leave(small.core, other);          /* its journal is on the way */
	small_settle(&small);
	op_kick(small.core, small.op);
	ops_run(small.core);
	CHECK(turn_is_ours(small.op) && !small.op->has_turn);
	other->journal.taken = true;
	op_kick(small.core, small.op);
	ops_run(small.core);
	CHECK(small.op->has_turn);
	small_close(&small);
}

/* Both have come while nobody led, or while the cluster was not ready. The older one's journal may be read last. */
static void
nobody_begins_before_an_older_one_is_read(void **state)
{
	struct small small = open_small();
	struct op *older = add(&small, "older", 100, ""), *younger = add(&small, "younger", 200, "");

	(void)state;
	for (int i = 0; i < INFORMER_KINDS; i++)
		small.core->informers.kinds[i].synced = true;
	turn_leave(small.core, small.op);
	small.op->ended = true;
	turn_leave(small.core, older);          /* its journal is on the way */
	older->accepted = younger->accepted = younger->journal.taken = true;
	small_settle(&small);
	op_kick(small.core, younger);
	ops_run(small.core);
	CHECK(turn_is_ours(younger) && !younger->has_turn);
	/* It has come, and is to be looked at after the younger one. */
	older->journal.taken = true;
	op_taken_over(small.core, older);
	older->accepted = true;
	op_kick(small.core, younger);
	ops_run(small.core);
	/* It has had its turn: its plan was to be made, of a Workflow that is not there. */
	CHECK(strstr(older->message, "no Workflow \"own\"") && !younger->has_turn);
	small_close(&small);
}

/* The journal may say that it has begun though its status never could. */
static void
nor_before_one_whose_status_tells_nothing(void **state)
{
	struct small small = open_small();
	struct op *urgent = add(&small, "urgent", 200, URGENT), *silent = add(&small, "silent", 300, "");

	(void)state;
	for (int i = 0; i < INFORMER_KINDS; i++)
		small.core->informers.kinds[i].synced = true;
	turn_leave(small.core, small.op);
	small.op->ended = true;
	turn_leave(small.core, silent);
	urgent->accepted = urgent->journal.taken = true;
	small_settle(&small);
	op_kick(small.core, urgent);
	ops_run(small.core);
	CHECK(turn_is_ours(urgent) && !urgent->has_turn);
	CHECK_TEXT(urgent->message, "waits for the journal of silent");
	/* What it says itself is wrong: it is never read. */
	silent->object->problem = xstrdup("spec: wrong");
	op_kick(small.core, urgent);
	ops_run(small.core);
	CHECK(strstr(urgent->message, "no Workflow"));
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_urgent_one_waits_while_the_head_works),
		cmocka_unit_test(it_goes_between_while_the_head_stands),
		cmocka_unit_test(a_head_that_is_not_at_a_safe_point_keeps_the_turn),
		cmocka_unit_test(the_order_is_the_journals),
		cmocka_unit_test(an_end_with_a_node_down_keeps_the_cluster),
		cmocka_unit_test(the_waiting_say_behind_whom),
		cmocka_unit_test(nobody_goes_on_before_all_are_read),
		cmocka_unit_test(nobody_begins_before_an_older_one_is_read),
		cmocka_unit_test(nor_before_one_whose_status_tells_nothing),
		cmocka_unit_test(the_turn_regained_begins_with_new_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
