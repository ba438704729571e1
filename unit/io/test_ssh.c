#include "ssh.h"

#include <signal.h>
#include <sys/auxv.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "child.h"
#include "kit.h"

/* What sshd runs whatever is asked for: it plays the host. */
static const char forced[] =
    "#!/bin/sh\n"
    "cd \"${0%/*}\"\n"
    "set -- $SSH_ORIGINAL_COMMAND\n"
    "case $1 in\n"
    "show) echo \"$*\"; echo \"ActiveState=active\" ;;\n"
    "fail) echo output; echo 'Unit x not found.' >&2; exit 5 ;;\n"
    "exit255) exit 255 ;;\n"
    "die) kill -9 $$ ;;\n"
    "large) head -c 200000 /dev/zero | tr '\\0' x ;;\n"
    "stdin) cat; echo end ;;\n"
    "slow) echo started >>slow.log; sleep \"$2\"; echo done ;;\n"
    "esac\n";

struct fixture {
	struct loop loop;
	struct ssh *ssh;
	pid_t server;
	int port;
	char *directory, *key, *other_key, *known_hosts;
	char user[64];
};

static char *
read_file(const char *directory, const char *name)
{
	char *path = xasprintf("%s/%s", directory, name), *text = xcalloc(1, 65536);
	FILE *file = fopen(path, "r");

	CHECK(file != NULL);
	text[fread(text, 1, 65535, file)] = '\0';
	fclose(file);
	free(path);
	return text;
}

/* The ssh that is a child of 'parent'; 0: none. */
static pid_t
master_of(pid_t parent)
{
	char *path = xasprintf("/proc/%d/task/%d", parent, parent), comm[64], name[32] = "";
	char *children = read_file(path, "children"), *at = children;
	pid_t pid = 0;

	for (; *at && strcmp(name, "ssh\n") != 0; at += strspn(at, " ")) {
		FILE *file;

		pid = (pid_t)strtol(at, &at, 10);
		snprintf(comm, sizeof comm, "/proc/%d/comm", pid);
		file = fopen(comm, "r");
		if (file && !fgets(name, sizeof name, file))
			name[0] = '\0';
		if (file)
			fclose(file);
	}
	free(path);
	free(children);
	return strcmp(name, "ssh\n") == 0 ? pid : 0;
}

/* A process that has ended may wait for its parent to hear of it: it has no command line then. */
static bool
alive(pid_t pid)
{
	char *path = xasprintf("/proc/%d/cmdline", pid);
	FILE *file = fopen(path, "r");
	bool is = file && fgetc(file) != EOF;

	if (file)
		fclose(file);
	free(path);
	return is;
}

static void
shell(const struct fixture *f, const char *script)
{
	char port[16];

	snprintf(port, sizeof port, "%d", f->port);
	kit_command((const char *const[]){"sh", "-c", script, f->directory, port, NULL});
}

static void
start_server(struct fixture *f)
{
	char port[16];

	snprintf(port, sizeof port, "%d", f->port);
	f->server = kit_spawn((const char *const[]){"sh", "-c",
	    "PATH=$PATH:/usr/sbin; exec \"$(command -v sshd)\" -D -f $0/config -p $1", f->directory, port, NULL});
	for (int i = 0; i < 200 && !kit_listening(f->port); i++)
		usleep(20000);
	CHECK(kit_listening(f->port));
}

