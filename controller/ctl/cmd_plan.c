#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "api.h"
#include "at_hand.h"
#include "command.h"
#include "instant.h"
#include "json.h"
#include "plan.h"
#include "plan_cluster.h"
#include "plan_find.h"
#include "plan_make.h"
#include "plan_text.h"
#include "plan_times.h"
#include "registry.h"
#include "rehearse.h"
#include "workflow.h"

enum { PLAN_REFUSED = 1 };

/* "name=value" in place. */
static int
read_variables(const struct args *args, struct plan_value *ret, struct err *err)
{
	for (size_t i = 0; i < args->vars.count; i++) {
		char *equals = strchr(args->vars.items[i], '=');

		if (!equals || equals == args->vars.items[i])
			return err_set(err, "--var %.80s: expected NAME=VALUE", args->vars.items[i]);
		ret[i] = (struct plan_value){
			.name = xstrndup(args->vars.items[i], (size_t)(equals - args->vars.items[i])),
			.text = xstrdup(equals + 1),
		};
	}
	return 0;
}

static const struct workflow *
find_nested(void *arg, const char *name, struct err *why)
{
	struct at_hand *hand = arg;
	const struct workflow *workflow = at_hand_find(hand, name);

	if (!workflow)
		err_set(why, "there is no %sbuilt-in Workflow \"%s\", and none in the files given behind the first; give its "
		    "file there", hand->fetch ? "Workflow of that name in the namespace, no " : "", name);
	return workflow;
}

struct plan *
plan_make(const struct args *args, const struct workflow *workflow, const struct plan_cluster *cluster,
    struct at_hand *hand, struct err *err)
{
	CLEANUP_FREE struct plan_value *variables = xcalloc(args->vars.count + 1, sizeof *variables);
	struct plan_input input = {
		.types = registry, .nodes = cluster->nodes, .nnodes = cluster->nnodes,
		.commands = &cluster->commands,
		.variables = variables, .nvariables = args->vars.count,
		.cluster = cluster->name, .operation = "OPERATION", .owner = "OWNER",
		.zones = args->zones.items, .nzones = args->zones.count,
		.targets = args->nodes.items, .ntargets = args->nodes.count,
		.max_nodes_down = cluster->max_nodes_down, .channels = cluster->channels,
		.stable_ms = duration_parse(args->stable_window ? args->stable_window : "30s"),
	};
	struct plan *plan = NULL;

	input.up = cluster->live ? cluster->up : NULL;
	input.unfit = cluster->unfit;
	input.find = find_nested;
	input.find_arg = hand;
	if (input.stable_ms < 0)
		err_set(err, "--stable-window %s: expected a duration such as 30s", args->stable_window);
	else if (read_variables(args, variables, err) == 0)
		plan = plan_compile(workflow, &input, err);
	for (size_t i = 0; i < args->vars.count; i++) {
		free(variables[i].name);
		free(variables[i].text);
	}
	return plan;
}

static int
print(const struct args *args, const struct plan_report *report, const struct plan_times *times, struct buf *out)
{
	if (args->output)
		plan_json(report, out);
	else
		plan_text(report, out);
	if (!args->output && report->rehearsal)
		plan_estimate(report, times, out);
	return EXIT_DONE;
}

static int
report(const struct args *args, struct plan_found *found, struct buf *out, struct buf *said)
{
	struct plan_times times = {.said = &args->takes};
	struct plan_report report = {.workflow = found->workflow, .cluster = &found->cluster,
	    .stable_window = args->stable_window ? args->stable_window : "30s"};
	struct rehearsal *rehearsal;
	struct plan *plan;
	struct err err = {""};
	int status;

	if (plan_times_check(&times, registry, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s", err.text);
	plan = plan_make(args, found->workflow, &found->cluster, &found->hand, &err);
	if (!plan)
		return complain(args, said, PLAN_REFUSED, "%s", err.text);
	rehearsal = rehearse(plan, registry, plan_times_of, &times, &err);
	if (!rehearsal)
		complain(args, said, 0, "no estimate: %s", err.text);
	report.plan = plan;
	report.rehearsal = rehearsal;
	status = print(args, &report, &times, out);
	rehearsal_free(rehearsal);
	plan_free(plan);
	return status;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	struct plan_found found = {.workflow = NULL};
	int status;

	if (!args->cluster && !args->cluster_file)
		return complain(args, said, EXIT_USAGE, "plan: expected --cluster NAME, which the API server has, or "
		    "--cluster-file FILE; %s plan --help tells more", args->program);
	if (args->not_done_by && args->cluster_file)
		return complain(args, said, EXIT_USAGE, "plan: what %s has done is asked of the API server: expected --cluster "
		    "NAME beside --not-done-by, not --cluster-file; or name the nodes by --nodes", args->not_done_by);
	status = plan_find(&found, args, said);
	if (status == EXIT_DONE)
		status = report(args, &found, out, said);
	plan_found_done(&found);
	return status;
}

const struct command cmd_plan = {
	.name = "plan",
	.arguments = "WORKFLOW [FILE...]",
	.takes = TAKES_API | TAKES_OUTPUT | TAKES_TARGETS | TAKES_EARLIER | TAKES_PLAN,
	.least = 1,
	.most = 64,
	.summary = "Show what a workflow would do on a cluster: nodes, steps, hash, and an estimate of the time.",
	.help = "WORKFLOW is a file in either form (- is the standard input), a Workflow's name, or a built-in one's. With\n"
	    "--cluster-file nothing is asked: FILE has a TargetCluster with zones in spec.nodes, or a live one as\n"
	    "\"kubectl get targetcluster NAME -o yaml\" prints it, which gives the controller's own hash.\n"
	    "Workflows that it runs as steps stand in the FILEs behind it, in the cluster with --cluster, or are built in.\n"
	    "The estimate is the engine's own work on modelled time; --takes TYPE=TIME corrects what a task takes.\n"
	    "Exit status: 0 it can be planned; 1 it is refused, or its cluster or workflow is not there; 2 wrong usage, or a\n"
	    "file cannot be read.\n",
	.run = run,
};
