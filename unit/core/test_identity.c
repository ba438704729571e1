/* A lane is bound to a host id: it follows its node, and leaves another one alone. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "lane.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"
#include "task.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":3,\"concurrencyUnit\":\"all\",\"steps\":["
    "{\"task\":\"scylla-drain\"},{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

static void
put_members(struct small *small, const char *body)
{
	assert_int_equal(ring_set_members(small->cluster->ring, body, strlen(body), NULL, NULL), 0);
}

/* The same host id elsewhere: acts and questions go there, and it is said once. */
static void
a_node_at_another_address_is_followed(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct lane *lane = &small.op->lanes[1];
	char why[MESSAGE];

	(void)state;
	CHECK_TEXT(lane_address(lane), "10.0.0.2");
	lane_follow(small.core, lane);
	CHECK_INT(small_count(&small, EFFECT_KUBE), 0);
	put_members(&small, "[{\"key\":\"10.0.0.1\",\"value\":\"00000000-0000-4000-8000-00000000000a\"},"
	    "{\"key\":\"10.0.9.2\",\"value\":\"00000000-0000-4000-8000-00000000000b\"},"
	    "{\"key\":\"10.0.0.3\",\"value\":\"00000000-0000-4000-8000-00000000000c\"}]");
	lane_follow(small.core, lane);
	lane_follow(small.core, lane);
	CHECK_TEXT(lane_address(lane), "10.0.9.2");
	CHECK_INT(small_count(&small, EFFECT_KUBE), 1);
	CHECK_CONTAINS(small_last(&small, EFFECT_KUBE)->kube.body, "db-b-1 has moved from 10.0.0.2 to 10.0.9.2");
	CHECK(!lane_is_displaced(small.core, lane, why, sizeof why));
	small_close(&small);
}

/* Another host id at the address: whoever it is, it is not the node that was planned. */
static void
another_node_at_the_address_is_not_touched(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct lane *lane = &small.op->lanes[1];
	char why[MESSAGE] = "";

	(void)state;
	put_members(&small, "[{\"key\":\"10.0.0.1\",\"value\":\"00000000-0000-4000-8000-00000000000a\"},"
	    "{\"key\":\"10.0.0.2\",\"value\":\"00000000-0000-4000-8000-0000000000ff\"}]");
	lane_follow(small.core, lane);
	CHECK_TEXT(lane_address(lane), "10.0.0.2");
	CHECK(lane_is_displaced(small.core, lane, why, sizeof why));
	CHECK_CONTAINS(why,
	    "db-b-1 is another node now: its address 10.0.0.2 is that of host id 00000000-0000-4000-8000-0000000000ff");
	CHECK(!lane_is_displaced(small.core, &small.op->lanes[0], why, sizeof why));
	/* It has left, and nobody is there: one who has not heard of it would say the same, for a while. */
	lane_follow(small.core, &small.op->lanes[2]);
	small.core->now.up_ms += 29000;
	lane_follow(small.core, &small.op->lanes[2]);
	CHECK(!lane_has_left(small.core, &small.op->lanes[2]));
	small.core->now.up_ms += 1000;
	CHECK(lane_has_left(small.core, &small.op->lanes[2]));
	CHECK(!lane_has_left(small.core, lane) && !lane_has_left(small.core, &small.op->lanes[0]));
	small_close(&small);
}

/* The start of db-b-1, asked for in the pass. */
static struct act_record *
want_start(struct small *small)
{
	struct lane *lane = &small->op->lanes[1];
	struct act_record *act;

	small->op->status.running_acknowledged = small->op->object->meta.has_finalizer = true;
	step_free(small->core, lane->step);
	lane->step = step_new(small->op, lane, &lane->block->steps[1]);
	lane->step->task = task_new(small->core, small->op, lane->step);
	lane->step->state = STEP_RUNNING;
	act = act_add(lane->step, "start");
	act->view.answer = xstrdup("");
	act->channel = 'h';
	act->target = xstrdup("start scylla-server");
	act->fresh = true;
	return act;
}

/* Not even an act that the gate does not judge. */
static void
no_act_leaves_for_another_node(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct act_record *act = want_start(&small);

	(void)state;
	put_members(&small, "[{\"key\":\"10.0.0.2\",\"value\":\"00000000-0000-4000-8000-0000000000ff\"}]");
	acts_run(small.core, small.op, small.op->lanes[1].step);
	CHECK_INT(act->view.state, ACT_NONE);
	/* It is there again. */
	put_members(&small, "[{\"key\":\"10.0.0.2\",\"value\":\"00000000-0000-4000-8000-00000000000b\"}]");
	acts_run(small.core, small.op, small.op->lanes[1].step);
	CHECK_INT(act->view.state, ACT_INTENDED);
	/* Acknowledged, and meanwhile it is not. */
	put_members(&small, "[{\"key\":\"10.0.0.2\",\"value\":\"00000000-0000-4000-8000-0000000000ff\"}]");
	small.op->journal.durable_ticket = act->ticket;
	acts_run(small.core, small.op, small.op->lanes[1].step);
	CHECK_INT(act->view.state, ACT_NOT_SENT);
	CHECK_CONTAINS(act->view.answer, "db-b-1 is another node now");
	CHECK_INT(small_count(&small, EFFECT_HOST), 0);
	small_close(&small);
}

/* A lane that has been begun, too. */
static void
no_act_leaves_for_another_cluster(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct act_record *act = want_start(&small);

	(void)state;
	small.op->lanes[1].touched = small.op->lanes[1].held = true;
	snprintf(small.cluster->cluster_name, sizeof small.cluster->cluster_name, "messages-stg");
	acts_run(small.core, small.op, small.op->lanes[1].step);
	CHECK_INT(act->view.state, ACT_NONE);
	CHECK(small.op->lanes[1].step->gated);
	CHECK_CONTAINS(small.op->closed_by, "answers as cluster \"messages-stg\"");
	snprintf(small.cluster->cluster_name, sizeof small.cluster->cluster_name, "%s", small.cluster->target->cluster_name);
	acts_run(small.core, small.op, small.op->lanes[1].step);
	CHECK_INT(act->view.state, ACT_INTENDED);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_node_at_another_address_is_followed),
		cmocka_unit_test(another_node_at_the_address_is_not_touched),
		cmocka_unit_test(no_act_leaves_for_another_node),
		cmocka_unit_test(no_act_leaves_for_another_cluster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
