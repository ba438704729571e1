#include "bystanders.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "journal_private.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "state.h"

/* Members that have joined since the plan was made and are worked on too; and how many nodes one field names. */
enum { NEWCOMERS = 64, PART = 64 };

size_t
bystanders_most(const struct plan *plan)
{
	size_t most = 0;

	for (size_t b = 0; b < plan->nblocks; b++)
		most += plan->blocks[b].others ? plan->nnodes + NEWCOMERS : 0;
	return most;
}

void
bystanders_free(struct op *op)
{
	for (size_t i = 0; i < op->bystanders.nunplanned; i++) {
		free(op->bystanders.unplanned[i]->name);
		free(op->bystanders.unplanned[i]->host_id);
		free(op->bystanders.unplanned[i]->address);
		free(op->bystanders.unplanned[i]->datacenter);
		free(op->bystanders.unplanned[i]->zone);
		free(op->bystanders.unplanned[i]);
	}
	free(op->bystanders.unplanned);
	op->bystanders = (struct bystanders){0};
}

static void
add_lane(struct op *op, size_t block, const struct plan_node *node)
{
	if (op->nlanes < op->lanes_most)
		op->lanes[op->nlanes++] = (struct lane){
			.op = op,
			.block = &op->plan->blocks[block],
			.block_index = block,
			.node = node,
		};
}

static bool
is_target(const struct plan *plan, const struct plan_block *block, const struct ring_member *member)
{
	for (size_t i = 0; i < block->nexcept; i++) {
		const struct plan_node *node = &plan->nodes[block->except[i]];

		if (*node->host_id ? strcmp(node->host_id, member->host_id) == 0
		    : strcmp(node->address, member->address) == 0 || strcmp(node->name, member->name) == 0)
			return true;
	}
	return false;
}

static const struct plan_node *
planned(const struct plan *plan, const char *host_id)
{
	for (size_t i = 0; i < plan->nnodes; i++)
		if (strcmp(plan->nodes[i].host_id, host_id) == 0)
			return &plan->nodes[i];
	return NULL;
}

static struct plan_node *
unplanned(struct op *op, const char *host_id)
{
	struct plan_node *node;

	for (size_t i = 0; i < op->bystanders.nunplanned; i++)
		if (strcmp(op->bystanders.unplanned[i]->host_id, host_id) == 0)
			return op->bystanders.unplanned[i];
	node = xcalloc(1, sizeof *node);
	*ARRAY_GROW(op->bystanders.unplanned, op->bystanders.nunplanned) = node;
	node->host_id = xstrdup(host_id);
	return node;
}

static const struct plan_node *
node_of(struct op *op, size_t member)
{
	const struct ring_member *m = &op->cluster->ring->members[member];
	const struct plan_node *node = planned(op->plan, m->host_id);
	char zone[2 * RING_NAME + 2];
	struct plan_node *fresh;

	if (node)
		return node;
	fresh = unplanned(op, m->host_id);
	if (!fresh->name) {
		fresh->name = xstrdup(m->name);
		fresh->address = xstrdup(m->address);
		fresh->datacenter = xstrdup(m->datacenter);
		fresh->zone = xstrdup(cluster_zone(op->cluster, member, zone));
	}
	return fresh;
}

static int
compare(const void *left, const void *right)
{
	const struct plan_node *a = *(const struct plan_node *const *)left, *b = *(const struct plan_node *const *)right;
	int order = strcmp(a->datacenter, b->datacenter);

	if (order == 0)
		order = strcmp(a->zone, b->zone);
	return order != 0 ? order : strcmp(a->name, b->name);
}

static void
put_node(const struct op *op, const struct plan_node *node, struct json_out *out)
{
	bool known = node >= op->plan->nodes && node < op->plan->nodes + op->plan->nnodes;

	json_open(out, NULL);
	json_put_str(out, "name", node->name);
	json_put_str(out, "hostId", node->host_id);
	if (!known) {
		json_put_str(out, "address", node->address);
		json_put_str(out, "datacenter", node->datacenter);
		json_put_str(out, "zone", node->zone);
	}
	json_close(out);
}

/* In parts, each small enough for the journal; "of" says how many nodes there are in all. */
static void
record(struct op *op, size_t block)
{
	size_t first = 0, total = 0;

	while (first < op->nlanes && op->lanes[first].block_index != block)
		first++;
	for (size_t i = first; i < op->nlanes; i++)
		total += op->lanes[i].block_index == block;
	for (size_t done = 0, part = 0; done < total || part == 0; part++) {
		CLEANUP_BUF struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);
		struct json_out out = JSON_OUT(&value);
		char field[48];

