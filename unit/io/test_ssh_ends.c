#include "ssh_kit.h"

#include <signal.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "child.h"

static void
a_command_that_a_signal_ends_is_broken(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;

	ssh_kit_run(f, &a, WORDS("die"));
	CHECK_INT(a.outcome, IO_BROKEN);
	kit_free(&a);
	ssh_kit_run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

static void
what_cannot_connect_says_why(void **state)
{
	struct ssh_fixture *f = *state;
	char *known = f->known_hosts;

	ssh_kit_refused(f, f->other_key, "refuses the key");
	ssh_kit_refused(f, "-----BEGIN OPENSSH PRIVATE KEY-----\nrubbish\n", "no usable private key");
	f->known_hosts = xasprintf("[127.0.0.1]:%d ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n", f->port);
	ssh_kit_refused(f, f->key, "known_hosts");
	free(f->known_hosts);
	f->known_hosts = known;
	kit_stop(f->server);
	ssh_kit_refused(f, f->key, "connection refused");
	ssh_kit_server(f);
	struct kit_answer a;

	ssh_kit_run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

static void
a_listener_that_never_greets_is_refused(void **state)
{
	struct ssh_fixture *f = *state;

	kill(f->server, SIGSTOP);
	ssh_kit_refused(f, f->key, "no SSH greeting");
}

static void
a_deadline_ends_the_wait_not_the_command(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;

	/* The connection is there, the command ends when the test says so: the deadline is over in between, however slow. */
	ssh_kit_run(f, &a, WORDS("show"));
	kit_free(&a);
	ssh_kit_begin(f, f->key, 1500, &a, WORDS("held"));
	ssh_kit_await(f, "started");
	CHECK(kit_until(&f->loop, &a.count, 1, 10000));
	CHECK_INT(a.outcome, IO_TIMEOUT);
	CHECK_CONTAINS(a.error, "the command has not ended within 1.5 s");
	kit_free(&a);
	ssh_kit_run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
	ssh_kit_shell(f, "! test -e $0/ended");
	kit_write(f->directory, "go", "", 0600);
	ssh_kit_await(f, "ended");
}

/* Neither the answer's end nor a cancelled wait leaves anything behind that the host could still be told. */
static void
a_host_that_stood_still_does_not_run_later_what_was_given_up(void **state)
{
	struct ssh_fixture *f = *state;
	struct ssh_run *cancelled;
	struct kit_answer a[2];

	ssh_kit_run(f, &a[0], WORDS("show"));
	kit_free(&a[0]);
	ssh_kit_hosts(f, SIGSTOP);
	ssh_kit_begin(f, f->key, 500, &a[0], WORDS("slow", "0"));
	CHECK(kit_until(&f->loop, &a[0].count, 1, 5000));
	CHECK_INT(a[0].outcome, IO_TIMEOUT);
	kit_free(&a[0]);
	ssh_kit_hosts(f, SIGCONT);
	ssh_kit_run(f, &a[0], WORDS("show"));
	CHECK_INT(a[0].outcome, IO_ANSWERED);
	kit_free(&a[0]);
	ssh_kit_hosts(f, SIGSTOP);
	cancelled = ssh_kit_begin(f, f->key, 10000, &a[1], WORDS("slow", "0"));
	kit_sleep(&f->loop, 100);
	ssh_cancel(cancelled);
	ssh_kit_hosts(f, SIGCONT);
	ssh_kit_run(f, &a[0], WORDS("show"));
	kit_sleep(&f->loop, 300);
	kit_free(&a[0]);
	ssh_kit_shell(f, "! test -e $0/slow.log");
}

/* Nothing was asked of ssh yet but its greeting: what others have on the connection goes on. */
static void
what_is_given_up_before_it_left_disturbs_nobody(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer held, a;
	struct ssh_run *given_up;

	ssh_kit_begin(f, f->key, 10000, &held, WORDS("held"));
	ssh_kit_await(f, "started");
	given_up = ssh_kit_begin(f, f->key, 10000, &a, WORDS("slow", "0"));
	CHECK(given_up != NULL);
	ssh_cancel(given_up);
	/* And one whose deadline was shorter than a greeting takes. */
	ssh_kit_begin(f, f->key, 1, &a, WORDS("slow", "0"));
	usleep(5000);
	uv_update_time(&f->loop.uv);
	kit_sleep(&f->loop, 50);
	kit_write(f->directory, "go", "", 0600);
	CHECK(kit_until(&f->loop, &held.count, 1, 10000));
	CHECK_INT(held.outcome, IO_ANSWERED);
	kit_free(&held);
	kit_free(&a);
}

static void
a_deadline_before_the_connection_means_never_delivered(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;

	kill(f->server, SIGSTOP);
	ssh_kit_begin(f, f->key, 100, &a, WORDS("show"));
	CHECK(kit_until(&f->loop, &a.count, 1, 2000));
	CHECK_INT(a.outcome, IO_REFUSED);
	CHECK_CONTAINS(a.error, "no connection within 0.1 s");
	kit_free(&a);
}

static void
nothing_is_delivered_after_its_time(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a = {0};

	/* The connection takes longer than that to be made. */
	ssh_start(f->ssh, &(struct ssh_ask){.address = "127.0.0.1", .port = f->port, .user = f->user,
	    .secret = "default/ops-ssh", .key = f->key, .known_hosts = f->known_hosts,
	    .args = (char *const[]){(char[]){"slow"}, NULL}, .deadline_ms = 5000,
	    .not_after_up = loop_up_ms() + 20, .done = kit_done, .user_data = &a});
	CHECK(kit_until(&f->loop, &a.count, 1, 6000));
	CHECK_INT(a.outcome, IO_NOT_SENT);
	kit_free(&a);
	ssh_kit_shell(f, "! test -e $0/slow.log");
}

static void
a_connection_that_ends_breaks_its_commands(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;

	ssh_kit_begin(f, f->key, 10000, &a, WORDS("slow", "5"));
	ssh_kit_await(f, "slow.log");
	CHECK_INT(a.count, 0);
	CHECK(ssh_kit_master(getpid()) > 0);
	kill(ssh_kit_master(getpid()), SIGKILL);
	CHECK(kit_until(&f->loop, &a.count, 1, 2000));
	CHECK_INT(a.outcome, IO_BROKEN);
	kit_free(&a);
	kit_sleep(&f->loop, 50);
	ssh_kit_run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

/* A controller that was killed leaves keys and a master behind: the one dies, the other is cleared up by the next. */
static void
what_a_killed_controller_leaves_goes_away(void **state)
{
	struct ssh_fixture *f = *state;
	struct kit_answer a;
	pid_t pid = fork(), master = 0;

	if (pid == 0) {
		kit_loop(&f->loop);
		f->ssh = ssh_kit_client(f);
		ssh_kit_run(f, &a, WORDS("show"));
		kit_sleep(&f->loop, 60000);
	}
	for (int i = 0; i < 200 && !master; i++, usleep(10000))
		master = ssh_kit_master(pid);
	CHECK(master > 0);
	usleep(500000);
	kit_stop(pid);
	for (int i = 0; i < 100 && ssh_kit_alive(master); i++)
		usleep(10000);
	CHECK(!ssh_kit_alive(master));
	ssh_kit_shell(f, "ls -d $0/strait-ssh-*");
	ssh_kit_run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
	ssh_kit_shell(f, "ls -d $0/strait-ssh-* | wc -l | grep -qx 1");
	ssh_kit_shell(f, "test -z \"$(find $0/strait-ssh-* -type f -perm /077)\"");
}

int
main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, ssh_kit_up, ssh_kit_down)
	const struct CMUnitTest tests[] = {
		CASE(a_command_that_a_signal_ends_is_broken),
		CASE(what_cannot_connect_says_why),
		CASE(a_listener_that_never_greets_is_refused),
		CASE(a_deadline_ends_the_wait_not_the_command),
		CASE(a_host_that_stood_still_does_not_run_later_what_was_given_up),
		CASE(what_is_given_up_before_it_left_disturbs_nobody),
		CASE(a_deadline_before_the_connection_means_never_delivered),
		CASE(nothing_is_delivered_after_its_time),
		CASE(a_connection_that_ends_breaks_its_commands),
		CASE(what_a_killed_controller_leaves_goes_away),
	};
	int child = child_main(argc, argv);

	/* The master is this program once more, see child.h. */
	if (child >= 0)
		return child;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
