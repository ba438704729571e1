/* Ways to Redis: a socket, a password in a file, sentinels and a fail-over, replicas that are waited for, a cluster. */
#include "redis.h"

#include <signal.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "kit.h"

enum { SERVERS = 4 };

struct fixture {
	struct loop loop;
	struct redis *redis;
	char *directory;
	pid_t servers[SERVERS];
	int ports[SERVERS];
	int ups, downs, refusals;       /* of the password */
	char reason[256];
};

static void
on_state(void *user, bool connected, const char *reason)
{
	struct fixture *f = user;

	*(connected ? &f->ups : &f->downs) += 1;
	f->refusals += reason && strstr(reason, "AUTH");
	snprintf(f->reason, sizeof f->reason, "%s", reason ? reason : "");
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->directory = kit_directory();
	for (int i = 0; i < SERVERS; i++)
		f->ports[i] = kit_port();
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	redis_free(f->redis);
	for (int i = 0; i < SERVERS; i++)
		if (f->servers[i])
			kit_stop(f->servers[i]);
	kit_loop_done(&f->loop);
	kit_remove(f->directory);
	free(f);
	return 0;
}

/* A server with these lines as its configuration; a sentinel when they say so. */
static void
start(struct fixture *f, int which, const char *lines)
{
	char *name = xasprintf("%d.conf", which), *path = xasprintf("%s/%s", f->directory, name);
	char *text = xasprintf("port %d\nbind 127.0.0.1\nsave \"\"\nrepl-diskless-sync-delay 0\ndir %s\n%s\n", f->ports[which],
	    f->directory, lines);
	bool sentinel = strstr(lines, "sentinel monitor") != NULL;

	if (sentinel)
		memcpy(strstr(text, "save"), "#   ", 4), memcpy(strstr(text, "repl-"), "#    ", 5);
	kit_write(f->directory, name, text, 0600);
	f->servers[which] = kit_spawn((const char *const[]){"redis-server", path, sentinel ? "--sentinel" : NULL, NULL});
	for (int i = 0; i < 200 && !kit_listening(f->ports[which]); i++)
		usleep(20000);
	free(name);
	free(path);
	free(text);
}

static void
command(const struct fixture *f, int which, const char *words)
{
	char *line = xasprintf("PORT=%d; redis-cli -p $PORT %s", f->ports[which], words);

	kit_command((const char *const[]){"sh", "-c", line, NULL});
	free(line);
}