/* Not /proc/self/exe: that is valgrind, under valgrind. */
static struct ssh *
client(struct fixture *f)
{
	char *self = realpath((const char *)getauxval(AT_EXECFN), NULL);
	struct ssh *ssh = ssh_new(&f->loop, &(struct ssh_config){.runtime_dir = f->directory, .self = self, .connect_ms = 1000,
	    .idle_ms = 300});

	free(self);
	return ssh;
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->port = kit_port();
	f->directory = kit_directory();
	kit_write(f->directory, "forced", forced, 0755);
	shell(f, "cd $0 && for k in host key other; do ssh-keygen -q -t ed25519 -N '' -f $k; done &&"
	    "cp key.pub authorized && echo \"[127.0.0.1]:$1 $(cut -d' ' -f1,2 host.pub)\" >known &&"
	    "printf '%s\\n' 'ListenAddress 127.0.0.1' \"HostKey $0/host\" \"AuthorizedKeysFile $0/authorized\" 'StrictModes no'"
	    " 'UsePAM no' 'PidFile none' \"ForceCommand $0/forced\" 'MaxStartups 100' 'LogLevel QUIET' >config &&"
	    "id -un >user && { test $(id -u) -ne 0 || mkdir -p /run/sshd; }");
	f->key = read_file(f->directory, "key");
	f->other_key = read_file(f->directory, "other");
	f->known_hosts = read_file(f->directory, "known");
	f->key[strlen(f->key) - 1] = '\0';       /* as a Secret's easily is: without the newline */
	char *user = read_file(f->directory, "user");

	snprintf(f->user, sizeof f->user, "%.*s", (int)strcspn(user, "\n"), user);
	free(user);
	start_server(f);
	f->ssh = client(f);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	ssh_free(f->ssh);
	kit_stop(f->server);
	kit_loop_done(&f->loop);
	shell(f, "test -z \"$(ls -d $0/strait-ssh-* 2>/dev/null)\"");
	kit_remove(f->directory);
	free(f->key);
	free(f->other_key);
	free(f->known_hosts);
	free(f);
	return 0;
}

static struct ssh_run *
begin(struct fixture *f, const char *key, int64_t deadline_ms, struct kit_answer *a, const char *const *args)
{
	*a = (struct kit_answer){0};
	return ssh_start(f->ssh, &(struct ssh_ask){.address = "127.0.0.1", .port = f->port, .user = f->user,
	    .secret = "default/ops-ssh", .key = key, .known_hosts = f->known_hosts, .args = (char *const *)(uintptr_t)args,
	    .deadline_ms = deadline_ms, .done = kit_done, .user_data = a});
}

#define WORDS(...) (const char *const[]){__VA_ARGS__, NULL}

static void
run(struct fixture *f, struct kit_answer *a, const char *const *args)
{
	begin(f, f->key, 10000, a, args);
	CHECK(kit_until(&f->loop, &a->count, 1, 12000));
}

