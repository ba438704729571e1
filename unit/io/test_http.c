#include "http.h"

#include <sys/socket.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "kit.h"

struct fixture {
	struct loop loop;
	struct http *http;
	struct kit_peer *peer;
	int port;
	char url[128];
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->peer = kit_peer(&f->loop, &f->port);
	f->http = http_new(&f->loop, &(struct http_config){.user_agent = "strait-test", .connect_ms = 5000, .stall_ms = 5000,
	    .max_body = 50000, .host_connections = 4});
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	http_free(f->http);
	kit_peer_done(f->peer);
	kit_loop_done(&f->loop);
	free(f);
	return 0;
}

static struct http_ask
ask(struct fixture *f, const char *path, struct kit_answer *answer)
{
	snprintf(f->url, sizeof f->url, "http://127.0.0.1:%d%s", f->port, path);
	return (struct http_ask){.method = "GET", .url = f->url, .deadline_ms = 2000, .done = kit_done, .user = answer};
}

static void
get(struct fixture *f, const char *path, struct kit_answer *answer)
{
	struct http_ask a = ask(f, path, answer);

	http_start(f->http, &a);
	CHECK(kit_until(&f->loop, &answer->count, 1, 5000));
}

static void
answers_come_whole_and_connections_are_kept(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};
	int64_t before = loop_up_ms();

	for (int i = 0; i < 5; i++) {
		kit_free(&a);
		get(f, "/hello", &a);
		CHECK_INT(a.outcome, IO_ANSWERED);
		CHECK_INT(a.status, 200);
		CHECK_TEXT(a.body, "hello GET:");
		CHECK(a.sent.up_ms >= before && a.sent.up_ms <= loop_up_ms() && a.sent.wall_ms > 0);
	}
	CHECK_INT(kit_peer_connections(f->peer), 1);
	CHECK_CONTAINS(kit_peer_last(f->peer), "User-Agent: strait-test");
	kit_free(&a);
}

static void
methods_bodies_and_headers_are_sent(void **state)
{
	static const char *const methods[] = {"POST", "PUT", "PATCH", "DELETE"};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(methods); i++) {
		struct kit_answer a = {0};
		struct http_ask q = ask(f, "/hello", &a);
		char expected[64];

		q.method = methods[i];
		q.body = "{\"x\":1}";
		q.headers = (const char *const[]){"Content-Type: application/json", "Authorization: Bearer t", NULL};
		http_start(f->http, &q);
		CHECK(kit_until(&f->loop, &a.count, 1, 5000));
		snprintf(expected, sizeof expected, "hello %s:{\"x\":1}", methods[i]);
		CHECK_TEXT(a.body, expected);
		CHECK_CONTAINS(kit_peer_last(f->peer), "Authorization: Bearer t\r\n");
		kit_free(&a);
	}
	/* The handle is used again: nothing of the former request may be left. */
	struct kit_answer a = {0};

	get(f, "/hello", &a);
	CHECK(!strstr(kit_peer_last(f->peer), "Bearer"));
	CHECK(!strstr(kit_peer_last(f->peer), "{\"x\":1}"));
	kit_free(&a);
}

static void
a_post_without_body_says_so(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};
	struct http_ask q = ask(f, "/hello", &a);

	q.method = "POST";
	http_start(f->http, &q);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_TEXT(a.body, "hello POST:");
	CHECK_CONTAINS(kit_peer_last(f->peer), "Content-Length: 0\r\n");
	CHECK(!strstr(kit_peer_last(f->peer), "Content-Type"));
	kit_free(&a);
}

static void
errors_of_the_peer_are_answers(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};

	get(f, "/status/429", &a);
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 429);
	CHECK_INT(a.retry_after_ms, 7000);
	CHECK_TEXT(a.body, "{\"kind\":\"Status\"}");
	kit_free(&a);
}

static void
streams_come_line_by_line(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};
	struct http_ask q = ask(f, "/chunks", &a);

	q.line = kit_line;
	http_start(f->http, &q);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 200);
	CHECK_INT(a.nlines, 3);
	CHECK_TEXT(a.lines[0], "{\"a\":1}");
	CHECK_TEXT(a.lines[1], "{\"b\":2}");
	CHECK_TEXT(a.lines[2], "{\"c\":3}");
	CHECK_TEXT(a.body, "");
	kit_free(&a);
}

static void
a_stream_that_is_refused_has_a_body(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};
	struct http_ask q = ask(f, "/status/410", &a);

	q.line = kit_line;
	http_start(f->http, &q);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.status, 410);
	CHECK_INT(a.nlines, 0);
	CHECK_TEXT(a.body, "{\"kind\":\"Status\"}");
	kit_free(&a);
}

static void
no_listener_is_refused(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};
	char url[64];

	snprintf(url, sizeof url, "http://127.0.0.1:%d/x?secret=1", kit_port());
	http_start(f->http, &(struct http_ask){.method = "POST", .url = url, .deadline_ms = 2000, .done = kit_done,
	    .user = &a});
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.outcome, IO_REFUSED);
	CHECK_CONTAINS(a.error, "POST http://127.0.0.1:");
	CHECK_CONTAINS(a.error, "Connection refused");
	CHECK(!strstr(a.error, "secret"));
	kit_free(&a);
}

