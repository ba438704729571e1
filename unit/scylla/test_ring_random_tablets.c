/* Tablets, members without tokens, several datacenters, every consistency: the quorum gate against the plainest reading
 * of its rules. The oracle is written from the rules alone, with sets of replicas spelled out: for tables that are not
 * counted it tries every place where the tablets could be, instead of reasoning about racks. */
#include "ring_kit.h"

#include <limits.h>

#include "alloc.h"
#include "buf.h"

enum { MEMBERS = 8, RANGES = 6, TABLES = 2, ROUNDS = 10000 };

/* Two datacenters: west has two racks of two, east three, of two, one and one. The last of east may own no tokens. */
static const char members[] = "n0@west/1 n1@west/1 n2@west/2 n3@west/2 n4@east/1 n5@east/1 n6@east/2 n7@east/3";
static const int datacenter_of[MEMBERS] = {0, 0, 0, 0, 1, 1, 1, 1};
static const int rack_of[MEMBERS] = {0, 0, 1, 1, 2, 2, 3, 4};

struct table {
	bool user, replica[RANGES][MEMBERS], counted, moving;
};

struct world {
	uint64_t seed;
	struct ring *ring;
	struct table tables[TABLES];    /* the first in tablets, the second in vnodes */
	bool down[MEMBERS], set[MEMBERS], held[MEMBERS], tokenless[MEMBERS];
	bool owners_known, motion_known;
	int candidate;
	unsigned levels, decided;       /* decided: of the first table's keyspace; UINT_MAX: not */
};

static unsigned
chance(struct world *w, unsigned below)
{
	w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(w->seed >> 33) % below;
}

/* --- the world --- */

static void
draw_in_racks(struct world *w, bool *replica, int d)
{
	for (int rack = 0; rack < 5; rack++) {
		unsigned pick = chance(w, 4);

		for (int i = 0, tries = 0; tries < 2 * MEMBERS; i = (i + 1) % MEMBERS, tries++) {
			if (rack_of[i] == rack && datacenter_of[i] == d && !w->tokenless[i] && pick-- == 0)
				replica[i] = true;
		}
	}
}

static void
draw_anywhere(struct world *w, bool *replica, int d, unsigned count)
{
	for (unsigned n = 0, tries = 0; n < count && tries < 60; tries++) {
		unsigned i = chance(w, MEMBERS);

		if (datacenter_of[i] == d && !replica[i] && !w->tokenless[i]) {
			replica[i] = true;
			n++;
		}
	}
}

/* One replica in each rack of a datacenter, or any: both are frequent. Now and then a range has replicas in the first
 * datacenter only, as while replication is changed. */
static void
draw_range(struct world *w, bool *replica, bool by_racks, const unsigned *count)
{
	int datacenters = count[0] > 0 && chance(w, 12) == 0 ? 1 : 2;

	for (int d = 0; d < datacenters; d++) {
		if (by_racks && count[d] > 0)
			draw_in_racks(w, replica, d);
		else
			draw_anywhere(w, replica, d, count[d]);
	}
}

static void
put_sets(const struct table *t, struct buf *out)
{
	for (int r = 0; r < RANGES; r++) {
		const char *comma = "";

		buf_putc(out, ' ');
		for (int i = 0; i < MEMBERS; i++) {
			if (!t->replica[r][i])
				continue;
			buf_printf(out, "%sn%d", comma, i);
			comma = ",";
		}
	}
}

static void
make_table(struct world *w, struct table *t)
{
	unsigned count[2] = {chance(w, 4), chance(w, 4)};
	bool by_racks = chance(w, 2);

	if (count[0] + count[1] == 0)
		count[chance(w, 2)] = 3;
	t->user = chance(w, 3) > 0;
	for (int r = 0; r < RANGES; r++)
		draw_range(w, t->replica[r], by_racks, count);
}

static void
make_views(struct world *w)
{
	char name[16];
	/* Half of the time what is down is all in one rack, which is what a proof is about. */
	int rack = chance(w, 2) ? (int)chance(w, 3) : -1;

	for (int i = 0; i < MEMBERS; i++) {
		w->held[i] = rack < 0 ? chance(w, 10) == 0 : rack_of[i] == rack;
		w->down[i] = rack < 0 && chance(w, 10) == 0;
	}
	w->candidate = (int)chance(w, MEMBERS + 1) - 1;
	if (w->candidate >= 0)
		w->down[w->candidate] = false;
	for (int i = 0; i < MEMBERS; i++) {
		w->set[i] = w->held[i] || i == w->candidate;
		snprintf(name, sizeof name, "n%d", i);
		if (w->down[i])
			kit_crash(w->ring, name);
	}
}

