#include "redis.h"

#include <signal.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "kit.h"

struct fixture {
	struct loop loop;
	struct redis *redis;
	pid_t server;
	int port;
	int ups, downs;
	char reason[256];
};

static void
on_state(void *user, bool connected, const char *reason)
{
	struct fixture *f = user;

	*(connected ? &f->ups : &f->downs) += 1;
	snprintf(f->reason, sizeof f->reason, "%s", reason ? reason : "");
}

static void
start_server(struct fixture *f)
{
	char port[16];

	snprintf(port, sizeof port, "%d", f->port);
	f->server = kit_spawn((const char *const[]){"redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
	    "--appendonly", "no", "--requirepass", "p@ss:w", NULL});
	for (int i = 0; i < 200 && !kit_listening(f->port); i++)
		usleep(20000);
}

static void
connect_to(struct fixture *f)
{
	struct err err;
	char url[128];

	snprintf(url, sizeof url, "redis://:p%%40ss%%3aw@127.0.0.1:%d/2", f->port);
	f->redis = redis_new(&f->loop, url, on_state, f, &err);
	CHECK(f->redis != NULL);
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->port = kit_port();
	start_server(f);
	connect_to(f);
	CHECK(kit_until(&f->loop, &f->ups, 1, 5000));
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	redis_free(f->redis);
	kit_stop(f->server);
	kit_loop_done(&f->loop);
	free(f);
	return 0;
}

static struct redis_request *
begin(struct fixture *f, enum redis_ask_kind kind, const char *const *args, int64_t deadline_ms, struct kit_answer *a)
{
	size_t count = 0;

	while (args && args[count])
		count++;
	*a = (struct kit_answer){0};
	return redis_start(f->redis, &(struct redis_ask){.kind = kind, .uid = "u-1", .args = (char *const *)(uintptr_t)args,
	    .nargs = count, .deadline_ms = deadline_ms, .done = kit_done, .user = a});
}

/* Run a script to its end and compare the reply. */
static void
expect(struct fixture *f, enum redis_ask_kind kind, const char *const *args, const char *reply)
{
	struct kit_answer a;

	begin(f, kind, args, 2000, &a);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_TEXT(a.body, reply);
	kit_free(&a);
}

#define ARGS(...) (const char *const[]){__VA_ARGS__, NULL}
#define TAKEOVER(format) REDIS_ASK_TAKEOVER, ARGS(format)

static void
command(const struct fixture *f, const char *words)
{
	char *line = xasprintf("redis-cli -p %d -a p@ss:w -n 2 %s", f->port, words);

	kit_command((const char *const[]){"sh", "-c", line, NULL});
	free(line);
}

/* Who looks on reads it without taking it over. */
static void
the_audit_trail_is_read_and_nothing_else_happens(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	expect(f, REDIS_ASK_TRAIL, NULL, "[]");
	expect(f, TAKEOVER("1"), "[1,0,\"\",1,\"\"]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "1", "d1", "p", "began", "1/a", "{}"), "[\"OK\",1]");
	begin(f, REDIS_ASK_TRAIL, NULL, 2000, &a);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.status, 0);
	CHECK_CONTAINS(a.body, "-0\",[\"seq\",\"1\",\"epoch\",\"1\",\"text\",\"began\"]]");
	kit_free(&a);
	expect(f, REDIS_ASK_WRITE, ARGS("1", "2", "d2", "", "", "1/b", "{}"), "[\"OK\",2]");
}

