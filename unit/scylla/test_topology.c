/* What is under way in a cluster, as nodes of all releases tell it, and whom it holds back. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "ring_kit.h"
#include "topology.h"
#include "release.h"

static void
releases_are_ordered(void **state)
{
	static const struct {
		const char *text;
		int major, minor;
		bool since;
	} rows[] = {
		{"5.4.9-0.20240703.3a0ea0a", 5, 4, true}, {"5.4.9", 6, 0, false}, {"6.2.0", 6, 1, true},
		{"2025.1.4-0.20250622.5f0ca1d", 6, 2, true}, {"2025.1.4", 2025, 2, false}, {"2026.1.0", 2025, 2, true},
		/* Enterprise releases are of the line they were made of. */
		{"2024.1.12", 5, 4, true}, {"2024.1.12", 6, 0, false}, {"2024.2.0", 6, 0, true}, {"2024.2.0", 6, 1, false},
		{"2023.1.1", 5, 2, true}, {"2022.2.0", 5, 2, false},
		/* What is no version should know everything. */
		{"", 2026, 1, true}, {"dev", 2026, 1, true}, {"666.development-0.20240601.abc", 2026, 1, true},
		{"99999999999.1", 2026, 1, true},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++)
		if (scylla_since(rows[i].text, rows[i].major, rows[i].minor) != rows[i].since)
			CHECK_FAIL("\"%s\" since %d.%d: expected %d",
			    rows[i].text, rows[i].major, rows[i].minor, rows[i].since);
}

/* --- single answers --- */

static void
answers_are_told_absent_or_silent(void **state)
{
	static const struct {
		enum topology_question question;
		int status;
		const char *body, *version;
		bool read;              /* false: the version is needed */
		enum topology_state state;
		size_t tasks;
	} rows[] = {
		{TOPOLOGY_NODE_OPS, 200, "[]", NULL, true, TOPOLOGY_TOLD, 0},
		{TOPOLOGY_NODE_OPS, 200, "[{\"state\":\"running\"},{\"state\":\"done\"},{\"state\":\"created\"},"
		    "{\"state\":\"failed\"},{\"state\":\"suspended\"},{\"state\":\"anew\"}]", NULL, true, TOPOLOGY_TOLD, 4},
		{TOPOLOGY_NODE_OPS, 200, "[{}]", NULL, true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_NODE_OPS, 200, "[7]", NULL, true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_NODE_OPS, 200, "{}", NULL, true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_NODE_OPS, 200, "", NULL, true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_NODE_OPS, 200, "[{\"state\":\"running\"}", NULL, true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_NODE_OPS, 500, "{}", NULL, true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_NODE_OPS, 404, "{}", NULL, false, TOPOLOGY_UNASKED, 0},
		{TOPOLOGY_NODE_OPS, 404, "{}", "6.1.5", true, TOPOLOGY_ABSENT, 0},
		{TOPOLOGY_NODE_OPS, 400, "{}", "6.1.5", true, TOPOLOGY_ABSENT, 0},
		{TOPOLOGY_NODE_OPS, 404, "{}", "6.2.0", true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_NODE_OPS, 404, "{}", "2024.2.3", true, TOPOLOGY_ABSENT, 0},
		{TOPOLOGY_REQUESTS, 400, "{}", "2025.4.1", true, TOPOLOGY_ABSENT, 0},
		{TOPOLOGY_REQUESTS, 400, "{}", "2026.1.0", true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_SCHEMA, 404, "{}", "5.2.0", true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_REPAIRS, 404, "{}", "5.2.0", true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_CLEANUPS, 200, "[{\"state\":\"running\",\"type\":\"major compaction\"},{\"state\":\"running\","
		    "\"type\":\"cleanup compaction\"}]", NULL, true, TOPOLOGY_TOLD, 1},
		{TOPOLOGY_SCHEMA, 200, "[{\"key\":\"v\",\"value\":[\"10.0.0.1\",7]}]", NULL, true, TOPOLOGY_TOLD, 0},
		{TOPOLOGY_SCHEMA, 200, "[{\"key\":\"v\",\"value\":7}]", NULL, true, TOPOLOGY_SILENT, 0},
		{TOPOLOGY_SCHEMA, 200, "[7]", NULL, true, TOPOLOGY_SILENT, 0},
	};
	struct ring *ring = kit_six();

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct topology_answer answer = {0};
		bool read = topology_read(&answer, ring, rows[i].question, rows[i].status, rows[i].body,
		    strlen(rows[i].body), rows[i].version);

		if (read != rows[i].read || answer.state != rows[i].state || answer.ntasks != rows[i].tasks)
			CHECK_FAIL("row %zu (HTTP %d %s): read %d, state %d, %zu tasks", i, rows[i].status, rows[i].body, read,
			    (int)answer.state, answer.ntasks);
		CHECK((answer.state == TOPOLOGY_SILENT) == (answer.problem[0] != '\0'));
		topology_answer_done(&answer);
	}
	ring_free(ring);
}

