/* Who sees whom: a view for each pair, frozen while the observer's gossip is off. */
#include "hands.h"
#include "model_inside.h"

enum { GOSSIP_ROUND = 1000 };

static size_t
pair(const struct sim *sim, size_t observer, size_t subject)
{
	return observer * sim->nnodes + subject;
}

bool
sim_reaches(const struct sim *sim, size_t from, size_t to)
{
	return sim->nodes[from].gossip && sim->nodes[to].alive && !sim->cut[pair(sim, from, to)];
}

/* Up in every view that counts: then what the controller took down is back. */
static void
judge_returned(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (!n->taken || !n->alive)
		return;
	for (size_t i = 0; i < sim->nnodes; i++)
		if (sim->nodes[i].alive && !sim->up[pair(sim, i, node)])
			return;
	n->taken = false;
}

void
sim_gossip_returned(struct sim *sim)
{
	for (size_t i = 0; i < sim->nnodes; i++)
		judge_returned(sim, i);
}

static void
set(struct sim *sim, size_t observer, size_t subject, bool up)
{
	size_t at = pair(sim, observer, subject);

	if (up) {
		sim->known[at] = sim->nodes[subject].generation;
		sim->known_as[at] = (uint8_t)(sim->nodes[subject].nidentities - 1);
	}
	if (sim->up[at] == up)
		return;
	sim->up[at] = up;
	sim->view_changed[at] = sim->now;
	if (up)
		judge_returned(sim, subject);
}

static void
later(struct sim *sim, enum event_kind kind, size_t observer, size_t subject, int64_t ms)
{
	const struct node *o = &sim->nodes[observer], *s = &sim->nodes[subject];

	sim_event_push(sim, (struct event){.at = sim->now + ms + o->lag + s->lag, .kind = kind, .node = observer,
	    .other = subject, .stamp = o->term, .other_stamp = s->term});
}

/* Each peer but itself whose gossip is on. */
#define EACH_PEER(i, sim, node) \
	for (size_t i = 0; i < (sim)->nnodes; i++) \
		if (i != (node) && (sim)->nodes[i].gossip)

/* To be seen up by who has just begun to gossip. */
static bool
is_there(const struct node *n)
{
	return n->mode == MODE_NORMAL || n->mode == MODE_LEAVING || (n->mode == MODE_BOOTSTRAP && !n->remade);
}

/* What a newcomer is told of where others are: the newest that anybody knows. */
static void
learn(struct sim *sim, size_t node)
{
	for (size_t i = 0; i < sim->nnodes * sim->nnodes; i++) {
		size_t subject = i % sim->nnodes;

		if (sim->known_as[pair(sim, node, subject)] < sim->known_as[i])
			sim->known_as[pair(sim, node, subject)] = sim->known_as[i];
	}
}

void
sim_gossip_join(struct sim *sim, size_t node)
{
	const struct sim_times *times = &sim->config.times;
	struct node *n = &sim->nodes[node];

	n->gossip = true;
	n->term++;
	learn(sim, node);
	sim_member_hear(sim, node);
	for (size_t i = 0; i < sim->nnodes; i++)
		set(sim, node, i, i == node);
	EACH_PEER(i, sim, node) {
		uint64_t at = pair(sim, node, i);

		if (is_there(&sim->nodes[i]))
			later(sim, EVENT_SEEN_UP, node, i,
			    sim_draw(sim, "peer", at, n->term, times->peers_max / 5, times->peers_max));
		/* Who has not noticed its absence notices the restart. */
		later(sim, EVENT_SEEN_DOWN, i, node, sim_draw(sim, "again", at, n->term, 0, GOSSIP_ROUND));
	}
}

void
sim_gossip_appear(struct sim *sim, size_t node)
{
	const struct sim_times *times = &sim->config.times;

	EACH_PEER(i, sim, node)
		later(sim, EVENT_SEEN_UP, i, node,
		    sim_draw(sim, "up", pair(sim, i, node), sim->nodes[node].term, times->up_min, times->up_max));
	judge_returned(sim, node);
}

static void
off(struct sim *sim, size_t node)
{
	sim->nodes[node].gossip = false;
	sim->nodes[node].term++;
	set(sim, node, node, false);
	sim_process_judge_alive(sim, node);
}

