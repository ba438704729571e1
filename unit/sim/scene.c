#include "scene.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "json.h"
#include "object.h"
#include "registry.h"

enum { FIRST_UP_MS = 50000 };

static const char own_workflow[] = "own";

const char scene_by_restart[] =
    "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":2,\"steps\":["
    "{\"task\":\"scylla-drain\",\"retries\":3},"
    "{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}},"
    "{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\",\"pollInterval\":\"1s\"}]}]}}]}";

const char *const scene_clusters[] = {SCENE_CLUSTER, SCENE_SECOND, "orders-prd", "orders-stg", "search-prd", "search-stg"};

/* NULL: there are no more. Racks of names of their own make nodes of names of their own. */
static struct sim *
make_scylla(const struct scene_config *config, size_t number)
{
	bool second = number == 1 && config->second;
	char layout[40], address[16];
	struct sim_config sim = sim_defaults();
	struct err err = {""};
	struct sim *made;

	if (number > 0 && !second && number >= config->clusters)
		return NULL;
	snprintf(layout, sizeof layout, "dc1/%c:1,dc1/%c:1,dc1/%c:1", (char)('d' + 3 * number), (char)('e' + 3 * number),
	    (char)('f' + 3 * number));
	snprintf(address, sizeof address, "10.0.%zu.1", number ? 8 + number : 0);
	sim.cluster_name = scene_clusters[number];
	sim.layout = second ? config->second : layout;
	if (number == 0)
		sim.layout = config->layout ? config->layout : "dc1/a:2,dc1/b:2,dc1/c:2";
	sim.first_address = address;
	sim.vnodes = 8;
	sim.seed = config->seed;
	sim.now = FIRST_UP_MS;
	sim.epoch = INT64_C(1795248000) - FIRST_UP_MS / 1000;
	sim.keyspaces = config->keyspaces;
	sim.nkeyspaces = config->nkeyspaces;
	sim.no_system_keyspaces = config->no_system_keyspaces;
	if (config->version)
		sim.version = config->version;
	made = sim_new(&sim, &err);
	if (!made) {
		fprintf(stderr, "scene: %s\n", err.text);
		abort();
	}
	return made;
}

static void
add_spares(struct sim *sim, size_t count)
{
	static const char *const racks[] = {"a", "b", "c"};
	struct err err = {""};

	for (size_t i = 0; i < count; i++) {
		const struct sim_host host = {.datacenter = "dc1", .rack = racks[i % ARRAY_LEN(racks)], .stopped = true};

		if (sim_add(sim, FIRST_UP_MS, &host, &err) < 0) {
			fprintf(stderr, "scene: %s\n", err.text);
			abort();
		}
	}
}

static char *
target_content(const struct sim *sim, const struct scene_config *config, bool frozen)
{
	struct buf buf = BUF_INIT(BUF_MAX_OBJECT);

	buf_printf(&buf, "\"spec\":{\"clusterName\":\"%s\",\"contactPoints\":[\"%s\"],\"nodes\":[", sim_cluster_name(sim),
	    sim_address(sim, 0));
	for (size_t i = 0; i < sim_nodes(sim); i++) {
		buf_printf(&buf, "%s{\"name\":\"%s\",\"address\":\"%s\"", i ? "," : "", sim_name(sim, i),
		    sim_address(sim, i));
		if (!sim_member(sim, i))
			buf_printf(&buf, ",\"zone\":\"%s/%s\"", sim_datacenter(sim, i), sim_rack(sim, i));
		buf_putc(&buf, '}');
	}
	buf_printf(&buf, "],\"access\":{\"host\":"
	    "{\"type\":\"ssh\",\"user\":\"ops\",\"sshSecretRef\":{\"name\":\"ops-ssh\"}}%s}%s",
	    config->access ? config->access : "", config->availability ? config->availability : "");
	if (config->target)
		buf_puts(&buf, config->target);
	else if (frozen || config->most_down)
		buf_printf(&buf, ",\"limits\":{\"maxNodesDown\":%u,\"frozen\":%s}", config->most_down,
		    frozen ? "true" : "false");
	buf_putc(&buf, '}');
	return buf_take(&buf);
}

static char *
operation_content(const struct scene *scene)
{
	struct buf buf = BUF_INIT(BUF_MAX_OBJECT);

	buf_printf(&buf, "\"spec\":{\"cluster\":\"messages-prd\",%s", scene->config.operation);
	if (scene->suspend)
		buf_puts(&buf, ",\"suspend\":true");
	if (scene->cancel)
		buf_puts(&buf, ",\"cancel\":true");
	if (scene->retry)
		buf_printf(&buf, ",\"retry\":%d", scene->retry);
	buf_puts(&buf, scene->more ? scene->more : "");
	buf_putc(&buf, '}');
	return buf_take(&buf);
}

