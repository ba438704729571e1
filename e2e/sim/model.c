#include "model.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "model_inside.h"

struct sim_config
sim_defaults(void)
{
	return (struct sim_config){
		.cluster_name = "messages-sim",
		.layout = "dc1/a:2,dc1/b:2,dc1/c:2",
		.first_address = "127.0.1.1",
		.vnodes = 8,
		.version = "2025.1.4-0.20250622.5f0ca1d",
		.seed = 1,
		.speed = 1,
		.epoch = 1700000000,
		.compactions = 60,
		.blame = 3000,
		.times = {
			.listen = 1500, .gossiper = 1500, .replay = 5000, .starting = 500, .joining = 3000, .cql = 500,
			.notify_up = 10000, .up_min = 200, .up_max = 4000, .peers_max = 1500,
			.down_min = 20500, .down_max = 23500,
			.transport = 100, .announce = 2000, .flush = 3000, .exit = 500,
			.compaction = 30000, .schema_max = 2000, .topology_max = 500,
			.bootstrap = 60000, .decommission = 60000, .remove = 30000, .migration = 2000,
		},
	};
}

int64_t
sim_scaled(const struct sim *sim, int64_t ms)
{
	return (int64_t)((double)ms / sim->config.speed);
}

uint64_t
sim_hash(const struct sim *sim, const char *what, uint64_t a, uint64_t b)
{
	return hash_u64(hash_u64(hash_str(hash_u64(HASH_SEED, sim->config.seed), what), a), b);
}

int64_t
sim_draw(const struct sim *sim, const char *what, uint64_t a, uint64_t b, int64_t from, int64_t to)
{
	uint64_t span = to > from ? (uint64_t)(to - from) + 1 : 1;

	return sim_scaled(sim, from + (int64_t)(sim_hash(sim, what, a, b) % span));
}

void
sim_uuid(uint64_t hash, char ret[SIM_UUID])
{
	uint64_t more = hash_u64(hash, 1);

	snprintf(ret, SIM_UUID, "%08x-%04x-4%03x-%04x-%012llx", (unsigned)(hash >> 32), (unsigned)(hash >> 16 & 0xffff),
	    (unsigned)(hash & 0xfff), (unsigned)(more >> 48 & 0x3fff) | 0x8000,
	    (unsigned long long)(more & UINT64_C(0xffffffffffff)));
}

unsigned
sim_release(const struct node *n)
{
	unsigned major = 0, minor = 0;

	if (sscanf(n->version, "%u.%u", &major, &minor) != 2)
		return 202501;
	if (major == 2024)
		return minor == 1 ? 504 : 600;
	return major * 100 + minor;
}

/* As after months of service: everybody up, nothing pending. */
static void
settle(struct sim *sim)
{
	for (size_t i = 0; i < sim->nnodes; i++) {
		struct node *n = &sim->nodes[i];

		n->stage = STAGE_JOINED;
		n->mode = MODE_NORMAL;
		n->unit = UNIT_ACTIVE;
		n->member = MEMBER_NORMAL;
		snprintf(n->version, sizeof n->version, "%s", sim->config.version);
		n->gossip = n->cql = n->cql_due = n->alive = true;
		n->life = n->term = n->port_changes = 1;
		n->started = n->joined = n->alive_changed = n->unit_changed = sim->now - DAY;
		n->generation = sim->config.epoch + n->started / 1000;
		n->schema = sim->schema;
		sim_invocation(sim, i);
		sim_identity_add(sim, i);
	}
}

struct sim *
sim_new(const struct sim_config *config, struct err *err)
{
	struct sim *sim = xcalloc(1, sizeof *sim);

	sim->config = *config;
	sim->now = config->now;
	sim->ready_end = &sim->ready;
	sim->jobs = 1000;
	snprintf(sim->cluster_name, sizeof sim->cluster_name, "%s", config->cluster_name);
	if (config->speed <= 0) {
		err_set(err, "speed is %g: expected a number above 0", config->speed);
		return sim_free(sim);
	}
	if (sim_layout_read(sim, config, err) < 0)
		return sim_free(sim);
	sim->schema = sim_hash(sim, "schema", 0, 0);
	settle(sim);
	sim_views_grow(sim);
	memset(sim->up, true, sim->nnodes * sim->nnodes);
	for (size_t i = 0; i < sim->nnodes * sim->nnodes; i++) {
		sim->view_changed[i] = sim->now - DAY;
		sim->known[i] = sim->nodes[i % sim->nnodes].generation;
		sim->seen[i] = MEMBER_NORMAL;
	}
	sim_keyspaces_add(sim, config);
	for (size_t i = 0; i < sim->nnodes; i++)
		sim_ring_add(sim, i, i);
	for (size_t i = 0; i < sim->nkeyspaces; i++)
		sim_tablets_make(sim, &sim->keyspaces[i]);
	sim->leader = SIZE_MAX;
	sim->leader_from = sim->now;
	sim_raft_changed(sim);
	return sim;
}