/* A listener whose queue is full drops what comes: to us, a black hole. */
static void
a_black_hole_is_refused_after_the_connect_timeout(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};
	struct http *hasty = http_new(&f->loop, &(struct http_config){.user_agent = "t", .connect_ms = 300, .max_body = 100});
	struct sockaddr_in address;
	socklen_t len = sizeof address;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), fillers[3];
	int64_t before = loop_up_ms();
	char url[64];

	uv_ip4_addr("127.0.0.1", 0, &address);
	bind(fd, (struct sockaddr *)&address, len);
	listen(fd, 0);
	getsockname(fd, (struct sockaddr *)&address, &len);
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++) {
		fillers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		connect(fillers[i], (struct sockaddr *)&address, len);
	}
	snprintf(url, sizeof url, "http://127.0.0.1:%d/x", ntohs(address.sin_port));
	http_start(hasty, &(struct http_ask){.method = "POST", .url = url, .deadline_ms = 9000, .done = kit_done,
	    .user = &a});
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.outcome, IO_REFUSED);
	CHECK_CONTAINS(a.error, "no connection within 0.3 s");
	CHECK(loop_up_ms() - before < 4000);
	http_free(hasty);
	for (size_t i = 0; i < ARRAY_LEN(fillers); i++)
		close(fillers[i]);
	close(fd);
	kit_free(&a);
}

static void
silence_times_out_and_a_reset_is_broken(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0}, b = {0};
	struct http_ask q = ask(f, "/silent", &a);

	q.deadline_ms = 200;
	http_start(f->http, &q);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.outcome, IO_TIMEOUT);
	CHECK_CONTAINS(a.error, "no answer within 0.2 s");
	get(f, "/reset", &b);
	CHECK_INT(b.outcome, IO_BROKEN);
	CHECK_CONTAINS(b.error, "connection broke");
	kit_free(&a);
	kit_free(&b);
}

static void
nothing_leaves_after_its_time(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0}, b = {0};
	struct http_ask q = ask(f, "/hello", &a);

	q.method = "POST";
	q.once = true;
	q.not_after_up = loop_up_ms() - 1;
	http_start(f->http, &q);
	CHECK(kit_until(&f->loop, &a.count, 1, 5000));
	CHECK_INT(a.outcome, IO_NOT_SENT);
	CHECK_INT(kit_peer_requests(f->peer), 0);
	q.user = &b;
	q.not_after_up = loop_up_ms() + 5000;
	http_start(f->http, &q);
	CHECK(kit_until(&f->loop, &b.count, 1, 5000));
	CHECK_INT(b.outcome, IO_ANSWERED);
	kit_free(&a);
	kit_free(&b);
}

/* libcurl repeats a request by itself when a kept connection dies before a byte came back. */
static void
an_act_is_never_repeated_on_a_dead_kept_connection(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0}, b = {0};
	struct http_ask q = ask(f, "/hello", &b);

	get(f, "/hello", &a);
	kit_peer_forget_kept(f->peer);
	q.method = "POST";
	q.once = true;
	http_start(f->http, &q);
	CHECK(kit_until(&f->loop, &b.count, 1, 5000));
	CHECK_INT(b.outcome, IO_ANSWERED);
	CHECK_INT(kit_peer_requests(f->peer), 2);
	CHECK_INT(kit_peer_connections(f->peer), 2);
	kit_free(&a);
	kit_free(&b);
}

static void
a_cancelled_request_is_never_heard_of(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0}, b = {0}, c = {0};
	struct http_ask q = ask(f, "/silent", &a), s = ask(f, "/endless", &b);
	struct http_request *r, *stream;

	r = http_start(f->http, &q);
	s = ask(f, "/endless", &b);
	s.line = kit_line;
	stream = http_start(f->http, &s);
	CHECK(kit_until(&f->loop, &b.nlines, 2, 5000));
	http_cancel(r);
	http_cancel(stream);
	b.nlines = 0;
	get(f, "/hello", &c);
	kit_sleep(&f->loop, 50);
	CHECK_INT(a.count, 0);
	CHECK_INT(b.count, 0);
	CHECK_INT(b.nlines, 0);
	CHECK_TEXT(c.body, "hello GET:");
	kit_free(&b);
	kit_free(&c);
}

static void
a_body_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};

	get(f, "/large", &a);
	CHECK_INT(a.outcome, IO_BROKEN);
	CHECK_CONTAINS(a.error, "larger than 50000 bytes");
	CHECK_TEXT(a.body, "");
	kit_free(&a);
}

static void
requests_beyond_the_hosts_limit_wait(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a[20] = {0};
	int done = 0;

	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		struct http_ask q = ask(f, "/hello", &a[i]);

		http_start(f->http, &q);
	}
	for (size_t i = 0; i < ARRAY_LEN(a); i++) {
		CHECK(kit_until(&f->loop, &a[i].count, 1, 5000));
		done += a[i].status == 200;
		kit_free(&a[i]);
	}
	CHECK_INT(done, 20);
	CHECK(kit_peer_connections(f->peer) <= 4);
}

static void
what_is_under_way_at_the_end_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};
	struct http_ask q = ask(f, "/silent", &a);

	http_start(f->http, &q);
	kit_sleep(&f->loop, 50);
	CHECK_INT(kit_peer_requests(f->peer), 1);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(answers_come_whole_and_connections_are_kept),
		CASE(methods_bodies_and_headers_are_sent),
		CASE(a_post_without_body_says_so),
		CASE(errors_of_the_peer_are_answers),
		CASE(streams_come_line_by_line),
		CASE(a_stream_that_is_refused_has_a_body),
		CASE(no_listener_is_refused),
		CASE(a_black_hole_is_refused_after_the_connect_timeout),
		CASE(silence_times_out_and_a_reset_is_broken),
		CASE(nothing_leaves_after_its_time),
		CASE(an_act_is_never_repeated_on_a_dead_kept_connection),
		CASE(a_cancelled_request_is_never_heard_of),
		CASE(a_body_is_bounded),
		CASE(requests_beyond_the_hosts_limit_wait),
		CASE(what_is_under_way_at_the_end_is_dropped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
