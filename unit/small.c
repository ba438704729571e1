#include "small.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "small_node.h"
#include "state.h"
#include "workflow.h"

enum { FIRST_UP_MS = 100000 };
static const int64_t first_wall_ms = INT64_C(1795248000000);

const struct small_node small_nodes[SMALL_NODES] = {
	{"db-a-1", "10.0.0.1", "00000000-0000-4000-8000-00000000000a", "a"},
	{"db-b-1", "10.0.0.2", "00000000-0000-4000-8000-00000000000b", "b"},
	{"db-c-1", "10.0.0.3", "00000000-0000-4000-8000-00000000000c", "c"},
};

struct core_config
small_core_config(const struct reconciler *const *types)
{
	static const char *const none[] = {NULL};

	return (struct core_config){
		.identity = "strait-0",
		.act_ttl_ms = 1000,
		.settle_ms = 8000,
		.stable_ms = 5000,
		.fact_age_ms = 2000,
		.rest_timeout_ms = 2000,
		.connect_timeout_ms = 5000,
		.gate = true,
		.seed = 1,
		.types = types,
		.workflows = none,
	};
}

static void
take(struct small *small, const struct informer_kind *kind, const char *text)
{
	struct err err = {""};
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), &err);

	if (!object)
		CHECK_FAIL("%s: %s", text, err.text);
	kind->seen(small->core, NULL, object, 1);
}

static void
take_objects(struct small *small, const struct small_config *config)
{
	CLEANUP_BUF struct buf target = BUF_INIT(BUF_MAX_OBJECT);

	buf_puts(&target, "{\"metadata\":{\"name\":\"messages-prd\",\"namespace\":\"ops\",\"uid\":\"uid-target\","
	    "\"resourceVersion\":\"1\",\"generation\":1},\"spec\":{\"clusterName\":\"messages-prd\",\"contactPoints\":"
	    "[\"10.0.0.1\"],\"access\":{\"host\":{\"type\":\"ssh\",\"user\":\"ops\",\"sshSecretRef\":{\"name\":"
	    "\"ops-ssh\"}},\"prometheus\":{\"url\":\"http://prom\"}");
	if (config->api)
		buf_printf(&target, ",\"api\":%s", config->api);
	buf_puts(&target, config->manager ? ",\"manager\":{\"url\":\"http://manager\"}},\"nodes\":[" : "},\"nodes\":[");
	for (size_t i = 0; i < SMALL_NODES; i++)
		buf_printf(&target, "%s{\"name\":\"%s\",\"address\":\"%s\"}", i ? "," : "", small_nodes[i].name,
		    small_nodes[i].address);
	buf_printf(&target, "],\"limits\":{%s},\"commands\":[{\"name\":\"check\",\"args\":[\"/usr/local/bin/check\"]},"
	    "{\"name\":\"sweep\",\"args\":[\"/usr/local/bin/sweep\",\"--tag={tag}\",\"{path}\"]}]%s}}",
	    config->limits ? config->limits : "", config->target ? config->target : "");
	take(small, &inventory_kind, buf_str(&target));
	small->cluster = cluster_find(small->core, "ops", "messages-prd");
	if (!small->cluster->target)
		CHECK_FAIL("the target: %s", small->cluster->unreadable);
	small->cluster->ready = true;
	take(small, &operation_kind, "{\"metadata\":{\"name\":\"restart\",\"namespace\":\"ops\",\"uid\":\"uid-op\","
	    "\"resourceVersion\":\"7\",\"generation\":1},\"spec\":{\"cluster\":\"messages-prd\","
	    "\"workflow\":\"own\"}}");
	HASH_FIND_STR(small->core->ops, "uid-op", small->op);
	small->op->cluster = small->cluster;
}