static void
make_owners(struct world *w)
{
	char but[32] = "";

	w->tokenless[7] = chance(w, 2);
	w->tokenless[3] = chance(w, 6) == 0;
	w->owners_known = chance(w, 8) > 0;
	snprintf(but, sizeof but, "%s%s", w->tokenless[7] ? "n7," : "", w->tokenless[3] ? "n3" : "");
	if (w->owners_known)
		kit_owners(w->ring, but);
}

static void
make_world(struct world *w)
{
	static const unsigned levels[] = {
		RING_QUORUM, RING_LOCAL_QUORUM, RING_QUORUM | RING_LOCAL_QUORUM, RING_ONE, RING_LOCAL_ONE,
		RING_ONE | RING_LOCAL_QUORUM,
	};
	CLEANUP_BUF struct buf tablets = BUF_INIT(BUF_MAX_LINE), vnodes = BUF_INIT(BUF_MAX_LINE);
	bool read_now = chance(w, 2);

	w->ring = kit_ring(members);
	w->levels = levels[chance(w, ARRAY_LEN(levels))];
	w->decided = chance(w, 4) ? UINT_MAX : chance(w, 2) ? 0 : levels[chance(w, ARRAY_LEN(levels))];
	make_owners(w);
	for (int t = 0; t < TABLES; t++)
		make_table(w, &w->tables[t]);
	put_sets(&w->tables[0], &tablets);
	put_sets(&w->tables[1], &vnodes);
	kit_ranges(w->ring, "vnodes", w->tables[1].user, buf_str(&vnodes));
	w->motion_known = chance(w, 6) > 0;
	w->tables[0].moving = w->motion_known && chance(w, 4) == 0;
	kit_moves(w->ring, "");
	kit_table(w->ring, "tablets.t", w->tables[0].user, buf_str(&tablets));
	if (!read_now)
		kit_sweep(w->ring);
	kit_moves(w->ring, !w->motion_known ? "?" : w->tables[0].moving ? "tablets.t=migration" : "");
	w->tables[0].counted = read_now && w->motion_known && !w->tables[0].moving;
	w->tables[1].counted = true;
	make_views(w);
}

/* --- the oracle --- */

static bool
has_level(unsigned levels, enum ring_level level)
{
	return levels & level;
}

/* 'count' replicas, 'left' of them, and whether any was lost: is that enough for the level? */
static bool
enough(bool majority, bool one, int count, int left, bool user)
{
	if (count == 0 || left == count || (!user && count < 3))
		return true;
	if (majority)
		return 2 * left > count;
	return !one || left > 0;
}

/* A range with these replicas of which 'gone' are not there. 'extra' are gone besides, though they are no replicas: a
 * second copy that is being made counts as an answer that writes wait for. */
static bool
range_is_safe(unsigned levels, bool user, const int *count, const int *gone)
{
	int all = count[0] + count[1];

	if (!enough(has_level(levels, RING_QUORUM), has_level(levels, RING_ONE), all,
	    all - gone[0] - gone[1] > 0 ? all - gone[0] - gone[1] : 0, user))
		return false;
	for (int d = 0; d < 2; d++) {
		if (!enough(has_level(levels, RING_LOCAL_QUORUM), has_level(levels, RING_LOCAL_ONE), count[d],
		    count[d] - gone[d] > 0 ? count[d] - gone[d] : 0, user))
			return false;
	}
	return true;
}

static bool
is_gone(const struct world *w, int i)
{
	return w->down[i] || w->set[i];
}

static void
count_range(const struct world *w, const struct table *t, int r, int *count, int *gone)
{
	count[0] = count[1] = gone[0] = gone[1] = 0;
	for (int i = 0; i < MEMBERS; i++) {
		if (!t->replica[r][i])
			continue;
		count[datacenter_of[i]]++;
		gone[datacenter_of[i]] += is_gone(w, i);
	}
}

