/* Masters of ssh's multiplexing that mean harm, and hosts that never stop talking: one clear error that names the host,
 * soon, in bounded memory, the loop still turning; and never "not delivered" of a command that left. */
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "child.h"
#include "kit_evil.h"
#include "kit_master.h"

#include <sys/auxv.h>

enum { ROOM = 24 << 20, DEADLINE_MS = 700, PATIENCE_MS = 8000, PORT = 22, ALARM_S = 40 };

struct fixture {
	struct loop loop;
	struct ssh *ssh;
	char *directory;
	int port;
};

static struct ssh *
client(struct fixture *f)
{
	CLEANUP_FREE char *self = realpath((const char *)getauxval(AT_EXECFN), NULL);

	return ssh_new(&f->loop, &(struct ssh_config){.runtime_dir = f->directory, .self = self, .connect_ms = 2000,
	    .idle_ms = 300});
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	alarm(ALARM_S);                  /* a loop that no longer turns fails too */
	kit_loop(&f->loop);
	f->directory = kit_directory();
	f->port = PORT;
	f->ssh = client(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	ssh_free(f->ssh);
	kit_loop_done(&f->loop);
	kit_remove(f->directory);
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

/* One command, to its end. */
static void
ask(struct fixture *f, struct kit_answer *answer)
{
	static char verb[] = "show";
	size_t before = kit_peak_memory();

	*answer = (struct kit_answer){0};
	ssh_start(f->ssh, &(struct ssh_ask){.address = "127.0.0.1", .port = f->port, .user = "ops", .secret = "default/ops-ssh",
	    .key = "key", .known_hosts = "known", .args = (char *const[]){verb, NULL}, .deadline_ms = DEADLINE_MS,
	    .done = kit_done, .user_data = answer});
	CHECK(kit_until(&f->loop, &answer->count, 1, PATIENCE_MS));
	if (can_measure() && kit_peak_memory() > before + ROOM)
		CHECK_FAIL("the peak of memory grew by %zu MiB", (kit_peak_memory() - before) >> 20);
}

/* It goes on as if nothing had been: neither a second end nor a crash. */
static void
run(struct fixture *f, struct kit_master master, struct kit_answer *answer)
{
	kit_master(f->directory, &master);
	ask(f, answer);
	kit_sleep(&f->loop, 20);
	CHECK_INT(answer->count, 1);
	ssh_free(f->ssh);
	f->ssh = client(f);
}

static void
fails(struct fixture *f, struct kit_master master, enum io_outcome outcome, const char *why)
{
	CLEANUP_FREE char *place = xasprintf("ssh ops@127.0.0.1:%d: ", f->port);
	struct kit_answer answer;

	run(f, master, &answer);
	if (answer.outcome != outcome)
		CHECK_FAIL("outcome %d, not %d, status %d: %s", answer.outcome, outcome, answer.status, answer.error);
	CHECK_CONTAINS(answer.error, place);
	CHECK_CONTAINS(answer.error, why);
	CHECK(strlen(answer.error) < 1000);
	kit_free(&answer);
}

#define BYTES(text) .first = (text), .len = sizeof(text) - 1
#define THEN(text) .then = (text), .then_len = sizeof(text) - 1

/* Packets as PROTOCOL.mux has them: length, type, then their own. */
#define HELLO "\0\0\0\x08" "\0\0\0\x01" "\0\0\0\x04"
#define OPENED "\0\0\0\x0c" "\x80\0\0\x06" "\0\0\0\0" "\0\0\0\0"
#define EXIT_5 "\0\0\0\x0c" "\x80\0\0\x04" "\0\0\0\0" "\0\0\0\x05"
#define EXIT_0 "\0\0\0\x0c" "\x80\0\0\x04" "\0\0\0\0" "\0\0\0\0"
#define FAILURE "\0\0\0\x10" "\x80\0\0\x03" "\0\0\0\0" "\0\0\0\x04" "nope"

static void
what_is_no_master_is_not_believed(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_master){BYTES("SSH-2.0-OpenSSH_9.2\r\n")}, IO_REFUSED, "a packet of 1397966893 bytes");
	fails(f, (struct kit_master){BYTES("\xff\xff\xff\xff")}, IO_REFUSED, "a packet of 4294967295 bytes");
	fails(f, (struct kit_master){BYTES("\0\x10\0\0"), THEN("x")}, IO_REFUSED, "a packet of 1048576 bytes");
	fails(f, (struct kit_master){BYTES("\0\0\0\0")}, IO_REFUSED, "shorter than");
	fails(f, (struct kit_master){BYTES("\0\0\0\x04\0\0\0\x01")}, IO_REFUSED, "shorter than");
	fails(f, (struct kit_master){BYTES("\0\0\0\x08\0\0\0\x01\0\0\0\x09")}, IO_REFUSED, "another multiplexing protocol");
	/* Before its greeting it can know of no command. */
	fails(f, (struct kit_master){BYTES(OPENED)}, IO_REFUSED, "before its greeting");
	fails(f, (struct kit_master){BYTES(EXIT_5)}, IO_REFUSED, "before its greeting");
	fails(f, (struct kit_master){BYTES(""), .close = true}, IO_REFUSED, "ended");
	fails(f, (struct kit_master){BYTES("\0\0\0\x08\0\0"), .close = true}, IO_REFUSED, "ended");
}

