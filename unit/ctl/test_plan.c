/* straitctl plan: the cluster that it reads, what it assumes, what it prints. */
#include "check.h"

#include <stdio.h>
#include <stdlib.h>

#include "alloc.h"
#include "args.h"
#include "gantt.h"
#include "json.h"
#include "plan_cluster.h"
#include "plan_find.h"
#include "plan_text.h"
#include "plan_times.h"
#include "read_cluster.h"
#include "registry.h"
#include "rehearse.h"
#include "source.h"
#include "workflow.h"

#define HEAD "kind: TargetCluster\nmetadata: {name: prd}\nspec:\n"
static const char by_hand[] = HEAD
    "  limits: {maxNodesDown: 2}\n"
    "  nodes:\n"
    "    - {name: db-b-1, address: 10.0.0.3, zone: dc/b}\n"
    "    - {name: db-a-1, address: 10.0.0.1, zone: dc/a}\n"
    "    - {name: db-a-2, address: 10.0.0.2, zone: dc/a}\n";
static const char live[] = HEAD
    "  nodes: [{name: db-a-1, address: 10.0.0.1}]\n"
    "  limits: {frozen: true}\n"
    "status:\n"
    "  nodes: 2/3\n"
    "  operation: roll\n"
    "  queued: 2\n"
    "  members:\n"
    "    - {name: db-a-1, address: 10.0.0.1, hostId: id-1, zone: dc/a, state: Up}\n"
    "    - {name: db-b-1, address: 10.0.0.3, hostId: id-3, zone: dc/b, state: Down}\n";

static void
a_file_by_hand_gives_names_and_zones(void **state)
{
	struct plan_cluster cluster = read_cluster(by_hand);

	(void)state;
	CHECK_TEXT(cluster.name, "prd");
	CHECK(!cluster.live);
	CHECK_INT(cluster.nnodes, 3);
	CHECK_INT(cluster.max_nodes_down, 2);
	CHECK_TEXT(cluster.nodes[0].zone, "dc/b");
	CHECK_TEXT(cluster.nodes[0].datacenter, "dc");
	CHECK_TEXT(cluster.nodes[0].host_id, "");
	plan_cluster_done(&cluster);
}

static void
a_live_object_gives_its_members(void **state)
{
	struct plan_cluster cluster = read_cluster(live);

	(void)state;
	CHECK(cluster.live);
	CHECK_INT(cluster.nnodes, 2);
	CHECK_INT(cluster.missing, 1);
	CHECK_TEXT(cluster.nodes[1].host_id, "id-3");
	plan_cluster_done(&cluster);
}

static const struct {
	const char *text, *name, *error;
} refusals[] = {
	{"kind: Secret\nmetadata: {name: x}\n", NULL, "there is no TargetCluster in it"},
	{HEAD "  nodes: []\n", "dev", "there is no TargetCluster dev in it, only prd"},
	{HEAD "  nodes: []\n---\n" HEAD "  nodes: []\n", NULL,
	    "there are two TargetClusters in it, prd and prd: say which with --cluster"},
	{HEAD "  nodes: []\n", NULL, "TargetCluster prd: neither spec.nodes nor status.members names a node"},
	{HEAD "  nodes: [{name: db-a-1, address: 10.0.0.1}]\n", "prd",
	    "TargetCluster prd: db-a-1 has no zone in spec.nodes and no status tells it: write zone: datacenter/rack "
	    "beside its address, or give what \"kubectl get targetcluster prd -o yaml\" prints"},
	{"kind: [\n", NULL, "line "},
};

static void
what_is_no_cluster_is_refused(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(refusals); i++) {
		struct err err = {""};
		struct cJSON *object = plan_cluster_parse(refusals[i].text, strlen(refusals[i].text), refusals[i].name, &err);
		struct plan_cluster cluster;

		if (object) {
			CHECK_INT(plan_cluster_read(&cluster, object, &err), -1);
			plan_cluster_done(&cluster);
		}
		CHECK_CONTAINS(err.text, refusals[i].error);
	}
}

/* --- a whole plan */

