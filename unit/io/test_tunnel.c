/* Requests to what listens on a host's loopback: through a real sshd, to a small HTTP peer. */
#include "tunnel.h"

#include <signal.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "child.h"
#include "http.h"
#include "ssh_kit.h"

enum { MAX_BODY = 1000 };

struct fixture {
	struct ssh_fixture *host;
	struct loop *loop;
	struct http *http;
	struct tunnels *tunnels;
	struct kit_peer *peer;
	int port;                /* the peer's */
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);
	void *host;

	ssh_kit_up(&host);
	f->host = host;
	f->loop = &f->host->loop;
	f->http = http_new(f->loop, &(struct http_config){.user_agent = "strait-test", .connect_ms = 1000, .stall_ms = 2000,
	    .max_body = MAX_BODY});
	f->tunnels = tunnels_new(f->host->ssh, f->http);
	f->peer = kit_peer(f->loop, &f->port);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;
	void *host = f->host;

	tunnels_free(f->tunnels);
	http_free(f->http);
	kit_peer_done(f->peer);
	free(f);
	return ssh_kit_down(&host);
}

struct wish {
	const char *method, *path, *key;
	int port;
	int64_t deadline_ms, not_after_up;
};

static struct tunnel *
begin(struct fixture *f, struct kit_answer *answer, struct wish wish)
{
	const struct ssh_fixture *host = f->host;
	CLEANUP_FREE char *url = xasprintf("http://10.9.8.7:%d%s", f->port, wish.path);

	*answer = (struct kit_answer){0};
	return tunnel_start(f->tunnels, &(struct tunnel_ask){
	    .way = {.address = "127.0.0.1", .port = host->port, .user = host->user, .secret = "default/ops-ssh",
		.key = wish.key ? wish.key : host->key, .known_hosts = host->known_hosts,
		.forward_port = wish.port ? wish.port : f->port},
	    .request = {.method = wish.method ? wish.method : "GET", .url = url,
		.deadline_ms = wish.deadline_ms ? wish.deadline_ms : 10000, .not_after_up = wish.not_after_up,
		.done = kit_done, .user = answer},
	});
}

/* To its end, whichever that is. */
static void
ask(struct fixture *f, struct kit_answer *answer, struct wish wish)
{
	begin(f, answer, wish);
	CHECK(kit_until(f->loop, &answer->count, 1, 12000));
}

static void
fails(struct fixture *f, struct wish wish, enum io_outcome outcome, const char *why)
{
	struct kit_answer answer;

	ask(f, &answer, wish);
	CHECK_INT(answer.outcome, outcome);
	CHECK_CONTAINS(answer.error, "http://10.9.8.7:");
	if (outcome != IO_NOT_SENT)
		CHECK_CONTAINS(answer.error, "@127.0.0.1:");
	CHECK_CONTAINS(answer.error, why);
	kit_free(&answer);
}

static void
answers(struct fixture *f)
{
	struct kit_answer answer;

	ask(f, &answer, (struct wish){.path = "/echo"});
	CHECK_TEXT(answer.error, NULL);
	CHECK_INT(answer.status, 200);
	kit_free(&answer);
}

static void
requests_are_answered_from_the_hosts_loopback(void **state)
{
	enum { COUNT = 80 };
	struct fixture *f = *state;
	struct kit_answer many[COUNT], answer;
	int64_t before;

	answers(f);
	before = loop_up_ms();
	ask(f, &answer, (struct wish){.method = "POST", .path = "/echo?a=b"});
	CHECK_TEXT(answer.body, "you asked for /echo?a=b");
	CHECK(answer.sent.up_ms >= before && answer.sent.up_ms <= loop_up_ms());
	CHECK_CONTAINS(kit_peer_last(f->peer), "POST /echo?a=b HTTP/1.1\r\n");
	CHECK_CONTAINS(kit_peer_last(f->peer), "Host: 10.9.8.7:");
	CHECK_CONTAINS(kit_peer_last(f->peer), "Content-Length: 0\r\n");
	kit_free(&answer);
	for (int i = 0; i < COUNT; i++)
		begin(f, &many[i], (struct wish){.path = "/echo"});
	for (int i = 0; i < COUNT; i++) {
		CHECK(kit_until(f->loop, &many[i].count, 1, 12000));
		CHECK_INT(many[i].outcome, IO_ANSWERED);
		kit_free(&many[i]);
	}
	CHECK_INT(kit_peer_requests(f->peer), COUNT + 2);
	ask(f, &answer, (struct wish){.path = "/status/404"});
	CHECK_INT(answer.outcome, IO_ANSWERED);
	CHECK_INT(answer.status, 404);
	kit_free(&answer);
}

