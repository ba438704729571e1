/* What lint says of a workflow when it knows the cluster. */
#include <stdio.h>

#include "check.h"

#include "alloc.h"
#include "args.h"
#include "at_hand.h"
#include "json.h"
#include "lint_cluster.h"
#include "registry.h"
#include "source.h"
#include "workflow.h"

static const char target[] = "kind: TargetCluster\nmetadata: {name: prd}\nspec:\n  limits: {maxNodesDown: 1}\n"
    "  channels: [{name: ops}, {name: oncall}]\n  nodes:\n    - {name: db-a-1, address: 10.0.0.1, zone: dc/a}\n"
    "    - {name: db-b-1, address: 10.0.0.2, zone: dc/b}\n";

#define ROLL(shape, service) "metadata: {name: w}\nspec:\n  variables: [{name: asked, type: node, required: true}]\n" \
	"  steps:\n    - eachNode:\n        " shape "\n        steps:\n" \
	"          - {task: systemd-restart-service, with: {service: " service "}}\n" \
	"          - wait: [{condition: is-up-normal, with: {known_node: +asked+}}]\n"

static const struct {
	const char *text, *node, *said;
} cases[] = {
	{ROLL("concurrencyLimit: 1", "scylla-server"), "asked=db-b-1", ""},
	{ROLL("concurrencyUnit: all, concurrencyLimit: 2", "x"), "asked=db-b-1", "mapping values"},
	{ROLL("{concurrencyUnit: all}", "x"), NULL, "while parsing"},
	{ROLL("concurrencyLimit: 100%", "scylla-server"), "asked=db-b-1", ""},
	{ROLL("concurrencyUnit: all\n        concurrencyLimit: 2", "scylla-server"), "asked=db-b-1",
	    "7:27: error: spec.steps[0].eachNode.concurrencyLimit: 2 nodes at once, but the TargetCluster's "
	    "limits.maxNodesDown is 1; lower one or raise the other\n"},
	{ROLL("concurrencyLimit: 1", "scylla-server"), "asked=db-c-1", "spec.variables.asked: "},
	{ROLL("concurrencyLimit: 1", "scylla-server"), NULL,
	    "note: spec.variables.asked: missing; w needs it (a node's name)\n"},
};

/* What is printed, until it is asked for again. */
static const char *
said_of(const char *text, char *node)
{
	static char said[4096];
	struct args args = {.vars = {&node, node != NULL}};
	struct lint_cluster against = {.args = &args};
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE);
	struct findings findings = {.count = 0};
	struct at_hand hand = {.nfiles = 0};
	struct err err = {""};
	struct cJSON *object = plan_cluster_parse(target, strlen(target), NULL, &err);
	struct workflow *workflow = workflow_read(text, strlen(text), "w", registry, &findings);

	CHECK_INT(plan_cluster_read(&against.cluster, object, &err), 0);
	if (workflow)
		lint_cluster(&against, &hand, workflow, text, strlen(text), "w", &findings);
	for (size_t i = 0; i < findings.count; i++)
		buf_printf(&out, "%d:%d: %s: %s\n", findings.items[i].mark.line, findings.items[i].mark.column,
		    severity_name(findings.items[i].severity), findings.items[i].text);
	snprintf(said, sizeof said, "%s", buf_str(&out));
	findings_done(&findings);
	workflow_free(workflow);
	plan_cluster_done(&against.cluster);
	at_hand_done(&hand);
	return said;
}

static void
check_one(const char *text, char *node, const char *expected)
{
	const char *said = said_of(text, node);

	if (*expected)
		CHECK_CONTAINS(said, expected);
	else
		CHECK_TEXT(said, "");
}

static void
what_only_the_cluster_can_tell(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *node = xstrdup_or_null(cases[i].node);

		check_one(cases[i].text, node, cases[i].said);
	}
}

#define SAY(channels) "metadata: {name: w}\nspec:\n  steps:\n" \
	"    - {task: send-webhook-message, with: {channels: \"" channels "\", message: hello}}\n"
#define NO_ONCCALL "4:53: error: spec.steps[0].with.channels: spec.channels of the TargetCluster has no \"onccall\"; did you " \
	"mean \"oncall\"? Known: ops, oncall\n"

/* Also where the plan, which ends at its first mistake, does not come to it: a variable that only the operation gives. */
static void
a_channel_that_it_lacks_is_named_once(void **state)
{
	(void)state;
	CHECK_TEXT(said_of(SAY("ops,oncall"), NULL), "");
	CHECK_TEXT(said_of(SAY("ops,onccall"), NULL), NO_ONCCALL);
	CHECK_TEXT(said_of("metadata: {name: w}\nspec:\n  steps:\n"
	    "    - {task: send-webhook-message, with: {channels: \"ops,onccall,+more+\", message: hello}}\n"
	    "  variables: [{name: more, type: string, required: true}]\n", NULL),
	    NO_ONCCALL "5:14: note: spec.variables.more: missing; w needs it (a string)\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_only_the_cluster_can_tell),
		cmocka_unit_test(a_channel_that_it_lacks_is_named_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