static struct plan *
compile(const struct small_config *config, const struct target *target)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"own\"},\"spec\":%s}", config->workflow);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);
	struct err err = {""};
	struct workflow *workflow = workflow_decode(object, &err);
	struct plan_node nodes[SMALL_NODES];
	struct plan_input input = {
		.types = config->core.types,
		.nodes = nodes,
		.nnodes = SMALL_NODES,
		.targets = (char *const *)config->targets,
		.ntargets = config->ntargets,
		.stable_ms = config->core.stable_ms,
		.commands = &target->commands,
	};
	static char datacenter[] = "dc1", zones[SMALL_NODES][8];
	struct plan *plan;

	for (size_t i = 0; i < SMALL_NODES; i++) {
		snprintf(zones[i], sizeof zones[i], "dc1/%s", small_nodes[i].rack);
		nodes[i] = (struct plan_node){(char *)small_nodes[i].name, (char *)small_nodes[i].host_id,
			(char *)small_nodes[i].address, datacenter, zones[i], false};
	}
	plan = workflow ? plan_compile(workflow, &input, &err) : NULL;
	workflow_free(workflow);
	if (!plan)
		CHECK_FAIL("the workflow %s: %s", config->workflow, err.text);
	return plan;
}

void
small_open(struct small *small, const struct small_config *config)
{
	*small = (struct small){.core = core_new(&config->core), .out = xcalloc(1, sizeof *small->out)};
	small_at(small, 0);
	take_objects(small, config);
	small->core->leading = true;
	if (config->workflow) {
		small->op->plan = compile(config, small->cluster->target);
		small->op->started = small->op->accepted = true;
		roll_start(small->core, small->op);
		small->op->journal.taken = true;
		small->op->journal.epoch = 1;
		small->op->phase = PHASE_RUNNING;
	}
	small_settle(small);
	effects_clear(small->out);
}

struct small
small_begun(const struct reconciler *const *types, const char *workflow, const char *limits)
{
	struct small small;
	const struct small_config config = {
		.core = small_core_config(types),
		.limits = limits,
		.workflow = workflow,
	};

	small_open(&small, &config);
	small_sweep(&small);
	for (size_t i = 0; i < small.op->nlanes; i++) {
		struct lane *lane = &small.op->lanes[i];

		lane->state = LANE_RUNNING;
		lane->step = step_new(small.op, lane, &lane->block->steps[0]);
	}
	return small;
}

void
small_close(struct small *small)
{
	effects_clear(small->out);
	free(small->out);
	core_free(small->core);
	*small = (struct small){0};
}

void
small_at(struct small *small, int64_t ms)
{
	small->core->now = (struct instant){FIRST_UP_MS + ms, first_wall_ms + ms};
	small->core->out = small->out;
}

void
small_answer(struct small *small, uint64_t id, enum outcome outcome, int status, const char *body)
{
	const struct event event = {
		.kind = EVENT_ANSWER,
		.id = id,
		.outcome = outcome,
		.status = status,
		.body = outcome == OUTCOME_ANSWERED ? body : NULL,
		.len = outcome == OUTCOME_ANSWERED ? strlen(body) : 0,
		.error = outcome == OUTCOME_ANSWERED ? NULL : body,
		.sent = small->core->now,
	};

	request_deliver(small->core, &event);
}

void
small_settle(struct small *small)
{
	struct core *core = small->core;

	for (; core->dirty_ops; core->dirty_ops = core->dirty_ops->next_dirty)
		core->dirty_ops->dirty = false;
	for (; core->dirty_clusters; core->dirty_clusters = core->dirty_clusters->next_dirty)
		core->dirty_clusters->dirty = false;
}

/* --- the ring without asking anybody --- */

static void
put_live(struct ring *ring, size_t observer, const char *without)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE);

	for (size_t i = 0; i < SMALL_NODES; i++)
		if (!without || strcmp(small_nodes[i].name, without) != 0)
			buf_printf(&body, "%s\"%s\"", body.len ? "," : "[", small_nodes[i].address);
	buf_putc(&body, ']');
	assert_int_equal(ring_set_live(ring, observer, buf_str(&body), body.len, NULL), 0);
}

