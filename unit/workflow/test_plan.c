/* Plans of good workflows: the whole text by golden file, and what the engine adds. */
#include "alloc.h"
#include "check.h"
#include "fakes.h"
#include "golden.h"
#include "json.h"
#include "yaml_json.h"

static struct plan *
compile(const struct workflow *w, const struct plan_input *input)
{
	struct err err = {""};
	struct plan *plan = plan_compile(w, input, &err);

	if (!plan)
		CHECK_FAIL("%s", err.text);
	return plan;
}

static struct plan *
plan_of(const char *steps, const struct plan_input *input)
{
	struct workflow *w = fake_steps(steps);
	struct plan *plan = compile(w, input);

	workflow_free(w);
	return plan;
}

static struct workflow *
builtin(const char *name)
{
	CLEANUP_FREE char *path = xasprintf("manifests/workflows/%s.yaml", name);
	CLEANUP_FREE char *yaml = golden_read(path);
	CLEANUP_BUF struct buf json = BUF_INIT(BUF_MAX_OBJECT);
	struct err err = {""};

	if (yaml_to_json(yaml, strlen(yaml), &json, &err) < 0)
		CHECK_FAIL("%s: %s", path, err.text);
	return fake_workflow(buf_str(&json));
}

/* The plan's text with an object a line, and its hash. */
static void
check_golden(const char *name, const struct plan *plan)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);

	buf_printf(&out, "%s", plan->hash);
	for (const char *at = plan->text; *at; at++) {
		if (*at == '{')
			buf_putc(&out, '\n');
		buf_putc(&out, *at);
	}
	buf_putc(&out, '\n');
	golden_check(name, buf_str(&out));
}

static void
the_rolling_restart_of_six_nodes(void **state)
{
	char names[][16] = {"known_node", "settle"}, values[][16] = {"db-a-1", "1m30s"};
	const struct plan_value given[] = {{.name = names[0], .text = values[0]}, {.name = names[1], .text = values[1]}};
	struct plan_input input = fake_input();
	struct workflow *w = builtin("rolling-restart");
	struct plan *plan;

	(void)state;
	plan = compile(w, &input);
	check_golden("rolling-restart", plan);
	plan_free(plan);
	input.variables = given;
	input.nvariables = 2;
	plan = compile(w, &input);
	check_golden("rolling-restart-variables", plan);
	plan_free(plan);
	workflow_free(w);
}

static void
one_node_restarted(void **state)
{
	char name[] = "db-b-2";
	char *targets[] = {name, name};
	struct plan_input input = fake_input();
	struct workflow *w = builtin("restart-node");
	struct plan *plan;

	(void)state;
	input.targets = targets;
	input.ntargets = 2;
	plan = compile(w, &input);
	CHECK_INT(plan->blocks[0].nlanes, 1);
	CHECK_TEXT(plan->nodes[plan->blocks[0].lanes[0]].name, "db-b-2");
	check_golden("restart-node", plan);
	plan_free(plan);
	workflow_free(w);
}

static void
check_lanes(const struct plan *plan, const char *expected)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_LINE);
	const struct plan_block *block = &plan->blocks[0];

	for (size_t i = 0; i < block->nlanes; i++) {
		const struct plan_node *node = &plan->nodes[block->lanes[i]];

		buf_printf(&out, "%s%s:%s", i ? " " : "", plan_unit(block, node), node->name);
	}
	CHECK_TEXT(buf_str(&out), expected);
}

static void
lanes_go_datacenter_by_datacenter_zone_by_zone(void **state)
{
	char two[] = "west/1", one[] = "east/2";
	char *zones[] = {two, one};
	struct plan_input input = fake_input();
	struct plan *plan;

	(void)state;
	input.nodes = fake_two_datacenters;
	input.nnodes = FAKE_TWO;
	plan = plan_of("[{\"eachNode\":{\"steps\":[{\"task\":\"look\"}]}}]", &input);
	check_lanes(plan, "east/1:e1a east/1:e1b east/2:e2a east/2:e2b west/1:w1a west/1:w1b west/2:w2a west/2:w2b");
	check_golden("two-datacenters", plan);
	plan_free(plan);
	input.zones = zones;
	input.nzones = 2;
	plan = plan_of("[{\"eachNode\":{\"concurrencyUnit\":\"datacenter\",\"steps\":[{\"task\":\"look\"}]}}]", &input);
	check_lanes(plan, "east:e2a east:e2b west:w1a west:w1b");
	plan_free(plan);
	plan = plan_of("[{\"eachNode\":{\"concurrencyUnit\":\"all\",\"steps\":[{\"task\":\"look\"}]}}]", &input);
	check_lanes(plan, ":e2a :e2b :w1a :w1b");
	plan_free(plan);
}