static const char plain[] =
    "- task: !node-workflow\n"
    "    node_tasks:\n"
    "      - task: !scylla-drain\n"
    "      - task: !systemd-start-service\n"
    "          service: scylla-server\n"
    "- task: !wait-for-conditions\n"
    "    conditions:\n"
    "      - condition: !cluster-normal\n"
    "        success_window_seconds: 60\n";

static void
print_of(const char *cluster_text, const char *workflow_text, struct buf *out, struct buf *json)
{
	struct plan_cluster cluster = read_cluster(cluster_text);
	struct findings findings = {.count = 0};
	struct plan_input input = {.types = registry, .nodes = cluster.nodes, .nnodes = cluster.nnodes, .stable_ms = 30000};
	struct plan_times times = {.said = NULL};
	struct plan_report report = {.cluster = &cluster, .stable_window = "30s"};
	struct workflow *workflow = workflow_read(workflow_text, strlen(workflow_text), "w", registry, &findings);
	struct err err = {""};
	struct plan *plan = plan_compile(workflow, &input, &err);
	struct rehearsal *rehearsal = plan ? rehearse(plan, registry, plan_times_of, &times, &err) : NULL;

	if (!rehearsal)
		CHECK_FAIL("%s", err.text);
	report.plan = plan;
	report.workflow = workflow;
	report.rehearsal = rehearsal;
	plan_text(&report, out);
	plan_estimate(&report, &times, out);
	if (json)
		plan_json(&report, json);
	rehearsal_free(rehearsal);
	plan_free(plan);
	workflow_free(workflow);
	findings_done(&findings);
	plan_cluster_done(&cluster);
}

static void
print(const char *cluster_text, struct buf *out)
{
	print_of(cluster_text, plain, out, NULL);
}

static const char expected[] =
    ": w for prd, 3 nodes in 2 zones\n"
    "\n"
    "1  each of 3 nodes: 1 of a zone at once, gate timeout 30m\n"
    "  dc/a         db-a-1 db-a-2\n"
    "  dc/b         db-b-1\n"
    "  1.1          scylla-drain; 2 retries; timeout 30m\n"
    "  1.2          systemd-start-service service=scylla-server; 2 retries; timeout 1h\n"
    "  1.stable     wait is-up-normal for 30s; timeout 1h; added: before the next node begins\n"
    "  1.restore    systemd-restart-service service=scylla-server; timeout 1h30m; added: when the node is down and a step "
    "fails\n"
    "\n"
    "2  once, for the cluster\n"
    "  2.1          wait cluster-normal for 1m; timeout 24h\n"
    "\n"
    "Assumed:\n"
    "  - block 1 names neither concurrencyUnit nor concurrencyLimit: zone and 1, one node after the other, zone by zone\n"
    "  - the nodes are those of spec.nodes, all of them members, without host ids: the controller's plan has these, and so "
    "another hash\n"
    "  - the controller's --stable-window is 30s\n"
    "\n"
    "Estimated: 8m30s\n"
    "  with scylla-drain 30s, systemd-start-service 1m30s, conditions that hold at once, approvals given when asked for, a "
    "gate that is open\n"
    "\n"
    "  db-a-1                 |#################                                           | +0s, 2m30s\n"
    "  db-a-2                 |                 ##################                         | +2m30s, 2m30s\n"
    "  db-b-1                 |                                   #################        | +5m, 2m30s\n"
    "  2.1                    |                                                    ########| +7m30s, 1m\n";

static void
a_plan_is_told_by_zone_with_what_is_assumed_and_added(void **state)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE);
	const char *got;
	size_t same = 0;

	(void)state;
	print(by_hand, &out);
	CHECK(strncmp(buf_str(&out), "plan ", 5) == 0);
	got = buf_str(&out) + strlen("plan 0123456789abcdef");
	while (got[same] && got[same] == expected[same])
		same++;
	if (got[same] || expected[same])
		CHECK_FAIL("is:       %.200s\nexpected: %.200s", got + same, expected + same);
}

static void
of_a_live_cluster_only_what_is_unknown_is_assumed(void **state)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE);

	(void)state;
	print(live, &out);
	CHECK(!strstr(buf_str(&out), "without host ids"));
	CHECK_CONTAINS(buf_str(&out), "the status lists 2 nodes and leaves out 1 more");
	CHECK_CONTAINS(buf_str(&out), "Now, by the cluster's status:\n"
	    "  - limits.frozen is true: no node is begun\n"
	    "  - roll has the cluster, and 2 wait behind it\n"
	    "  - db-b-1 is Down: the gate is closed for every other node\n\n");
}

