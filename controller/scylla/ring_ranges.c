/* The slow facts: which members hold which ranges. One answer is 32 MB for 300 nodes with 256 vnodes, so it is read in
 * place, and what is kept is each set of replicas once, shared by all keyspaces that are replicated alike. */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "ring_layout.h"
#include "ring_private.h"

/* Where a member is, as the answer says; the first word counts, and another is an error. */
struct place {
	struct span datacenter, rack;
	bool known;
};

struct reader {
	struct scan s;
	const struct ring *ring;
	struct layout_builder layout;
	struct place *places;                   /* of each member */
	uint32_t *seen;                         /* of each member: the last list that named it, counted in 'lists' */
	uint32_t lists;
	uint16_t *endpoints, *hosts;            /* of the present range; room for every member */
	size_t nendpoints, nhosts;
	bool has_endpoints, has_details;
	struct span stranger;                   /* an endpoint that is no member */
};

/* One more member of a list in which none stands twice. */
static bool
put_member(struct reader *r, struct span address, uint16_t *list, size_t *count)
{
	int member = r->s.wrong ? -1 : ring_find_span(r->ring, address);

	if (member < 0) {
		if (!r->s.wrong)
			r->stranger = address;
		scan_expect(&r->s, "a member's address before it");
		return false;
	}
	if (r->seen[member] == r->lists) {
		scan_expect(&r->s, "each endpoint once");
		return false;
	}
	r->seen[member] = r->lists;
	list[(*count)++] = (uint16_t)member;
	return true;
}

static void
read_endpoints(struct reader *r)
{
	if (r->has_endpoints)
		scan_expect(&r->s, "one list of endpoints");
	r->has_endpoints = true;
	r->lists++;
	for (bool first = scan_open(&r->s, '['); scan_more(&r->s, ']', &first);)
		put_member(r, scan_string(&r->s), r->endpoints, &r->nendpoints);
}

static bool
same_span(struct span a, struct span b)
{
	return a.len == b.len && !memcmp(a.text, b.text, a.len);
}

static void
put_place(struct reader *r, struct span host, struct span datacenter, struct span rack)
{
	struct place *place;

	if (!put_member(r, host, r->hosts, &r->nhosts))
		return;
	place = &r->places[r->hosts[r->nhosts - 1]];
	if (datacenter.len == 0 || datacenter.len >= RING_NAME || rack.len >= RING_NAME)
		scan_expect(&r->s, "a datacenter and rack of 1 to 127 characters");
	else if (!place->known)
		*place = (struct place){.datacenter = datacenter, .rack = rack, .known = true};
	else if (!same_span(place->datacenter, datacenter) || !same_span(place->rack, rack))
		scan_expect(&r->s, "the datacenter and rack that the answer has given this endpoint before");
}

/* {"host": address, "datacenter": name, "rack": name} */
static void
read_detail(struct reader *r)
{
	struct span host = {.text = ""}, datacenter = {.text = ""}, rack = {.text = ""};

	for (bool first = scan_open(&r->s, '{'); scan_more(&r->s, '}', &first);) {
		struct span key = scan_key(&r->s);

		if (span_is(key, "host"))
			host = scan_string(&r->s);
		else if (span_is(key, "datacenter"))
			datacenter = scan_string(&r->s);
		else if (span_is(key, "rack"))
			rack = scan_string(&r->s);
		else
			scan_skip(&r->s);
	}
	put_place(r, host, datacenter, rack);
}

static void
read_details(struct reader *r)
{
	if (r->has_details)
		scan_expect(&r->s, "one list of endpoint_details");
	r->has_details = true;
	r->lists++;
	for (bool first = scan_open(&r->s, '['); scan_more(&r->s, ']', &first);)
		read_detail(r);
}

static int
by_number(const void *a, const void *b)
{
	return *(const uint16_t *)a - *(const uint16_t *)b;
}

/* Sets are short, but for the keyspace that is everywhere. */
static void
sort_members(uint16_t *members, size_t count)
{
	if (count > 16) {
		qsort(members, count, sizeof *members, by_number);
		return;
	}
	for (size_t i = 1; i < count; i++) {
		uint16_t moved = members[i];
		size_t at = i;

		for (; at > 0 && members[at - 1] > moved; at--)
			members[at] = members[at - 1];
		members[at] = moved;
	}
}

static void
read_range(struct reader *r)
{
	r->nendpoints = r->nhosts = 0;
	r->has_endpoints = r->has_details = false;
	for (bool first = scan_open(&r->s, '{'); scan_more(&r->s, '}', &first);) {
		struct span key = scan_key(&r->s);

		if (span_is(key, "endpoints"))
			read_endpoints(r);
		else if (span_is(key, "endpoint_details"))
			read_details(r);
		else
			scan_skip(&r->s);
	}
	if (r->s.wrong)
		return;
	sort_members(r->endpoints, r->nendpoints);
	sort_members(r->hosts, r->nhosts);
	if (!r->has_endpoints)
		scan_expect(&r->s, "a range with endpoints before it");
	else if (r->has_details && (r->nhosts != r->nendpoints ||
	    memcmp(r->hosts, r->endpoints, r->nhosts * sizeof *r->hosts)))
		scan_expect(&r->s, "a range whose endpoint_details are of its endpoints before it");
	else
		layout_add(&r->layout, r->endpoints, r->nendpoints);
}

