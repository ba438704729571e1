/* Defects of what clients need and the owner allows, and the run in which they show. */
#include "defects.h"

#include <string.h>

#include "alloc.h"
#include "policy.h"
#include "story.h"
#include "target.h"

struct target *__real_target_decode(const struct cJSON *object, struct err *err);
struct target *__wrap_target_decode(const struct cJSON *object, struct err *err);

struct target *
__wrap_target_decode(const struct cJSON *object, struct err *err)
{
	struct target *target = __real_target_decode(object, err);

	if (!target)
		return NULL;
	if (mutant == CONSISTENCY_IGNORED)
		target->levels = TARGET_ONE;
	if (mutant == ANY_NUMBER_DOWN)
		target->max_nodes_down = 0;
	if (mutant == DECIDED_FOR_ALL && target->ndecided > 0) {
		size_t count = target->ndecided;
		unsigned level = target->decided_levels[0];

		*ARRAY_GROW(target->decided_levels, count) = level;
		*ARRAY_GROW(target->decided, target->ndecided) = xstrdup("app");
	}
	return target;
}

static void
hand_crash(void *arg, int64_t node)
{
	struct world *world = arg;

	sim_crash(world->sim, world->now, (size_t)node);
}

static void
hand_start(void *arg, int64_t node)
{
	struct world *world = arg;

	sim_start(world->sim, world->now, (size_t)node);
}

/* A stranger is down for a while, and an override opens the gate to it for some nodes: the policy still judges them. */
void
with_policy(uint64_t seed, char *wrong, size_t size)
{
	static const struct sim_keyspace app = {.name = "app", .replication = SIM_NETWORK, .rf = 3};
	struct chance chance = {.state = seed ^ UINT64_C(0x9011c7)};
	struct policy policy;
	struct scene *scene;
	int64_t node = chance_between(&chance, 2, 5), at_ms = chance_between(&chance, 1000, 60000);
	CLEANUP_FREE char *operation = NULL;

	do
		policy_draw(&policy, &chance, 1, "", &app, 1);
	while (!*policy.overrides);
	operation = xasprintf("%s%s", ROLLING, policy.overrides);
	scene = play_begin((struct scene_config){.operation = operation, .keyspaces = policy.keyspaces,
	    .nkeyspaces = policy.nkeyspaces, .availability = policy.availability, .most_down = policy.most_down,
	    .no_system_keyspaces = true}, seed);
	policy_tell(&policy, scene->world);
	at_ms += scene->world->now;
	world_at(scene->world, at_ms, hand_crash, scene->world, node);
	world_at(scene->world, at_ms + chance_between(&chance, 30000, 120000), hand_start, scene->world, node);
	play_end(scene, "", wrong, size);
}
