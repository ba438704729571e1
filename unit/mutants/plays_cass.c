/* cass-operator's defects, in its order: what a user would have seen, had it been us. */
#include <inttypes.h>

#include "alloc.h"
#include "check.h"
#include "defects.h"
#include "json.h"
#include "story.h"

#define NEXT "next"
#define RESTART(node) "\"nodeTask\":{\"type\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}," \
	"\"targets\":{\"nodes\":[\"" node "\"]}"

/* Of one that is not to end: what the play has seen itself. */
static void
leave(struct scene *scene, const char *own, char *wrong, size_t size)
{
	snprintf(wrong, size, "%s", own);
	scene_free(scene);
}

static void
add(struct scene *scene, enum kind kind, const char *name, const char *content)
{
	api_create(scene->world->api, kind, SCENE_NAMESPACE, name, content);
	world_tell_watches(scene->world);
}

static bool
next_has(struct world *world, const char *phase)
{
	const struct api_object *o = api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, NEXT);

	return strcmp(checker_ledger(world->checker, o->uid)->told_phase, phase) == 0;
}

/* A zone that the cluster does not have: nothing is restarted, and it is said. */
void
cass_1(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING
	    ",\"targets\":{\"zones\":[\"dc1/d\"]}"}, seed);
	char text[200] = "";

	world_run(scene->world, NULL, NULL, MINUTES(10));
	if (arrived(scene, SIM_ARRIVED_DRAIN, NULL))
		snprintf(text, sizeof text, "no node is in targets.zones, and %zu were drained",
		    arrived(scene, SIM_ARRIVED_DRAIN, NULL));
	else if (!until_message(scene->world, "no zone \"dc1/d\""))
		snprintf(text, sizeof text, "the zone does not exist, and it says \"%.100s\"", scene_message(scene->world));
	leave(scene, text, wrong, size);
}

/* The restart of one node; effect 'at' is the core's last, in the given way; 0: none is. */
static void
dies_at(uint64_t seed, size_t at, enum crash_how how, struct buf *kinds, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = RESTART("db-a-1")}, seed);

	scene->world->kinds = kinds;
	if (at)
		world_crash_at(scene->world, scene->world->effects + at, how);
	play_end(scene, "", wrong, size);
}

static void
dies_between(uint64_t seed, size_t from, size_t to, const struct buf *kinds, char *wrong, size_t size)
{
	for (size_t i = from; i < to && !*wrong; i++)
		for (int how = 0; strchr("jk", kinds->data[i]) && how < CRASH_WAYS && !*wrong; how++)
			dies_at(seed, i + 1, (enum crash_how)how, NULL, wrong, size);
}

/* The journal has the end, the status has not, and the controller dies between. */
void
cass_2(uint64_t seed, char *wrong, size_t size)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(BUF_MAX_OBJECT);

	dies_at(seed, 0, CRASH_BEFORE, &kinds, wrong, size);
	dies_between(seed, kinds.len > 12 ? kinds.len - 12 : 0, kinds.len, &kinds, wrong, size);
}

/* The same of the start: from the takeover to the first act. */
void
cass_3(uint64_t seed, char *wrong, size_t size)
{
	CLEANUP_BUF struct buf kinds = BUF_INIT(BUF_MAX_OBJECT);
	const char *first, *act;

	dies_at(seed, 0, CRASH_BEFORE, &kinds, wrong, size);
	first = strchr(buf_str(&kinds), 'j');
	act = strchr(buf_str(&kinds), 'a');
	if (!first || !act)
		snprintf(wrong, size, "nothing is journaled, or nothing is done");
	else
		dies_between(seed, (size_t)(first - kinds.data), (size_t)(act - kinds.data), &kinds, wrong, size);
}

/* An operation that does not say what is to be done: the object tells its author so, and stands in nobody's way. */
void
cass_4(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = "\"owner\":\"ops\""}, seed);
	char text[200] = "";

	add(scene, KIND_OPERATION, NEXT, "\"spec\":{\"cluster\":\"messages-prd\"," RESTART("db-c-1") "}");
	world_run(scene->world, next_has, "Succeeded", MINUTES(10));
	if (!until_phase(scene->world, "Pending") || !until_message(scene->world, "exactly one of workflow"))
		snprintf(text, sizeof text, "it names no task, and its status says \"%s\" \"%.60s\"",
		    scene_phase(scene->world), scene_message(scene->world));
	else if (!next_has(scene->world, "Succeeded"))
		snprintf(text, sizeof text, "another operation is not done for its sake");
	leave(scene, text, wrong, size);
}

static const char *
condition(const struct cJSON *status, const char *type)
{
	JSON_EACH(element, json_get(status, "conditions"))
		if (strcmp(json_str_or(element, "type", ""), type) == 0)
			return json_str_or(element, "status", "");
	return "";
}

