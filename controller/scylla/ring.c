#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "counts.h"
#include "hash.h"
#include "json.h"
#include "ring_private.h"

struct ring *
ring_new(void)
{
	return xcalloc(1, sizeof(struct ring));
}

struct ring *
ring_free(struct ring *ring)
{
	if (!ring)
		return NULL;
	ring_forget_ranges(ring);
	free(ring->index);
	free(ring->up);
	free(ring->members);
	free(ring);
	return NULL;
}

int
ring_find_span(const struct ring *ring, struct span address)
{
	uint64_t at = hash_bytes(HASH_SEED, address.text, address.len);
	uint16_t found;

	if (ring->nindex == 0)
		return -1;
	while ((found = ring->index[at & (ring->nindex - 1)])) {
		if (span_is(address, ring->members[found - 1].address))
			return found - 1;
		at++;
	}
	return -1;
}

int
ring_find_address(const struct ring *ring, const char *address)
{
	return ring_find_span(ring, (struct span){.text = address, .len = strlen(address)});
}

int
ring_find_host_id(const struct ring *ring, const char *host_id)
{
	for (size_t i = 0; i < ring->nmembers; i++) {
		if (!strcmp(ring->members[i].host_id, host_id))
			return (int)i;
	}
	return -1;
}

int
ring_find_name(const struct ring *ring, const char *name)
{
	for (size_t i = 0; i < ring->nmembers; i++) {
		if (!strcmp(ring->members[i].name, name))
			return (int)i;
	}
	return -1;
}

/* Addresses and host ids end up in requests and sentences: nothing but what they are made of. */
static bool
is_made_of(const char *text, const char *letters, size_t size)
{
	size_t len = text ? strlen(text) : 0;

	return len > 0 && len < size && strspn(text, letters) == len;
}

static int
read_member(const struct cJSON *pair, struct ring_member *ret, struct err *err)
{
	const char *address = json_str(pair, "key");
	const char *host_id = json_str(pair, "value");

	if (!is_made_of(address, "0123456789abcdefABCDEF.:", RING_ADDRESS))
		return err_set(err, "the list of host ids: \"%.80s\" is no address", address ? address : "");
	if (!is_made_of(host_id, "0123456789abcdefABCDEF-", RING_HOST_ID))
		return err_set(err, "the list of host ids: %s has \"%.80s\", which is no host id", address,
		    host_id ? host_id : "");
	memset(ret, 0, sizeof *ret);
	memcpy(ret->address, address, strlen(address));
	memcpy(ret->host_id, host_id, strlen(host_id));
	memcpy(ret->name, address, strlen(address));
	return 0;
}

static int
by_host_id(const void *a, const void *b)
{
	return strcmp(((const struct ring_member *)a)->host_id, ((const struct ring_member *)b)->host_id);
}

static void
build_index(struct ring *ring)
{
	size_t size = 4;

	while (size < ring->nmembers * 2)
		size *= 2;
	free(ring->index);
	ring->index = xcalloc(size, sizeof *ring->index);
	ring->nindex = size;
	for (size_t i = 0; i < ring->nmembers; i++) {
		uint64_t at = hash_str(HASH_SEED, ring->members[i].address);

		while (ring->index[at & (size - 1)])
			at++;
		ring->index[at & (size - 1)] = (uint16_t)(i + 1);
	}
}

/* The members of an answer, sorted; -1 when it is none, or says something twice. */
static int
read_members(struct ring *fresh, const char *body, size_t len, struct err *err)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, len, err);

	if (!json)
		return -1;
	if (!json_is_array(json) || json_count(json) == 0 || json_count(json) > COUNT_MAX_MEMBERS)
		return err_set(err, "the list of host ids is no array of 1 to %d members", COUNT_MAX_MEMBERS);
	fresh->members = xcalloc(json_count(json), sizeof *fresh->members);
	JSON_EACH(pair, json) {
		if (read_member(pair, &fresh->members[fresh->nmembers++], err) < 0)
			return -1;
	}
	qsort(fresh->members, fresh->nmembers, sizeof *fresh->members, by_host_id);
	build_index(fresh);
	for (size_t i = 0; i < fresh->nmembers; i++) {
		const struct ring_member *member = &fresh->members[i];

		if (i > 0 && !strcmp(member->host_id, member[-1].host_id))
			return err_set(err, "the list of host ids: %s stands there twice", member->host_id);
		if (ring_find_address(fresh, member->address) != (int)i)
			return err_set(err, "the list of host ids: %s stands there twice", member->address);
	}
	return 0;
}

static bool
same_members(const struct ring *a, const struct ring *b)
{
	if (a->nmembers != b->nmembers)
		return false;
	for (size_t i = 0; i < a->nmembers; i++) {
		if (strcmp(a->members[i].host_id, b->members[i].host_id) ||
		    strcmp(a->members[i].address, b->members[i].address))
			return false;
	}
	return true;
}

/* What is known of a member that stays. Its name stays too, unless it is only its old address. */
static void
inherit(struct ring_member *member, const struct ring_member *old)
{
	memcpy(member->datacenter, old->datacenter, sizeof member->datacenter);
	memcpy(member->rack, old->rack, sizeof member->rack);
	if (strcmp(old->name, old->address))
		memcpy(member->name, old->name, sizeof member->name);
	member->down_since_wall_ms = old->down_since_wall_ms;
	member->down_before = old->down_before;
	member->judged = old->judged;
}

int
ring_set_members(struct ring *ring, const char *body, size_t len, bool *ret_changed, struct err *err)
{
	struct ring fresh = {0};
	bool changed;

	if (read_members(&fresh, body, len, err) < 0) {
		free(fresh.members);
		free(fresh.index);
		return -1;
	}
	changed = !same_members(ring, &fresh);
	if (changed) {
		for (size_t i = 0; i < fresh.nmembers; i++) {
			int old = ring_find_host_id(ring, fresh.members[i].host_id);

			if (old >= 0)
				inherit(&fresh.members[i], &ring->members[old]);
		}
		free(TAKE_PTR(ring->members));
		ring->members = TAKE_PTR(fresh.members);
		ring->nmembers = fresh.nmembers;
		build_index(ring);
		free(ring->up);
		ring->up = xcalloc(ring->nmembers * ring->nmembers, 1);
		ring_forget_ranges(ring);
	}
	free(fresh.members);
	free(fresh.index);
	if (ret_changed)
		*ret_changed = changed;
	return 0;
}
