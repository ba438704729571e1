#include "ssh_kit.h"

#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "child.h"

static void
commands_are_answered_with_output_and_status(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;
	int64_t before;

	ssh_kit_run(f, &a, WORDS("show", "scylla-server.service", "--property=ActiveState"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 0);
	CHECK_TEXT(a.body, "show scylla-server.service --property=ActiveState\nActiveState=active\n");
	CHECK_TEXT(a.error, NULL);
	kit_free(&a);
	before = loop_up_ms();
	ssh_kit_run(f, &a, WORDS("fail"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 5);
	CHECK_TEXT(a.body, "output\n");
	CHECK_TEXT(a.error, "Unit x not found.");
	CHECK(a.sent.up_ms >= before && a.sent.up_ms <= loop_up_ms());
	kit_free(&a);
	ssh_kit_run(f, &a, WORDS("exit255"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 255);
	kit_free(&a);
	ssh_kit_run(f, &a, WORDS("stdin"));
	CHECK_TEXT(a.body, "end\n");
	kit_free(&a);
}

static void
output_is_bounded(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;

	ssh_kit_run(f, &a, WORDS("large"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 0);
	CHECK_INT(strlen(a.body), 64 << 10);
	kit_free(&a);
	ssh_kit_run(f, &a, WORDS("loud"));
	CHECK_INT(a.status, 1);
	CHECK_CONTAINS(a.error, "eeee");
	CHECK_INT(strlen(a.error), 400);
	kit_free(&a);
}

static void
many_commands_share_one_connection(void **state)
{
	enum { COUNT = 30 };
	struct ssh_fixture *f = *state;
	struct kit_answer a[COUNT];

	for (int i = 0; i < COUNT; i++)
		ssh_kit_begin(f, f->key, 60000, &a[i], WORDS("slow", "0.05"));
	for (int i = 0; i < COUNT; i++) {
		CHECK(kit_until(&f->loop, &a[i].count, 1, 62000));
		CHECK_INT(a[i].outcome, IO_ANSWERED);
		CHECK_TEXT(a[i].body, "done\n");
		kit_free(&a[i]);
	}
}

static void
words_that_a_shell_would_read_are_refused(void **state)
{
	static const char *const bad[] = {"a b", "$(x)", "a;b", "", "a\nb", "*", "'", "~"};
	struct ssh_fixture *f = *state;
	struct kit_answer a;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK(ssh_kit_begin(f, f->key, 1000, &a, WORDS("show", bad[i])) == NULL);
		CHECK_INT(a.count, 1);
		CHECK_INT(a.outcome, IO_NOT_SENT);
		kit_free(&a);
	}
}

static void
a_new_key_is_used_at_once(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;

	ssh_kit_run(f, &a, WORDS("show"));
	kit_free(&a);
	ssh_kit_refused(f, f->other_key, "refuses the key");
	ssh_kit_shell(f, "cat $0/other.pub >$0/authorized");
	ssh_kit_begin(f, f->other_key, 5000, &a, WORDS("show"));
	CHECK(kit_until(&f->loop, &a.count, 1, 6000));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

static void
an_idle_connection_is_closed_and_made_again(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;

	ssh_kit_run(f, &a, WORDS("show"));
	kit_free(&a);
	CHECK(ssh_kit_master(getpid()) > 0);
	kit_sleep(&f->loop, 800);
	CHECK_INT(ssh_kit_master(getpid()), 0);
	ssh_kit_run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

static void
work_under_way_at_the_end_is_dropped(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a[10];

	for (size_t i = 0; i < ARRAY_LEN(a); i++)
		ssh_kit_begin(f, f->key, 60000, &a[i], WORDS("slow", "3"));
	kit_sleep(&f->loop, 600);
}

int
main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ssh_kit_up, ssh_kit_down)
	const struct CMUnitTest tests[] = {
		CASE(commands_are_answered_with_output_and_status),
		CASE(output_is_bounded),
		CASE(many_commands_share_one_connection),
		CASE(words_that_a_shell_would_read_are_refused),
		CASE(a_new_key_is_used_at_once),
		CASE(an_idle_connection_is_closed_and_made_again),
		CASE(work_under_way_at_the_end_is_dropped),
	};
	int child = child_main(argc, argv);

	/* The master is this program once more, see child.h. */
	if (child >= 0)
		return child;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