		snprintf(field, sizeof field, "others/%zu/%zu", block + 1, part);
		json_open(&out, NULL);
		json_put_int(&out, "of", (int64_t)total);
		json_open_array(&out, "nodes");
		for (size_t end = done + PART; done < total && done < end; done++)
			put_node(op, op->lanes[first + done].node, &out);
		json_close_array(&out);
		json_close(&out);
		journal_put(op, field, buf_str(&value));
	}
}

void
bystanders_record(struct op *op)
{
	for (size_t b = 0; op->plan && b < op->plan->nblocks && b < PLAN_OTHERS_MOST; b++)
		if (op->bystanders.begun & (UINT64_C(1) << b))
			record(op, b);
}

/* --- when the block begins */

static size_t
find_members(struct op *op, const struct plan_block *block, const struct plan_node **ret)
{
	const struct ring *ring = op->cluster->ring;
	size_t count = 0, room = op->plan->nnodes + NEWCOMERS;

	for (size_t i = 0; i < ring->nmembers && count < room; i++)
		if (!is_target(op->plan, block, &ring->members[i]))
			ret[count++] = node_of(op, i);
	if (count)
		qsort(ret, count, sizeof *ret, compare);
	return count;
}

bool
bystanders_begin(struct core *core, struct op *op, size_t block)
{
	CLEANUP_FREE const struct plan_node **nodes = NULL;
	size_t count;

	if (op->bystanders.begun & (UINT64_C(1) << block))
		return true;
	if (!op_may_begin(core, op))
		return false;
	if (core->config.gate && !sweep_want(core, op->cluster, core->now.up_ms - core->config.fact_age_ms))
		return false;
	nodes = xcalloc(op->plan->nnodes + NEWCOMERS, sizeof *nodes);
	count = find_members(op, &op->plan->blocks[block], nodes);
	for (size_t i = 0; i < count; i++)
		add_lane(op, block, nodes[i]);
	op->bystanders.begun |= UINT64_C(1) << block;
	record(op, block);
	journal_note(op, "block %zu: the others are %zu nodes", block + 1, count);
	say(core, LOG_LEVEL_INFO, op, NULL, NULL, "block %zu: %zu members are no targets", block + 1, count);
	return true;
}

/* --- from the journal */

static const struct plan_node *
read_node(struct op *op, const struct cJSON *value)
{
	const char *host_id = json_str_or(value, "hostId", ""), *name = json_str_or(value, "name", "");
	const struct plan_node *node = planned(op->plan, host_id);
	struct plan_node *fresh;

	if (node || !*host_id || !*name)
		return node;
	fresh = unplanned(op, host_id);
	if (!fresh->name) {
		fresh->name = xstrdup(name);
		fresh->address = xstrdup(json_str_or(value, "address", ""));
		fresh->datacenter = xstrdup(json_str_or(value, "datacenter", ""));
		fresh->zone = xstrdup(json_str_or(value, "zone", ""));
	}
	return fresh;
}

/* The parts may come in any order: lanes go to their places by the part's number. */
static bool
place(struct op *op, size_t block, size_t part, const struct cJSON *value, size_t total)
{
	size_t first = 0, at = part * PART;

	while (first < op->nlanes && op->lanes[first].block_index != block)
		first++;
	if (first == op->nlanes) {
		if (op->nlanes + total > op->lanes_most)
			return false;
		for (size_t i = 0; i < total; i++)
			add_lane(op, block, NULL);
	}
	JSON_EACH(node, json_get(value, "nodes")) {
		if (at >= total || first + at >= op->nlanes)
			return false;
		op->lanes[first + at].node = read_node(op, node);
		if (!op->lanes[first + at++].node)
			return false;
	}
	return at == total || at == (part + 1) * PART;
}

bool
bystanders_are_whole(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (!op->lanes[i].node)
			return false;
	return true;
}

bool
bystanders_read(struct op *op, const char *field, const struct cJSON *value)
{
	int64_t total = json_int(value, "of", -1);
	size_t block, part;
	char *end;

	block = strtoul(field + strlen("others/"), &end, 10) - 1;
	if (!op->plan || *end != '/' || block >= op->plan->nblocks || block >= PLAN_OTHERS_MOST ||
	    !op->plan->blocks[block].others)
		return false;
	part = strtoul(end + 1, &end, 10);
	if (*end || total < 0 || (size_t)total > op->plan->nnodes + NEWCOMERS || part * PART > (size_t)total)
		return false;
	op->bystanders.begun |= UINT64_C(1) << block;
	return place(op, block, part, value, (size_t)total);
}
