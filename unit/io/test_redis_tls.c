/* TLS to Redis. Where this build's hiredis has none, that is what is said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "kit.h"
#include "redis_private.h"

struct fixture {
	struct loop loop;
	struct redis *redis;
	char *directory;
	pid_t server;
	int port;
	int ups, downs;
	char reason[384];
};

/* An authority, a server's certificate for localhost and 127.0.0.1, and ours. */
static const char make_certificates[] =
    "cd \"$0\"; openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout ca.key -out ca.pem; "
    "for who in server client; do openssl req -newkey rsa:2048 -nodes -subj /CN=$who -keyout $who.key -out $who.csr; "
    "printf 'subjectAltName=DNS:localhost,IP:127.0.0.1' >names; openssl x509 -req -days 2 -in $who.csr -CA ca.pem "
    "-CAkey ca.key -CAcreateserial -extfile names -out $who.pem; done";

static void
on_state(void *user, bool connected, const char *reason)
{
	struct fixture *f = user;

	*(connected ? &f->ups : &f->downs) += 1;
	snprintf(f->reason, sizeof f->reason, "%s", reason ? reason : "");
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->directory = kit_directory();
	f->port = kit_port();
	if (redis_tls_is_built_in())
		kit_command((const char *const[]){"sh", "-ec", make_certificates, f->directory, NULL});
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	redis_free(f->redis);
	if (f->server)
		kit_stop(f->server);
	kit_loop_done(&f->loop);
	kit_remove(f->directory);
	free(f);
	return 0;
}

static void
serve(struct fixture *f, const char *clients)
{
	char *text = xasprintf("port 0\ntls-port %d\nbind 127.0.0.1\nsave \"\"\ndir %s\ntls-cert-file server.pem\n"
	    "tls-key-file server.key\ntls-ca-cert-file ca.pem\ntls-auth-clients %s\n", f->port, f->directory, clients);
	char *path = xasprintf("%s/redis.conf", f->directory);

	kit_write(f->directory, "redis.conf", text, 0600);
	f->server = kit_spawn((const char *const[]){"redis-server", path, NULL});
	for (int i = 0; i < 200 && !kit_listening(f->port); i++)
		usleep(20000);
	free(text);
	free(path);
}

/* Up, or down with a reason; "%D" in the options stands for the directory. */
static void
connect_with(struct fixture *f, const char *host, const char *options, const char *reason)
{
	struct err err = {""};
	char *url = xasprintf("rediss://%s:%d/0?%s", host, f->port, options), *at;
	char *full = url;

	if ((at = strstr(url, "%D"))) {
		*at = '\0';
		full = xasprintf("%s%s%s", url, f->directory, at + 2);
	}
	f->ups = f->downs = 0;
	f->redis = redis_new(&f->loop, full, on_state, f, &err);
	if (!f->redis)
		CHECK_FAIL("%s: %s", full, err.text);
	CHECK(kit_until(&f->loop, reason ? &f->downs : &f->ups, 1, 5000));
	if (reason)
		CHECK_CONTAINS(f->reason, reason);
	if (full != url)
		free(full);
	free(url);
}

static void
leave(struct fixture *f)
{
	f->redis = redis_free(f->redis);
	kit_sleep(&f->loop, 20);
}

static void
a_build_without_it_says_so(void **state)
{
	struct fixture *f = *state;
	struct err err = {""};

	if (redis_tls_is_built_in())
		return;
	CHECK(!redis_new(&f->loop, "rediss://h", on_state, f, &err));
	CHECK_CONTAINS(err.text, "needs hiredis_ssl, and this build's hiredis 0.");
}

static void
the_certificate_must_be_right(void **state)
{
	struct fixture *f = *state;

	if (!redis_tls_is_built_in())
		return;
	serve(f, "no");
	connect_with(f, "127.0.0.1", "ca-file=%D/ca.pem", NULL);
	leave(f);
	connect_with(f, "localhost", "ca-file=%D/ca.pem", NULL);
	leave(f);
	connect_with(f, "127.0.0.1", "", "certificate");
	leave(f);
	connect_with(f, "127.0.0.1", "server-name=journal.example&ca-file=%D/ca.pem", "hostname mismatch");
	leave(f);
	connect_with(f, "127.0.0.1", "tls-verify=none", NULL);
	leave(f);
	connect_with(f, "127.0.0.1", "ca-file=/nowhere.pem", "ca-file /nowhere.pem: ");
}

static void
we_are_known_by_ours(void **state)
{
	struct fixture *f = *state;
	char one[] = "1";
	struct kit_answer a = {0};
	char *options = xasprintf("cert-file=%s/client.pem&key-file=%s/client.key&ca-file=%%D/ca.pem", f->directory,
	    f->directory);

	if (redis_tls_is_built_in()) {
		serve(f, "yes");
		connect_with(f, "127.0.0.1", options, NULL);
		redis_start(f->redis, &(struct redis_ask){.kind = REDIS_ASK_TAKEOVER, .uid = "u-1",
		    .args = (char *const[]){one}, .nargs = 1, .deadline_ms = 5000, .done = kit_done, .user = &a});
		CHECK(kit_until(&f->loop, &a.count, 1, 8000));
		CHECK_TEXT(a.body, "[1,0,\"\",1,\"\"]");
		kit_free(&a);
	}
	free(options);
}

static void
a_server_without_it_is_no_match(void **state)
{
	struct fixture *f = *state;
	char *port = xasprintf("%d", f->port);

	if (redis_tls_is_built_in()) {
		f->server = kit_spawn((const char *const[]){"redis-server", "--port", (const char *)port, "--save", "", NULL});
		for (int i = 0; i < 200 && !kit_listening(f->port); i++)
			usleep(20000);
		connect_with(f, "127.0.0.1", "tls-verify=none", "does it speak TLS?");
	}
	free(port);
}

static void
options_are_checked(void **state)
{
	static const char *const table[][2] = {
		{"redis://h?ca-file=/x", "ca-file is for rediss://"},
		{"redis://h?tls-verify=none", "tls-verify is for rediss://"},
		{"rediss://h?tls-verify=some", "can be none"},
		{"rediss://h?cert-file=/x", "one of cert-file and key-file"},
		{"rediss://h?key-file=x", "key-file must begin with /"},
		{"rediss://h?server-name=", "server-name is empty"},
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct err err = {""};
		bool without = !redis_tls_is_built_in() && strncmp(table[i][0], "rediss:", 7) == 0;

		CHECK(!redis_new(&f->loop, table[i][0], on_state, f, &err));
		CHECK_CONTAINS(err.text, without ? "hiredis_ssl" : table[i][1]);
	}
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_build_without_it_says_so),
		CASE(the_certificate_must_be_right),
		CASE(we_are_known_by_ours),
		CASE(a_server_without_it_is_no_match),
		CASE(options_are_checked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
