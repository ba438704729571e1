#include "story.h"

const char own_roll[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":2,\"steps\":["
    "{\"task\":\"scylla-drain\",\"retries\":1},"
    "{\"task\":\"systemd-stop-scylla-server\"},"
    "{\"task\":\"systemd-start-service\",\"with\":{\"service\":\"scylla-server\"}},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"with\":{\"known_node\":\"db-a-1\"},\"successWindow\":\"5s\","
    "\"pollInterval\":\"1s\",\"timeout\":\"1h\"}]}]}}]}";

struct scene *
begin_with(struct scene_config config)
{
	struct scene *scene;

	config.seed = seed_number(0);
	scene = scene_new(&config);
	scene->world->weather = (struct weather){.io_max = 2, .net_max = 10};
	world_start(scene->world);
	return scene;
}

struct scene *
begin(void)
{
	return begin_with((struct scene_config){.operation = ROLLING});
}

/* Run until something has happened; it must within the time. */
void
reach(struct scene *scene, bool (*until)(struct world *world, const char *arg), const char *arg, int64_t limit_ms)
{
	struct world *world = scene->world;

	if (world_run(world, until, arg, limit_ms))
		return;
	transcript_print(world->log, 100);
	CHECK_FAIL("it does not come to \"%s\"; phase %s, \"%s\"", arg ? arg : "the end", scene_phase(world),
	    scene_message(world));
}

void
wait_ms(struct scene *scene, int64_t ms)
{
	world_run(scene->world, NULL, NULL, ms);
}

/* To its end, which must be 'phase', with 'nodes' nodes restarted once each, never more than 'limit' at a time;
 * 'nodes' 0: the order is not judged. */
void
end(struct scene *scene, const char *phase, size_t nodes, size_t limit)
{
	struct world *world = scene->world;
	char text[600];

	reach(scene, until_over, NULL, HOURS(4));
	wait_ms(scene, SECONDS(30));
	judge_or_fail(world, judge(world, text, sizeof text), "at the end", scene->config.seed);
	if (strcmp(scene_phase(world), phase) != 0)
		judge_or_fail(world, scene_message(world), scene_phase(world), scene->config.seed);
	if (nodes)
		judge_or_fail(world, judge_order(world, nodes, limit, text, sizeof text), "order", scene->config.seed);
	scene_free(scene);
}

size_t
arrived(const struct scene *scene, enum sim_event event, const char *node)
{
	return scene_count(scene->world, event, SIM_CONTROLLER, node);
}

size_t
started(const struct scene *scene, const char *node)
{
	return arrived(scene, SIM_ARRIVED_START, node) + arrived(scene, SIM_ARRIVED_RESTART, node);
}

bool
until_started(struct world *world, const char *node)
{
	return scene_count(world, SIM_ARRIVED_START, SIM_CONTROLLER, node) +
	    scene_count(world, SIM_ARRIVED_RESTART, SIM_CONTROLLER, node) > 0;
}

bool
until_all_serve(struct world *world, const char *unused)
{
	(void)unused;
	return scene_all_serving(world);
}

/* An Event whose note contains both. */
bool
event_says(const struct scene *scene, const char *one, const char *other)
{
	const struct api *api = scene->world->api;

	for (size_t i = 0; i < api->nevents; i++) {
		if (strstr(api->events[i].note, one) && strstr(api->events[i].note, other))
			return true;
	}
	return false;
}
