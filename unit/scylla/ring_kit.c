#include "ring_kit.h"

#include "alloc.h"
#include "buf.h"

enum { WORD = 512 };

/* The next word of a text, up to one of 'ends'; false when there is none. */
static bool
word(const char **at, const char *ends, char *ret)
{
	size_t len;

	*at += strspn(*at, ends);
	len = strcspn(*at, ends);
	if (len == 0)
		return false;
	assert_true(len < WORD);
	memcpy(ret, *at, len);
	ret[len] = '\0';
	*at += len;
	return true;
}

size_t
kit_member(const struct ring *ring, const char *name)
{
	int member = ring_find_name(ring, name);

	if (member < 0)
		CHECK_FAIL("no member %s", name);
	return (size_t)member;
}

struct ring *
kit_ring(const char *members)
{
	struct ring *ring = ring_new();
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	const char *at = members;
	char text[WORD];
	int count = 0;

	buf_putc(&body, '[');
	while (word(&at, " ", text)) {
		buf_printf(&body, "%s{\"key\": \"10.0.%d.%d\", \"value\": \"00000000-0000-4000-8000-%012d\"}",
		    count ? ", " : "", count / 200, count % 200 + 1, count);
		count++;
	}
	buf_putc(&body, ']');
	assert_int_equal(ring_set_members(ring, buf_str(&body), body.len, NULL, NULL), 0);
	at = members;
	for (int i = 0; word(&at, " ", text); i++) {
		struct ring_member *m = &ring->members[i];

		assert_int_equal(sscanf(text, "%127[^@]@%127[^/]/%127s", m->name, m->datacenter, m->rack), 3);
	}
	kit_sweep(ring);
	return ring;
}

struct ring *
kit_six(void)
{
	return kit_ring("db-a-1@dc1/a db-a-2@dc1/a db-b-1@dc1/b db-b-2@dc1/b db-c-1@dc1/c db-c-2@dc1/c");
}

struct ring *
kit_two_datacenters(void)
{
	return kit_ring("e-a-1@east/a e-a-2@east/a e-b-1@east/b e-b-2@east/b e-c-1@east/c e-c-2@east/c "
	    "w-a-1@west/a w-a-2@west/a w-b-1@west/b w-b-2@west/b w-c-1@west/c w-c-2@west/c");
}

static void
put_live(struct ring *ring, size_t observer, const uint8_t *up)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);

	buf_putc(&body, '[');
	for (size_t i = 0; i < ring->nmembers; i++) {
		if (up[i])
			buf_printf(&body, "%s\"%s\"", body.len > 1 ? "," : "", ring->members[i].address);
	}
	buf_putc(&body, ']');
	assert_int_equal(ring_set_live(ring, observer, buf_str(&body), body.len, NULL), 0);
}

void
kit_sweep(struct ring *ring)
{
	CLEANUP_FREE uint8_t *up = xcalloc(ring->nmembers, 1);

	memset(up, 1, ring->nmembers);
	ring_begin_sweep(ring);
	for (size_t i = 0; i < ring->nmembers; i++) {
		kit_mode(ring, ring->members[i].name, "NORMAL");
		kit_gossip(ring, ring->members[i].name, true);
		put_live(ring, i, up);
	}
}

void
kit_mode(struct ring *ring, const char *name, const char *mode)
{
	char body[64];

	snprintf(body, sizeof body, "\"%s\"", mode);
	assert_int_equal(ring_set_mode(ring, kit_member(ring, name), body, strlen(body), NULL), 0);
}

void
kit_gossip(struct ring *ring, const char *name, bool gossiping)
{
	const char *body = gossiping ? "true" : "false";

	assert_int_equal(ring_set_gossiping(ring, kit_member(ring, name), body, strlen(body), NULL), 0);
}

void
kit_sees(struct ring *ring, const char *observer, const char *subject, bool up)
{
	size_t member = kit_member(ring, observer);
	CLEANUP_FREE uint8_t *row = xcalloc(ring->nmembers, 1);

	memcpy(row, ring->up + member * ring->nmembers, ring->nmembers);
	row[kit_member(ring, subject)] = up;
	put_live(ring, member, row);
}

