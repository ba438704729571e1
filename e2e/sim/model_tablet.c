/* Tablets: each has replicas of its own, which move one at a time. Facts: scylla.md §1.4.3, §1.4.13, §2.10, §5.4. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "hands.h"
#include "model_inside.h"

enum { TEXT_MAX = 16 << 20 };

void
sim_tablets_make(struct sim *sim, struct keyspace *keyspace)
{
	const struct ring *ring = sim_ring(sim, SIZE_MAX);

	if (!keyspace->of.tablets || !ring->n)
		return;
	sim_replicas(sim, keyspace, ring, 0);
	keyspace->places = keyspace->width;
	keyspace->ntablets = (size_t)keyspace->of.tables * keyspace->of.tablets;
	keyspace->tablets = xcalloc(keyspace->ntablets, sizeof *keyspace->tablets);
	keyspace->tablet_replicas = xcalloc(keyspace->ntablets * keyspace->places + 1, sizeof *keyspace->tablet_replicas);
	for (size_t i = 0; i < keyspace->ntablets; i++) {
		size_t range = sim_hash(sim, "tablet", i, keyspace->ntablets) % ring->n;

		keyspace->tablets[i] = (struct tablet){.from = NO_REPLICA, .to = NO_REPLICA};
		memcpy(keyspace->tablet_replicas + i * keyspace->places, sim_replicas(sim, keyspace, ring, range),
		    keyspace->places * sizeof *keyspace->tablet_replicas);
	}
}

int
sim_table_find(const struct keyspace *keyspace, const char *table)
{
	unsigned number;
	int used = 0;

	if (sscanf(table, "t%u%n", &number, &used) != 1 || table[used] || number < 1 ||
	    number > (keyspace->of.tables ? keyspace->of.tables : 1))
		return -1;
	return (int)number - 1;
}

static uint16_t *
replicas_of(const struct keyspace *keyspace, size_t tablet)
{
	return keyspace->tablet_replicas + tablet * keyspace->places;
}

/* The place of the node among the replicas; -1: it is none. */
static int
place_of(const struct keyspace *keyspace, size_t tablet, size_t node)
{
	for (size_t i = 0; i < keyspace->places; i++)
		if (replicas_of(keyspace, tablet)[i] == node)
			return (int)i;
	return -1;
}

void
sim_tablet_replicas(const struct keyspace *keyspace, size_t tablet, bool other, uint16_t *out)
{
	const struct tablet *t = &keyspace->tablets[tablet];

	memcpy(out, replicas_of(keyspace, tablet), keyspace->places * sizeof *out);
	for (size_t i = 0; t->to != NO_REPLICA && i < keyspace->places; i++)
		if (out[i] == t->from && t->switched != other)
			out[i] = t->to;
}

/* The last token of the tablet: they divide all tokens evenly. */
static int64_t
last_token(size_t tablet, size_t tablets)
{
	uint64_t share = UINT64_MAX / tablets;

	return tablet + 1 == tablets ? INT64_MAX : (int64_t)((tablet + 1) * share - (UINT64_C(1) << 63));
}

struct sim_text *
sim_describe_tablets(struct sim *sim, struct keyspace *keyspace, size_t table, size_t observer)
{
	size_t count = keyspace->of.tablets;
	uint16_t *replicas = xcalloc(keyspace->places + 1, sizeof *replicas);
	struct buf out = BUF_INIT(TEXT_MAX);
	struct sim_text *text;

	buf_putc(&out, '[');
	for (size_t i = 0; i < count; i++) {
		sim_tablet_replicas(keyspace, table * count + i, false, replicas);
		if (i)
			buf_putc(&out, ',');
		sim_put_range(sim, observer, last_token(i ? i - 1 : count - 1, count), last_token(i, count), replicas,
		    keyspace->places, &out);
	}
	buf_putc(&out, ']');
	text = buf_ok(&out) ? sim_text_new(out.data, out.len) : NULL;
	buf_done(&out);
	free(replicas);
	return text;
}

static size_t
load(const struct sim *sim, size_t node)
{
	size_t count = 0;

	for (size_t k = 0; k < sim->nkeyspaces; k++) {
		const struct keyspace *keyspace = &sim->keyspaces[k];

		for (size_t i = 0; i < keyspace->ntablets; i++)
			count += (place_of(keyspace, i, node) >= 0 && keyspace->tablets[i].from != node) ||
			    keyspace->tablets[i].to == node;
	}
	return count;
}

bool
sim_tablets_on(const struct sim *sim, size_t node)
{
	for (size_t k = 0; k < sim->nkeyspaces; k++)
		for (size_t i = 0; i < sim->keyspaces[k].ntablets; i++)
			if (place_of(&sim->keyspaces[k], i, node) >= 0 || sim->keyspaces[k].tablets[i].to == node)
				return true;
	return false;
}

