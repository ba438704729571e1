/* Peers that mean harm, through the real io: one clear error that names the peer, soon, in bounded memory. */
#include <stdlib.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "http.h"
#include "kit_evil.h"
#include "redis.h"

enum { BODY = 4 << 20, ROOM = 24 << 20, DEADLINE_MS = 3000 };

struct fixture {
	struct loop loop;
	struct kit_evil evil;
	struct kit_evil_server *server;
	int port;
	char place[32];
	struct http *http;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->server = kit_evil(&f->loop, &f->evil, &f->port);
	snprintf(f->place, sizeof f->place, "127.0.0.1:%d", f->port);
	f->http = http_new(&f->loop, &(struct http_config){.user_agent = "strait-test", .connect_ms = 2000, .stall_ms = 2000,
	    .max_body = BODY, .gzip = true});
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	http_free(f->http);
	kit_evil_done(f->server);
	kit_loop_done(&f->loop);
	free(f);
	return 0;
}

/* AddressSanitizer keeps what was freed. */
static bool
can_measure(void)
{
#ifdef __SANITIZE_ADDRESS__
	return false;
#else
	return true;
#endif
}

static void
check_memory(size_t before)
{
	size_t peak = kit_peak_memory();

	/* The kernel counts in lumps: it may be less than before. */
	if (can_measure() && peak > before + ROOM)
		CHECK_FAIL("the peak of memory grew by %zu MiB", (peak - before) >> 20);
}

static void
ask(struct fixture *f, io_line_fn *line, struct kit_answer *answer)
{
	CLEANUP_FREE char *url = xasprintf("http://%s/storage_service/host_id", f->place);
	size_t before = kit_peak_memory();

	http_start(f->http, &(struct http_ask){.method = "GET", .url = url, .deadline_ms = line ? 0 : DEADLINE_MS,
	    .line = line, .done = kit_done, .user = answer});
	CHECK(kit_until(&f->loop, &answer->count, 1, DEADLINE_MS + 1000));
	check_memory(before);
}

/* What it says must end so, and name the peer. */
static void
fails(struct fixture *f, struct kit_evil evil, io_line_fn *line, enum io_outcome outcome, const char *why)
{
	struct kit_answer answer = {0};

	f->evil = evil;
	ask(f, line, &answer);
	CHECK_INT(answer.count, 1);
	if (answer.outcome != outcome)
		CHECK_FAIL("%.60s\noutcome %d, status %d: %s", evil.first, answer.outcome, answer.status, answer.error);
	CHECK_CONTAINS(answer.error, f->place);
	CHECK_CONTAINS(answer.error, why);
	CHECK(strlen(answer.error) < 1000);
	kit_free(&answer);
}

#define OK "HTTP/1.1 200 OK\r\n"
#define CHUNK "1000\r\n"

static void
what_is_no_http_is_an_error(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_evil){.first = "\0\0\xff\xfe\0\r\n\r\n", .first_len = 9, .close = true}, NULL, IO_BROKEN, "");
	fails(f, (struct kit_evil){.first = "SSH-2.0-OpenSSH_9.2\r\n", .close = true}, NULL, IO_BROKEN, "");
	fails(f, (struct kit_evil){.first = "\r\n", .close = true}, NULL, IO_BROKEN, "");
	fails(f, (struct kit_evil){.first = "HTTP/1.1 99999 OK\r\n\r\n", .close = true}, NULL, IO_BROKEN, "");
}

static void
truncated_answers_are_broken(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_evil){.first = OK "Content-Length: 1000\r\n\r\nabc", .close = true}, NULL, IO_BROKEN,
	    "before the answer was whole");
	fails(f, (struct kit_evil){.first = OK "Transfer-Encoding: chunked\r\n\r\n1000\r\nabc", .close = true}, NULL,
	    IO_BROKEN, "before the answer was whole");
	fails(f, (struct kit_evil){.first = OK "Transfer-Encoding: chunked\r\n\r\nzz\r\n", .close = true}, NULL, IO_BROKEN,
	    "before the answer was whole");
	fails(f, (struct kit_evil){.first = OK "Content-", .close = true}, NULL, IO_BROKEN, "");
}

static void
huge_and_endless_answers_are_cut(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_evil){.first = OK "Content-Length: 1000000000000\r\n\r\n", .then = "x"}, NULL, IO_BROKEN,
	    "larger than 4194304 bytes");
	fails(f, (struct kit_evil){.first = OK "\r\n", .then = "x"}, NULL, IO_BROKEN, "larger than 4194304 bytes");
	fails(f, (struct kit_evil){.first = OK "Transfer-Encoding: chunked\r\n\r\n", .then = "4\r\nxxxx\r\n"}, NULL,
	    IO_BROKEN, "larger than 4194304 bytes");
	fails(f, (struct kit_evil){.first = "HTTP/1.1 500 X\r\n\r\n", .then = "x"}, NULL, IO_BROKEN,
	    "larger than 4194304 bytes");
	fails(f, (struct kit_evil){.first = OK, .then = "X-More: and more\r\n"}, NULL, IO_BROKEN, "");
	fails(f, (struct kit_evil){.first = OK "X-Long: ", .then = "x"}, NULL, IO_BROKEN, "");
}

static void
an_endless_line_of_a_stream_is_cut(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_evil){.first = OK "\r\n", .then = "x"}, kit_line, IO_BROKEN, "larger than 4194304 bytes");
}

