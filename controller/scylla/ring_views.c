/* The fast facts: what each member answered in this sweep. */
#include "ring.h"

#include <string.h>

#include "api.h"
#include "ring_private.h"

enum { HEARD_MODE = 1, HEARD_GOSSIPING = 2, HEARD_LIVE = 4, HEARD_ALL = 7 };

void
ring_begin_sweep(struct ring *ring)
{
	for (size_t i = 0; i < ring->nmembers; i++) {
		struct ring_member *member = &ring->members[i];

		member->heard = 0;
		member->answered = member->garbled = false;
		member->gossiping = false;
		member->mode[0] = '\0';
	}
	if (ring->nmembers > 0)
		memset(ring->up, 0, ring->nmembers * ring->nmembers);
	ring_forget_motion(ring, true);
}

static void
hear(struct ring_member *member, unsigned what, bool heard)
{
	member->heard = heard ? member->heard | what : member->heard & ~what;
	member->answered = member->heard == HEARD_ALL;
}

static struct ring_member *
member_at(struct ring *ring, size_t member, struct err *err)
{
	if (member < ring->nmembers)
		return &ring->members[member];
	err_set(err, "there is no member %zu among %zu", member, ring->nmembers);
	return NULL;
}

/* "NORMAL", "DRAINED": a mode that is not known is kept as it is, and what looks like none is none. */
static bool
is_mode(const char *text)
{
	size_t len = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_");

	return len > 0 && text[len] == '\0';
}

int
ring_set_mode(struct ring *ring, size_t member, const char *body, size_t len, struct err *err)
{
	struct ring_member *m = member_at(ring, member, err);
	char mode[RING_MODE];

	if (!m)
		return -1;
	hear(m, HEARD_MODE, false);
	m->mode[0] = '\0';
	if (!scylla_string(body, len, mode, sizeof mode) || !is_mode(mode)) {
		m->garbled = len > 0;
		return err_set(err, "%s: " SCYLLA_MODE " answers no mode", m->name);
	}
	memcpy(m->mode, mode, sizeof mode);
	hear(m, HEARD_MODE, true);
	return 0;
}

int
ring_set_gossiping(struct ring *ring, size_t member, const char *body, size_t len, struct err *err)
{
	struct ring_member *m = member_at(ring, member, err);

	if (!m)
		return -1;
	hear(m, HEARD_GOSSIPING, false);
	m->gossiping = false;
	if (!scylla_boolean(body, len, &m->gossiping)) {
		m->garbled = len > 0;
		return err_set(err, "%s: " SCYLLA_GOSSIPING " answers neither true nor false", m->name);
	}
	hear(m, HEARD_GOSSIPING, true);
	return 0;
}

/* Addresses that are no members are passed over: a node that joins is live before it is a member. Whether it is in the
 * ring is for describe_ring to say, and that refuses strangers. */
int
ring_set_live(struct ring *ring, size_t member, const char *body, size_t len, struct err *err)
{
	struct ring_member *m = member_at(ring, member, err);
	struct scan s;
	uint8_t *row;

	if (!m)
		return -1;
	row = ring->up + member * ring->nmembers;
	memset(row, 0, ring->nmembers);
	hear(m, HEARD_LIVE, false);
	scan_init(&s, body, len);
	for (bool first = scan_open(&s, '['); scan_more(&s, ']', &first);) {
		int subject = ring_find_span(ring, scan_string(&s));

		if (subject >= 0)
			row[subject] = 1;
	}
	if (scan_done(&s, SCYLLA_LIVE, err) < 0) {
		memset(row, 0, ring->nmembers);
		m->garbled = len > 0;
		return -1;
	}
	hear(m, HEARD_LIVE, true);
	return 0;
}