static void
what_nobody_takes_is_refused_with_the_reason(void **state)
{
	struct fixture *f = *state;
	struct kit_answer several[4];
	int port = kit_port();

	fails(f, (struct wish){.path = "/x", .port = kit_port()}, IO_REFUSED, "connect failed: Connection refused");
	/* ssh's words on all of them may be there before its answer to the first. */
	for (size_t i = 0; i < ARRAY_LEN(several); i++)
		begin(f, &several[i], (struct wish){.path = "/x", .port = port});
	for (size_t i = 0; i < ARRAY_LEN(several); i++) {
		CHECK(kit_until(f->loop, &several[i].count, 1, 12000));
		CHECK_CONTAINS(several[i].error, "connect failed: Connection refused");
		kit_free(&several[i]);
	}
	/* One after the other, not only the first. */
	fails(f, (struct wish){.path = "/x", .port = kit_port()}, IO_REFUSED, "connect failed: Connection refused");
	answers(f);
	fails(f, (struct wish){.path = "/x", .key = f->host->other_key}, IO_REFUSED, "refuses the key");
	fails(f, (struct wish){.path = "/x", .key = ""}, IO_REFUSED, "no usable private key");
}

static void
a_host_that_forbids_it_says_what_to_allow(void **state)
{
	struct fixture *f = *state;
	struct kit_answer answer;

	ssh_kit_shell(f->host, "echo AllowTcpForwarding no >>$0/config");
	kit_stop(f->host->server);
	ssh_kit_server(f->host);
	fails(f, (struct wish){.path = "/x"}, IO_REFUSED, "AllowTcpForwarding and PermitOpen");
	/* Its commands are another matter. */
	ssh_kit_run(f->host, &answer, WORDS("show"));
	CHECK_INT(answer.outcome, IO_ANSWERED);
	kit_free(&answer);
	CHECK_INT(kit_peer_requests(f->peer), 0);
	/* Allowed from now on, to those that log in. */
	ssh_kit_shell(f->host, "sed -i '/^AllowTcp/d' $0/config");
	kit_stop(f->host->server);
	ssh_kit_server(f->host);
	fails(f, (struct wish){.path = "/x"}, IO_REFUSED, "AllowTcpForwarding and PermitOpen");
	kit_sleep(f->loop, 50);
	answers(f);
}

static void
an_act_does_not_leave_after_its_time(void **state)
{
	struct fixture *f = *state;

	/* Logging in takes longer. */
	fails(f, (struct wish){.method = "POST", .path = "/echo", .not_after_up = loop_up_ms() + 5}, IO_NOT_SENT, "not sent");
	answers(f);
	CHECK_INT(kit_peer_requests(f->peer), 1);
	/* Logged in, and the host stands still between our asking and its connecting. */
	for (int round = 0; round < 2; round++) {
		struct kit_answer answer;

		ssh_kit_hosts(f->host, SIGSTOP);
		begin(f, &answer, (struct wish){.method = "POST", .path = "/echo", .not_after_up = loop_up_ms() + 100,
		    .deadline_ms = round ? 300 : 5000});
		kit_sleep(f->loop, 400);
		ssh_kit_hosts(f->host, SIGCONT);
		CHECK(kit_until(f->loop, &answer.count, 1, 6000));
		CHECK_INT(answer.outcome, round ? IO_REFUSED : IO_NOT_SENT);
		kit_free(&answer);
		kit_sleep(f->loop, 100);
		CHECK_INT(kit_peer_requests(f->peer), 1);
	}
	answers(f);
}