/* Every range of the table has just one replica in each rack of this datacenter that has a member with tokens. */
static bool
is_bound_to_racks(const struct world *w, const struct table *t, int d)
{
	for (int r = 0; r < RANGES; r++) {
		for (int rack = 0; rack < 5; rack++) {
			int owners = 0, replicas = 0;

			for (int i = 0; i < MEMBERS; i++) {
				if (rack_of[i] != rack || datacenter_of[i] != d)
					continue;
				owners += !w->tokenless[i];
				replicas += t->replica[r][i];
			}
			if (replicas != (owners > 0))
				return false;
		}
	}
	return w->owners_known;
}

/* The most that one range can lose here, over all places where its tablet can be: bound to racks, every choice of one
 * member of each rack, and of two in one rack while it may be moving; else every member that could hold one. */
static int
worst_loss(const struct world *w, const struct table *t, int d, bool may_move)
{
	bool bound = is_bound_to_racks(w, t, d);
	int worst = 0;

	for (unsigned places = 0; places < 1u << MEMBERS; places++) {
		int in_rack[5] = {0}, loss = 0, doubles = 0;
		bool possible = true;

		for (int i = 0; i < MEMBERS && possible; i++) {
			if (!(places >> i & 1))
				continue;
			/* Where nothing is known of tokens, everybody may hold ranges. */
			possible = datacenter_of[i] == d && !(w->owners_known && w->tokenless[i]);
			doubles += ++in_rack[rack_of[i]] > 1;
			loss += is_gone(w, i);
		}
		if (possible && (!bound || doubles <= (may_move ? 1 : 0)) && loss > worst)
			worst = loss;
	}
	return worst;
}

static bool
table_is_safe(const struct world *w, const struct table *t, unsigned levels)
{
	bool may_move = !w->motion_known || t->moving;
	int loss[2], has[2] = {0, 0};

	for (int d = 0; d < 2; d++) {
		loss[d] = worst_loss(w, t, d, may_move);
		for (int r = 0; r < RANGES; r++) {
			for (int i = 0; i < MEMBERS; i++)
				has[d] |= t->replica[r][i] && datacenter_of[i] == d;
		}
		if (!has[d])
			loss[d] = 0;
	}
	for (int r = 0; r < RANGES; r++) {
		int count[2], gone[2];

		count_range(w, t, r, count, gone);
		if (!t->counted) {
			gone[0] = loss[0];
			gone[1] = loss[1];
		}
		if (!range_is_safe(levels, t->user, count, gone))
			return false;
	}
	return true;
}

static bool
expect_safe(const struct world *w)
{
	unsigned decided = w->decided == UINT_MAX ? w->levels : w->decided;
	bool voter = false;

	for (int i = 0; i < MEMBERS; i++)
		voter |= !is_gone(w, i);
	if (!voter)
		return false;
	if (w->candidate >= 0 && w->owners_known && w->tokenless[w->candidate])
		return true;
	return (decided == 0 || table_is_safe(w, &w->tables[0], decided)) && table_is_safe(w, &w->tables[1], w->levels);
}

static void
the_gate_is_what_its_rules_say(void **state)
{
	static const char *const names[] = {"tablets"};
	const size_t rounds = getenv("STRAIT_QUICK") ? ROUNDS / 10 : ROUNDS;
	size_t open = 0, proved = 0, shut_uncounted = 0, by_tokens = 0;

	(void)state;
	for (uint64_t round = 1; round <= rounds; round++) {
		struct world w = {.seed = round * UINT64_C(0x9e3779b97f4a7c15)};
		struct ring_policy policy = {.decided = names, .decided_levels = &w.decided};
		struct ring_proof proof;
		struct err why = {""};
		bool expected, found;

		make_world(&w);
		policy.levels = w.levels;
		policy.ndecided = w.decided != UINT_MAX;
		expected = expect_safe(&w);
		found = ring_quorum_proof(w.ring, w.held, w.candidate, &policy, &proof, &why);
		if (found != expected)
			CHECK_FAIL("round %d: safe should be %d: %s", (int)round, expected, why.text);
		open += found;
		proved += found && proof.by_racks > 0;
		shut_uncounted += !found && proof.uncounted;
		by_tokens += found && w.candidate >= 0 && w.tokenless[w.candidate];
		ring_free(w.ring);
	}
	print_message("of %zu rings: %zu safe, %zu of them without a count, %zu for want of tokens; %zu shut for want of a "
	    "count\n", rounds, open, proved, by_tokens, shut_uncounted);
	assert_true(open > rounds / 5 && proved > rounds / 20 && by_tokens > rounds / 50 && shut_uncounted > rounds / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_gate_is_what_its_rules_say)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
