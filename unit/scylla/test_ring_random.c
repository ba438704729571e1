/* The gates against the plainest reading of their rules, over random rings. Nothing of the ring's own code is used
 * for the expectation but the texts that were put in. */
#include "ring_kit.h"

#include "alloc.h"
#include "buf.h"

enum { MEMBERS = 9, RANGES = 12, KEYSPACES = 3, ROUNDS = 4000 };

struct world {
	uint64_t seed;
	struct ring *ring;
	bool answered[MEMBERS], votes[MEMBERS], sees[MEMBERS][MEMBERS], drained[MEMBERS];
	bool set[MEMBERS], held[MEMBERS];
	bool replica[KEYSPACES][RANGES][MEMBERS];
	bool user[KEYSPACES];
	int candidate;
};

static unsigned
chance(struct world *w, unsigned below)
{
	w->seed = w->seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (unsigned)(w->seed >> 33) % below;
}

/* Mostly well, so that both answers are frequent. */
static void
make_views(struct world *w)
{
	char name[16], other[16];

	for (int i = 0; i < MEMBERS; i++) {
		bool gossips = chance(w, 12) > 0, normal = chance(w, 12) > 0;

		snprintf(name, sizeof name, "n%d", i);
		w->answered[i] = chance(w, 10) > 0;
		w->drained[i] = w->answered[i] && !normal;
		w->votes[i] = w->answered[i] && gossips && normal;
		kit_gossip(w->ring, name, gossips);
		kit_mode(w->ring, name, normal ? "NORMAL" : "DRAINED");
		for (int k = 0; k < MEMBERS; k++) {
			snprintf(other, sizeof other, "n%d", k);
			w->sees[i][k] = chance(w, 40) > 0;
			kit_sees(w->ring, name, other, w->sees[i][k]);
		}
		if (!w->answered[i])
			kit_silent(w->ring, name);
	}
	/* Now and then one is down for all. */
	if (chance(w, 2)) {
		int down = (int)chance(w, MEMBERS);

		snprintf(name, sizeof name, "n%d", down);
		for (int i = 0; i < MEMBERS; i++)
			w->sees[i][down] = w->sees[i][down] && i == down;
		w->answered[down] = w->votes[down] = w->drained[down] = false;
		kit_crash(w->ring, name);
	}
}

static void
make_ranges(struct world *w)
{
	static const char *const keyspaces[KEYSPACES] = {"one", "three", "two"};

	for (int k = 0; k < KEYSPACES; k++) {
		CLEANUP_BUF struct buf sets = BUF_INIT(BUF_MAX_LINE);
		unsigned replication = 1 + chance(w, 5);

		w->user[k] = replication >= 3 || chance(w, 8) == 0;
		for (int r = 0; r < RANGES; r++) {
			memset(w->replica[k][r], 0, sizeof w->replica[k][r]);
			for (unsigned n = 0; n < replication;) {
				unsigned member = chance(w, MEMBERS);

				if (w->replica[k][r][member])
					continue;
				w->replica[k][r][member] = true;
				buf_printf(&sets, "%sn%u", n++ > 0 ? "," : " ", member);
			}
		}
		kit_ranges(w->ring, keyspaces[k], w->user[k], buf_str(&sets));
	}
}

static void
make_set(struct world *w)
{
	w->candidate = (int)chance(w, MEMBERS + 1) - 1;
	for (int i = 0; i < MEMBERS; i++) {
		w->held[i] = chance(w, 8) == 0;
		w->set[i] = w->held[i] || i == w->candidate;
	}
}

static bool
called_up(const struct world *w, int member, int without)
{
	for (int i = 0; i < MEMBERS; i++) {
		if (i != without && w->votes[i] && w->sees[i][member])
			return true;
	}
	return false;
}

static bool
called_down(const struct world *w, int member, int without)
{
	for (int i = 0; i < MEMBERS; i++) {
		if (i != without && w->votes[i] && !w->sees[i][member])
			return true;
	}
	return false;
}

static bool
down_everywhere(const struct world *w, int member)
{
	if (w->drained[member])
		return true;
	for (int i = 0; i < MEMBERS; i++) {
		if (i != member && !w->answered[i] && called_up(w, i, member))
			return false;
	}
	return called_down(w, member, member) && !called_up(w, member, member);
}