/* --- every construct */

static const char constructs[] =
    "kind: Workflow\nmetadata: {name: w}\nspec:\n"
    "  variables: [{name: careful, type: boolean, default: false}, {name: pause, type: duration}]\n"
    "  steps:\n"
    "    - {wait: [{condition: cluster-normal}, {condition: topology-idle}], any: true, name: look, abortOnFailure: false,\n"
    "       onFailure: [{task: sleep, with: {duration: 1m}, abortOnFailure: false}]}\n"
    "    - {task: sleep, with: {duration: 1m}, when: +careful+}\n"
    "    - {approval: {timeout: 48h, onTimeout: cancel}}\n"
    "    - {task: set-variable, with: {variable: pause, url: \"http://x\"}}\n"
    "    - eachNode:\n"
    "        when: {step: look, not: failed}\n"
    "        order: reverse\n"
    "        batch: {size: 2, then: [{task: sleep, with: {duration: 1m}}]}\n"
    "        steps:\n"
    "          - {task: sleep, with: {duration: 1m}, when: [{variable: zone, is: dc/a}, {variable: node, not: db-a-2}]}\n"
    "          - {task: sleep, with: {duration: 1m}}\n"
    "          - {task: sleep, with: {duration: +pause+}, when: {variable: pause, not: 5s}}\n"
    "  finally:\n"
    "    - {task: sleep, with: {duration: 1s}}\n";

static const char *const lines[] = {
	"\n1  once, for the cluster\n"
	"  1.1          wait cluster-normal or topology-idle full=false; timeout 24h; its failure ends nothing\n"
	"  1.1.onFailure.1 sleep duration=1m; 2 retries; timeout 744h; when that has failed; its own failure ends nothing\n"
	"  1.3          approval; timeout 48h, then it is cancelled\n"
	"  1.4          set-variable variable=pause url=http://x; 2 retries; timeout 5m\n"
	"  1.2          sleep is skipped; when: +careful+ is false\n",
	"\n2  each of 3 nodes; only when step 1.1 is not failed: 1 of a zone at once, in reverse order, gate timeout 30m\n"
	"  dc/b         db-b-1\n"
	"  dc/a         db-a-2 db-a-1\n"
	"  2.1          sleep duration=1m; 2 retries; timeout 744h; only when +zone+ is dc/a, and +node+ is not db-a-2\n"
	"  2.2          sleep duration=1m; 2 retries; timeout 744h\n"
	"  2.3          sleep duration=+pause+; 2 retries; timeout 744h; only when +pause+ is not 5s\n"
	"  2.batch      after every 2 nodes, and after the last:\n"
	"  2.batch.1    sleep duration=1m; 2 retries; timeout 744h\n",
	("\n3  finally, however it ends, for the cluster\n"
	"  3.1          sleep duration=1s; 2 retries; timeout 744h\n"),
	"  - +pause+ is known when it runs: step 1.4 sets it; what a test of it may skip is counted as done\n",
	/* Batches of two and one; one of three nodes sleeps twice; what nobody knows takes a second. */
	"Estimated: 6m5s\n",
};

static const char *const members[] = {
	("\"what\":\"wait cluster-normal or topology-idle full=false\",\"implied\":false,\"retries\":0,\"timeoutMs\":86400000,"
	"\"abortOnFailure\":false,\"any\":true}"),
	"\"number\":\"1.1.onFailure.1\",", "\"abortOnFailure\":false,\"onFailureOf\":\"1.1\"}",
	"\"onTimeout\":\"cancel\"}",
	"\"skipped\":[{\"number\":\"1.2\",\"what\":\"sleep\",\"why\":\"when: +careful+ is false\"}]",
	"{\"when\":\"step 1.1 is not failed\",\"concurrencyUnit\":\"zone\",\"concurrencyLimit\":1,\"order\":\"reverse\",",
	"\"when\":\"+zone+ is dc/a, and +node+ is not db-a-2\"}",
	"\"batch\":{\"size\":2,\"then\":[{\"number\":\"2.batch.1\",", "{\"finally\":true,\"steps\":[{\"number\":\"3.1\"",
};