static void connect_to(struct fixture *f, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
connect_to(struct fixture *f, const char *format, ...)
{
	struct err err = {""};
	char url[512];
	va_list args;

	va_start(args, format);
	vsnprintf(url, sizeof url, format, args);
	va_end(args);
	f->redis = redis_new(&f->loop, url, on_state, f, &err);
	if (!f->redis)
		CHECK_FAIL("%s: %s", url, err.text);
}

/* Its status; the body or error is in 'a'. */
static int
run(struct fixture *f, enum redis_ask_kind kind, const char *uid, const char *const *args, struct kit_answer *a)
{
	size_t count = 0;

	while (args && args[count])
		count++;
	*a = (struct kit_answer){0};
	redis_start(f->redis, &(struct redis_ask){.kind = kind, .uid = uid, .args = (char *const *)(uintptr_t)args,
	    .nargs = count, .deadline_ms = 5000, .done = kit_done, .user = a});
	CHECK(kit_until(&f->loop, &a->count, 1, 8000));
	return a->status;
}

#define ARGS(...) (const char *const[]){__VA_ARGS__, NULL}

static void
expect(struct fixture *f, enum redis_ask_kind kind, const char *const *args, const char *reply)
{
	struct kit_answer a;

	run(f, kind, "u-1", args, &a);
	/* As the journal does it: what the replica has not yet is sent again unchanged. */
	for (int i = 0; i < 10 && kind == REDIS_ASK_WRITE && a.status == 1; i++) {
		kit_free(&a);
		run(f, kind, "u-1", args, &a);
	}
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_TEXT(a.body, reply);
	kit_free(&a);
}

static void
a_socket_and_a_password_in_a_file(void **state)
{
	struct fixture *f = *state;
	char *lines = xasprintf("unixsocket %s/redis.sock\nrequirepass first", f->directory);

	start(f, 0, lines);
	kit_write(f->directory, "password", "first\n", 0600);
	connect_to(f, "unix://%s/redis.sock?db=3&password-file=%s/password", f->directory, f->directory);
	CHECK(kit_until(&f->loop, &f->ups, 1, 5000));
	expect(f, REDIS_ASK_TAKEOVER, ARGS("1"), "[1,0,\"\",1,\"\"]");
	command(f, 0, "-a first -n 3 exists 'strait:{u-1}:meta' | grep -qx 1");
	/* Rotated while it runs: the next connection reads the new one. */
	kit_write(f->directory, "password", "second", 0600);
	command(f, 0, "-a first config set requirepass second");
	command(f, 0, "-a second client kill type normal");
	CHECK(kit_until(&f->loop, &f->ups, 2, 5000));
	expect(f, REDIS_ASK_TAKEOVER, ARGS("1"), "[2,0,\"\",1,\"\"]");
	free(lines);
}

static void
a_password_file_that_is_not_there_is_said(void **state)
{
	struct fixture *f = *state;

	start(f, 0, "");
	connect_to(f, "redis://127.0.0.1:%d?password-file=/nowhere/at/all", f->ports[0]);
	CHECK(kit_until(&f->loop, &f->downs, 1, 5000));
	CHECK_CONTAINS(f->reason, "/nowhere/at/all cannot be read");
}

static void
start_replica(struct fixture *f)
{
	char *lines = xasprintf("replicaof 127.0.0.1 %d", f->ports[0]);

	start(f, 1, lines);
	command(f, 0, "info replication >/dev/null; for i in $(seq 200); do redis-cli -p $PORT info replication | "
	    "grep -q state=online && exit 0; sleep 0.05; done; exit 1");
	free(lines);
}

static void
a_replica_is_refused_by_name(void **state)
{
	struct fixture *f = *state;

	start(f, 0, "");
	start_replica(f);
	connect_to(f, "redis://127.0.0.1:%d", f->ports[1]);
	CHECK(kit_until(&f->loop, &f->downs, 1, 5000));
	CHECK_CONTAINS(f->reason, "it is a replica");
	CHECK_INT(f->ups, 0);
}

static void
what_redis_hides_can_be_stated(void **state)
{
	struct fixture *f = *state;

	start(f, 0, "");
	command(f, 0, "acl setuser default -config | grep -qx OK");
	connect_to(f, "redis://127.0.0.1:%d?durable=1", f->ports[0]);
	CHECK(kit_until(&f->loop, &f->ups, 1, 5000));
	expect(f, REDIS_ASK_PROBE, NULL, "[\"stated\",\"stated\",\"stated\",\"master\",0,0]");
}

static void
a_write_that_no_replica_has_is_not_acknowledged(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	start(f, 0, "");
	start_replica(f);
	connect_to(f, "redis://127.0.0.1:%d?wait=1&wait-ms=500", f->ports[0]);
	CHECK(kit_until(&f->loop, &f->ups, 1, 5000));
	/* A replica that is online is not streaming yet. On one connection: WAIT waits for its own client's writes. */
	command(f, 0, "ping >/dev/null; printf 'set a b\\nwait 1 5000\\n' | redis-cli -p $PORT | grep -qx 1");
	expect(f, REDIS_ASK_PROBE, NULL, "[\"no\",\"everysec\",\"noeviction\",\"master\",1,1]");
	expect(f, REDIS_ASK_TAKEOVER, ARGS("1"), "[1,0,\"\",1,\"\"]");
	command(f, 0, "script flush");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "1", "d1", "", "", "a", "1"), "[\"OK\",1]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "2", "d2", "", "", "a", "2"), "[\"OK\",2]");
	kill(f->servers[1], SIGSTOP);
	CHECK_INT(run(f, REDIS_ASK_WRITE, "u-1", ARGS("1", "3", "d3", "", "", "a", "3"), &a), 1);
	CHECK_CONTAINS(a.body, "0 of 1 replicas have the write after 500 ms");
	kit_free(&a);
	/* Again, unchanged, on another connection: it is there, and still no replica has it. What is refused needs none. */
	command(f, 0, "client kill type normal");
	CHECK(kit_until(&f->loop, &f->ups, 2, 5000));
	CHECK_INT(run(f, REDIS_ASK_WRITE, "u-1", ARGS("1", "3", "d3", "", "", "a", "3"), &a), 1);
	kit_free(&a);
	expect(f, REDIS_ASK_WRITE, ARGS("0", "4", "d4", "", ""), "[\"STALE\",1]");
	kill(f->servers[1], SIGCONT);
	expect(f, REDIS_ASK_WRITE, ARGS("1", "3", "d3", "", "", "a", "3"), "[\"OK\",3]");
	command(f, 1, "hget 'strait:{u-1}:steps' a | grep -qx 3");
}