static void
what_comes_after_the_command_left_is_unknown(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_master){BYTES(HELLO HELLO)}, IO_BROKEN, "a second greeting");
	fails(f, (struct kit_master){BYTES(HELLO "\xff\xff\xff\xff")}, IO_BROKEN, "a packet of 4294967295 bytes");
	fails(f, (struct kit_master){BYTES(HELLO OPENED "\0\0\0\x08\x80\0\0\x04\0\0\0\0")}, IO_BROKEN, "shorter than");
	fails(f, (struct kit_master){BYTES(HELLO OPENED), .close = true}, IO_BROKEN, "ended before the command did");
	/* It had been opened: it may have run. */
	fails(f, (struct kit_master){BYTES(HELLO OPENED FAILURE)}, IO_BROKEN, "nope");
	/* The reason's length passes the packet's end. */
	fails(f, (struct kit_master){BYTES(HELLO "\0\0\0\x10\x80\0\0\x03\0\0\0\0\xff\xff\xff\xffnope")}, IO_BROKEN,
	    "shorter than");
	fails(f, (struct kit_master){BYTES(HELLO "\0\0\0\x08\x80\0\0\x03\0\0\0\0")}, IO_BROKEN, "shorter than");
	fails(f, (struct kit_master){BYTES(HELLO OPENED)}, IO_TIMEOUT, "has not ended within 0.7 s");
}

static void
only_a_refused_session_is_not_delivered(void **state)
{
	struct fixture *f = *state;
	char text[9000] = HELLO "\0\0\x23\x0c\x80\0\0\x03\0\0\0\0\0\0\x23\0";      /* 8960 of a reason */
	const size_t head = sizeof(HELLO) - 1 + 16;

	fails(f, (struct kit_master){BYTES(HELLO FAILURE)}, IO_REFUSED, "opened no session for the command: nope");
	memset(text + head, 'a', 8960);
	fails(f, (struct kit_master){.first = text, .len = head + 8960}, IO_REFUSED, "opened no session for the command: aaa");
}

static void
what_is_of_no_matter_does_not_hurt(void **state)
{
	struct fixture *f = *state;
	struct kit_answer answer;

	/* Of a type that we do not know; and one that tells of a terminal. */
	run(f, (struct kit_master){BYTES(HELLO OPENED "\0\0\0\x05\x70\0\0\x01x" "\0\0\0\x08\x80\0\0\x08\0\0\0\0" EXIT_5),
	    .close = true}, &answer);
	CHECK_INT(answer.outcome, IO_ANSWERED);
	CHECK_INT(answer.status, 5);
	kit_free(&answer);
	/* The first end counts. */
	run(f, (struct kit_master){BYTES(HELLO OPENED EXIT_5 EXIT_0), .close = true}, &answer);
	CHECK_INT(answer.outcome, IO_ANSWERED);
	CHECK_INT(answer.status, 5);
	kit_free(&answer);
}