static void
suspect(struct sim *sim, size_t observer, size_t subject)
{
	const struct sim_times *times = &sim->config.times;

	later(sim, EVENT_SEEN_DOWN, observer, subject, sim_draw(sim, "down", pair(sim, observer, subject),
	    sim->nodes[subject].term, times->down_min, times->down_max));
}

void
sim_gossip_announce(struct sim *sim, size_t node)
{
	off(sim, node);
	EACH_PEER(i, sim, node) {
		/* Only whom it sees live is told. */
		if (sim->up[pair(sim, node, i)] && !sim->cut[pair(sim, node, i)])
			set(sim, i, node, false);
		else if (sim->up[pair(sim, i, node)])
			suspect(sim, i, node);
	}
}

void
sim_gossip_lost(struct sim *sim, size_t node)
{
	off(sim, node);
	EACH_PEER(i, sim, node)
		if (sim->up[pair(sim, i, node)])
			suspect(sim, i, node);
}

void
sim_gossip_cut(struct sim *sim, size_t observer, size_t subject)
{
	const struct sim_times *times = &sim->config.times;

	if (!sim->nodes[observer].gossip)
		return;
	if (sim->cut[pair(sim, observer, subject)])
		suspect(sim, observer, subject);
	else if (sim->nodes[subject].gossip && is_there(&sim->nodes[subject]))
		later(sim, EVENT_SEEN_UP, observer, subject, sim_draw(sim, "mended", pair(sim, observer, subject), sim->seq,
		    times->up_min, times->up_max));
}

void
sim_gossip_seen(struct sim *sim, const struct event *event)
{
	const struct node *subject = &sim->nodes[event->other];
	bool cut = sim->cut[pair(sim, event->node, event->other)];

	if (event->kind == EVENT_SEEN_DOWN && (cut || !subject->gossip || subject->mode == MODE_JOINING))
		set(sim, event->node, event->other, false);
	if (event->kind == EVENT_SEEN_UP && subject->gossip && !cut) {
		set(sim, event->node, event->other, true);
		sim_gossip_notified(sim, event->other);
	}
}

/* A node opens CQL when its peers see it, or when it has waited long enough. */
void
sim_gossip_notified(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	if (n->mode != MODE_NORMAL || n->cql_due)
		return;
	if (sim->now < n->notify_until)
		EACH_PEER(i, sim, node)
			if (sim->nodes[i].mode == MODE_NORMAL && !sim->up[pair(sim, i, node)])
				return;
	n->cql_due = true;
	sim_event_push(sim, (struct event){.at = sim->now + sim_scaled(sim, sim->config.times.cql), .kind = EVENT_CQL,
	    .node = node, .stamp = n->life});
}

static void
take_schema(struct sim *sim, size_t node, uint64_t schema)
{
	struct node *n = &sim->nodes[node];

	if (n->schema != schema)
		n->schema_changed = sim->now;
	n->schema = schema;
}

void
sim_gossip_schema(struct sim *sim, size_t node, uint64_t schema)
{
	if (!sim->nodes[node].stray)
		take_schema(sim, node, schema);
}

bool
sim_schemas_differ(struct sim *sim, int64_t now, size_t a, size_t b)
{
	sim_advance(sim, now);
	return sim->nodes[a].schema != sim->nodes[b].schema;
}

void
sim_schema_stray(struct sim *sim, int64_t now, size_t node, bool on)
{
	struct node *n = &sim->nodes[node];

	sim_advance(sim, now);
	if (n->stray == on)
		return;
	n->stray = on;
	take_schema(sim, node, on ? sim_hash(sim, "stray", sim->schema, node) : sim->schema);
	sim_note(sim, SIM_SCHEMA, SIM_HAND, node, " stray=%s", on ? "true" : "false");
}

void
sim_schema_change(struct sim *sim, int64_t now)
{
	sim_advance(sim, now);
	sim->schema = sim_hash(sim, "schema", sim->schema, (uint64_t)now);
	sim_note(sim, SIM_SCHEMA, SIM_HAND, SIZE_MAX, "%s", "");
	for (size_t i = 0; i < sim->nnodes; i++) {
		int64_t after = sim_draw(sim, "schema", sim->schema, i, 0, sim->config.times.schema_max);

		sim_event_push(sim, (struct event){.at = sim->now + sim->nodes[i].lag + after, .kind = EVENT_SCHEMA,
		    .node = i, .value = sim->schema});
	}
}