static void
endless_lists_are_cut(void **state)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct topology_answer answer = {0};
	struct ring *ring = kit_six();

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_printf(&body, "%s{\"state\":\"running\"}", i ? "," : "[");
	buf_putc(&body, ']');
	CHECK(topology_read(&answer, ring, TOPOLOGY_NODE_OPS, 200, buf_str(&body), body.len, NULL));
	CHECK_INT(answer.ntasks, TOPOLOGY_TASKS);
	CHECK(answer.more);
	CHECK(topology_read(&answer, ring, TOPOLOGY_REPAIRS, 200, buf_str(&body), body.len, NULL));
	CHECK_INT(answer.ntasks, 1);
	CHECK(!answer.more);
	topology_answer_done(&answer);
	ring_free(ring);
}

/* --- whom it holds back --- */

struct quiet {
	struct ring *ring;
	struct topology topology;
};

/* Keyspace "left" lies on the -1 of each rack, "right" on the -2. */
static struct quiet
quiet(void)
{
	static const char all[] = "[\"left\",\"right\",\"tablets\"]", tablets[] = "[\"tablets\"]",
	    vnodes[] = "[\"left\",\"right\"]";
	struct quiet q = {.ring = kit_six()};
	size_t n = q.ring->nmembers;

	CHECK_INT(ring_set_keyspaces(q.ring, all, strlen(all), all, strlen(all), NULL), 0);
	CHECK_INT(ring_set_tablet_keyspaces(q.ring, tablets, strlen(tablets), vnodes, strlen(vnodes), NULL), 0);
	kit_ranges(q.ring, "left", true, "db-a-1,db-b-1,db-c-1*24");
	kit_ranges(q.ring, "right", true, "db-a-2,db-b-2,db-c-2*24");
	q.topology.nmembers = n;
	q.topology.repairs = xcalloc(n, sizeof *q.topology.repairs);
	q.topology.cleanups = xcalloc(n, sizeof *q.topology.cleanups);
	for (size_t i = 0; i < TOPOLOGY_OF_ALL; i++)
		q.topology.of_all[i].state = TOPOLOGY_TOLD;
	for (size_t i = 0; i < n; i++)
		q.topology.repairs[i].state = q.topology.cleanups[i].state = TOPOLOGY_TOLD;
	return q;
}

static void
quiet_done(struct quiet *q)
{
	for (size_t i = 0; i < TOPOLOGY_OF_ALL; i++)
		topology_answer_done(&q->topology.of_all[i]);
	for (size_t i = 0; i < q->topology.nmembers; i++) {
		topology_answer_done(&q->topology.repairs[i]);
		topology_answer_done(&q->topology.cleanups[i]);
	}
	free(q->topology.repairs);
	free(q->topology.cleanups);
	ring_free(q->ring);
}