static bool
takes_tablets(const struct node *n)
{
	return n->alive && n->member == MEMBER_NORMAL && !n->change && !n->zero_token;
}

/* Where a replica on 'from' can go: into its own rack, else into one of its datacenter where the tablet has none; of
 * those the least loaded. SIZE_MAX: nowhere. */
static size_t
target(const struct sim *sim, const struct keyspace *keyspace, size_t tablet, size_t from)
{
	const struct node *f = &sim->nodes[from];
	size_t best = SIZE_MAX, best_cost = SIZE_MAX;

	for (size_t i = 0; i < sim->nnodes; i++) {
		const struct node *n = &sim->nodes[i];
		bool other_rack = n->zone != f->zone, taken = false;
		size_t cost;

		if (i == from || n->dc != f->dc || !takes_tablets(n) || place_of(keyspace, tablet, i) >= 0)
			continue;
		for (size_t p = 0; other_rack && p < keyspace->places; p++)
			taken |= sim->nodes[replicas_of(keyspace, tablet)[p]].zone == n->zone;
		if (taken)
			continue;
		cost = load(sim, i) + (other_rack ? 1 << 20 : 0);
		if (cost < best_cost) {
			best = i;
			best_cost = cost;
		}
	}
	return best;
}

bool
sim_tablets_movable(const struct sim *sim, size_t node)
{
	for (size_t k = 0; k < sim->nkeyspaces; k++) {
		const struct keyspace *keyspace = &sim->keyspaces[k];

		for (size_t i = 0; i < keyspace->ntablets; i++)
			if (place_of(keyspace, i, node) >= 0 && keyspace->tablets[i].to == NO_REPLICA &&
			    target(sim, keyspace, i, node) == SIZE_MAX)
				return false;
	}
	return true;
}

void
sim_tablets_inherit(struct sim *sim, size_t from, size_t to)
{
	for (size_t k = 0; k < sim->nkeyspaces; k++) {
		struct keyspace *keyspace = &sim->keyspaces[k];

		for (size_t i = 0; i < keyspace->ntablets * keyspace->places; i++)
			if (keyspace->tablet_replicas[i] == from)
				keyspace->tablet_replicas[i] = (uint16_t)to;
	}
}

static size_t
migrations(const struct sim *sim)
{
	size_t count = 0;

	for (size_t k = 0; k < sim->nkeyspaces; k++)
		for (size_t i = 0; i < sim->keyspaces[k].ntablets; i++)
			count += sim->keyspaces[k].tablets[i].to != NO_REPLICA;
	return count;
}

size_t
sim_migrations(struct sim *sim, int64_t now)
{
	sim_advance(sim, now);
	return migrations(sim);
}

static void
migrate(struct sim *sim, struct keyspace *keyspace, size_t tablet, size_t from, size_t to, int64_t ms)
{
	struct tablet *t = &keyspace->tablets[tablet];
	struct task *task;

	t->from = (uint16_t)from;
	t->to = (uint16_t)to;
	t->switched = false;
	t->task = sim_task_begin(sim, TASK_MIGRATION, to, to, keyspace->of.name, 0);
	task = sim_task_find(sim, t->task);
	task->state = TASK_RUNNING;
	snprintf(task->table, sizeof task->table, "t%zu", tablet / keyspace->of.tablets + 1);
	for (int half = 1; half <= 2; half++)
		sim_event_push(sim, (struct event){.at = sim->now + sim_scaled(sim, ms * half / 2),
		    .kind = EVENT_MIGRATION, .value = t->task});
}

static void
settle(struct sim *sim, struct keyspace *keyspace, size_t tablet, bool moved)
{
	struct tablet *t = &keyspace->tablets[tablet];
	int place = place_of(keyspace, tablet, t->from);

	if (moved && place >= 0)
		replicas_of(keyspace, tablet)[place] = t->to;
	sim_task_end(sim, t->task, !moved);
	t->from = t->to = NO_REPLICA;
}

static bool
is_quiet(const struct sim *sim)
{
	for (size_t i = 0; i < sim->nnodes; i++)
		if (sim->nodes[i].change)
			return false;
	return migrations(sim) == 0;
}

static void
answer_quiet(struct sim *sim)
{
	if (!is_quiet(sim))
		return;
	for (struct call *call = sim->waiting, *next; call; call = next) {
		next = call->next;
		if (call->kind == CALL_QUIET)
			sim_call_say(sim, call, 200, "");
	}
}

void
sim_tablets_quiet(struct sim *sim, struct call *call)
{
	call->kind = CALL_QUIET;
	answer_quiet(sim);
}