static void
what_breaks_on_the_way_is_unknown_and_says_so(void **state)
{
	struct fixture *f = *state;
	struct kit_answer answer;

	answers(f);
	begin(f, &answer, (struct wish){.method = "POST", .path = "/silent"});
	while (kit_peer_requests(f->peer) < 2)
		kit_sleep(f->loop, 10);
	kill(ssh_kit_master(getpid()), SIGKILL);
	CHECK(kit_until(f->loop, &answer.count, 1, 3000));
	CHECK_INT(answer.outcome, IO_BROKEN);
	CHECK_CONTAINS(answer.error, "through ssh ");
	kit_free(&answer);
	kit_sleep(f->loop, 50);
	answers(f);
	fails(f, (struct wish){.path = "/reset"}, IO_BROKEN, "broke before the answer was whole");
	fails(f, (struct wish){.path = "/large"}, IO_BROKEN, "larger than 1000 bytes");
	answers(f);
}

static void
nothing_is_left_of_what_was_given_up(void **state)
{
	struct fixture *f = *state;
	struct kit_answer answer, cancelled[3];

	answers(f);
	fails(f, (struct wish){.path = "/silent", .deadline_ms = 300}, IO_TIMEOUT, "no answer within 0.");
	for (int i = 0; i < 3; i++) {
		struct tunnel *tunnel = begin(f, &cancelled[i], (struct wish){.path = "/silent"});

		/* At once; while the forward is being made; and while the answer is awaited. */
		kit_sleep(f->loop, i * i * 20);
		tunnel_cancel(tunnel);
	}
	kit_sleep(f->loop, 100);
	CHECK_INT(cancelled[0].count + cancelled[1].count + cancelled[2].count, 0);
	/* A command beside them was not disturbed, and the connection is idle: it ends. */
	ssh_kit_run(f->host, &answer, WORDS("show"));
	CHECK_INT(answer.outcome, IO_ANSWERED);
	kit_free(&answer);
	kit_sleep(f->loop, 800);
	CHECK_INT(ssh_kit_master(getpid()), 0);
}

/* As a cluster at work has them, in one connection. */
static void
commands_and_requests_go_side_by_side(void **state)
{
	enum { EACH = 8, ROUNDS = 12 };
	struct fixture *f = *state;
	struct kit_answer requests[EACH], commands[EACH];
	pid_t master;

	answers(f);
	master = ssh_kit_master(getpid());
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < EACH; i++) {
			begin(f, &requests[i], (struct wish){.path = "/echo", .method = i % 2 ? "GET" : "POST"});
			ssh_kit_begin(f->host, f->host->key, 10000, &commands[i], WORDS("show"));
		}
		for (int i = 0; i < EACH; i++) {
			CHECK(kit_until(f->loop, &requests[i].count, 1, 12000));
			CHECK_TEXT(requests[i].error, NULL);
			CHECK(kit_until(f->loop, &commands[i].count, 1, 12000));
			CHECK_TEXT(commands[i].error, NULL);
			kit_free(&requests[i]);
			kit_free(&commands[i]);
		}
	}
	CHECK_INT(ssh_kit_master(getpid()), master);
}

static void
work_under_way_at_the_end_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct kit_answer answers_[10];

	for (size_t i = 0; i < ARRAY_LEN(answers_); i++)
		begin(f, &answers_[i], (struct wish){.path = "/silent"});
	kit_sleep(f->loop, 500);
	for (size_t i = 0; i < ARRAY_LEN(answers_); i++)
		begin(f, &answers_[i], (struct wish){.path = "/silent"});
}

int
main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(requests_are_answered_from_the_hosts_loopback),
		CASE(what_nobody_takes_is_refused_with_the_reason),
		CASE(a_host_that_forbids_it_says_what_to_allow),
		CASE(an_act_does_not_leave_after_its_time),
		CASE(what_breaks_on_the_way_is_unknown_and_says_so),
		CASE(nothing_is_left_of_what_was_given_up),
		CASE(commands_and_requests_go_side_by_side),
		CASE(work_under_way_at_the_end_is_dropped),
	};
	int child = child_main(argc, argv);

	if (child >= 0)
		return child;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