static void
put(struct quiet *q, struct topology_answer *answer, enum topology_question question, const char *body)
{
	CHECK(topology_read(answer, q->ring, question, 200, body, strlen(body), "2026.1.0"));
	snprintf(answer->asked, sizeof answer->asked, "db-a-1");
}

static void
a_repair_holds_back_who_shares_a_range_of_its_keyspace(void **state)
{
	static const struct {
		const char *who, *keyspace, *candidate;
		bool full, idle;
	} rows[] = {
		{"db-a-1", "left", "db-a-1", false, false}, {"db-a-1", "left", "db-c-1", false, false},
		{"db-a-1", "left", "db-c-2", false, true}, {"db-a-1", "left", "db-c-2", true, false},
		{"db-a-2", "right", "db-c-1", false, true}, {"db-a-2", "right", "", false, false},
		/* Of a keyspace whose ranges nobody has told. */
		{"db-a-1", "other", "db-c-2", false, false}, {"db-a-1", "", "db-c-2", false, false},
		{"db-a-1", "tablets", "db-a-1", false, true}, {"db-a-1", "tablets", "db-a-1", true, false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct quiet q = quiet();
		CLEANUP_FREE char *body = xasprintf("[{\"type\":\"repair\",\"state\":\"running\",\"keyspace\":\"%s\"}]",
		    rows[i].keyspace);
		int candidate = rows[i].candidate[0] ? (int)kit_member(q.ring, rows[i].candidate) : -1;
		struct err said = {""};

		put(&q, &q.topology.repairs[kit_member(q.ring, rows[i].who)], TOPOLOGY_REPAIRS, body);
		if (topology_is_idle(&q.topology, q.ring, candidate, rows[i].full, &said) != rows[i].idle)
			CHECK_FAIL("row %zu: %s", i, said.text);
		CHECK_CONTAINS(said.text, rows[i].idle ? "no repair" : rows[i].who);
		quiet_done(&q);
	}
}

/* "running" repairs, 'n' of keyspace 'keyspace' (with a number of its own each: 'numbered'), then one of 'last'. */
static char *
repairs(size_t n, const char *keyspace, bool numbered, const char *last)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);

	buf_printf(&body, "[");
	for (size_t i = 0; i < n; i++) {
		buf_printf(&body, "{\"type\":\"repair\",\"state\":\"running\",\"keyspace\":\"%s", keyspace);
		if (numbered)
			buf_printf(&body, "%zu", i);
		buf_printf(&body, "\"},");
	}
	buf_printf(&body, "{\"type\":\"repair\",\"state\":\"running\",\"keyspace\":\"%s\"}]", last);
	return xstrdup(buf_str(&body));
}

/* Besides, TOPOLOGY_TASKS keyspaces "many0", "many1" … in tablets. */
static void
many_in_tablets(struct ring *ring)
{
	CLEANUP_BUF struct buf names = BUF_INIT(BUF_MAX_OBJECT), all = BUF_INIT(BUF_MAX_OBJECT);
	static const char vnodes[] = "[\"left\",\"right\"]";

	for (int i = 0; i < TOPOLOGY_TASKS; i++)
		buf_printf(&names, "\"many%d\",", i);
	buf_printf(&all, "[%s\"tablets\",\"left\",\"right\"]", buf_str(&names));
	CHECK_INT(ring_set_keyspaces(ring, buf_str(&all), all.len, buf_str(&all), all.len, NULL), 0);
	buf_clear(&all);
	buf_printf(&all, "[%s\"tablets\"]", buf_str(&names));
	CHECK_INT(ring_set_tablet_keyspaces(ring, buf_str(&all), all.len, vnodes, strlen(vnodes), NULL), 0);
	kit_ranges(ring, "left", true, "db-a-1,db-b-1,db-c-1*24");
}

