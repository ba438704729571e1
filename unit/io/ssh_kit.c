#include "ssh_kit.h"

#include <signal.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"

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
    "loud) head -c 6000 /dev/zero | tr '\\0' e >&2; exit 1 ;;\n"
    "stdin) cat; echo end ;;\n"
    "slow) echo started >>slow.log; sleep \"$2\"; echo done ;;\n"
    "held) >started; for i in $(seq 1500); do test -e go && break; sleep 0.02; done; test -e go && >ended ;;\n"
    "esac\n";

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

/* The nth child of a process that is called so; 0: none. */
static pid_t
child_of(pid_t parent, const char *called, int nth)
{
	char *path = xasprintf("/proc/%d/task/%d", parent, parent), comm[64], name[32];
	char *children = read_file(path, "children"), *at = children;
	pid_t found = 0;

	for (; *at && !found; at += strspn(at, " ")) {
		pid_t pid = (pid_t)strtol(at, &at, 10);
		FILE *file;

		snprintf(comm, sizeof comm, "/proc/%d/comm", pid);
		file = fopen(comm, "r");
		if (file && fgets(name, sizeof name, file) && strncmp(name, called, strlen(called)) == 0 && nth-- == 0)
			found = pid;
		if (file)
			fclose(file);
	}
	free(path);
	free(children);
	return found;
}

pid_t
ssh_kit_master(pid_t parent)
{
	return child_of(parent, "ssh\n", 0);
}

/* It calls itself "sshd: user@notty" then. One that just ends may be there still, before it. */
pid_t
ssh_kit_session(const struct ssh_fixture *f)
{
	pid_t session = 0;

	for (int i = 0; ; i++) {
		pid_t pid = child_of(f->server, "sshd", i);
		char *path = xasprintf("/proc/%d/cmdline", pid), title[128] = "";
		FILE *file = pid ? fopen(path, "r") : NULL;

		free(path);
		if (!pid)
			return session;
		if (file && fgets(title, sizeof title, file) && strchr(title, '@'))
			session = pid;
		if (file)
			fclose(file);
	}
}

int
ssh_kit_hosts(const struct ssh_fixture *f, int signal)
{
	int count = 0;

	for (pid_t pid; (pid = child_of(f->server, "sshd", count)); count++) {
		pid_t unprivileged = child_of(pid, "sshd", 0);

		kill(pid, signal);
		if (unprivileged)
			kill(unprivileged, signal);
	}
	return count;
}

/* A process that has ended may wait for its parent to hear of it: it has no command line then. */
bool
ssh_kit_alive(pid_t pid)
{
	char *path = xasprintf("/proc/%d/cmdline", pid);
	FILE *file = fopen(path, "r");
	bool is = file && fgetc(file) != EOF;

	if (file)
		fclose(file);
	free(path);
	return is;
}

void
ssh_kit_shell(const struct ssh_fixture *f, const char *script)
{
	char port[16];

	snprintf(port, sizeof port, "%d", f->port);
	kit_command((const char *const[]){"sh", "-c", script, f->directory, port, NULL});
}

void
ssh_kit_server(struct ssh_fixture *f)
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
struct ssh *
ssh_kit_client(struct ssh_fixture *f)
{
	char *self = realpath((const char *)getauxval(AT_EXECFN), NULL);
	struct ssh *ssh = ssh_new(&f->loop, &(struct ssh_config){.runtime_dir = f->directory, .self = self, .connect_ms = 2000,
	    .idle_ms = 300});

	free(self);
	return ssh;
}

int
ssh_kit_up(void **state)
{
	struct ssh_fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->port = kit_port();
	f->directory = kit_directory();
	kit_write(f->directory, "forced", forced, 0755);
	/* A bash that sshd starts reads the .bashrc of whoever tests, unless another shell is above it. */
	ssh_kit_shell(f, "cd $0 && for k in host key other; do ssh-keygen -q -t ed25519 -N '' -f $k; done &&"
	    "cp key.pub authorized && echo \"[127.0.0.1]:$1 $(cut -d' ' -f1,2 host.pub)\" >known &&"
	    "printf '%s\\n' 'ListenAddress 127.0.0.1' \"HostKey $0/host\" \"AuthorizedKeysFile $0/authorized\" 'StrictModes no'"
	    " 'UsePAM no' 'SetEnv SHLVL=9' 'PidFile none'"
	    " \"ForceCommand $0/forced\" 'MaxStartups 100' 'LogLevel QUIET' >config &&"
	    "id -un >user && { test $(id -u) -ne 0 || mkdir -p /run/sshd; }");
	f->key = read_file(f->directory, "key");
	f->other_key = read_file(f->directory, "other");
	f->known_hosts = read_file(f->directory, "known");
	f->key[strlen(f->key) - 1] = '\0';       /* as a Secret's easily is: without the newline */
	char *user = read_file(f->directory, "user");

	snprintf(f->user, sizeof f->user, "%.*s", (int)strcspn(user, "\n"), user);
	free(user);
	ssh_kit_server(f);
	f->ssh = ssh_kit_client(f);
	*state = f;
	return 0;
}

int
ssh_kit_down(void **state)
{
	struct ssh_fixture *f = *state;

	ssh_free(f->ssh);
	kit_stop(f->server);
	kit_loop_done(&f->loop);
	ssh_kit_shell(f, "test -z \"$(ls -d $0/strait-ssh-* 2>/dev/null)\"");
	kit_remove(f->directory);
	free(f->key);
	free(f->other_key);
	free(f->known_hosts);
	free(f);
	return 0;
}

struct ssh_run *
ssh_kit_begin(struct ssh_fixture *f, const char *key, int64_t deadline_ms, struct kit_answer *a, const char *const *args)
{
	*a = (struct kit_answer){0};
	return ssh_start(f->ssh, &(struct ssh_ask){.address = "127.0.0.1", .port = f->port, .user = f->user,
	    .secret = "default/ops-ssh", .key = key, .known_hosts = f->known_hosts, .args = (char *const *)(uintptr_t)args,
	    .deadline_ms = deadline_ms, .done = kit_done, .user_data = a});
}

void
ssh_kit_run(struct ssh_fixture *f, struct kit_answer *a, const char *const *args)
{
	ssh_kit_begin(f, f->key, 10000, a, args);
	CHECK(kit_until(&f->loop, &a->count, 1, 12000));
}

void
ssh_kit_refused(struct ssh_fixture *f, const char *key, const char *why)
{
	struct kit_answer a;

	ssh_kit_begin(f, key, 10000, &a, WORDS("show"));
	CHECK(kit_until(&f->loop, &a.count, 1, 12000));
	CHECK_INT(a.outcome, IO_REFUSED);
	CHECK_CONTAINS(a.error, f->user);
	CHECK_CONTAINS(a.error, "@127.0.0.1:");
	CHECK_CONTAINS(a.error, why);
	CHECK_CONTAINS(a.error, "default/ops-ssh");
	kit_free(&a);
}

void
ssh_kit_await(struct ssh_fixture *f, const char *name)
{
	char *path = xasprintf("%s/%s", f->directory, name);

	for (int i = 0; i < 1000 && access(path, F_OK); i++)
		kit_sleep(&f->loop, 10);
	CHECK_INT(access(path, F_OK), 0);
	free(path);
}
