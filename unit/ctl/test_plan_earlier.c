/* straitctl plan --not-done-by: what another operation has done is left out, and only when all of it is told. */
#include "check.h"

#include <string.h>

#include "alloc.h"
#include "args.h"
#include "at_hand.h"
#include "command.h"
#include "json.h"
#include "plan_cluster.h"
#include "plan_earlier.h"
#include "plan_make.h"
#include "plan_text.h"
#include "registry.h"
#include "rehearse.h"
#include "workflow.h"

static const char cluster_text[] = "kind: TargetCluster\nmetadata: {name: prd}\nspec: {}\nstatus:\n  nodes: 3/3\n  members:\n"
    "    - {name: db-a-1, address: 10.0.0.1, hostId: id-1, zone: dc/a, state: Up}\n"
    "    - {name: db-b-1, address: 10.0.0.2, hostId: id-2, zone: dc/b, state: Up}\n"
    "    - {name: db-c-1, address: 10.0.0.3, hostId: id-3, zone: dc/c, state: Up}\n";

#define OPERATION(phase, more) "{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"cluster\":\"prd\"},\"status\":" \
    "{\"phase\":\"" phase "\",\"planHash\":\"abc\",\"counts\":{\"total\":3}" more "}}"

static struct plan_cluster
read_cluster(void)
{
	struct plan_cluster cluster = {0};
	struct err err = {""};
	struct cJSON *object = plan_cluster_parse(cluster_text, strlen(cluster_text), NULL, &err);

	if (!object || plan_cluster_read(&cluster, object, &err) < 0)
		CHECK_FAIL("%s", err.text);
	return cluster;
}

static int
read_operation(struct plan_cluster *cluster, const char *text, struct err *err)
{
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);

	return plan_earlier_read(cluster, object, err);
}

static struct plan *
make(const struct plan_cluster *cluster, struct err *err)
{
	static const char type[] = "scylla-drain";
	struct workflow *workflow = workflow_of_task(type, "{}", true, err);
	struct at_hand hand = {.files = NULL};
	const struct args args = {.not_done_by = "roll"};
	struct plan *plan = plan_make(&args, workflow, cluster, &hand, err);

	at_hand_done(&hand);
	workflow_free(workflow);
	return plan;
}

static void
what_the_other_has_done_is_left_out(void **state)
{
	struct plan_cluster cluster = read_cluster();
	struct err err = {""};
	struct plan *plan;

	(void)state;
	CHECK_INT(read_operation(&cluster, OPERATION("Cancelled", ",\"nodesDone\":[{\"name\":\"db-a-1\",\"hostId\":\"id-1\"},"
	    "{\"name\":\"db-b-1\",\"hostId\":\"id-of-another\"}]"), &err), 0);
	plan = make(&cluster, &err);
	CHECK(plan);
	CHECK_INT(plan->blocks[0].nlanes, 2);
	CHECK_TEXT(plan->nodes[plan->blocks[0].lanes[0]].name, "db-b-1");
	CHECK_TEXT(plan->nodes[plan->blocks[0].lanes[1]].name, "db-c-1");
	plan_free(plan);
	plan_cluster_done(&cluster);
}

static void
when_nobody_is_left_it_is_refused(void **state)
{
	struct plan_cluster cluster = read_cluster();
	struct err err = {""};

	(void)state;
	CHECK_INT(read_operation(&cluster, OPERATION("Succeeded", ",\"nodesDone\":[{\"name\":\"db-a-1\"},{\"name\":\"db-b-1\"},"
	    "{\"name\":\"db-c-1\"}]"), &err), 0);
	CHECK(!make(&cluster, &err));
	CHECK_CONTAINS(err.text, "spec.targets: of 3 nodes none is left");
	plan_cluster_done(&cluster);
}

static void
what_is_not_told_is_not_guessed(void **state)
{
	struct plan_cluster cluster = read_cluster();
	struct err err = {""};

	(void)state;
	CHECK_INT(read_operation(&cluster, OPERATION("Running", ""), &err), -1);
	CHECK_CONTAINS(err.text, "roll has not ended, it is Running");
	CHECK_INT(read_operation(&cluster, OPERATION("Failed", ",\"nodesDone\":[],\"nodesDoneOmitted\":3"), &err), -1);
	CHECK_CONTAINS(err.text, "the status of roll names 0 of 3 nodes that it has done");
	plan_cluster_done(&cluster);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_other_has_done_is_left_out),
		cmocka_unit_test(when_nobody_is_left_it_is_refused),
		cmocka_unit_test(what_is_not_told_is_not_guessed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