static void
a_byte_now_and_then_is_no_answer(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_evil){.first = OK "Content-Length: 1000\r\n\r\n", .then = "x", .pause_ms = 100}, NULL, IO_TIMEOUT,
	    "no answer within 3 s");
	fails(f, (struct kit_evil){.first = "H", .then = "T", .pause_ms = 100}, NULL, IO_BROKEN, "");
}

/* What a compressed answer becomes counts. */
static void
a_small_answer_that_unpacks_to_a_huge_one_is_cut(void **state)
{
	struct fixture *f = *state;
	char *directory = kit_directory(), *packed = xcalloc(1, 200000);
	CLEANUP_FREE char *path = xasprintf("%s/zeros.gz", directory);
	int head = snprintf(packed, 200000, "%s", OK "Content-Encoding: gzip\r\n\r\n");
	FILE *file;
	size_t len;

	kit_command((const char *const[]){"sh", "-c", "head -c 100000000 /dev/zero | gzip -9 >$0", path, NULL});
	file = fopen(path, "r");
	CHECK(file != NULL);
	len = fread(packed + head, 1, (size_t)(200000 - head), file);
	fclose(file);
	kit_remove(directory);
	fails(f, (struct kit_evil){.first = packed, .first_len = (size_t)head + len, .close = true}, NULL, IO_BROKEN,
	    "larger than 4194304 bytes");
	free(packed);
}

/* Not followed: the answer is the redirection. And what a body is, its reader decides: NULs and all. */
static void
odd_answers_are_answers(void **state)
{
	struct fixture *f = *state;
	struct kit_answer answer = {0};

	f->evil = (struct kit_evil){.first = "HTTP/1.1 302 X\r\nLocation: file:///etc/passwd\r\nContent-Length: 0\r\n\r\n",
	    .close = true};
	ask(f, NULL, &answer);
	CHECK_INT(answer.outcome, IO_ANSWERED);
	CHECK_INT(answer.status, 302);
	kit_free(&answer);
	f->evil = (struct kit_evil){.first = OK "Content-Type: text/html\r\nContent-Length: 3\r\n\r\na\0b",
	    .first_len = sizeof OK "Content-Type: text/html\r\nContent-Length: 3\r\n\r\na\0b" - 1, .close = true};
	ask(f, NULL, &answer);
	CHECK_INT(answer.outcome, IO_ANSWERED);
	CHECK_TEXT(answer.body, "a");
	kit_free(&answer);
}

/* --- Redis --- */

struct told {
	int count;
	char reason[256];
};

static void
on_state(void *user, bool connected, const char *reason)
{
	struct told *told = user;

	CHECK(!connected);
	told->count++;
	snprintf(told->reason, sizeof told->reason, "%s", reason);
}

static void
greeted(struct fixture *f, struct kit_evil evil, const char *why)
{
	CLEANUP_FREE char *url = xasprintf("redis://:secret@%s", f->place);
	size_t before = kit_peak_memory();
	struct told told = {0};
	struct redis *redis;
	struct kit_answer answer = {0};
	struct err err;

	f->evil = evil;
	redis = redis_new(&f->loop, url, on_state, &told, &err);
	CHECK(redis != NULL);
	CHECK(kit_until(&f->loop, &told.count, 1, 4000));
	CHECK_CONTAINS(told.reason, why);
	/* Whoever asks is told whom and why; the password is not. */
	redis_start(redis, &(struct redis_ask){.kind = REDIS_ASK_PROBE, .uid = "", .done = kit_done, .user = &answer});
	CHECK_INT(answer.outcome, IO_REFUSED);
	CHECK_CONTAINS(answer.error, f->place);
	CHECK(!strstr(answer.error, "secret"));
	kit_free(&answer);
	check_memory(before);
	redis_free(redis);
	kit_sleep(&f->loop, 20);
}

static void
a_redis_that_is_none_is_not_believed(void **state)
{
	struct fixture *f = *state;

	greeted(f, (struct kit_evil){.first = OK "Content-Length: 0\r\n\r\n"}, "rotocol error");
	greeted(f, (struct kit_evil){.first = "\0\0\xff\r\n", .first_len = 5}, "rotocol error");
	greeted(f, (struct kit_evil){.first = "*1\r\n*1\r\n", .then = "*1\r\n"}, "");
	greeted(f, (struct kit_evil){.first = "+OK\r\n", .then = "+OK\r\n"}, "was not asked for");
	greeted(f, (struct kit_evil){.first = "$5\r\nab", .close = true}, "closed");
	greeted(f, (struct kit_evil){.first = "+", .then = "x", .pause_ms = 100}, "no answer within 2 s");
}

static void
a_reply_without_end_is_cut(void **state)
{
	struct fixture *f = *state;

	greeted(f, (struct kit_evil){.first = "$2000000000\r\n", .then = "x"}, "larger than");
	greeted(f, (struct kit_evil){.first = "+", .then = "x"}, "larger than");
	greeted(f, (struct kit_evil){.first = "*1000\r\n", .then = "$1\r\nx\r\n"}, "");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(what_is_no_http_is_an_error),
		CASE(truncated_answers_are_broken),
		CASE(huge_and_endless_answers_are_cut),
		CASE(an_endless_line_of_a_stream_is_cut),
		CASE(a_byte_now_and_then_is_no_answer),
		CASE(a_small_answer_that_unpacks_to_a_huge_one_is_cut),
		CASE(odd_answers_are_answers),
		CASE(a_redis_that_is_none_is_not_believed),
		CASE(a_reply_without_end_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