static int
read_ranges(struct reader *r, struct err *err)
{
	char stranger[RING_ADDRESS] = "";
	struct err why;

	for (bool first = scan_open(&r->s, '['); scan_more(&r->s, ']', &first);)
		read_range(r);
	if (scan_done(&r->s, "the ring", &why) < 0) {
		if (r->stranger.len == 0)
			return err_set(err, "%s", why.text);
		span_copy(r->stranger, stranger, sizeof stranger);
		return err_set(err, "%s holds ranges and is no member: membership changed meanwhile, ask again",
		    stranger[0] ? stranger : "an endpoint");
	}
	if (r->layout.nsets == 0)
		return err_set(err, "the ring has no ranges");
	return 0;
}

/* Datacenters and racks, all or none: an escape that does not fit is found before anything is changed. */
static int
copy_places(const struct reader *r, struct ring_member *members, struct err *err)
{
	for (size_t i = 0; i < r->ring->nmembers; i++) {
		const struct place *place = &r->places[i];

		if (place->known && (!span_copy(place->datacenter, members[i].datacenter, RING_NAME) ||
		    !span_copy(place->rack, members[i].rack, RING_NAME)))
			return err_set(err, "the datacenter or rack of %s cannot be read", members[i].name);
	}
	return 0;
}

static int
take_places(struct ring *ring, const struct reader *r, struct err *err)
{
	CLEANUP_FREE struct ring_member *members = xcalloc(ring->nmembers, sizeof *members);

	memcpy(members, ring->members, ring->nmembers * sizeof *members);
	if (copy_places(r, members, err) < 0)
		return -1;
	memcpy(ring->members, members, ring->nmembers * sizeof *members);
	return 0;
}

static void
reader_init(struct reader *r, const struct ring *ring, const char *body, size_t len)
{
	*r = (struct reader){.ring = ring};
	scan_init(&r->s, body, len);
	r->places = xcalloc(ring->nmembers + 1, sizeof *r->places);
	r->seen = xcalloc(ring->nmembers + 1, sizeof *r->seen);
	r->endpoints = xcalloc(ring->nmembers + 1, sizeof *r->endpoints);
	r->hosts = xcalloc(ring->nmembers + 1, sizeof *r->hosts);
}

static void
reader_done(struct reader *r)
{
	layout_builder_done(&r->layout);
	free(r->places);
	free(r->seen);
	free(r->endpoints);
	free(r->hosts);
}

/* Who holds a range owns tokens: where the two disagree one of them has changed meanwhile, and nothing is built on it. */
static void
doubt_owners(struct ring *ring, const struct ring_layout *layout)
{
	for (size_t i = 0; ring->owners_known && i < layout->nmembers; i++)
		ring->owners_known = !ring->members[layout->members[i]].tokenless;
	for (size_t i = 0; !ring->owners_known && i < ring->nmembers; i++)
		ring->members[i].tokenless = false;
}

struct ring_layout *
ring_read_layout(struct ring *ring, const char *keyspace, const char *table, const char *body, size_t len, struct err *err)
{
	struct ring_layout *layout = NULL;
	struct reader r;
	struct err why;

	reader_init(&r, ring, body, len);
	if (len > UINT32_MAX)
		err_set(&why, "its ring is too long");
	else if (read_ranges(&r, &why) == 0 && take_places(ring, &r, &why) == 0)
		layout = layout_share(&r.layout, ring);
	reader_done(&r);
	if (layout)
		doubt_owners(ring, layout);
	else
		err_set(err, "keyspace %.80s%s%.80s: %s", keyspace, table ? ", table " : "", table ? table : "", why.text);
	return layout;
}

int
ring_set_ranges(struct ring *ring, const char *keyspace, bool user, const char *body, size_t len, struct err *err)
{
	struct ring_layout *layout;
	struct ring_keyspace *at;

	if (strlen(keyspace) >= RING_KEYSPACE)
		return err_set(err, "keyspace %.80s: its name is too long", keyspace);
	if (ring->nmembers == 0)
		return err_set(err, "keyspace %s: its ring was read before the members", keyspace);
	layout = ring_read_layout(ring, keyspace, NULL, body, len, err);
	if (!layout)
		return -1;
	at = ring_keyspace_at(ring, keyspace);
	at->user = user;
	ring_layout_drop(at->layout);
	at->layout = layout;
	return 0;
}
