#include "fakes.h"

#include "alloc.h"
#include "check.h"
#include "instant.h"
#include "json.h"

static enum verdict
reconcile(struct task *t)
{
	(void)t;
	return VERDICT_DONE;
}

static enum truth
judge(struct task *t)
{
	(void)t;
	return TRUTH_HOLDS;
}

#define SERVICE {{.name = "service", .type = PARAMETER_STRING, .required = true, .help = "the unit's name"}}

static const struct reconciler drain = {
	.name = "scylla-drain", .impact = IMPACT_TAKES_NODE_DOWN, .timeout_ms = MINUTES(30), .reconcile = reconcile,
};
static const struct reconciler stop_scylla = {
	.name = "systemd-stop-scylla-server", .impact = IMPACT_TAKES_NODE_DOWN, .reconcile = reconcile,
};
static const struct reconciler stop = {
	.name = "systemd-stop-service", .impact = IMPACT_TAKES_NODE_DOWN, .parameters = SERVICE, .reconcile = reconcile,
};
static const struct reconciler start = {
	.name = "systemd-start-service", .impact = IMPACT_BRINGS_NODE_UP, .parameters = SERVICE, .reconcile = reconcile,
};
static const struct reconciler restart = {
	.name = "systemd-restart-service", .impact = IMPACT_TAKES_NODE_DOWN, .parameters = SERVICE,
	.timeout_ms = MINUTES(90), .reconcile = reconcile,
};
static const struct reconciler unplug = {
	.name = "unplug", .impact = IMPACT_TAKES_NODE_DOWN, .reconcile = reconcile,
};
static const struct reconciler count_things = {
	.name = "count-things", .scope = SCOPE_CLUSTER, .reconcile = reconcile,
	.parameters = {
		{.name = "most", .type = PARAMETER_INTEGER, .required = true, .min = 1, .max = 10, .help = "how many"},
		{.name = "within", .type = PARAMETER_DURATION, .fallback = "1m", .min = 1000, .max = HOURS(1)},
		{.name = "force", .type = PARAMETER_BOOLEAN, .fallback = "false"},
		{.name = "note", .type = PARAMETER_STRING},
		{.name = "near", .type = PARAMETER_NODE},
		{.name = "least", .type = PARAMETER_INTEGER, .min = 2},
	},
};
static const struct reconciler look = {
	.name = "look", .scope = SCOPE_ANY, .reconcile = reconcile,
};
static const struct reconciler up = {
	.name = "is-up-normal", .judge = judge, .timeout_ms = HOURS(24),
	.parameters = {{.name = "known_node", .type = PARAMETER_NODE}},
};
static const struct reconciler compactions = {
	.name = "compactions-nominal", .judge = judge,
	.parameters = {{.name = "threshold", .type = PARAMETER_INTEGER, .fallback = "100", .max = 1000000}},
};
static const struct reconciler normal = {
	.name = "cluster-normal", .scope = SCOPE_ANY, .judge = judge,
};

const struct reconciler *const fake_types[] = {&drain, &stop_scylla, &stop, &start, &restart, &unplug, &count_things,
    &look, &up, &compactions, &normal, NULL};

#define TEXT(literal) (char *)(uintptr_t)(literal)
#define NODE(node, number, dc, rack) {.name = TEXT(node), .host_id = TEXT("id-" node), .address = TEXT("10.0.0." number), \
	.datacenter = TEXT(dc), .zone = TEXT(dc "/" rack)}

const struct plan_node fake_nodes[FAKE_NODES] = {
	NODE("db-c-2", "6", "east", "c"), NODE("db-a-1", "1", "east", "a"), NODE("db-b-2", "4", "east", "b"),
	NODE("db-a-2", "2", "east", "a"), NODE("db-c-1", "5", "east", "c"), NODE("db-b-1", "3", "east", "b"),
};

const struct plan_node fake_two_datacenters[FAKE_TWO] = {
	NODE("w2b", "8", "west", "2"), NODE("e1a", "1", "east", "1"), NODE("w1a", "5", "west", "1"),
	NODE("e2a", "3", "east", "2"), NODE("e1b", "2", "east", "1"), NODE("w2a", "7", "west", "2"),
	NODE("w1b", "6", "west", "1"), NODE("e2b", "4", "east", "2"),
};

struct workflow *
fake_workflow(const char *text)
{
	struct err err = {""};
	CLEANUP_JSON struct cJSON *json = json_parse(text, strlen(text), &err);
	struct workflow *workflow = json ? workflow_decode(json, &err) : NULL;

	if (!workflow)
		CHECK_FAIL("%s\n%s", err.text, text);
	return workflow;
}

struct workflow *
fake_steps(const char *steps)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"roll\"},\"spec\":{\"steps\":%s}}", steps);

	return fake_workflow(text);
}

struct plan_input
fake_input(void)
{
	return (struct plan_input){.types = fake_types, .nodes = fake_nodes, .nnodes = FAKE_NODES, .stable_ms = 30000};
}