static void
the_journal_is_written_once_and_in_order(void **state)
{
	struct fixture *f = *state;

	expect(f, TAKEOVER("1"), "[1,0,\"\",1,\"\"]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "1", "d1", "{\"plan\":1}", "began", "1/a", "{\"s\":\"intended\"}", "1/b", "{}"),
	    "[\"OK\",1]");
	/* Unanswered, sent again: the same answer, nothing written. A write of another content is a gap. */
	expect(f, REDIS_ASK_WRITE, ARGS("1", "1", "d1", "", "began", "1/a", "{}"), "[\"OK\",1]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "1", "other", "", "", "1/a", "{}"), "[\"GAP\",1]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "3", "d3", "", ""), "[\"GAP\",1]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "2", "d2", "", "", "1/b", ""), "[\"OK\",2]");
	expect(f, REDIS_ASK_WRITE, ARGS("0", "3", "d3", "", ""), "[\"STALE\",1]");
	expect(f, TAKEOVER("1"), "[2,2,\"d2\",1,\"{\\\"plan\\\":1}\",\"1/a\",\"{\\\"s\\\":\\\"intended\\\"}\"]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "3", "d3", "", ""), "[\"STALE\",2]");
	expect(f, REDIS_ASK_WRITE, ARGS("2", "3", "d3", "", ""), "[\"OK\",3]");
	command(f, "xlen 'strait:{u-1}:log' | grep -qx 1");
}

static void
a_journal_never_written_is_stale(void **state)
{
	expect(*state, REDIS_ASK_WRITE, ARGS("1", "1", "d", "", ""), "[\"STALE\",0]");
}

static void
takeover_undoes_the_expiry(void **state)
{
	struct fixture *f = *state;

	expect(f, TAKEOVER("1"), "[1,0,\"\",1,\"\"]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "1", "d1", "p", "x", "a", "b"), "[\"OK\",1]");
	expect(f, REDIS_ASK_EXPIRE, ARGS("2", "100"), "[\"STALE\",1]");
	expect(f, REDIS_ASK_EXPIRE, ARGS("1", "100"), "[\"OK\"]");
	command(f, "ttl 'strait:{u-1}:steps' | grep -Eq '^(99|100)$'");
	expect(f, TAKEOVER("1"), "[2,1,\"d1\",1,\"p\",\"a\",\"b\"]");
	command(f, "ttl 'strait:{u-1}:steps' | grep -qx -- -1");
	command(f, "ttl 'strait:{u-1}:log' | grep -qx -- -1");
}

static void
a_newer_format_is_refused_untouched(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	expect(f, TAKEOVER("3"), "[1,0,\"\",3,\"\"]");
	begin(f, TAKEOVER("2"), 2000, &a);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.status, 1);
	CHECK_TEXT(a.body, "NEWERFORMAT stored=3 ours=2");
	kit_free(&a);
	expect(f, TAKEOVER("4"), "[2,0,\"\",3,\"\"]");
	expect(f, TAKEOVER("4"), "[3,0,\"\",4,\"\"]");
}

static void
a_forgotten_script_is_sent_whole(void **state)
{
	struct fixture *f = *state;

	command(f, "script flush");
	expect(f, TAKEOVER("1"), "[1,0,\"\",1,\"\"]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "1", "d1", "p", "", "a", "b"), "[\"OK\",1]");
}

static void
the_probe_says_how_durable_it_is(void **state)
{
	struct fixture *f = *state;

	expect(f, REDIS_ASK_PROBE, NULL, "[\"no\",\"everysec\",\"noeviction\",\"master\",0,0]");
	command(f, "acl setuser default -config");
	expect(f, REDIS_ASK_PROBE, NULL, "[\"unknown\",\"unknown\",\"unknown\",\"master\",0,0]");
}

static void
many_at_once_are_answered_in_order(void **state)
{
	enum { COUNT = 2000 };
	struct fixture *f = *state;
	struct kit_answer *a = xcalloc(COUNT, sizeof *a);

	for (int i = 0; i < COUNT; i++)
		begin(f, TAKEOVER("1"), 5000, &a[i]);
	CHECK(kit_until(&f->loop, &a[COUNT - 1].count, 1, 10000));
	for (int i = 0; i < COUNT; i++) {
		CHECK_INT(a[i].count, 1);
		CHECK_INT(strtol(a[i].body + 1, NULL, 10), i + 1);
		kit_free(&a[i]);
	}
	free(a);
}

static void
a_server_that_hangs_times_out_and_comes_back(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a, b, c;

	kill(f->server, SIGSTOP);
	begin(f, TAKEOVER("1"), 200, &a);
	begin(f, TAKEOVER("1"), 5000, &b);
	CHECK(kit_until(&f->loop, &b.count, 1, 2000));
	CHECK_INT(a.outcome, IO_TIMEOUT);
	CHECK_INT(b.outcome, IO_BROKEN);
	CHECK_CONTAINS(a.error, "no answer within 0.2 s");
	CHECK(begin(f, TAKEOVER("1"), 5000, &c) == NULL);
	CHECK_INT(c.count, 1);
	CHECK_INT(c.outcome, IO_REFUSED);
	CHECK_CONTAINS(c.error, "not connected: no answer within 0.2 s");
	CHECK(!strstr(c.error, "p@ss"));
	kill(f->server, SIGCONT);
	CHECK(kit_until(&f->loop, &f->ups, 2, 5000));
	kit_free(&a);
	kit_free(&b);
	kit_free(&c);
	expect(f, REDIS_ASK_EXPIRE, ARGS("9", "1"), "[\"STALE\",2]");
}

static void
a_server_that_dies_refuses_until_it_is_back(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a, b;

	kill(f->server, SIGSTOP);
	begin(f, TAKEOVER("1"), 5000, &a);
	kit_sleep(&f->loop, 50);
	kit_stop(f->server);
	CHECK(kit_until(&f->loop, &a.count, 1, 2000));
	CHECK_INT(a.outcome, IO_BROKEN);
	kit_sleep(&f->loop, 300);
	begin(f, TAKEOVER("1"), 5000, &b);
	CHECK_INT(b.outcome, IO_REFUSED);
	CHECK_CONTAINS(b.error, "Connection refused");
	CHECK(f->downs <= 2);            /* said once per reason, not per attempt */
	start_server(f);
	CHECK(kit_until(&f->loop, &f->ups, 2, 5000));
	kit_free(&a);
	kit_free(&b);
	expect(f, TAKEOVER("1"), "[1,0,\"\",1,\"\"]");
}

static void
a_wrong_password_is_said(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;
	struct err err;
	char url[128];

	redis_free(f->redis);
	snprintf(url, sizeof url, "redis://nobody:wrong@127.0.0.1:%d", f->port);
	f->redis = redis_new(&f->loop, url, on_state, f, &err);
	CHECK(kit_until(&f->loop, &f->downs, 1, 5000));
	CHECK_CONTAINS(f->reason, "AUTH or SELECT: WRONGPASS");
	begin(f, TAKEOVER("1"), 5000, &a);
	CHECK_INT(a.outcome, IO_REFUSED);
	CHECK_CONTAINS(a.error, "WRONGPASS");
	kit_free(&a);
}

static void
a_name_is_resolved(void **state)
{
	struct fixture *f = *state;
	struct err err;
	char url[128];

	redis_free(f->redis);
	snprintf(url, sizeof url, "redis://:p@ss:w@localhost:%d/2", f->port);
	f->redis = redis_new(&f->loop, url, on_state, f, &err);
	CHECK(kit_until(&f->loop, &f->ups, 2, 5000));
	expect(f, TAKEOVER("1"), "[1,0,\"\",1,\"\"]");
}

static void
a_name_that_nobody_knows_is_said(void **state)
{
	struct fixture *f = *state;
	struct err err;

	redis_free(f->redis);
	f->redis = redis_new(&f->loop, "redis://:secret@redis.invalid:6399/2", on_state, f, &err);
	CHECK(kit_until(&f->loop, &f->downs, 1, 20000));
	CHECK_CONTAINS(f->reason, "redis://redis.invalid:6399: cannot resolve the name: ");
}

static void
cancelled_and_late_ones_are_not_heard_of(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a, b;

	redis_cancel(begin(f, TAKEOVER("1"), 2000, &a));
	CHECK(redis_start(f->redis, &(struct redis_ask){.kind = REDIS_ASK_TAKEOVER, .uid = "u-1", .not_after_up = 1,
	    .done = kit_done, .user = (b = (struct kit_answer){0}, &b)}) == NULL);
	CHECK_INT(b.outcome, IO_NOT_SENT);
	kit_free(&b);
	expect(f, TAKEOVER("1"), "[2,0,\"\",1,\"\"]");
	CHECK_INT(a.count, 0);
	begin(f, TAKEOVER("1"), 2000, &a);
	kit_free(&b);
}

static void
urls_that_are_none_are_refused(void **state)
{
	static const char *const table[][2] = {
		{"localhost:6379", "not a Redis URL"},
		{"redis://", "names no host"},
		{"redis://h:0", "port"},
		{"redis://h:65536", "port"},
		{"redis://h:12x", "port"},
		{"redis://h/x", "database"},
		{"redis://h/0?a=b", "unknown option \"a\""},
		{"redis://h?wait=x", "wait is not a number"},
		{"redis://h?wait-ms=9000", "wait-ms is not a number"},
		{"redis://h?durable=0", "durable can be 1"},
		{"redis://h?password-file=x", "password-file"},
		{"redis+sentinel://h:1,i:2", "no master"},
		{"redis+sentinel://h:1,i:x/m", "port"},
		{"redis+sentinel://a,b,c,d,e,f,g,h,i,j,k,l,m,n,o,p,q/m", "more than 16"},
		{"unix://socket", "no socket"},
		{"redis://[::1", "port"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct err err = {0};

		CHECK(redis_new(&f->loop, table[i][0], NULL, NULL, &err) == NULL);
		CHECK_CONTAINS(err.text, table[i][1]);
	}
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(the_audit_trail_is_read_and_nothing_else_happens),
		CASE(the_journal_is_written_once_and_in_order),
		CASE(a_journal_never_written_is_stale),
		CASE(takeover_undoes_the_expiry),
		CASE(a_newer_format_is_refused_untouched),
		CASE(a_forgotten_script_is_sent_whole),
		CASE(the_probe_says_how_durable_it_is),
		CASE(many_at_once_are_answered_in_order),
		CASE(a_server_that_hangs_times_out_and_comes_back),
		CASE(a_server_that_dies_refuses_until_it_is_back),
		CASE(a_wrong_password_is_said),
		CASE(a_name_is_resolved),
		CASE(a_name_that_nobody_knows_is_said),
		CASE(cancelled_and_late_ones_are_not_heard_of),
		CASE(urls_that_are_none_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
