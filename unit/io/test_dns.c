/* Names of addresses, as the machine that tests knows them: 127.0.0.1 has one everywhere. */
#include "dns.h"

#include "alloc.h"
#include "check.h"
#include "kit.h"

enum { PATIENCE_MS = 10000 };

struct fixture {
	struct loop loop;
	struct dns *dns;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->dns = dns_new(&f->loop);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	dns_free(f->dns);
	kit_loop_done(&f->loop);
	free(f);
	return 0;
}

static void
ask(struct fixture *f, const char *address, enum io_outcome outcome, const char *name)
{
	struct kit_answer answer = {0};

	dns_start(f->dns, address, PATIENCE_MS, kit_done, &answer);
	CHECK_INT(answer.count, 0);
	CHECK(kit_until(&f->loop, &answer.count, 1, PATIENCE_MS));
	CHECK_INT(answer.outcome, outcome);
	if (name)
		CHECK_TEXT(answer.body, name);
	else
		CHECK(answer.error && *answer.error);
	kit_free(&answer);
}

static void
an_address_has_a_name_or_none(void **state)
{
	struct fixture *f = *state;

	ask(f, "127.0.0.1", IO_ANSWERED, "localhost");
	ask(f, "127.0.0.1", IO_ANSWERED, "localhost");
	ask(f, "localhost", IO_REFUSED, NULL);
	ask(f, "", IO_REFUSED, NULL);
}

/* More than there are threads, and none is told twice, whichever comes first. */
static void
each_query_is_answered_once(void **state)
{
	enum { COUNT = 60 };
	struct fixture *f = *state;
	struct kit_answer answers[COUNT] = {0};

	for (int i = 0; i < COUNT; i++)
		dns_start(f->dns, "127.0.0.1", i % 3 ? PATIENCE_MS : 1, kit_done, &answers[i]);
	for (int i = 0; i < COUNT; i++)
		CHECK(kit_until(&f->loop, &answers[i].count, 1, PATIENCE_MS));
	kit_sleep(&f->loop, 20);
	for (int i = 0; i < COUNT; i++) {
		CHECK_INT(answers[i].count, 1);
		CHECK(answers[i].outcome == IO_ANSWERED || (i % 3 == 0 && answers[i].outcome == IO_TIMEOUT));
		kit_free(&answers[i]);
	}
}

static void
what_is_cancelled_or_left_is_never_told(void **state)
{
	struct fixture *f = *state;
	struct kit_answer answers[10] = {0};

	for (size_t i = 0; i < ARRAY_LEN(answers); i++) {
		struct dns_query *query = dns_start(f->dns, "127.0.0.1", PATIENCE_MS, kit_done, &answers[i]);

		if (i % 2)
			dns_cancel(query);
	}
	f->dns = dns_free(f->dns);
	kit_sleep(&f->loop, 20);
	for (size_t i = 0; i < ARRAY_LEN(answers); i++)
		CHECK_INT(answers[i].count, 0);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(an_address_has_a_name_or_none),
		CASE(each_query_is_answered_once),
		CASE(what_is_cancelled_or_left_is_never_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
