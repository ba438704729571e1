/* What a cluster says of itself to others: nodes for the plan, zones, policy. */
#include "cluster.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "effect.h"

static const struct target_node *
inventory_node(const struct cluster *cluster, const char *address)
{
	for (size_t i = 0; i < cluster->target->nnodes; i++)
		if (strcmp(cluster->target->nodes[i].address, address) == 0)
			return &cluster->target->nodes[i];
	return NULL;
}

/* 'node': what the inventory has of the member; or NULL. */
static char *
put_zone(const struct cluster *cluster, const struct ring_member *member, const struct target_node *node, char *text)
{
	const int size = 2 * RING_NAME + 2;

	if (node && node->zone)
		snprintf(text, (size_t)size, "%s", node->zone);
	else if (cluster->target->zone_from == TARGET_ZONE_DATACENTER)
		snprintf(text, (size_t)size, "%s", member->datacenter);
	else
		snprintf(text, (size_t)size, "%s/%s", member->datacenter, member->rack);
	return text;
}

char *
cluster_zone(const struct cluster *cluster, size_t number, char *text)
{
	const struct ring_member *member = &cluster->ring->members[number];

	return put_zone(cluster, member, inventory_node(cluster, member->address), text);
}

struct cluster_zone *
cluster_zones(const struct cluster *cluster)
{
	const struct ring *ring = cluster->ring;
	struct cluster_zone *zones = xcalloc(ring->nmembers + 1, sizeof *zones);
	CLEANUP_FREE const struct target_node **nodes = xcalloc(ring->nmembers + 1, sizeof *nodes);

	for (size_t i = cluster->target->nnodes; i-- > 0;) {
		int member = ring_find_address(ring, cluster->target->nodes[i].address);

		if (member >= 0)
			nodes[member] = &cluster->target->nodes[i];
	}
	for (size_t i = 0; i < ring->nmembers; i++)
		put_zone(cluster, &ring->members[i], nodes[i], zones[i].text);
	return zones;
}

/* Of the inventory, and no member: neither its address nor its name is one's. */
static void
add_new(const struct cluster *cluster, struct plan_node *nodes, size_t *count)
{
	for (size_t i = 0; i < cluster->target->nnodes; i++) {
		const struct target_node *node = &cluster->target->nodes[i];
		const char *zone = node->zone ? node->zone : "";

		if (ring_find_address(cluster->ring, node->address) < 0 && ring_find_name(cluster->ring, node->name) < 0)
			nodes[(*count)++] = (struct plan_node){
				.name = node->name,
				.address = node->address,
				.datacenter = xstrndup(zone, strcspn(zone, "/")),
				.zone = xstrdup(zone),
				.is_new = true,
			};
	}
}

struct plan_node *
cluster_plan_nodes(const struct cluster *cluster, size_t *ret_count)
{
	const struct ring *ring = cluster->ring;
	struct plan_node *nodes = xcalloc(ring->nmembers + cluster->target->nnodes + 1, sizeof *nodes);
	CLEANUP_FREE struct cluster_zone *zones = cluster_zones(cluster);

	for (size_t i = 0; i < ring->nmembers; i++)
		nodes[i] = (struct plan_node){
			.name = ring->members[i].name,
			.host_id = ring->members[i].host_id,
			.address = ring->members[i].address,
			.datacenter = xstrdup(ring->members[i].datacenter),
			.zone = xstrdup(zones[i].text),
		};
	*ret_count = ring->nmembers;
	add_new(cluster, nodes, ret_count);
	return nodes;
}

bool *
cluster_up(const struct cluster *cluster)
{
	const struct ring *ring = cluster->ring;
	bool *up = xcalloc(ring->nmembers + cluster->target->nnodes + 1, sizeof *up);

	for (size_t i = 0; i < ring->nmembers; i++)
		up[i] = ring_is_up(ring, i, NULL);
	return up;
}

void
cluster_plan_nodes_free(struct plan_node *nodes, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(nodes[i].datacenter);
		free(nodes[i].zone);
	}
	free(nodes);
}

struct ring_policy
cluster_policy(const struct cluster *cluster)
{
	static_assert((int)RING_ONE == TARGET_ONE && (int)RING_LOCAL_ONE == TARGET_LOCAL_ONE &&
	    (int)RING_QUORUM == TARGET_QUORUM && (int)RING_LOCAL_QUORUM == TARGET_LOCAL_QUORUM, "one word, one bit");
	return (struct ring_policy){
		.levels = cluster->target->levels,
		.decided = (const char *const *)cluster->target->decided,
		.decided_levels = cluster->target->decided_levels,
		.ndecided = cluster->target->ndecided,
	};
}

static void
put_login(const struct target *target, char *user, size_t user_size, char *secret, size_t secret_size)
{
	snprintf(user, user_size, "%s", target->host_user ? target->host_user : "");
	snprintf(secret, secret_size, "%s/%s", target->meta.namespace_, target->host_secret ? target->host_secret : "");
}

void
cluster_rest_effect(const struct cluster *cluster, struct effect *effect, const char *address, const char *method, char *path)
{
	const struct target *target = cluster->target;
	struct effect_rest *rest = &effect->rest;

	snprintf(rest->address, sizeof rest->address, "%s", address);
	snprintf(rest->method, sizeof rest->method, "%s", method);
	rest->port = target->api_port;
	rest->path = path;
	if (!target->api_ssh)
		return;
	rest->through = xcalloc(1, sizeof *rest->through);
	rest->through->port = target->host_port;
	put_login(target, rest->through->user, sizeof rest->through->user, rest->through->secret, sizeof rest->through->secret);
}

void
cluster_host_effect(const struct cluster *cluster, struct effect *effect, const char *address,
    const char *const *args, size_t nargs)
{
	const struct target *target = cluster->target;
	size_t n = 0;

	snprintf(effect->host.address, sizeof effect->host.address, "%s", address);
	effect->host.port = target->host_port;
	put_login(target, effect->host.user, sizeof effect->host.user, effect->host.secret, sizeof effect->host.secret);
	if (target->host_sudo) {
		effect->host.args[n++] = xstrdup("sudo");
		effect->host.args[n++] = xstrdup("-n");
	}
	for (size_t i = 0; i < nargs && n < EFFECT_ARGS; i++)
		effect->host.args[n++] = xstrdup(args[i]);
}
