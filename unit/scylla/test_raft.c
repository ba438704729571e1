/* Would group0 keep its quorum? Voters are all members, or from 2025.2 at most five of them, nobody knows which. */
#include "ring_kit.h"

#include "alloc.h"
#include "buf.h"
#include "raft.h"

static struct ring *
lopsided(void)
{
	return kit_ring("a-1@dc1/a b-1@dc1/b c-1@dc1/c c-2@dc1/c c-3@dc1/c c-4@dc1/c c-5@dc1/c");
}

static struct ring *
one_rack(void)
{
	return kit_ring("a-1@dc1/a a-2@dc1/a a-3@dc1/a");
}

static struct ring *
pair(void)
{
	return kit_ring("a-1@dc1/a b-1@dc1/b");
}

struct row {
	struct ring *(*make)(void);
	const char *version, *changes, *held, *candidate;
	bool stays;
	const char *said;
};

static const struct row rows[] = {
	/* All vote: 6 need 4. */
	{kit_six, "2025.1.4", "", "", "db-a-1", true, "keeps at least 5 of 6"},
	{kit_six, "2025.1.4", "", "db-a-2", "db-a-1", true, "keeps at least 4 of 6"},
	{kit_six, "2025.1.4", "crash:db-c-1", "db-a-2", "db-a-1", false, "only 3 of 6 voters, 4 are its quorum"},
	{kit_six, "6.0.4", "crash:db-c-1", "db-a-2", "db-a-1", false, "only 3 of 6"},
	/* Five vote: any two may be voters, and so may three that are not in one rack. */
	{kit_six, "2025.2.0", "", "db-b-1", "db-a-1", true, "keeps at least 3 of 5"},
	{kit_six, "2025.2.0", "crash:db-c-1", "db-b-1", "db-a-1", false, "only 2 of 5 voters, 3 are its quorum"},
	{kit_six, "2025.2.0", "", "db-a-2", "db-a-1", true, "keeps at least 3 of 5"},
	/* Of a rack with most of the members no more than an even deal leaves for it. */
	{lopsided, "2026.1.0", "", "c-1,c-2", "c-3", false, "only 2 of 5"},
	{lopsided, "2026.1.0", "", "c-1", "c-2", true, "keeps at least 3 of 5"},
	{lopsided, "2025.1.0", "", "c-1,c-2", "c-3", true, "keeps at least 4 of 7"},
	/* A datacenter of two may have three of the five. */
	{kit_two_datacenters, "2026.1.0", "", "e-a-1,e-b-1", "e-c-1", false, "only 2 of 5"},
	{kit_two_datacenters, "2026.1.0", "", "e-a-1", "e-a-2", true, "keeps at least"},
	{one_rack, "2026.1.0", "", "", "a-1", true, "keeps at least 2 of 3"},
	{one_rack, "2026.1.0", "", "a-2", "a-1", false, "only 1 of 3"},
	/* None can be spared ever. */
	{pair, "2026.1.0", "", "", "a-1", true, "2 voters, too few"},
	/* A member of which nothing is known. */
	{kit_six, "2026.1.0", "silent:db-c-1", "", "db-a-1", false, "its view is unknown"},
};

static void
a_majority_stays_or_not(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct ring *ring = rows[i].make();
		CLEANUP_FREE bool *held = kit_held(ring, rows[i].held);
		struct err said = {""};
		bool stays;

		kit_apply(ring, rows[i].changes);
		stays = raft_quorum_stays(ring, held, (int)kit_member(ring, rows[i].candidate), rows[i].version, &said);
		if (stays != rows[i].stays)
			CHECK_FAIL("row %zu: %s", i, said.text);
		CHECK_CONTAINS(said.text, rows[i].said);
		ring_free(ring);
	}
}

/* A whole rack of a large cluster goes together: with three racks it has at most two of five voters. */
static void
a_rack_may_go_as_a_whole(void **state)
{
	CLEANUP_BUF struct buf members = BUF_INIT(BUF_MAX_LINE);
	bool held[60] = {false};
	struct ring *ring;
	struct err said = {""};

	(void)state;
	for (int i = 0; i < 60; i++)
		buf_printf(&members, "%sn-%d@dc1/%c", i ? " " : "", i, 'a' + i % 3);
	ring = kit_ring(buf_str(&members));
	for (size_t i = 0; i < 60; i++)
		held[i] = ring->members[i].rack[0] == 'b';
	CHECK(raft_quorum_stays(ring, held, -1, "2026.1.0", &said));
	CHECK_CONTAINS(said.text, "at least 3 of 5");
	for (size_t i = 0; i < 60; i++)
		if (!held[i]) {
			CHECK(!raft_quorum_stays(ring, held, (int)i, "2026.1.0", &said));
			break;
		}
	ring_free(ring);
}

static void
releases_have_it_or_not(void **state)
{
	(void)state;
	CHECK_INT(raft_release("5.4.9"), RAFT_RELEASE_NONE);
	CHECK_INT(raft_release("2024.1.3"), RAFT_RELEASE_NONE);
	CHECK_INT(raft_release("6.0.4"), RAFT_RELEASE_BLIND);
	CHECK_INT(raft_release("6.1.0"), RAFT_RELEASE_OPTIONAL);
	CHECK_INT(raft_release("2025.1.4"), RAFT_RELEASE_OPTIONAL);
	CHECK_INT(raft_release("2025.2.0"), RAFT_RELEASE_FULL);
	CHECK_INT(raft_release(""), RAFT_RELEASE_FULL);
}

static void
answers_are_read(void **state)
{
	static const char lost[] = "{\"message\": \"raft_operation_timeout_error (there is no raft quorum)\", \"code\": 500}";
	struct raft_answer answer = {RAFT_UNASKED, "", "db-a-1"};

	(void)state;
	CHECK(!raft_read_topology(&answer, 200, "\"done\"", 6));
	CHECK(raft_read_topology(&answer, 200, "\"build_coordinator_state\"", 25));
	CHECK_INT(answer.state, RAFT_OFF);
	CHECK(raft_read_topology(&answer, 404, "", 0));
	CHECK_INT(answer.state, RAFT_SILENT);
	CHECK_CONTAINS(answer.problem, "HTTP 404");
	raft_read_barrier(&answer, 200, "", 0);
	CHECK_INT(answer.state, RAFT_REACHED);
	raft_read_barrier(&answer, 500, lost, strlen(lost));
	CHECK_INT(answer.state, RAFT_SILENT);
	CHECK_CONTAINS(answer.problem, "there is no raft quorum");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_majority_stays_or_not),
		cmocka_unit_test(a_rack_may_go_as_a_whole),
		cmocka_unit_test(releases_have_it_or_not),
		cmocka_unit_test(answers_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
