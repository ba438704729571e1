/* Commands on hosts, and connections to what listens there on the loopback, over the OpenSSH client: one supervised
 * master connection per user, host and key, a child of ours; commands and forwards go through it by OpenSSH's own
 * multiplexing protocol (PROTOCOL.mux), so that one costs a message and not a process, and what was never delivered is
 * known as such. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "answer.h"
#include "err.h"

struct loop;
struct ssh;
struct ssh_run;

struct ssh_config {
	const char *runtime_dir;         /* for the private directory; NULL: $XDG_RUNTIME_DIR, /run/strait or /tmp */
	const char *self;                /* our own program's path, to start it as what child.h says */
	int64_t connect_ms;              /* to a host: TCP and greeting; logging in may take 5 s more */
	int64_t idle_ms;                 /* a connection without work is closed after so long */
};

/* A forward stands: the host has connected. The socket is the callee's to close. */
typedef void ssh_opened_fn(void *user, int socket);

/* All borrowed for the call. */
struct ssh_ask {
	const char *address;             /* numeric */
	int port;                        /* 0: 22 */
	const char *user;
	const char *secret;              /* "namespace/name" of the keys, for texts and as their identity */
	const char *key, *known_hosts;   /* the content of the files */
	char *const *args;               /* a command: NULL after the last; each of [A-Za-z0-9._:@/=,+-] */
	int forward_port;                /* instead of one: a connection from the host to this port of its 127.0.0.1; or 0 */
	int64_t deadline_ms;             /* from now; 0: none. A forward's: until it stands */
	int64_t not_after_up;            /* 0: no limit */
	ssh_opened_fn *opened;           /* a forward's; afterwards it is kept until ssh_cancel() or 'done' */
	io_done_fn *done;                /* status: the command's; body: its output (64 KiB); error: its stderr. Of a
					  * forward: it could not be made, or has ended by itself */
	void *user_data;
};

/* No file is made and nothing started before the first command. */
struct ssh *ssh_new(struct loop *loop, const struct ssh_config *config);
/* Commands and forwards are dropped without their done, masters killed, files removed. */
struct ssh *ssh_free(struct ssh *ssh);
/* NULL when it has ended already, its done called. */
struct ssh_run *ssh_start(struct ssh *ssh, const struct ssh_ask *ask);
/* The connection to the command is closed; the command itself may go on. A forward is closed at both ends. */
void ssh_cancel(struct ssh_run *run);