/* Closed for what is unknown, and who is gone. */
static bool
known(const struct world *w, bool *gone)
{
	int without = w->candidate >= 0 && down_everywhere(w, w->candidate) ? w->candidate : -1;
	bool voter = false;

	for (int i = 0; i < MEMBERS; i++) {
		if (!w->set[i] && !w->answered[i] && called_up(w, i, without))
			return false;
		voter |= !w->set[i] && w->votes[i];
		gone[i] = w->set[i] || !w->votes[i] || called_down(w, i, without);
	}
	return voter;
}

static bool
expect_normal(const struct world *w)
{
	bool gone[MEMBERS];

	if (!known(w, gone))
		return false;
	for (int i = 0; i < MEMBERS; i++) {
		if (gone[i] && !w->set[i])
			return false;
	}
	return true;
}

/* All replicas, or those of one datacenter of three members each. */
static bool
keeps_quorum(const struct world *w, const bool *replica, const bool *gone, int datacenter, bool user)
{
	int count = 0, left = 0;

	(void)w;
	for (int i = 0; i < MEMBERS; i++) {
		if (!replica[i] || (datacenter >= 0 && i / 3 != datacenter))
			continue;
		count++;
		left += !gone[i];
	}
	return left == count || (!user && count < 3) || 2 * left > count;
}

static bool
expect_safe(const struct world *w, const struct ring_policy *policy)
{
	bool gone[MEMBERS], safe = true;

	if (w->candidate >= 0 && down_everywhere(w, w->candidate))
		return true;
	if (!known(w, gone))
		return false;
	for (int k = 0; k < KEYSPACES; k++) {
		for (int r = 0; r < RANGES; r++) {
			const bool *replica = w->replica[k][r];

			if (policy->levels & RING_QUORUM)
				safe &= keeps_quorum(w, replica, gone, -1, w->user[k]);
			for (int d = 0; (policy->levels & RING_LOCAL_QUORUM) && d < 3; d++)
				safe &= keeps_quorum(w, replica, gone, d, w->user[k]);
		}
	}
	return safe;
}

static void
gates_are_what_their_rules_say(void **state)
{
	static const struct ring_policy policies[] = {
		{.levels = RING_QUORUM}, {.levels = RING_LOCAL_QUORUM}, {.levels = RING_QUORUM | RING_LOCAL_QUORUM},
	};
	const size_t rounds = getenv("STRAIT_QUICK") ? ROUNDS / 10 : ROUNDS;
	size_t normal = 0, safe = 0, down = 0;

	(void)state;
	for (uint64_t round = 1; round <= rounds; round++) {
		const struct ring_policy *policy = &policies[round % ARRAY_LEN(policies)];
		struct world w = {.seed = round * UINT64_C(0x9e3779b97f4a7c15)};
		bool expected;

		w.ring = kit_ring("n0@a/1 n1@a/2 n2@a/3 n3@b/1 n4@b/2 n5@b/3 n6@c/1 n7@c/2 n8@c/3");
		make_views(&w);
		make_ranges(&w);
		make_set(&w);
		normal += expected = expect_normal(&w);
		if (ring_normal(w.ring, w.held, w.candidate, NULL) != expected)
			CHECK_FAIL("round %d: normal should be %d", (int)round, expected);
		safe += expected = expect_safe(&w, policy);
		if (ring_quorum_safe(w.ring, w.held, w.candidate, policy, NULL) != expected)
			CHECK_FAIL("round %d: safe should be %d", (int)round, expected);
		for (int i = 0; i < MEMBERS; i++) {
			down += expected = down_everywhere(&w, i);
			if (ring_is_down_everywhere(w.ring, (size_t)i) != expected)
				CHECK_FAIL("round %d: n%d down everywhere should be %d", (int)round, i, expected);
		}
		ring_free(w.ring);
	}
	print_message("of %zu rings: %zu normal, %zu safe; %zu members down everywhere\n", rounds, normal, safe, down);
	assert_true(normal > rounds / 100 && safe > rounds / 50 && down > rounds / 20);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(gates_are_what_their_rules_say)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
