/* straitctl plan of nodes that are not in the ring yet. */
#include "check.h"

#include "json.h"
#include "plan_cluster.h"
#include "plan_text.h"
#include "plan_times.h"
#include "read_cluster.h"
#include "registry.h"
#include "rehearse.h"
#include "source.h"
#include "workflow.h"

#define CLUSTER(nodes) "kind: TargetCluster\nmetadata: {name: prd}\nspec:\n  nodes:\n" \
	"    - {name: db-a-1, address: 10.0.0.1}\n" \
	"    - {name: db-a-2, address: 10.0.0.2, zone: dc/a}\n" \
	"    - {name: db-b-2, address: 10.0.0.4, zone: dc/b}\n" \
	"    - {name: db-a-3, address: 10.0.0.5, zone: dc/a}\n" \
	"status:\n  nodes: " nodes "\n  members:\n" \
	"    - {name: db-a-1, address: 10.0.0.1, hostId: id-1, zone: dc/a, state: Up}\n" \
	"    - {name: db-b-1, address: 10.0.0.3, hostId: id-3, zone: dc/b, state: Up}\n"

static const char workflow_text[] =
    "- task: !node-workflow\n"
    "    concurrency_unit: zonal\n"
    "    concurrency_limit: 2\n"
    "    node_tasks:\n"
    "      - task: !salt-highstate\n"
    "      - task: !wait-for-conditions\n"
    "          conditions:\n"
    "            - condition: !is-up-normal\n"
    "                known_node: db-b-1\n"
    "              success_window_seconds: 60\n"
    "              timeout_seconds: 86400\n";

static const char expected[] =
    ": w for prd, 5 nodes in 2 zones\n"
    "\n"
    "1  each of 3 nodes: 2 of a zone at once, gate timeout 30m\n"
    "  dc/a         db-a-2 (new) db-a-3 (new)\n"
    "  dc/b         db-b-2 (new)\n";

static void
those_of_the_inventory_that_are_no_members_are_new(void **state)
{
	static char names[][8] = {"db-b-2", "db-a-2", "db-a-3"};
	char *const targets[] = {names[0], names[1], names[2]};
	struct plan_cluster cluster = read_cluster(CLUSTER("2/2"));
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_FILE), json = BUF_INIT(BUF_MAX_FILE);
	struct findings findings = {.count = 0};
	struct plan_input input = {.types = registry, .nodes = cluster.nodes, .nnodes = cluster.nnodes, .stable_ms = 30000,
	    .up = cluster.up, .targets = targets, .ntargets = 3};
	struct plan_times times = {.said = NULL};
	struct plan_report report = {.cluster = &cluster, .stable_window = "30s"};
	struct workflow *workflow = workflow_read(workflow_text, strlen(workflow_text), "w", registry, &findings);
	struct err err = {""};
	struct plan *plan = plan_compile(workflow, &input, &err);
	struct rehearsal *rehearsal = plan ? rehearse(plan, registry, plan_times_of, &times, &err) : NULL;

	(void)state;
	if (!rehearsal)
		CHECK_FAIL("%s", err.text);
	report.plan = plan;
	report.workflow = workflow;
	report.rehearsal = rehearsal;
	plan_text(&report, &text);
	CHECK_CONTAINS(buf_str(&text), expected);
	CHECK_CONTAINS(buf_str(&text), "  - block 1 adds nodes: one joins at a time, and how long its data take to stream "
	    "nobody knows\n");
	CHECK_CONTAINS(buf_str(&text), "  - all 2 members are up");
	plan_json(&report, &json);
	CHECK_CONTAINS(buf_str(&json), "{\"name\":\"db-b-2\",\"zone\":\"dc/b\",\"new\":true}");
	/* Three highstates of five minutes, each with a minute and a half of windows, and no two at once. */
	CHECK_INT(rehearsal->total_ms / 60000, 19);
	rehearsal_free(rehearsal);
	plan_free(plan);
	workflow_free(workflow);
	findings_done(&findings);
	plan_cluster_done(&cluster);
}

/* Of a long list that is cut nobody knows who is none. */
static void
who_may_be_a_member_that_is_not_listed_is_not_new(void **state)
{
	struct plan_cluster cluster = read_cluster(CLUSTER("2/9"));

	(void)state;
	CHECK_INT(cluster.nnodes, 2);
	CHECK_INT(cluster.missing, 7);
	plan_cluster_done(&cluster);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(those_of_the_inventory_that_are_no_members_are_new),
		cmocka_unit_test(who_may_be_a_member_that_is_not_listed_is_not_new),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