void
kit_silent(struct ring *ring, const char *name)
{
	size_t member = kit_member(ring, name);

	assert_int_equal(ring_set_mode(ring, member, "", 0, NULL), -1);
	assert_int_equal(ring_set_gossiping(ring, member, "", 0, NULL), -1);
	assert_int_equal(ring_set_live(ring, member, "", 0, NULL), -1);
}

static void
down_for_others(struct ring *ring, const char *name)
{
	for (size_t i = 0; i < ring->nmembers; i++) {
		if (ring->members[i].answered && strcmp(ring->members[i].name, name) != 0)
			kit_sees(ring, ring->members[i].name, name, false);
	}
}

void
kit_crash(struct ring *ring, const char *name)
{
	kit_silent(ring, name);
	down_for_others(ring, name);
}

void
kit_drain(struct ring *ring, const char *name)
{
	kit_mode(ring, name, "DRAINED");
	kit_gossip(ring, name, false);
	kit_sees(ring, name, name, false);
	down_for_others(ring, name);
}

void
kit_apply(struct ring *ring, const char *changes)
{
	char text[WORD];

	while (word(&changes, " ", text)) {
		char *name = strchr(text, ':'), *other;

		assert_non_null(name);
		*name++ = '\0';
		other = name + strcspn(name, "=>");
		if (*other)
			*other++ = '\0';
		if (!strcmp(text, "crash"))
			kit_crash(ring, name);
		else if (!strcmp(text, "drain"))
			kit_drain(ring, name);
		else if (!strcmp(text, "silent"))
			kit_silent(ring, name);
		else if (!strcmp(text, "mode"))
			kit_mode(ring, name, other);
		else if (!strcmp(text, "deaf"))
			kit_gossip(ring, name, false);
		else if (!strcmp(text, "blind"))
			kit_sees(ring, name, other, false);
		else
			CHECK_FAIL("no such change: %s", text);
	}
}

static void
put_range(const struct ring *ring, const char *names, int token, struct buf *out)
{
	CLEANUP_BUF struct buf hosts = BUF_INIT(BUF_MAX_OBJECT), details = BUF_INIT(BUF_MAX_OBJECT);
	char name[WORD];

	while (word(&names, ",", name)) {
		const struct ring_member *m = &ring->members[kit_member(ring, name)];
		const char *comma = hosts.len ? "," : "";

		buf_printf(&hosts, "%s\"%s\"", comma, m->address);
		buf_printf(&details, "%s{\"host\":\"%s\",\"datacenter\":\"%s\",\"rack\":\"%s\"}", comma, m->address,
		    m->datacenter, m->rack);
	}
	buf_printf(out, "{\"start_token\":\"%d\",\"end_token\":\"%d\",\"endpoints\":[%s],\"rpc_endpoints\":[%s],"
	    "\"endpoint_details\":[%s]}", token, token + 1, buf_str(&hosts), buf_str(&hosts), buf_str(&details));
}

char *
kit_describe(const struct ring *ring, const char *sets)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_RING);
	char text[WORD];
	int token = 0;

	buf_putc(&body, '[');
	while (word(&sets, " ", text)) {
		char *star = strchr(text, '*');
		int count = star ? (int)strtol(star + 1, NULL, 10) : 1;

		if (star)
			*star = '\0';
		for (int i = 0; i < count; i++) {
			if (body.len > 1)
				buf_putc(&body, ',');
			put_range(ring, text, token++, &body);
		}
	}
	buf_putc(&body, ']');
	return buf_take(&body);
}

void
kit_ranges(struct ring *ring, const char *keyspace, bool user, const char *sets)
{
	CLEANUP_FREE char *body = kit_describe(ring, sets);
	struct err err;

	if (ring_set_ranges(ring, keyspace, user, body, strlen(body), &err) < 0)
		CHECK_FAIL("%s", err.text);
}

bool *
kit_held(const struct ring *ring, const char *names)
{
	bool *held = xcalloc(ring->nmembers, sizeof *held);
	char name[WORD];

	while (word(&names, ",", name))
		held[kit_member(ring, name)] = true;
	return held;
}