static void
make_target(struct scene *scene, const struct sim *sim)
{
	CLEANUP_FREE char *target = target_content(sim, &scene->config, false);

	api_create(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, sim_cluster_name(sim), target);
}

static void
make_objects(struct scene *scene)
{
	static const char *const crds[] = {"clusteroperations", "targetclusters", "workflows"};
	CLEANUP_FREE char *content = operation_content(scene);
	struct api *api = scene->world->api;

	for (size_t i = 0; i < ARRAY_LEN(crds); i++) {
		CLEANUP_FREE char *name = xasprintf("%s.strait.dev", crds[i]);

		api_create(api, KIND_CRD, "", name, "");
		api_annotate(api, KIND_CRD, "", name, "{\"" CRD_SCHEMA_ANNOTATION "\":\"" CRD_SCHEMA_VERSION "\"}");
	}
	/* As io shows a Secret to the core: the keys' names alone. */
	api_create(api, KIND_SECRET, SCENE_NAMESPACE, "ops-ssh", "\"keys\":[\"ssh-privatekey\",\"known_hosts\"]");
	for (size_t i = 0; world_cluster(scene->world, i); i++)
		make_target(scene, world_cluster(scene->world, i));
	if (scene->config.workflow)
		api_create(api, KIND_WORKFLOW, SCENE_NAMESPACE, own_workflow, scene->config.workflow);
	api_create(api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION, content);
	/* Somebody else's, which must stay as it is. */
	api_annotate(api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION, "{\"example.com/ticket\":\"4711\"}");
}

struct scene *
scene_new(const struct scene_config *config)
{
	struct scene *scene = xcalloc(1, sizeof *scene);
	const struct core_config core = {
		.lease_namespace = config->lease_ms ? "strait" : NULL,
		.lease_name = "strait",
		.lease_ms = config->lease_ms,
		.shards = config->shards,
		.act_ttl_ms = 1000,
		.settle_ms = 8000,
		.stable_ms = config->stable_ms ? config->stable_ms : 5000,
		.fact_age_ms = 2000,
		.rest_timeout_ms = 2000,
		.connect_timeout_ms = 5000,
		.gate = true,
		.seed = config->seed,
		.types = registry,
		.workflows = builtin_workflows,
		.crd_version = CRD_SCHEMA_VERSION,
	};

	scene->config = *config;
	scene->world = world_new(&core, make_scylla(config, 0), config->seed);
	add_spares(scene->world->sim, config->spares);
	for (size_t i = 1; i < WORLD_CLUSTERS && (scene->world->beside[i - 1] = make_scylla(config, i)); i++)
		;
	scene->world->nprocesses = config->controllers ? config->controllers : 1;
	/* Each on a machine of its own. */
	for (size_t i = 1; i < scene->world->nprocesses; i++) {
		scene->world->processes[i].up_ahead = chance_between(&scene->world->chance, -40000, 9000000);
		scene->world->processes[i].wall_ahead = chance_between(&scene->world->chance, -30000, 30000);
	}
	make_objects(scene);
	scene->nfirst = sim_nodes(scene->world->sim);
	scene->first = xcalloc(scene->nfirst, sizeof *scene->first);
	for (size_t i = 0; i < scene->nfirst; i++)
		snprintf(scene->first[i], sizeof scene->first[i], "%s", sim_host_id(scene->world->sim, i));
	return scene;
}

struct scene *
scene_free(struct scene *scene)
{
	if (scene) {
		world_free(scene->world);
		free(scene->first);
	}
	free(scene);
	return NULL;
}

struct api_object *
scene_operation(struct world *world)
{
	return api_find(world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION);
}

const char *
scene_phase(struct world *world)
{
	const struct api_object *o = scene_operation(world);

	return o ? checker_ledger(world->checker, o->uid)->told_phase : "";
}

const char *
scene_message(struct world *world)
{
	const struct api_object *o = scene_operation(world);

	return o ? checker_ledger(world->checker, o->uid)->told_message : "";
}