static void
endless_answers_do_not_stop_the_loop(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_master){BYTES("\0\0\0\x08\0\0\0\x01\0\0\0\x04"), THEN("\0\0\0\x04\x70\0\0\x01")}, IO_TIMEOUT,
	    "has not ended");
	fails(f, (struct kit_master){BYTES("\0\0\0\x04\x70\0\0\x01"), THEN("\0\0\0\x04\x70\0\0\x01")}, IO_REFUSED, "");
	fails(f, (struct kit_master){BYTES(HELLO OPENED), .endless = true}, IO_TIMEOUT, "has not ended");
	/* Its word is not the output's end, but the socket's is. */
	fails(f, (struct kit_master){BYTES(HELLO OPENED), THEN("x")}, IO_BROKEN, "a packet of 2021161080 bytes");
}

static void
a_master_that_says_nothing_or_too_much_is_given_up(void **state)
{
	struct fixture *f = *state;

	fails(f, (struct kit_master){.first = ""}, IO_REFUSED, "within 0.7 s");
	fails(f, (struct kit_master){.first = "", .no_socket = true}, IO_REFUSED, "no connection within 0.7 s");
	fails(f, (struct kit_master){.first = "", .no_socket = true, .loud = true}, IO_REFUSED, "no connection within 0.7 s");
}

/* Whoever holds its standard error open does not hold us. */
static void
a_master_that_leaves_a_child_has_ended(void **state)
{
	struct fixture *f = *state;
	int64_t began = loop_up_ms();

	fails(f, (struct kit_master){.first = "", .leaves_child = true}, IO_REFUSED, "the connection ended");
	CHECK(loop_up_ms() - began < 3000);
}

/* The real ssh, and a host whose greeting has no end. */
static void
a_greeting_without_end_is_refused(void **state)
{
	struct fixture *f = *state;
	struct kit_evil evil = {.first = "HTTP/1.1 400 Bad Request\r\n", .then = "X-More: and more\r\n"};
	struct kit_evil_server *server = kit_evil(&f->loop, &evil, &f->port);
	static const char *const greetings[][2] = {
		{"SSH-2.0-x", "x"}, {"x", "x"}, {"\r\n", "\r\n"}, {"X: y\r\n", "X: y\r\n"},
	};

	for (size_t i = 0; i < ARRAY_LEN(greetings); i++) {
		struct kit_answer answer;

		evil = (struct kit_evil){.first = greetings[i][0], .then = greetings[i][1]};
		ask(f, &answer);
		CHECK_INT(answer.outcome, IO_REFUSED);
		CHECK_CONTAINS(answer.error, "ssh ops@127.0.0.1:");
		CHECK_CONTAINS(answer.error, "greeting");
		CHECK(strlen(answer.error) < 1000);
		kit_free(&answer);
	}
	kit_evil_done(server);
}

int
main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(what_is_no_master_is_not_believed),
		CASE(what_comes_after_the_command_left_is_unknown),
		CASE(only_a_refused_session_is_not_delivered),
		CASE(what_is_of_no_matter_does_not_hurt),
		CASE(endless_answers_do_not_stop_the_loop),
		CASE(a_master_that_says_nothing_or_too_much_is_given_up),
		CASE(a_master_that_leaves_a_child_has_ended),
		CASE(a_greeting_without_end_is_refused),
	};
	int child = child_main(argc, argv), master = kit_master_main(argc, argv);

	/* ssh's children are this program once more (child.h), and so are the masters that mean harm. */
	if (child >= 0 || master >= 0)
		return child >= 0 ? child : master;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