struct sim *
sim_free(struct sim *sim)
{
	if (!sim)
		return NULL;
	sim_calls_free(sim);
	sim_audit_free(sim);
	sim_ring_free(sim);
	sim_views_free(sim);
	sim_runs_free(sim);
	for (size_t i = 0; i < sim->nnodes; i++) {
		sim_change_free(&sim->nodes[i]);
		free(sim->nodes[i].identities);
	}
	free(sim->tasks);
	free(sim->events);
	free(sim->nodes);
	free(sim);
	return NULL;
}

/* Events that are meant for a process, not for a term of its gossip. */
static bool
is_void(const struct sim *sim, const struct event *event)
{
	const struct node *n = &sim->nodes[event->node];

	switch (event->kind) {
	case EVENT_REPLY:
	case EVENT_SCHEMA:
	case EVENT_HOST:
	case EVENT_RUN:
	case EVENT_TASK:
	case EVENT_BARRIER:
	case EVENT_MIGRATION:
		return false;
	case EVENT_CHANGE:
		return !n->change || event->value != n->change->id;
	case EVENT_TOPOLOGY:
		return !n->gossip;
	case EVENT_SEEN_UP:
	case EVENT_SEEN_DOWN:
		return event->stamp != n->term || event->other_stamp != sim->nodes[event->other].term;
	default:
		return event->stamp != n->life || n->stage == STAGE_OFF;
	}
}

static void
happen(struct sim *sim, const struct event *event)
{
	switch (event->kind) {
	case EVENT_REPLY:
		sim_calls_delayed(sim, event->value);
		break;
	case EVENT_BOOT:
		sim_process_boot(sim, event->node);
		break;
	case EVENT_SEEN_UP:
	case EVENT_SEEN_DOWN:
		sim_gossip_seen(sim, event);
		break;
	case EVENT_NOTIFIED:
		sim_gossip_notified(sim, event->node);
		break;
	case EVENT_CQL:
		sim_process_serve(sim, event->node);
		break;
	case EVENT_ANNOUNCE:
		sim_process_announce(sim, event->node);
		break;
	case EVENT_DRAINED:
		sim_process_drained(sim, event->node);
		break;
	case EVENT_EXIT:
		sim_process_exit(sim, event->node);
		break;
	case EVENT_KILL:
		sim_unit_timeout(sim, event->node);
		break;
	case EVENT_HOST:
		sim_unit_booted(sim, event->node);
		break;
	case EVENT_SCHEMA:
		sim_gossip_schema(sim, event->node, event->value);
		break;
	case EVENT_TOPOLOGY:
		sim_member_hear(sim, event->node);
		break;
	case EVENT_CHANGE:
		sim_change_go_on(sim, event->node);
		break;
	case EVENT_TASK:
		sim_task_due(sim, event->value);
		break;
	case EVENT_BARRIER:
		sim_raft_timeout(sim, event->value);
		break;
	case EVENT_MIGRATION:
		sim_migration_goes_on(sim, event->value);
		break;
	case EVENT_RUN:
		sim_run_due(sim, event);
		break;
	}
}

void
sim_advance(struct sim *sim, int64_t now)
{
	struct event *top;

	while ((top = sim_event_top(sim)) && top->at <= now) {
		struct event event = *top;

		sim_event_pop(sim);
		if (event.at > sim->now)
			sim->now = event.at;
		if (!is_void(sim, &event))
			happen(sim, &event);
	}
	if (now > sim->now)
		sim->now = now;
}

int64_t
sim_wake(const struct sim *sim)
{
	if (sim->ready)
		return sim->now;
	return sim->nevents ? sim->events[0].at : INT64_MAX;
}