void
scene_turn_knobs(struct scene *scene)
{
	CLEANUP_FREE char *content = operation_content(scene);

	transcript_add(scene->world->log, scene->world->now, "---- somebody sets suspend=%d cancel=%d retry=%d%s",
	    scene->suspend, scene->cancel, scene->retry, scene->more ? scene->more : "");
	/* Who asks for it anew may have a node restarted that has been restarted. */
	if (scene->retry)
		world_forgive_restarts(scene->world);
	api_replace(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION, content);
	world_tell_watches(scene->world);
}

void
scene_freeze(struct scene *scene, bool frozen)
{
	CLEANUP_FREE char *content = target_content(scene->world->sim, &scene->config, frozen);

	transcript_add(scene->world->log, scene->world->now, "---- somebody sets frozen=%d", frozen);
	api_replace(scene->world->api, KIND_TARGET, SCENE_NAMESPACE, "messages-prd", content);
	world_tell_watches(scene->world);
}

void
scene_delete(struct scene *scene)
{
	transcript_add(scene->world->log, scene->world->now, "---- somebody deletes the operation");
	api_delete(scene->world->api, KIND_OPERATION, SCENE_NAMESPACE, SCENE_OPERATION);
	world_tell_watches(scene->world);
}

size_t
scene_node(const struct world *world, const char *name)
{
	int node = sim_find(world->sim, name);

	if (node < 0) {
		fprintf(stderr, "scene: no node %s\n", name);
		abort();
	}
	return (size_t)node;
}

bool
scene_same_zone(const struct world *world, size_t a, size_t b)
{
	return strcmp(sim_datacenter(world->sim, a), sim_datacenter(world->sim, b)) == 0 &&
	    strcmp(sim_rack(world->sim, a), sim_rack(world->sim, b)) == 0;
}

size_t
scene_count(const struct world *world, enum sim_event event, enum sim_source source, const char *node)
{
	size_t at = node ? scene_node(world, node) : SIZE_MAX, count = 0;

	for (size_t i = 0; i < sim_audit_count(world->sim); i++) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		count += entry->event == event && entry->source == source && (!node || entry->node == at);
	}
	return count;
}

bool
scene_all_serving(struct world *world)
{
	struct sim *sim;

	for (size_t c = 0; (sim = world_cluster(world, c)); c++)
		for (size_t i = 0; i < sim_nodes(sim); i++)
			if (sim_member(sim, i) && !sim_serving(sim, world->now, i))
				return false;
	return true;
}

bool
scene_is_first(const struct scene *scene, size_t node)
{
	return node < scene->nfirst && sim_member(scene->world->sim, node) &&
	    strcmp(sim_host_id(scene->world->sim, node), scene->first[node]) == 0;
}

bool
until_phase(struct world *world, const char *phase)
{
	return strcmp(scene_phase(world), phase) == 0;
}

bool
scene_has_ended(struct world *world, const struct api_object *operation)
{
	const char *phase = checker_ledger(world->checker, operation->uid)->told_phase;

	return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0 || strcmp(phase, "Cancelled") == 0 ||
	    strcmp(phase, "Planned") == 0;
}

bool
until_over(struct world *world, const char *unused)
{
	const struct api_object *operation = scene_operation(world);

	(void)unused;
	return !operation || scene_has_ended(world, operation);
}

bool
until_all_over(struct world *world, const char *unused)
{
	(void)unused;
	for (size_t i = 0; i < world->api->nobjects; i++)
		if (world->api->objects[i].kind == KIND_OPERATION && !scene_has_ended(world, &world->api->objects[i]))
			return false;
	return true;
}

bool
until_gone(struct world *world, const char *unused)
{
	(void)unused;
	return !scene_operation(world);
}

static bool
has_happened(struct world *world, enum sim_event event, const char *node)
{
	size_t at = scene_node(world, node);

	/* From the end: it is asked after every single thing that happens. */
	for (size_t i = sim_audit_count(world->sim); i-- > 0;) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		if (entry->event == event && entry->node == at)
			return true;
	}
	return false;
}

bool
until_drained(struct world *world, const char *node)
{
	return has_happened(world, SIM_DRAINED, node);
}

bool
until_stopped(struct world *world, const char *node)
{
	return has_happened(world, SIM_PROCESS_EXIT, node);
}

bool
until_done(struct world *world, const char *step)
{
	const struct api_object *o = scene_operation(world);
	const char *value = o ? store_value(&checker_ledger(world->checker, o->uid)->journal, step) : NULL;

	return value && strstr(value, "\"state\":\"done\"");
}

bool
until_message(struct world *world, const char *text)
{
	return strstr(scene_message(world), text) != NULL;
}