void
sim_migration_goes_on(struct sim *sim, uint64_t task)
{
	for (size_t k = 0; k < sim->nkeyspaces; k++) {
		struct keyspace *keyspace = &sim->keyspaces[k];

		for (size_t i = 0; i < keyspace->ntablets; i++) {
			struct tablet *t = &keyspace->tablets[i];

			if (t->to == NO_REPLICA || t->task != task)
				continue;
			/* Before the new replica is read it can still be given up. */
			if (t->switched || !sim->nodes[t->to].alive)
				settle(sim, keyspace, i, t->switched);
			else
				t->switched = true;
			sim_tablets_balance(sim);
			return;
		}
	}
}

/* One that takes a node's place, maybe its own anew, has that one's tablets. */
static bool
leaves(const struct node *n)
{
	return n->change && n->change->step && n->change->kind != CHANGE_REPLACE;
}

/* One of those that must leave their node, because that leaves. */
static bool
move_one_off(struct sim *sim, struct keyspace *keyspace)
{
	for (size_t i = 0; i < keyspace->ntablets; i++) {
		for (size_t p = 0; keyspace->tablets[i].to == NO_REPLICA && p < keyspace->places; p++) {
			size_t from = replicas_of(keyspace, i)[p], to;

			if (!leaves(&sim->nodes[from]))
				continue;
			to = target(sim, keyspace, i, from);
			if (to == SIZE_MAX)
				continue;
			migrate(sim, keyspace, i, from, to, sim->config.times.migration);
			return true;
		}
	}
	return false;
}

/* One that makes two nodes of a rack more even. */
static bool
spread_one(struct sim *sim, struct keyspace *keyspace)
{
	for (size_t i = 0; i < keyspace->ntablets; i++) {
		for (size_t p = 0; p < keyspace->places; p++) {
			size_t from = replicas_of(keyspace, i)[p], to = target(sim, keyspace, i, from);

			if (to == SIZE_MAX || sim->nodes[to].zone != sim->nodes[from].zone ||
			    load(sim, from) <= load(sim, to) + 1)
				continue;
			migrate(sim, keyspace, i, from, to, sim->config.times.migration);
			return true;
		}
	}
	return false;
}

void
sim_tablets_balance(struct sim *sim)
{
	bool any = false;

	answer_quiet(sim);
	if (migrations(sim))
		return;
	for (size_t k = 0; k < sim->nkeyspaces && !any; k++)
		any = move_one_off(sim, &sim->keyspaces[k]);
	if (any || sim->balancing_off || !sim->uneven)
		return;
	for (size_t k = 0; k < sim->nkeyspaces && !any; k++)
		any = spread_one(sim, &sim->keyspaces[k]);
	sim->uneven = any;
}

int
sim_migrate(struct sim *sim, int64_t now, const char *name, const char *table, size_t tablet, const char *from,
    const char *to, int64_t ms, struct err *err)
{
	struct keyspace *keyspace = sim_keyspace_of(sim, name);
	int number = keyspace ? sim_table_find(keyspace, table) : -1, source = sim_find(sim, from), sink = sim_find(sim, to);

	sim_advance(sim, now);
	if (number < 0 || tablet >= keyspace->of.tablets)
		return err_set(err, "there is no tablet %zu of %s.%s", tablet, name, table);
	tablet += (size_t)number * keyspace->of.tablets;
	if (keyspace->tablets[tablet].to != NO_REPLICA)
		return err_set(err, "Tablet %s.%s is in transition", name, table);
	if (source < 0 || place_of(keyspace, tablet, (size_t)source) < 0)
		return err_set(err, "%s has no replica of it", from);
	if (sink < 0 || place_of(keyspace, tablet, (size_t)sink) >= 0 || !takes_tablets(&sim->nodes[sink]))
		return err_set(err, "%s cannot take it", to);
	migrate(sim, keyspace, tablet, (size_t)source, (size_t)sink, ms > 0 ? ms : sim->config.times.migration);
	return 0;
}

int
sim_migrate_ends(struct sim *sim, int64_t now, const char *name, const char *table, size_t tablet, struct err *err)
{
	struct keyspace *keyspace = sim_keyspace_of(sim, name);
	int number = keyspace ? sim_table_find(keyspace, table) : -1;
	struct tablet *t;
	uint64_t task;

	sim_advance(sim, now);
	if (number < 0 || tablet >= keyspace->of.tablets)
		return err_set(err, "there is no tablet %zu of %s.%s", tablet, name, table);
	t = &keyspace->tablets[tablet + (size_t)number * keyspace->of.tablets];
	if (t->to == NO_REPLICA)
		return err_set(err, "tablet %zu of %s.%s does not move", tablet, name, table);
	for (task = t->task; t->to != NO_REPLICA && t->task == task;)
		sim_migration_goes_on(sim, task);
	return 0;
}
