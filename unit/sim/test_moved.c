#include "story.h"

#include "alloc.h"
#include "breaks.h"
#include "hands.h"

/* A node whose address has changed while nobody was at work on it, and the inventory has its old one: who is it, for the
 * operation that names it then? */

#define LATER "later"
#define MOVED "{\"name\":\"db-c-2\",\"address\":\"10.0.0.99\",\"inventoryAddress\":\"10.0.0.6\""

static const char restart_c_2[] = "\"spec\":{\"cluster\":\"messages-prd\",\"nodeTask\":{\"type\":"
    "\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},\"targets\":{\"nodes\":[\"db-c-2\"]}}";

/* An operation has ended, and the status tells the members. */
static struct scene *
begin_with_all_told(void)
{
	struct scene *scene = begin_with((struct scene_config){.operation = "\"workflow\":\"restart-node\",\"targets\":"
	    "{\"nodes\":[\"db-a-1\"]}", .no_system_keyspaces = true});

	reach(scene, until_over, NULL, HOURS(1));
	wait_ms(scene, MINUTES(2));
	return scene;
}

static void
move(struct scene *scene, const char *node, const char *address)
{
	struct world *world = scene->world;
	struct err err = {""};

	if (sim_readdress(world->sim, world->now, scene_node(world, node), address, &err) < 0)
		CHECK_FAIL("%s", err.text);
	wait_ms(scene, MINUTES(3));
}

static bool
target_says(const struct scene *scene, const char *text)
{
	return strstr(api_find(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, SCENE_CLUSTER)->status, text);
}

static bool
until_later_told(struct world *world, const char *text)
{
	const struct api_object *o = api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, LATER);

	return o && o->status && strstr(o->status, text);
}

static void
apply_later(struct scene *scene, const char *text)
{
	api_create(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, LATER, restart_c_2);
	world_tell_watches(scene->world);
	reach(scene, until_later_told, text, MINUTES(20));
}

/* In the inventory, by hand: nobody looks at that before. */
static void
write_address(struct scene *scene, const char *from, const char *to)
{
	const struct api_object *o = api_find(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, SCENE_CLUSTER);
	CLEANUP_FREE char *content = xstrdup(o->content);
	char *at = strstr(content, from);

	CHECK(at && strlen(from) == strlen(to));
	memcpy(at, to, strlen(to));
	api_replace(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, SCENE_CLUSTER, content);
	world_tell_watches(scene->world);
}

static void
whom_the_controller_saw_move_keeps_its_name(void **state)
{
	struct scene *scene = begin_with_all_told();

	(void)state;
	move(scene, "db-c-2", "10.0.0.99");
	apply_later(scene, "\"phase\":\"Succeeded\"");
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-2") == 1);
	scene_free(scene);
}

static void
so_it_does_for_the_next_controller(void **state)
{
	struct scene *scene = begin_with_all_told();

	(void)state;
	move(scene, "db-c-2", "10.0.0.99");
	world_crash(scene->world, MINUTES(5));
	wait_ms(scene, MINUTES(8));
	apply_later(scene, "\"phase\":\"Succeeded\"");
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-2") == 1);
	/* And for the one after it, which has only the status of that one. */
	world_crash(scene->world, MINUTES(5));
	wait_ms(scene, MINUTES(8));
	HOLDS(scene, target_says(scene, MOVED));
	scene_free(scene);
}

static void
who_moves_while_no_controller_lives_keeps_it_too(void **state)
{
	struct scene *scene = begin_with_all_told();

	(void)state;
	world_crash(scene->world, MINUTES(10));
	move(scene, "db-c-2", "10.0.0.99");
	wait_ms(scene, MINUTES(10));
	apply_later(scene, "\"phase\":\"Succeeded\"");
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-2") == 1);
	scene_free(scene);
}

/* What the status tells of members is all that is left of them: it stays until somebody has answered. */
static void
and_while_no_node_answers_the_next_controller(void **state)
{
	struct scene *scene = begin_with_all_told();
	struct world *world = scene->world;

	(void)state;
	move(scene, "db-c-2", "10.0.0.99");
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		sim_garbage(world->sim, i, SIM_GARBAGE_ERRORS);
	world_crash(world, MINUTES(1));
	wait_ms(scene, MINUTES(5));
	HOLDS(scene, target_says(scene, "\"Unreachable\"") && target_says(scene, MOVED));
	for (size_t i = 0; i < sim_nodes(world->sim); i++)
		sim_garbage(world->sim, i, SIM_GARBAGE_NONE);
	wait_ms(scene, MINUTES(5));
	apply_later(scene, "\"phase\":\"Succeeded\"");
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-2") == 1);
	scene_free(scene);
}

/* Another contact point, once seen by whoever lives, once by the next controller. */
static void
and_when_the_inventory_changes_in_other_places(void **state)
{
	struct scene *scene = begin_with_all_told();

	(void)state;
	move(scene, "db-c-2", "10.0.0.99");
	write_address(scene, "10.0.0.1", "10.0.0.2");
	wait_ms(scene, MINUTES(2));
	HOLDS(scene, target_says(scene, MOVED));
	world_crash(scene->world, MINUTES(5));
	write_address(scene, "10.0.0.2", "10.0.0.3");
	wait_ms(scene, MINUTES(8));
	apply_later(scene, "\"phase\":\"Succeeded\"");
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, "db-c-2") == 1);
	scene_free(scene);
}

/* The inventory has the name at another host by now: the node that had it is not meant. */
static void
a_name_that_was_given_to_another_host_is_not_the_members(void **state)
{
	struct scene *scene = begin_with_all_told();

	(void)state;
	world_crash(scene->world, MINUTES(5));
	write_address(scene, "10.0.0.6", "10.0.0.7");
	wait_ms(scene, MINUTES(8));
	apply_later(scene, "db-c-2 is not in the ring");
	HOLDS(scene, arrived(scene, SIM_ARRIVED_RESTART, NULL) == 0);
	scene_free(scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whom_the_controller_saw_move_keeps_its_name),
		cmocka_unit_test(so_it_does_for_the_next_controller),
		cmocka_unit_test(who_moves_while_no_controller_lives_keeps_it_too),
		cmocka_unit_test(and_while_no_node_answers_the_next_controller),
		cmocka_unit_test(and_when_the_inventory_changes_in_other_places),
		cmocka_unit_test(a_name_that_was_given_to_another_host_is_not_the_members),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
