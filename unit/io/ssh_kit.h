/* For tests of ssh: a real sshd with a forced command that plays the host, and a client to it. */
#pragma once

#include <sys/types.h>

#include "kit.h"
#include "ssh.h"

struct ssh_fixture {
	struct loop loop;
	struct ssh *ssh;
	pid_t server;
	int port;
	char *directory, *key, *other_key, *known_hosts;
	char user[64];
};

#define WORDS(...) (const char *const[]){__VA_ARGS__, NULL}

/* Set-up and tear-down; *state becomes a struct ssh_fixture. */
int ssh_kit_up(void **state);
int ssh_kit_down(void **state);
void ssh_kit_server(struct ssh_fixture *f);
struct ssh *ssh_kit_client(struct ssh_fixture *f);
/* Begin a command with this key; and: run one with the good key to its end. */
struct ssh_run *ssh_kit_begin(struct ssh_fixture *f, const char *key, int64_t deadline_ms, struct kit_answer *a,
    const char *const *args);
void ssh_kit_run(struct ssh_fixture *f, struct kit_answer *a, const char *const *args);
/* A command is refused, and the text says where, why and by which Secret. */
void ssh_kit_refused(struct ssh_fixture *f, const char *key, const char *why);
/* Run a script in sh, with the directory as $0 and the port as $1; it must succeed. */
void ssh_kit_shell(const struct ssh_fixture *f, const char *script);
/* sshd's process of the last connection that has logged in; 0: none. */
pid_t ssh_kit_session(const struct ssh_fixture *f);
/* A signal to sshd's processes of the connections that there are; the listener goes on. Returns to how many. */
int ssh_kit_hosts(const struct ssh_fixture *f, int signal);
/* Turn the loop until that file is in the host's directory: "slow.log" of the command "slow", "started" and "ended" of
 * "held", which ends when the file "go" is there. */
void ssh_kit_await(struct ssh_fixture *f, const char *name);
/* The ssh that is a child of 'parent'; 0: none. */
pid_t ssh_kit_master(pid_t parent);
bool ssh_kit_alive(pid_t pid);