static void
every_construct_is_printed(void **state)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE), json = BUF_INIT(BUF_MAX_FILE);

	(void)state;
	print_of(by_hand, constructs, &out, &json);
	for (size_t i = 0; i < ARRAY_LEN(lines); i++)
		if (!strstr(buf_str(&out), lines[i]))
			CHECK_FAIL("%s\nin %s", lines[i], strstr(buf_str(&out), "Assumed"));
	for (size_t i = 0; i < ARRAY_LEN(members); i++)
		CHECK_CONTAINS(buf_str(&json), members[i]);
}

/* --- workflows in other files */

static void
write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	CHECK(file && fputs(text, file) >= 0 && fclose(file) == 0);
}

#define OTHER(name, steps) "apiVersion: strait.dev/v1alpha1\nkind: Workflow\nmetadata: {name: " name "}\nspec:\n" \
	"  variables: [{name: nap, type: duration, default: 1m}]\n  steps:\n    - " steps "\n"

static void
a_workflow_in_a_file_behind_it_is_found(void **state)
{
	char dir[] = "/tmp/strait-plan-XXXXXX";
	CLEANUP_FREE char *outer = mkdtemp(dir) ? xasprintf("%s/outer.yaml", dir) : NULL;
	CLEANUP_FREE char *inner = xasprintf("%s/inner.yaml", dir);
	CLEANUP_FREE char *cluster = xasprintf("%s/cluster.yaml", dir);
	const char *words[] = {outer, inner};
	struct args args = {.program = "straitctl", .words = words, .nwords = 1, .cluster_file = cluster};
	CLEANUP_BUF struct buf said = BUF_INIT(BUF_MAX_FILE);

	(void)state;
	write_file(outer, OTHER("outer", "{workflow: inner, with: {nop: +nap+}}"));
	write_file(inner, OTHER("inner", "{task: sleep, with: {duration: +nap+}}"));
	write_file(cluster, by_hand);
	/* Alone nobody knows what it would run; with the other file its variables are known. */
	for (args.nwords = 1; args.nwords <= 2; args.nwords++) {
		struct plan_found found;

		CHECK_INT(plan_find(&found, &args, &said) == 0, args.nwords == 1);
		plan_found_done(&found);
	}
	CHECK_CONTAINS(buf_str(&said), "inner has no variable \"nop\"; did you mean \"nap\"?");
	CHECK(remove(outer) == 0 && remove(inner) == 0 && remove(cluster) == 0 && remove(dir) == 0);
}

/* --- what a task takes */

static void
a_time_that_was_said_comes_first(void **state)
{
	char *items[] = {(char[]){"scylla-drain=4m"}, (char[]){"scylla-drian=4m"}, (char[]){"scylla-drain"}};
	struct args_list said = {items, 1};
	struct plan_times times = {.said = &said};
	const struct reconciler *drain = plan_find_type(registry, "scylla-drain");
	struct err err = {""};

	(void)state;
	CHECK_INT(plan_times_check(&times, registry, &err), 0);
	CHECK_INT(plan_times_of(&times, drain, NULL, 0), 4 * 60 * 1000);
	said.count = 2;
	CHECK_INT(plan_times_check(&times, registry, &err), -1);
	CHECK_CONTAINS(err.text, "--takes scylla-drian=4m: unknown task type; did you mean \"scylla-drain\"?");
	said = (struct args_list){items + 2, 1};
	CHECK_INT(plan_times_check(&times, registry, &err), -1);
	CHECK_CONTAINS(err.text, "--takes scylla-drain: expected TYPE=TIME");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_by_hand_gives_names_and_zones),
		cmocka_unit_test(a_live_object_gives_its_members),
		cmocka_unit_test(what_is_no_cluster_is_refused),
		cmocka_unit_test(a_plan_is_told_by_zone_with_what_is_assumed_and_added),
		cmocka_unit_test(every_construct_is_printed),
		cmocka_unit_test(a_workflow_in_a_file_behind_it_is_found),
		cmocka_unit_test(of_a_live_cluster_only_what_is_unknown_is_assumed),
		cmocka_unit_test(a_time_that_was_said_comes_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