/* Two sentinels are named of which one is not there; the master dies, its replica is promoted and found. */
static void
sentinels_are_asked_and_a_fail_over_is_followed(void **state)
{
	struct fixture *f = *state;
	char *lines = xasprintf("requirepass guard\nsentinel monitor journal 127.0.0.1 %d 1\n"
	    "sentinel down-after-milliseconds journal 60000\nsentinel failover-timeout journal 2000", f->ports[0]);
	struct instant before;
	struct kit_answer a;

	start(f, 0, "");
	start_replica(f);
	start(f, 2, lines);
	/* The sentinel has to know the replica: it asks the master every ten seconds at most. */
	command(f, 2, "-a guard ping; for i in $(seq 300); do redis-cli -p $PORT -a guard sentinel replicas journal | "
	    "grep -q 127.0.0.1 && exit 0; sleep 0.05; done; exit 1");
	connect_to(f, "redis+sentinel://:guard@127.0.0.1:%d,127.0.0.1:%d/journal/0?wait=0", f->ports[3], f->ports[2]);
	/* One of the two sentinels is not there; Redis itself has no password yet, and refuses the sentinels' one by name. */
	CHECK(kit_until(&f->loop, &f->refusals, 1, 20000));
	CHECK_INT(f->ups, 0);
	command(f, 0, "config set requirepass guard");
	command(f, 1, "config set requirepass guard");
	command(f, 1, "-a guard config set masterauth guard");
	command(f, 0, "-a guard config set masterauth guard");
	command(f, 2, "-a guard sentinel set journal auth-pass guard");
	CHECK(kit_until(&f->loop, &f->ups, 1, 20000));
	expect(f, REDIS_ASK_TAKEOVER, ARGS("1"), "[1,0,\"\",1,\"\"]");
	expect(f, REDIS_ASK_WRITE, ARGS("1", "1", "d1", "plan", "", "a", "1"), "[\"OK\",1]");
	command(f, 1, "-a guard ping; for i in $(seq 300); do redis-cli -p $PORT -a guard hget 'strait:{u-1}:steps' a | "
	    "grep -qx 1 && exit 0; sleep 0.05; done; exit 1");
	/* Only now may it take a silent master for dead: before, it would do so whenever this machine is busy. */
	command(f, 2, "-a guard sentinel set journal down-after-milliseconds 300");
	before = loop_now();
	kit_stop(f->servers[0]);
	f->servers[0] = 0;
	CHECK(kit_until(&f->loop, &f->ups, 2, 40000));
	print_message("a fail-over was followed %lld ms after the master died\n",
	    (long long)(loop_now().up_ms - before.up_ms));
	expect(f, REDIS_ASK_TAKEOVER, ARGS("1"), "[2,1,\"d1\",1,\"plan\",\"a\",\"1\"]");
	/* The promoted one is told to follow somebody: what it says then is no acknowledgement, and the way is lost. */
	command(f, 1, "-a guard replicaof 127.0.0.1 1");
	CHECK_INT(run(f, REDIS_ASK_WRITE, "u-1", ARGS("2", "2", "d2", "", ""), &a), 0);
	CHECK(a.outcome == IO_BROKEN || a.outcome == IO_REFUSED);
	kit_free(&a);
	free(lines);
}

static void
an_unknown_master_is_said_with_the_sentinel(void **state)
{
	struct fixture *f = *state;
	char *lines = xasprintf("sentinel monitor journal 127.0.0.1 %d 1", f->ports[0]);

	start(f, 2, lines);
	connect_to(f, "redis+sentinel://127.0.0.1:%d/other", f->ports[2]);
	CHECK(kit_until(&f->loop, &f->downs, 1, 5000));
	CHECK_CONTAINS(f->reason, "it knows no master \"other\"");
	CHECK_CONTAINS(f->reason, "the sentinel 127.0.0.1:");
	free(lines);
}

static void
start_cluster_node(struct fixture *f, int which)
{
	char *lines = xasprintf("cluster-enabled yes\ncluster-config-file nodes-%d.conf\ncluster-port %d", which,
	    f->ports[2 + which]);

	start(f, which, lines);
	free(lines);
}

static void
a_cluster_of_shards_is_refused_by_name(void **state)
{
	struct fixture *f = *state;
	int moved = 0;

	start_cluster_node(f, 0);
	start_cluster_node(f, 1);
	command(f, 0, "cluster addslotsrange 0 8191");
	command(f, 1, "cluster addslotsrange 8192 16383");
	char *meet = xasprintf("cluster meet 127.0.0.1 %d %d", f->ports[1], f->ports[3]);
	command(f, 0, meet);
	free(meet);
	command(f, 0, "cluster info >/dev/null; for i in $(seq 200); do redis-cli -p $PORT cluster info | "
	    "grep -q cluster_state:ok && exit 0; sleep 0.05; done; exit 1");
	connect_to(f, "redis://127.0.0.1:%d", f->ports[0]);
	CHECK(kit_until(&f->loop, &f->ups, 1, 5000));
	for (int i = 0; i < 16; i++) {
		struct kit_answer a;
		char uid[16];

		snprintf(uid, sizeof uid, "u-%d", i);
		if (run(f, REDIS_ASK_TAKEOVER, uid, ARGS("1"), &a) == 1) {
			CHECK_CONTAINS(a.body, "MOVED");
			CHECK_CONTAINS(a.body, "a cluster of several shards");
			moved++;
		}
		kit_free(&a);
	}
	CHECK(moved > 0 && moved < 16);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_socket_and_a_password_in_a_file),
		CASE(a_password_file_that_is_not_there_is_said),
		CASE(a_replica_is_refused_by_name),
		CASE(what_redis_hides_can_be_stated),
		CASE(a_write_that_no_replica_has_is_not_acknowledged),
		CASE(sentinels_are_asked_and_a_fail_over_is_followed),
		CASE(an_unknown_master_is_said_with_the_sentinel),
		CASE(a_cluster_of_shards_is_refused_by_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