static void
put_ranges(struct ring *ring)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE), hosts = BUF_INIT(BUF_MAX_LINE),
	    all = BUF_INIT(BUF_MAX_LINE);

	for (size_t i = 0; i < SMALL_NODES; i++) {
		buf_printf(&hosts, "%s\"%s\"", i ? "," : "", small_nodes[i].address);
		buf_printf(&all, "%s{\"host\":\"%s\",\"datacenter\":\"dc1\",\"rack\":\"%s\"}", i ? "," : "",
		    small_nodes[i].address, small_nodes[i].rack);
	}
	buf_printf(&body, "[{\"start_token\":\"1\",\"end_token\":\"2\",\"endpoints\":[%s],\"rpc_endpoints\":[%s],"
	    "\"endpoint_details\":[%s]}]", buf_str(&hosts), buf_str(&hosts), buf_str(&all));
	assert_int_equal(ring_set_ranges(ring, "ks", true, buf_str(&body), body.len, NULL), 0);
}

static void
put_members(struct ring *ring)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE);

	for (size_t i = 0; i < SMALL_NODES; i++)
		buf_printf(&body, "%s{\"key\":\"%s\",\"value\":\"%s\"}", i ? "," : "[", small_nodes[i].address,
		    small_nodes[i].host_id);
	buf_putc(&body, ']');
	assert_int_equal(ring_set_members(ring, buf_str(&body), body.len, NULL, NULL), 0);
	for (size_t i = 0; i < SMALL_NODES; i++)
		snprintf(ring->members[i].name, sizeof ring->members[i].name, "%s", small_nodes[i].name);
}

/* What is asked beside the sweep, answered as a healthy cluster does. */
static void
tell_rest(struct small *small)
{
	static const bool absent[SMALL_NODES];
	static const bool held[SMALL_NODES];
	struct effects *out = small->out, kept = *out;

	*out = (struct effects){0};
	topology_drop(small->core, small->cluster);
	topology_want(small->core, small->cluster, small->core->now.up_ms, 0, true);
	topology_want(small->core, small->cluster, small->core->now.up_ms, 1, true);
	topology_want(small->core, small->cluster, small->core->now.up_ms, 2, true);
	raft_want(small->core, small->cluster, held, -1);
	for (size_t i = 0; i < out->count; i++)
		for (int node = 0; node < SMALL_NODES; node++) {
			struct effect *effect = &out->list[i];
			CLEANUP_FREE char *body = small_healthy(node, effect->rest.path, absent);
			const uint64_t id = effect->id;

			if (strcmp(effect->rest.address, small_nodes[node].address) == 0)
				small_answer(small, id, OUTCOME_ANSWERED, 200, body);
		}
	effects_clear(out);
	*out = kept;
	small_settle(small);
}

void
small_sweep(struct small *small)
{
	struct ring *ring = small->cluster->ring;

	put_members(ring);
	assert_int_equal(ring_set_keyspaces(ring, "[\"ks\"]", 6, "[\"ks\"]", 6, NULL), 0);
	put_ranges(ring);
	ring_begin_sweep(ring);
	for (size_t i = 0; i < SMALL_NODES; i++) {
		assert_int_equal(ring_set_mode(ring, i, "\"NORMAL\"", 8, NULL), 0);
		assert_int_equal(ring_set_gossiping(ring, i, "true", 4, NULL), 0);
		put_live(ring, i, NULL);
	}
	small->cluster->sweep.asked_up_ms = small->cluster->sweep.done_asked_up_ms = small->core->now.up_ms;
	small->cluster->sweep.running = small->cluster->sweep.failed = false;
	tell_rest(small);
}

void
small_crash(struct small *small, const char *name)
{
	struct ring *ring = small->cluster->ring;

	ring_begin_sweep(ring);
	for (size_t i = 0; i < SMALL_NODES; i++) {
		if (strcmp(small_nodes[i].name, name) == 0)
			continue;
		assert_int_equal(ring_set_mode(ring, i, "\"NORMAL\"", 8, NULL), 0);
		assert_int_equal(ring_set_gossiping(ring, i, "true", 4, NULL), 0);
		put_live(ring, i, name);
	}
}

struct effect *
small_last(struct small *small, enum effect_kind kind)
{
	for (size_t i = small->out->count; i > 0; i--)
		if (small->out->list[i - 1].kind == kind)
			return &small->out->list[i - 1];
	return NULL;
}

size_t
small_count(const struct small *small, enum effect_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < small->out->count; i++)
		n += small->out->list[i].kind == kind;
	return n;
}
