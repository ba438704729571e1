#include "fleet.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"

enum { ROLL = 0, OWN = 2 };

static const char *const workflows[] = {
	[ROLL] = "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-b-1\",\"settle\":\"3s\"}",
	"\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"3s\"}",
	[OWN] = "\"workflow\":\"own\"",
};

/* Half on three nodes, half on six or more in three zones. */
static const char *const layouts[] = {
	"dc1/a:1,dc1/b:1,dc1/c:1", "dc1/a:1,dc1/b:1,dc1/c:1", "dc1/a:1,dc1/b:1,dc1/c:1",
	"dc1/a:2,dc1/b:2,dc1/c:2", "dc1/a:2,dc1/b:2,dc1/c:2", "dc1/a:3,dc1/b:2,dc1/c:2",
};

/* The same with a node that has no tokens. */
static const char *const layouts_zero[] = {
	"dc1/a:1,dc1/b:1,dc1/c:1,dc1/d:1z", "dc1/a:1,dc1/b:1,dc1/c:1,dc1/c:1z", "dc1/a:1,dc1/b:1,dc1/c:1,dc1/d:1z",
	"dc1/a:2,dc1/b:2,dc1/c:2,dc1/d:1z", "dc1/a:2,dc1/b:2,dc1/c:2,dc1/c:1z", "dc1/a:3,dc1/b:2,dc1/c:2,dc1/d:1z",
};

/* Each keyspace has as many replicas in the one datacenter as in the other. */
static const char layout_two[] = "dc1/a:1,dc1/b:1,dc1/c:1,dc2/a:1,dc2/b:1,dc2/c:1";
static const char roll_two[] =
    "\"workflow\":\"rolling-restart\",\"variables\":{\"known_node\":\"db-dc1-b-1\",\"settle\":\"3s\"}";

static const struct sim_keyspace with_tablets[] = {
	{.name = "app", .replication = SIM_NETWORK, .rf = 3},
	{.name = FAULTS_TABLETS, .replication = SIM_NETWORK, .rf = 3,
	    .tablets = FAULTS_TABLETS_EACH, .tables = 1},
};

/* A stream of luck of its own: the others are as they were before there was variety. */
static void
vary(const struct fleet_config *config, struct fleet *fleet)
{
	struct chance chance = {.state = config->seed ^ UINT64_C(0x7ab1e75)};

	fleet->tablets = chance_of(&chance, 300);
	fleet->zero_token = chance_of(&chance, 150);
	if (config->variety == VARIETY_PLAIN || config->variety == VARIETY_FULL || config->choice.kinds)
		fleet->tablets = fleet->zero_token = config->variety == VARIETY_FULL;
	else if (config->variety == VARIETY_DRAWN && chance_of(&chance, 400))
		construct_draw(&fleet->construct, &chance);
}

/* After the rest, from a stream of its own. */
static void
spread(const struct fleet_config *config, struct fleet *fleet, struct scene_config *scene)
{
	struct chance chance = {.state = config->seed ^ UINT64_C(0x2dc5)};

	if (config->variety != VARIETY_DRAWN || config->choice.kinds || config->choice.only || fleet->zero_token ||
	    !chance_of(&chance, 120))
		return;
	fleet->two = true;
	scene->layout = layout_two;
	if (scene->operation == workflows[ROLL])
		scene->operation = roll_two;
}

static bool
wants_policy(const struct fleet_config *config, struct chance *chance)
{
	bool drawn = chance_of(chance, 350);

	if (config->policies != POLICY_DRAWN)
		return config->policies == POLICY_ANY;
	return drawn && config->variety == VARIETY_DRAWN && !config->choice.kinds && !config->choice.only;
}

/* After the rest, from a stream of its own: the scene's user keyspaces, target and overrides. */
static void
lay_down(const struct fleet_config *config, struct fleet *fleet, struct scene_config *scene)
{
	static const struct sim_keyspace app = {.name = "app", .replication = SIM_NETWORK, .rf = 3};
	struct chance chance = {.state = config->seed ^ UINT64_C(0x9011c7)};
	struct policy *policy = &fleet->policy;

	if (!wants_policy(config, &chance))
		return;
	policy_draw(policy, &chance, strstr(scene->operation, "\"own\"") ? 2 : 1, fleet->two ? "dc1-" : "",
	    scene->keyspaces ? scene->keyspaces : &app, scene->keyspaces ? scene->nkeyspaces : 1);
	snprintf(fleet->operation, sizeof fleet->operation, "%s%s", scene->operation, policy->overrides);
	scene->operation = fleet->operation;
	scene->keyspaces = policy->keyspaces;
	scene->nkeyspaces = policy->nkeyspaces;
	scene->availability = policy->availability;
	scene->most_down = policy->most_down;
}

struct scene *
fleet_draw(const struct fleet_config *config, struct fleet *fleet)
{
	struct chance chance = {.state = config->seed ^ UINT64_C(0xf1ee7)}, second = {.state = config->seed ^ UINT64_C(0x25ec)};
	int64_t layout = chance_between(&chance, 0, ARRAY_LEN(layouts) - 1);
	struct scene_config scene = {
		.seed = config->seed,
		.workflow = scene_by_restart,
		.operation = workflows[chance_between(&chance, 0, ARRAY_LEN(workflows) - 1)],
		.stable_ms = 3000,
		.lease_ms = 6000,
	};

	vary(config, fleet);
	if (*fleet->construct.workflow) {
		scene.operation = workflows[OWN];
		scene.workflow = fleet->construct.workflow;
	}
	scene.layout = (fleet->zero_token ? layouts_zero : layouts)[layout];
	spread(config, fleet, &scene);
	scene.keyspaces = fleet->tablets ? with_tablets : NULL;
	scene.nkeyspaces = fleet->tablets ? ARRAY_LEN(with_tablets) : 0;
	/* Two at once is legal where any two may be down together: with the stock keyspaces none may. */
	scene.no_system_keyspaces = strstr(scene.operation, "\"own\"") != NULL;
	scene.controllers = config->controllers ? config->controllers : (size_t)chance_between(&chance, 1, 2);
	if (config->clusters) {
		scene.clusters = config->clusters;
		scene.controllers = WORLD_PROCESSES;
		scene.shards = 2 * config->clusters;
	}
	if (!config->alone && !config->clusters && chance_of(&second, 250))
		scene.second = "dc1/x:1,dc1/y:1,dc1/z:1";
	if (scene.controllers == 1 && chance_of(&chance, 300))
		scene.lease_ms = 0;
	lay_down(config, fleet, &scene);
	return scene_new(&scene);
}
