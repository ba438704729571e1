#include "names.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "state.h"

enum { DEADLINE_MS = 2000, AGAIN_MS = 600000 };

#define LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
#define DIGITS "0123456789"

static bool
is_nameless(const struct ring_member *member)
{
	return strcmp(member->name, member->address) == 0;
}

/* --- the inventory's names */

/* The name is the member's, wherever that is, while the inventory has it where it had it then. */
const char *
names_remembered(const struct target *target, const struct target_member *known)
{
	for (size_t n = 0; n < target->nnodes; n++)
		if (strcmp(target->nodes[n].name, known->name) == 0)
			return strcmp(target->nodes[n].address, known->listed) == 0 ? known->name : known->address;
	return known->name;
}

static int
find_remembered(const struct cluster *cluster, const char *name)
{
	const struct target *target = cluster->target;

	for (size_t i = 0; i < target->nknown; i++)
		if (strcmp(names_remembered(target, &target->known[i]), name) == 0)
			return ring_find_host_id(cluster->ring, target->known[i].host_id);
	return -1;
}

/* Who had the name that now is the one of whoever is at its old address. */
static void
take_name_away(struct ring *ring, size_t owner)
{
	for (size_t i = 0; i < ring->nmembers; i++)
		if (i != owner && strcmp(ring->members[i].name, ring->members[owner].name) == 0)
			memcpy(ring->members[i].name, ring->members[i].address, sizeof ring->members[i].address);
}

void
names_take_inventory(struct cluster *cluster)
{
	const struct target *target = cluster->target;
	struct ring *ring = cluster->ring;

	for (size_t n = 0; n < target->nnodes; n++) {
		int member = ring_find_address(ring, target->nodes[n].address);

		if (member < 0)
			continue;
		snprintf(ring->members[member].name, RING_NAME, "%s", target->nodes[n].name);
		take_name_away(ring, (size_t)member);
	}
	for (size_t n = 0; n < target->nnodes; n++) {
		const struct target_node *node = &target->nodes[n];
		int member = ring_find_address(ring, node->address) < 0 && ring_find_name(ring, node->name) < 0
		    ? find_remembered(cluster, node->name) : -1;

		if (member >= 0 && is_nameless(&ring->members[member]))
			snprintf(ring->members[member].name, RING_NAME, "%s", node->name);
	}
}

const struct target_node **
names_that_moved(const struct cluster *cluster)
{
	const struct ring *ring = cluster->ring;
	const struct target_node **moved = xcalloc(ring->nmembers + 1, sizeof *moved);

	for (size_t n = 0; n < cluster->target->nnodes; n++) {
		const struct target_node *node = &cluster->target->nodes[n];
		int member = ring_find_address(ring, node->address) < 0 ? ring_find_name(ring, node->name) : -1;

		if (member >= 0)
			moved[member] = node;
	}
	return moved;
}

/* --- and DNS's */

static struct named *
find(const struct names *names, const char *address)
{
	for (size_t i = 0; i < names->count; i++)
		if (strcmp(names->list[i].address, address) == 0)
			return &names->list[i];
	return NULL;
}

/* Names become part of steps' ids and of sentences: what is none of a host, or could be taken for an address, is not
 * used. */
static void
take(struct named *named, const char *body, size_t len)
{
	while (len > 0 && body[len - 1] == '.')
		len--;
	named->name[0] = '\0';
	if (len == 0 || len >= sizeof named->name || !strchr(LETTERS, body[0]) || memchr(body, '\0', len))
		return;
	memcpy(named->name, body, len);
	named->name[len] = '\0';
	if (named->name[strspn(named->name, LETTERS DIGITS "-._")])
		named->name[0] = '\0';
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct names *names = owner;

	names->pending--;
	if (event->outcome == OUTCOME_ANSWERED)
		take(&names->list[arg], event->body, event->len);
	if (names->pending == 0)
		cluster_kick(core, names->cluster);
}

static void
ask(struct core *core, struct names *names, const char *address)
{
	struct named *named = find(names, address);
	struct effect *effect;

	if (named && (named->name[0] || core->now.up_ms < named->asked_up_ms + AGAIN_MS))
		return;
	if (!named)
		named = ARRAY_GROW(names->list, names->count);
	snprintf(named->address, sizeof named->address, "%s", address);
	named->asked_up_ms = core->now.up_ms;
	effect = request_new(core, EFFECT_DNS, answered, names, (uint64_t)(named - names->list));
	snprintf(effect->dns.address, sizeof effect->dns.address, "%s", address);
	effect->deadline_ms = DEADLINE_MS;
	names->pending++;
}

/* One name of two members names neither. */
static bool
is_alone(const struct cluster *cluster, const struct named *named)
{
	const struct names *names = &cluster->names;

	for (size_t i = 0; i < names->count; i++)
		if (&names->list[i] != named && strcmp(names->list[i].name, named->name) == 0 &&
		    ring_find_address(cluster->ring, names->list[i].address) >= 0)
			return false;
	return ring_find_name(cluster->ring, named->name) < 0;
}

static void
apply(struct cluster *cluster)
{
	for (size_t i = 0; i < cluster->ring->nmembers; i++) {
		struct ring_member *member = &cluster->ring->members[i];
		const struct named *named = is_nameless(member) ? find(&cluster->names, member->address) : NULL;

		if (named && named->name[0] && is_alone(cluster, named))
			snprintf(member->name, sizeof member->name, "%s", named->name);
	}
}

/* Of addresses that are no member's any more. Nobody waits for an answer: that would name a place in the list. */
static void
forget_strangers(struct cluster *cluster)
{
	struct names *names = &cluster->names;
	size_t kept = 0;

	for (size_t i = 0; i < names->count; i++)
		if (ring_find_address(cluster->ring, names->list[i].address) >= 0)
			names->list[kept++] = names->list[i];
	names->count = kept;
}

bool
names_settle(struct core *core, struct cluster *cluster)
{
	struct names *names = &cluster->names;
	bool busy = cluster->nqueue + cluster->nbeside > 0;

	names->cluster = cluster;
	for (size_t i = 0; i < cluster->ring->nmembers && !(names->settled && busy); i++)
		if (is_nameless(&cluster->ring->members[i]))
			ask(core, names, cluster->ring->members[i].address);
	if (names->pending > 0)
		return names->settled;
	if (cluster->ring->nmembers)
		forget_strangers(cluster);
	apply(cluster);
	names->settled = true;
	return true;
}

void
names_drop(struct core *core, struct cluster *cluster)
{
	requests_drop(core, &cluster->names);
	free(cluster->names.list);
	cluster->names = (struct names){0};
}