static void
the_order_of_the_input_does_not_matter(void **state)
{
	struct plan_node turned[FAKE_NODES];
	struct plan_input input = fake_input();
	struct plan *first = plan_of("[{\"eachNode\":{\"steps\":[{\"task\":\"look\"}]}}]", &input), *second;

	(void)state;
	for (size_t i = 0; i < FAKE_NODES; i++)
		turned[i] = fake_nodes[FAKE_NODES - 1 - i];
	input.nodes = turned;
	second = plan_of("[{\"eachNode\":{\"steps\":[{\"task\":\"look\"}]}}]", &input);
	CHECK_TEXT(second->text, first->text);
	CHECK_TEXT(second->hash, first->hash);
	plan_free(first);
	plan_free(second);
}

#define SERVICE(task, name) "{\"task\":\"" task "\",\"with\":{\"service\":\"" name "\"}}"

static void
what_was_stopped_is_what_is_restored(void **state)
{
	static const struct {
		const char *steps, *service;    /* service NULL: nothing tells */
		bool disruptive, leaves_down;
	} cases[] = {
		{"{\"task\":\"look\"}", NULL, false, false},
		{SERVICE("systemd-start-service", "x"), NULL, false, false},
		{"{\"task\":\"scylla-drain\"}", "scylla-server", true, true},
		{"{\"task\":\"unplug\"}", NULL, true, true},
		{"{\"task\":\"unplug\"},{\"task\":\"scylla-drain\"}", "scylla-server", true, true},
		{"{\"task\":\"scylla-drain\"}," SERVICE("systemd-restart-service", "scylla"), "scylla", true, false},
		{"{\"task\":\"scylla-drain\"}," SERVICE("systemd-stop-service", "exporter") ","
		    SERVICE("systemd-start-service", "scylla-server.service"), "scylla-server.service", true, false},
		{SERVICE("systemd-stop-service", "a") "," SERVICE("systemd-start-service", "b"), "a", true, false},
		{SERVICE("systemd-start-service", "b") "," SERVICE("systemd-stop-service", "a"), "b", true, true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_FREE char *text = xasprintf("[{\"eachNode\":{\"steps\":[%s]}}]", cases[i].steps);
		struct plan_input input = fake_input();
		struct plan *plan = plan_of(text, &input);
		const struct plan_step *restore = &plan->blocks[0].restore, *stable = &plan->blocks[0].stable;

		CHECK_INT(plan->blocks[0].disruptive, cases[i].disruptive);
		CHECK_INT(plan->blocks[0].leaves_down, cases[i].leaves_down);
		CHECK_TEXT(restore->type ? restore->with[0].text : NULL, cases[i].service);
		CHECK_TEXT(restore->number, cases[i].disruptive ? "1.restore" : NULL);
		CHECK_TEXT(stable->number, cases[i].disruptive ? "1.stable" : NULL);
		CHECK_INT(stable->nconditions, cases[i].disruptive && !cases[i].leaves_down);
		CHECK_INT(restore->implied, cases[i].disruptive);
		plan_free(plan);
	}
}

static void
a_limit_binds_only_what_takes_nodes_down(void **state)
{
	struct plan_input input = fake_input();
	struct plan *plan;

	(void)state;
	input.max_nodes_down = 1;
	plan = plan_of("[{\"eachNode\":{\"concurrencyLimit\":9,\"steps\":[{\"task\":\"look\"}]}}]", &input);
	CHECK_INT(plan->blocks[0].limit, 9);
	plan_free(plan);
	plan = plan_of("[{\"eachNode\":{\"concurrencyLimit\":1,\"steps\":[{\"task\":\"scylla-drain\"}]}}]", &input);
	plan_free(plan);
}

/* How often it was asked, and by which lanes. */
struct bearing {
	size_t asked, lanes;
	bool bears;
};

static bool
bears_pair(void *arg, const struct plan *plan, const struct plan_block *block, struct err *why)
{
	struct bearing *bearing = arg;

	bearing->asked++;
	bearing->lanes = block->nlanes;
	CHECK(block->nlanes <= plan->nnodes);
	return bearing->bears || err_set(why, "keyspace app: no") == 0;
}

static void
several_at_once_must_be_borne(void **state)
{
	static const char two[] = "[{\"eachNode\":{\"concurrencyLimit\":2,\"steps\":[{\"task\":\"scylla-drain\"}]}}]";
	struct bearing bearing = {.bears = true};
	struct plan_input input = fake_input();
	struct workflow *workflow;
	struct err err = {""};

	(void)state;
	input.bears_pair = bears_pair;
	input.arg = &bearing;
	plan_free(plan_of("[{\"eachNode\":{\"concurrencyLimit\":2,\"steps\":[{\"task\":\"look\"}]}}]", &input));
	plan_free(plan_of("[{\"eachNode\":{\"concurrencyLimit\":1,\"steps\":[{\"task\":\"scylla-drain\"}]}}]", &input));
	CHECK_INT(bearing.asked, 0);
	plan_free(plan_of(two, &input));
	CHECK_INT(bearing.asked, 1);
	CHECK_INT(bearing.lanes, input.nnodes);
	bearing.bears = false;
	workflow = fake_steps(two);
	CHECK(!plan_compile(workflow, &input, &err));
	CHECK_TEXT(err.text, "workflow roll, spec.steps[0].eachNode.concurrencyLimit: 2 nodes at once, but no two of a unit "
	    "can ever be down together: keyspace app: no; set it to 1, choose another concurrencyUnit, or replicate otherwise");
	workflow_free(workflow);
}

static void
cluster_steps_have_no_lanes(void **state)
{
	struct plan_input input = fake_input();
	struct plan *plan = plan_of("[{\"task\":\"count-things\",\"with\":{\"most\":3}},{\"wait\":[{\"condition\":"
	    "\"cluster-normal\",\"timeout\":\"1h\"}]}]", &input);

	(void)state;
	CHECK_INT(plan->blocks[0].nlanes, 0);
	CHECK(!plan->blocks[0].disruptive);
	CHECK_TEXT(plan->blocks[0].steps[1].number, "1.2");
	check_golden("cluster-steps", plan);
	plan_free(plan);
}

static void
a_single_task_is_planned(void **state)
{
	struct plan_input input = fake_input();
	struct workflow *w = workflow_of_task("systemd-restart-service", "{\"service\":\"a+b\"}", true, NULL);
	struct plan *plan = compile(w, &input);

	(void)state;
	CHECK_TEXT(plan->title, "node-task systemd-restart-service");
	CHECK_TEXT(plan->blocks[0].steps[0].with[0].text, "a+b");
	CHECK_TEXT(plan->blocks[0].restore.with[0].text, "a+b");
	CHECK_INT(plan->blocks[0].nlanes, FAKE_NODES);
	plan_free(plan);
	workflow_free(w);
}

static void
a_value_falls_back_to_the_types_default(void **state)
{
	const struct reconciler *type = plan_find_type(fake_types, "count-things");
	char name[] = "most", text[] = "4";
	const struct plan_value with = {.name = name, .text = text};

	(void)state;
	CHECK_TEXT(plan_value(&with, 1, type, "most"), "4");
	CHECK_TEXT(plan_value(&with, 1, type, "within"), "1m");
	CHECK_TEXT(plan_value(&with, 1, type, "note"), "");
	CHECK_TEXT(plan_value(NULL, 0, NULL, "note"), "");
	CHECK(!plan_find_type(fake_types, "count-thing"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_rolling_restart_of_six_nodes),
		cmocka_unit_test(one_node_restarted),
		cmocka_unit_test(lanes_go_datacenter_by_datacenter_zone_by_zone),
		cmocka_unit_test(the_order_of_the_input_does_not_matter),
		cmocka_unit_test(what_was_stopped_is_what_is_restored),
		cmocka_unit_test(a_limit_binds_only_what_takes_nodes_down),
		cmocka_unit_test(several_at_once_must_be_borne),
		cmocka_unit_test(cluster_steps_have_no_lanes),
		cmocka_unit_test(a_single_task_is_planned),
		cmocka_unit_test(a_value_falls_back_to_the_types_default),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