/* What concerns the candidate comes after more than anybody counts: what is unknown is closed. */
static void
a_repair_behind_many_others_is_not_overlooked(void **state)
{
	struct quiet q = quiet();
	CLEANUP_FREE char *same = repairs(5000, "tablets", false, "left"),
	    *harmless = repairs(5000, "tablets", false, "tablets"),
	    *different = repairs(TOPOLOGY_TASKS, "many", true, "left");
	struct err said = {""};

	(void)state;
	put(&q, &q.topology.repairs[0], TOPOLOGY_REPAIRS, harmless);
	CHECK(topology_is_idle(&q.topology, q.ring, 0, false, NULL));
	put(&q, &q.topology.repairs[0], TOPOLOGY_REPAIRS, same);
	CHECK(!topology_is_idle(&q.topology, q.ring, 0, false, &said));
	CHECK_CONTAINS(said.text, "db-a-1 is repairing, repair of keyspace left");
	many_in_tablets(q.ring);
	put(&q, &q.topology.repairs[0], TOPOLOGY_REPAIRS, different);
	CHECK(!topology_is_idle(&q.topology, q.ring, 0, false, &said));
	CHECK_CONTAINS(said.text, "db-a-1 is repairing more than 64 keyspaces at once");
	quiet_done(&q);
}

/* Only the words of members that vote are needed. */
static void
a_member_that_is_down_repairs_nothing(void **state)
{
	struct quiet q = quiet();
	size_t down = kit_member(q.ring, "db-c-2");
	struct err said = {""};

	(void)state;
	topology_fail(&q.topology.repairs[down], "connection refused");
	CHECK(!topology_is_idle(&q.topology, q.ring, 0, false, &said));
	CHECK_CONTAINS(said.text, "connection refused");
	kit_crash(q.ring, "db-c-2");
	CHECK(topology_is_idle(&q.topology, q.ring, 0, false, &said));
	quiet_done(&q);
}

/* It answers nothing and others call it up: what it may be repairing is not known. */
static void
a_candidate_that_is_silent_and_up_may_be_at_work(void **state)
{
	struct quiet q = quiet();
	size_t candidate = kit_member(q.ring, "db-c-2");
	struct err said = {""};

	(void)state;
	kit_silent(q.ring, "db-c-2");
	topology_fail(&q.topology.repairs[candidate], "no answer in time");
	CHECK(!topology_is_idle(&q.topology, q.ring, (int)candidate, false, &said));
	CHECK_CONTAINS(said.text, "does not tell what is under way, no answer in time");
	CHECK(topology_is_idle(&q.topology, q.ring, 0, false, NULL));
	kit_crash(q.ring, "db-c-2");
	CHECK(topology_is_idle(&q.topology, q.ring, (int)candidate, false, NULL));
	quiet_done(&q);
}

/* It does not vote as one answer of its is lost: what it says of its work counts all the same, until it says nothing. */
static void
a_candidate_that_does_not_vote_is_believed_that_it_works(void **state)
{
	static const char repair[] = "[{\"type\":\"repair\",\"state\":\"running\",\"keyspace\":\"right\"}]",
	    cleanup[] = "[{\"type\":\"cleanup compaction\",\"state\":\"running\",\"keyspace\":\"right\"}]";
	struct quiet q = quiet();
	size_t candidate = kit_member(q.ring, "db-c-2");
	struct err said = {""};

	(void)state;
	kit_crash(q.ring, "db-c-2");
	put(&q, &q.topology.repairs[candidate], TOPOLOGY_REPAIRS, repair);
	CHECK(topology_is_idle(&q.topology, q.ring, 0, false, NULL));
	CHECK(!topology_is_idle(&q.topology, q.ring, (int)candidate, false, &said));
	CHECK_CONTAINS(said.text, "db-c-2 is repairing");
	topology_fail(&q.topology.repairs[candidate], "connection refused");
	CHECK(topology_is_idle(&q.topology, q.ring, (int)candidate, false, NULL));
	put(&q, &q.topology.cleanups[candidate], TOPOLOGY_CLEANUPS, cleanup);
	CHECK(!topology_is_idle(&q.topology, q.ring, (int)candidate, false, &said));
	CHECK_CONTAINS(said.text, "being cleaned up");
	quiet_done(&q);
}