/* Who waits for success by kubectl wait must not be told of it by a failure. */
void
cass_5(uint64_t seed, char *wrong, size_t size)
{
	static const char only_looks[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"wait\":[{\"condition\":"
	    "\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\",\"timeout\":\"5s\"}]}]}}]}";
	struct scene *scene = play_begin((struct scene_config){.operation = "\"workflow\":\"own\"",
	    .workflow = only_looks}, seed);
	struct world *world = scene->world;
	CLEANUP_JSON struct cJSON *status = NULL;
	char text[200] = "";

	sim_crash(world->sim, world->now, scene_node(world, "db-b-1"));
	world_run(world, until_over, NULL, HOURS(1));
	world_run(world, NULL, NULL, SECONDS(5));
	status = json_parse(scene_operation(world)->status, strlen(scene_operation(world)->status), NULL);
	if (!until_phase(world, "Failed") || strcmp(condition(status, "Succeeded"), "False") != 0 ||
	    strcmp(condition(status, "Stalled"), "True") != 0)
		snprintf(text, sizeof text, "phase %s, and the condition Succeeded is %s", scene_phase(world),
		    condition(status, "Succeeded"));
	play_end(scene, text, wrong, size);
}

/* Two of them, created in the same moment: one begins when the other has ended. */
void
cass_6(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.workflow = scene_by_restart, .no_system_keyspaces = true,
	    .operation = ROLLING ",\"targets\":{\"zones\":[\"dc1/a\",\"dc1/b\"]}"}, seed);
	struct world *world = scene->world;
	enum sim_event last = SIM_MARK;
	size_t changes = 0;
	char text[200] = "";

	add(scene, KIND_OPERATION, NEXT, "\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":\"own\","
	    "\"targets\":{\"zones\":[\"dc1/c\"]}}");
	world_run(world, next_has, "Succeeded", HOURS(1));
	world_run(world, until_over, NULL, HOURS(1));
	for (size_t i = 0; i < sim_audit_count(world->sim); i++) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		/* One starts nodes, the other one restarts them. */
		if (entry->source != SIM_CONTROLLER || (entry->event != SIM_ARRIVED_START &&
		    entry->event != SIM_ARRIVED_RESTART) || entry->event == last)
			continue;
		changes++;
		last = entry->event;
	}
	if (changes > 2)
		snprintf(text, sizeof text, "two operations are at work at once: %zu times the other one goes on", changes - 1);
	play_end(scene, text, wrong, size);
}

static int64_t
time_of_a_roll(uint64_t seed, bool beside, char *wrong, size_t size)
{
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);
	int64_t began = scene->world->now, took;

	if (beside) {
		scene->world->black_hole = "10.9.9.9";
		add(scene, KIND_TARGET, "other-prd", "\"spec\":{\"clusterName\":\"other-prd\",\"contactPoints\":"
		    "[\"10.9.9.9\"],\"access\":{\"host\":{\"type\":\"none\"}}}");
	}
	world_run(scene->world, until_over, NULL, HOURS(1));
	took = scene->world->now - began;
	play_end(scene, NULL, wrong, size);
	return took;
}

/* Another cluster does not answer, which is nothing to this one. */
void
cass_7(uint64_t seed, char *wrong, size_t size)
{
	int64_t alone = time_of_a_roll(seed, false, wrong, size), beside;
	char judged[400] = "";

	if (*wrong)
		return;
	beside = time_of_a_roll(seed, true, judged, sizeof judged);
	if (beside > alone * 5 / 4)
		snprintf(wrong, size, "beside a cluster that does not answer the roll takes %" PRId64 " s instead of %" PRId64
		    ": %.200s", beside / 1000, alone / 1000, judged);
	else
		snprintf(wrong, size, "%s", judged);
}

/* The node that is waited for stops answering: the wait ends at its deadline. */
void
cass_8(uint64_t seed, char *wrong, size_t size)
{
	static const char a_minute[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"steps\":[{\"wait\":[{\"condition\":"
	    "\"is-up-normal\",\"successWindow\":\"30s\",\"pollInterval\":\"5s\",\"timeout\":\"1m\"}]}]}}]}";
	struct scene *scene = play_begin((struct scene_config){.workflow = a_minute,
	    .operation = "\"workflow\":\"own\",\"targets\":{\"nodes\":[\"db-a-1\"]}"}, seed);
	struct world *world = scene->world;
	char text[200] = "";

	world_run(world, until_phase, "Running", MINUTES(5));
	world_run(world, NULL, NULL, SECONDS(5));
	sim_hang(world->sim, world->now, scene_node(world, "db-a-1"), true);
	if (!world_run(world, until_over, NULL, MINUTES(30)))
		snprintf(text, sizeof text, "a wait of one minute has not ended after 30: phase %s, \"%.60s\"",
		    scene_phase(world), scene_message(world));
	else if (!until_phase(world, "Failed") || !until_message(world, "db-a-1"))
		snprintf(text, sizeof text, "phase %s, \"%.60s\"", scene_phase(world), scene_message(world));
	leave(scene, text, wrong, size);
}

/* From the end of a node to the beginning of the next, nothing is waited for. */
void
cass_9(uint64_t seed, char *wrong, size_t size)
{
	static const char *const order[] = {"db-a-1", "db-a-2", "db-b-1", "db-b-2", "db-c-1", "db-c-2"};
	struct scene *scene = play_begin((struct scene_config){.operation = ROLLING}, seed);
	struct world *world = scene->world;
	char text[200] = "";

	for (size_t i = 0; i + 1 < ARRAY_LEN(order); i++) {
		CLEANUP_FREE char *last = xasprintf("1.stable/%s", order[i]);
		size_t drains = i + 1;
		int64_t ended;

		world_run(world, until_done, last, HOURS(1));
		ended = world->now;
		while (arrived(scene, SIM_ARRIVED_DRAIN, NULL) == drains && world->now < ended + MINUTES(1))
			world_tick(world);
		if (world->now > ended + 200 && !*text)
			snprintf(text, sizeof text, "%s is begun %" PRId64 " ms after %s has ended", order[i + 1],
			    world->now - ended, order[i]);
	}
	play_end(scene, *text ? text : NULL, wrong, size);
}