static void
commands_are_answered_with_output_and_status(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;
	int64_t before;

	run(f, &a, WORDS("show", "scylla-server.service", "--property=ActiveState"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 0);
	CHECK_TEXT(a.body, "show scylla-server.service --property=ActiveState\nActiveState=active\n");
	CHECK_TEXT(a.error, NULL);
	kit_free(&a);
	before = loop_up_ms();
	run(f, &a, WORDS("fail"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 5);
	CHECK_TEXT(a.body, "output\n");
	CHECK_TEXT(a.error, "Unit x not found.");
	CHECK(a.sent.up_ms >= before && a.sent.up_ms <= loop_up_ms());
	kit_free(&a);
	run(f, &a, WORDS("exit255"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 255);
	kit_free(&a);
	run(f, &a, WORDS("stdin"));
	CHECK_TEXT(a.body, "end\n");
	kit_free(&a);
}

static void
a_command_that_a_signal_ends_is_broken(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	run(f, &a, WORDS("die"));
	CHECK_INT(a.outcome, IO_BROKEN);
	kit_free(&a);
	run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

static void
output_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	run(f, &a, WORDS("large"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	CHECK_INT(a.status, 0);
	CHECK(strlen(a.body) > 32 << 10 && strlen(a.body) <= 64 << 10);
	kit_free(&a);
}

static void
many_commands_share_one_connection(void **state)
{
	enum { COUNT = 30 };
	struct fixture *f = *state;
	struct kit_answer a[COUNT];

	for (int i = 0; i < COUNT; i++)
		begin(f, f->key, 10000, &a[i], WORDS("slow", "0.05"));
	for (int i = 0; i < COUNT; i++) {
		CHECK(kit_until(&f->loop, &a[i].count, 1, 12000));
		CHECK_INT(a[i].outcome, IO_ANSWERED);
		CHECK_TEXT(a[i].body, "done\n");
		kit_free(&a[i]);
	}
}

static void
refused(struct fixture *f, const char *key, const char *why)
{
	struct kit_answer a;

	begin(f, key, 10000, &a, WORDS("show"));
	CHECK(kit_until(&f->loop, &a.count, 1, 12000));
	CHECK_INT(a.outcome, IO_REFUSED);
	CHECK_CONTAINS(a.error, f->user);
	CHECK_CONTAINS(a.error, "@127.0.0.1:");
	CHECK_CONTAINS(a.error, why);
	CHECK_CONTAINS(a.error, "default/ops-ssh");
	kit_free(&a);
}

static void
what_cannot_connect_says_why(void **state)
{
	struct fixture *f = *state;
	char *known = f->known_hosts;

	refused(f, f->other_key, "refuses the key");
	refused(f, "-----BEGIN OPENSSH PRIVATE KEY-----\nrubbish\n", "no usable private key");
	f->known_hosts = xasprintf("[127.0.0.1]:%d ssh-ed25519 "
	    "AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl\n", f->port);
	refused(f, f->key, "known_hosts");
	free(f->known_hosts);
	f->known_hosts = known;
	kit_stop(f->server);
	refused(f, f->key, "connection refused");
	start_server(f);
	struct kit_answer a;

	run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

static void
a_listener_that_never_greets_is_refused(void **state)
{
	struct fixture *f = *state;

	kill(f->server, SIGSTOP);
	refused(f, f->key, "no SSH greeting");
}

static void
a_deadline_ends_the_wait_not_the_command(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	run(f, &a, WORDS("show"));
	kit_free(&a);
	begin(f, f->key, 200, &a, WORDS("slow", "0.5"));
	CHECK(kit_until(&f->loop, &a.count, 1, 2000));
	CHECK_INT(a.outcome, IO_TIMEOUT);
	CHECK_CONTAINS(a.error, "the command has not ended within 0.2 s");
	kit_free(&a);
	run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
	shell(f, "grep -c started $0/slow.log | grep -qx 1");
}

static void
a_deadline_before_the_connection_means_never_delivered(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	kill(f->server, SIGSTOP);
	begin(f, f->key, 100, &a, WORDS("show"));
	CHECK(kit_until(&f->loop, &a.count, 1, 2000));
	CHECK_INT(a.outcome, IO_REFUSED);
	CHECK_CONTAINS(a.error, "no connection within 0.1 s");
	kit_free(&a);
}

static void
nothing_is_delivered_after_its_time(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a = {0};

	/* The connection takes longer than that to be made. */
	ssh_start(f->ssh, &(struct ssh_ask){.address = "127.0.0.1", .port = f->port, .user = f->user,
	    .secret = "default/ops-ssh", .key = f->key, .known_hosts = f->known_hosts,
	    .args = (char *const[]){(char[]){"slow"}, NULL}, .deadline_ms = 5000,
	    .not_after_up = loop_up_ms() + 20, .done = kit_done, .user_data = &a});
	CHECK(kit_until(&f->loop, &a.count, 1, 6000));
	CHECK_INT(a.outcome, IO_NOT_SENT);
	kit_free(&a);
	shell(f, "! test -e $0/slow.log");
}

static void
a_connection_that_ends_breaks_its_commands(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	begin(f, f->key, 10000, &a, WORDS("slow", "5"));
	kit_sleep(&f->loop, 900);
	CHECK_INT(a.count, 0);
	CHECK(master_of(getpid()) > 0);
	kill(master_of(getpid()), SIGKILL);
	CHECK(kit_until(&f->loop, &a.count, 1, 2000));
	CHECK_INT(a.outcome, IO_BROKEN);
	kit_free(&a);
	kit_sleep(&f->loop, 50);
	run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

static void
an_idle_connection_is_closed_and_made_again(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	run(f, &a, WORDS("show"));
	kit_free(&a);
	CHECK(master_of(getpid()) > 0);
	kit_sleep(&f->loop, 800);
	CHECK_INT(master_of(getpid()), 0);
	run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

static void
words_that_a_shell_would_read_are_refused(void **state)
{
	static const char *const bad[] = {"a b", "$(x)", "a;b", "", "a\nb", "*", "'", "~"};
	struct fixture *f = *state;
	struct kit_answer a;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		CHECK(begin(f, f->key, 1000, &a, WORDS("show", bad[i])) == NULL);
		CHECK_INT(a.count, 1);
		CHECK_INT(a.outcome, IO_NOT_SENT);
		kit_free(&a);
	}
}

static void
a_new_key_is_used_at_once(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;

	run(f, &a, WORDS("show"));
	kit_free(&a);
	refused(f, f->other_key, "refuses the key");
	shell(f, "cat $0/other.pub >$0/authorized");
	begin(f, f->other_key, 5000, &a, WORDS("show"));
	CHECK(kit_until(&f->loop, &a.count, 1, 6000));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
}

/* A controller that was killed leaves keys and a master behind: the one dies, the other is cleared up by the next. */
static void
what_a_killed_controller_leaves_goes_away(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a;
	pid_t pid = fork(), master = 0;

	if (pid == 0) {
		kit_loop(&f->loop);
		f->ssh = client(f);
		run(f, &a, WORDS("show"));
		kit_sleep(&f->loop, 60000);
	}
	for (int i = 0; i < 200 && !master; i++, usleep(10000))
		master = master_of(pid);
	CHECK(master > 0);
	usleep(500000);
	kit_stop(pid);
	for (int i = 0; i < 100 && alive(master); i++)
		usleep(10000);
	CHECK(!alive(master));
	shell(f, "ls -d $0/strait-ssh-*");
	run(f, &a, WORDS("show"));
	CHECK_INT(a.outcome, IO_ANSWERED);
	kit_free(&a);
	shell(f, "ls -d $0/strait-ssh-* | wc -l | grep -qx 1");
	shell(f, "test -z \"$(find $0/strait-ssh-* -type f -perm /077)\"");
}

static void
work_under_way_at_the_end_is_dropped(void **state)
{
	struct fixture *f = *state;
	struct kit_answer a[10];

	for (size_t i = 0; i < ARRAY_LEN(a); i++)
		begin(f, f->key, 10000, &a[i], WORDS("slow", "3"));
	kit_sleep(&f->loop, 600);
}

int
main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(commands_are_answered_with_output_and_status),
		CASE(a_command_that_a_signal_ends_is_broken),
		CASE(output_is_bounded),
		CASE(many_commands_share_one_connection),
		CASE(what_cannot_connect_says_why),
		CASE(a_listener_that_never_greets_is_refused),
		CASE(a_deadline_ends_the_wait_not_the_command),
		CASE(a_deadline_before_the_connection_means_never_delivered),
		CASE(nothing_is_delivered_after_its_time),
		CASE(a_connection_that_ends_breaks_its_commands),
		CASE(an_idle_connection_is_closed_and_made_again),
		CASE(words_that_a_shell_would_read_are_refused),
		CASE(a_new_key_is_used_at_once),
		CASE(what_a_killed_controller_leaves_goes_away),
		CASE(work_under_way_at_the_end_is_dropped),
	};

	if (argc > 1 && strcmp(argv[1], CHILD_WORD) == 0)
		return child_exec(argv + 2);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
