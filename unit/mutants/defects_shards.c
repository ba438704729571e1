/* A defect of sharing a fleet, and the run in which it shows. */
#include "defects.h"

#include "lease.h"
#include "story.h"

void __real_lease_want(struct core *core, struct lease *lease, bool wanted);
void __wrap_lease_want(struct core *core, struct lease *lease, bool wanted);

void
__wrap_lease_want(struct core *core, struct lease *lease, bool wanted)
{
	__real_lease_want(core, lease, wanted);
	if (mutant == GIVES_UP_AT_ONCE && !wanted && lease->held && !lease->presence)
		lease_release(core, lease);
}

static bool
until_drain_arrives(struct world *world, const char *unused)
{
	(void)unused;
	return scene_count(world, SIM_ARRIVED_DRAIN, SIM_CONTROLLER, NULL) > 0;
}

/* One leads all shards; others join while it drains. Whether the cluster's shard is dealt to them differs from seed to seed. */
void
others_join(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = scene_new(&(struct scene_config){.layout = "dc1/a:1,dc1/b:1,dc1/c:1", .controllers = 3,
	    .shards = 6, .lease_ms = SECONDS(6), .seed = seed, .clusters = 1,
	    .operation = "\"workflow\":\"restart-node\",\"variables\":{\"settle\":\"2s\"}"});
	struct world *world = scene->world;

	world->weather = (struct weather){.io_max = 2, .net_max = 10};
	world->late = 2;
	world_start(world);
	world_run(world, until_drain_arrives, NULL, MINUTES(10));
	/* Another name, and so another deal. */
	world->lives += (unsigned)seed;
	process_start(&world->processes[1]);
	process_start(&world->processes[2]);
	play_end(scene, "", wrong, size);
}
