/* One act at a time on a host. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char starting[] = "{\"steps\":[{\"eachNode\":{\"concurrencyUnit\":\"all\",\"concurrencyLimit\":3,\"steps\":["
    "{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

static struct small
open_small(void)
{
	const struct small_config config = {.core = small_core_config(registry), .workflow = starting};
	struct small small;

	small_open(&small, &config);
	small.op->status.running_acknowledged = small.op->object->meta.has_finalizer = true;
	small_sweep(&small);
	return small;
}

/* An operation of another cluster with the same plan: its nodes are on the same hosts. */
static struct op *
add(struct small *small)
{
	static const char text[] = "{\"metadata\":{\"name\":\"other\",\"namespace\":\"ops\",\"uid\":\"uid-other\","
	    "\"resourceVersion\":\"1\"},\"spec\":{\"cluster\":\"another\",\"workflow\":\"own\"}}";
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);
	struct op *op;

	operation_kind.seen(small->core, NULL, object, 1);
	HASH_FIND_STR(small->core->ops, "uid-other", op);
	op->cluster = small->cluster;
	op->plan = plan_decode(small->op->plan->text, registry, NULL);
	op->started = op->accepted = op->journal.taken = op->object->meta.has_finalizer = true;
	op->status.running_acknowledged = true;
	op->journal.epoch = 1;
	roll_start(small->core, op);
	return op;
}

/* The lane's step has asked for its act in this pass. */
static struct step *
wanted(struct small *small, struct op *op, size_t lane)
{
	struct step *step = step_new(op, &op->lanes[lane], &op->lanes[lane].block->steps[0]);
	struct act_record *act;

	op->lanes[lane].state = LANE_RUNNING;
	op->lanes[lane].step = step;
	step_run(small->core, op, step);
	act = act_add(step, "start");
	act->target = xstrdup("start scylla-server");
	act->channel = 'h';
	act->kind = ACT_ONCE;
	act->view.answer = xstrdup("");
	act->fresh = true;
	return step;
}

static void
the_later_one_waits_and_says_for_whom(void **state)
{
	static const enum act_state locking[] = {ACT_INTENDED, ACT_SENT, ACT_UNKNOWN};
	static const enum act_state over[] = {ACT_ANSWERED, ACT_REFUSED, ACT_NOT_SENT, ACT_NONE};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(locking); i++)
		for (size_t j = 0; j < ARRAY_LEN(over); j++) {
			struct small small = open_small();
			struct op *other = add(&small);
			struct step *first = wanted(&small, small.op, 1), *second = wanted(&small, other, 1);
			struct step *elsewhere = wanted(&small, other, 2);

			first->acts[0].view.state = locking[i];
			first->acts[0].fresh = false;
			acts_run(small.core, other, second);
			CHECK_INT(second->acts[0].view.state, ACT_NONE);
			CHECK(second->gated && second->acts[0].fresh);
			CHECK_TEXT(second->message, "host 10.0.0.2 is in use by restart (systemd-start-service)");
			acts_run(small.core, other, elsewhere);
			CHECK_INT(elsewhere->acts[0].view.state, ACT_INTENDED);
			first->acts[0].view.state = over[j];
			acts_run(small.core, other, second);
			CHECK_INT(second->acts[0].view.state, ACT_INTENDED);
			CHECK(!second->gated);
			small_close(&small);
		}
}

/* Nothing of it can arrive any more: whoever waits for a person to look at it stands in nobody's way. */
static void
an_unknown_act_locks_until_it_has_settled(void **state)
{
	struct small small = open_small();
	struct op *other = add(&small);
	struct step *first = wanted(&small, small.op, 1), *second = wanted(&small, other, 1);

	(void)state;
	first->acts[0].view.state = ACT_UNKNOWN;
	first->acts[0].fresh = false;
	CHECK(!hostlock_take(small.core, second));
	CHECK(hostlock_take(small.core, first));        /* nobody's but its own */
	first->acts[0].view.settled = true;
	CHECK(hostlock_take(small.core, second));
	small_close(&small);
}

/* Two nodes of one cluster may share a host. */
static void
a_shared_host_is_one(void **state)
{
	struct small small = open_small();
	struct ring *ring = small.cluster->ring;
	int member = ring_find_host_id(ring, small.op->plan->nodes[2].host_id);
	struct step *first, *second;

	(void)state;
	/* Where the ring has it, whatever was planned. */
	if (member < 0)
		CHECK_FAIL("db-c-1 is no member");
	snprintf(ring->members[member].address, sizeof ring->members[member].address, "10.0.0.2");
	first = wanted(&small, small.op, 1);
	second = wanted(&small, small.op, 2);
	acts_run(small.core, small.op, first);
	acts_run(small.core, small.op, second);
	CHECK_INT(first->acts[0].view.state, ACT_INTENDED);
	CHECK_INT(second->acts[0].view.state, ACT_NONE);
	CHECK_CONTAINS(second->message, "in use by restart");
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_later_one_waits_and_says_for_whom),
		cmocka_unit_test(an_unknown_act_locks_until_it_has_settled),
		cmocka_unit_test(a_shared_host_is_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