static void
what_nobody_was_asked_closes(void **state)
{
	(void)state;
	for (size_t i = 0; i < TOPOLOGY_OF_ALL; i++) {
		struct quiet q = quiet();
		bool matters = i != TOPOLOGY_SCHEMA;

		q.topology.of_all[i].state = TOPOLOGY_UNASKED;
		CHECK_INT(topology_is_idle(&q.topology, q.ring, 0, true, NULL), !matters);
		CHECK_INT(topology_is_idle(&q.topology, q.ring, 0, false, NULL), !matters || i == TOPOLOGY_TABLETS);
		quiet_done(&q);
	}
}

static void
schemas_count_members_that_are_up_and_not_the_candidate(void **state)
{
	static const struct {
		const char *body, *changes, *candidate, *said;
		bool agreed;
	} rows[] = {
		{"[{\"key\":\"v\",\"value\":[%1,%2,%3,%4,%5,%6]}]", "", "db-a-1", "one schema", true},
		{"[{\"key\":\"v\",\"value\":[%1,%2,%3,%4,%5]},{\"key\":\"w\",\"value\":[%6]}]", "", "db-a-1",
		    "db-c-2 has another schema version than db-a-2, which 4 of", false},
		{"[{\"key\":\"v\",\"value\":[%1,%2,%3,%4,%5]},{\"key\":\"w\",\"value\":[%6]}]", "", "db-c-2",
		    "one schema", true},
		{"[{\"key\":\"w\",\"value\":[%1]},{\"key\":\"v\",\"value\":[%2,%3,%4,%5,%6]}]", "", "",
		    "db-a-1 has another schema version than db-a-2, which 5 of", false},
		{"[{\"key\":\"v\",\"value\":[%1,%2,%3,%4,%5]}]", "crash:db-c-2", "db-a-1", "one schema", true},
		{"[{\"key\":\"v\",\"value\":[%1,%2,%3,%4,%5]}]", "", "db-a-1",
		    "db-c-2 has a schema version that is not known, db-a-1 does not call it up", false},
		{"[{\"key\":\"v\",\"value\":[%1,%2,%3,%4,%5]},{\"key\":\"UNREACHABLE\",\"value\":[%6]}]", "",
		    "db-a-1", "db-c-2 has a schema version that is not known, db-a-1 cannot reach it", false},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct quiet q = quiet();
		CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_LINE);
		int candidate = rows[i].candidate[0] ? (int)kit_member(q.ring, rows[i].candidate) : -1;
		struct err said = {""};

		for (const char *at = rows[i].body; *at; at++) {
			if (*at != '%') {
				buf_putc(&body, *at);
				continue;
			}
			buf_printf(&body, "\"%s\"", q.ring->members[at[1] - '1'].address);
			at++;
		}
		put(&q, &q.topology.of_all[TOPOLOGY_SCHEMA], TOPOLOGY_SCHEMA, buf_str(&body));
		kit_apply(q.ring, rows[i].changes);
		if (topology_schema_agreed(&q.topology, q.ring, candidate, &said) != rows[i].agreed)
			CHECK_FAIL("row %zu: %s", i, said.text);
		CHECK_CONTAINS(said.text, rows[i].said);
		quiet_done(&q);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_are_ordered),
		cmocka_unit_test(answers_are_told_absent_or_silent),
		cmocka_unit_test(endless_lists_are_cut),
		cmocka_unit_test(a_repair_holds_back_who_shares_a_range_of_its_keyspace),
		cmocka_unit_test(a_repair_behind_many_others_is_not_overlooked),
		cmocka_unit_test(a_member_that_is_down_repairs_nothing),
		cmocka_unit_test(a_candidate_that_is_silent_and_up_may_be_at_work),
		cmocka_unit_test(a_candidate_that_does_not_vote_is_believed_that_it_works),
		cmocka_unit_test(what_nobody_was_asked_closes),
		cmocka_unit_test(schemas_count_members_that_are_up_and_not_the_candidate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
