/* Shared by ssh.c (commands and their queue), ssh_master.c (connections), ssh_mux.c (a command's way through one),
 * ssh_forward.c (a forward's) and ssh_files.c (keys on disk). A run is a command or a forward. */
#pragma once

#include <stdbool.h>
#include <uv.h>

#include "ssh.h"

enum {
	SSH_STDOUT = BUF_MAX_STDOUT,
	SSH_STDERR = BUF_MAX_STDERR,
	SSH_INBOX = BUF_MAX_MUX_PACKET + (320 << 10),    /* of a packet's rest, and what is read at once */
	SSH_PATH = 108,                  /* what a socket's address holds */
	SSH_PLACE = 160,
};

struct ssh_master;

/* A key and its known_hosts as files. Replaced as a whole when the Secret changes: masters of the old one end with
 * their commands. */
struct ssh_keys {
	struct ssh_keys *next;
	char *secret;
	uint64_t digest;
	char key_path[SSH_PATH], known_path[SSH_PATH];
};

struct ssh {
	struct loop *loop;
	struct ssh_config config;
	char *self;
	char *runtime_dir;
	char directory[SSH_PATH];        /* ours alone; "" until it is needed */
	int lock;                        /* held as long as we live: who finds it free may clear up after us */
	int null;                        /* /dev/null */
	unsigned serial;                 /* names files */
	struct ssh_keys *keys;
	struct ssh_master *masters;
};

struct ssh_master {
	struct ssh *ssh;
	struct ssh_master *next;
	char address[64], user[64], secret[256];
	int port;
	uint64_t digest;                 /* of the keys it was started with */
	char place[SSH_PLACE];           /* "ssh user@address:port", for texts */
	char socket[SSH_PATH];
	uv_process_t process;
	uv_pipe_t errors;                /* its stderr */
	uv_timer_t timer;                /* looks for the socket; then counts idleness */
	struct buf said;
	char refusal[160];               /* why the host opened no channel, as ssh last said it; "" */
	char chunk[512];
	int64_t patience_up;             /* killed if not ready by then */
	bool ready, ended, started, impatient;
	bool stale;                      /* takes nothing new, and ends with what it has */
	int closing;
	struct ssh_run *waiting, *waiting_last;  /* oldest first, by 'next' */
	struct ssh_run *active;                  /* doubly linked */
	int nactive, nforwards;                  /* commands among them, and forwards */
};

struct ssh_poll {
	uv_poll_t poll;
	int fd;                          /* -1: closed */
	bool open;                       /* the handle was made */
};

struct ssh_run {
	struct ssh_master *master;
	struct ssh_run *next, *previous;
	bool active;                     /* has one of the master's places, else waits */
	char *command;                   /* NULL: a forward */
	int forward_port;
	int64_t not_after_up, deadline_ms;
	uv_timer_t deadline;
	struct ssh_poll control, out, err;
	struct buf inbox, body, errors;
	int64_t asked_up_ms;             /* when we greeted its master, once active */
	struct instant sent;             /* up_ms 0: not yet */
	bool greeted, opened, exited;
	int status;
	int closing;                     /* handles still open, once it has ended */
	ssh_opened_fn *on_opened;
	io_done_fn *done;
	void *user;
};

#define SSH_LOOPBACK "127.0.0.1"         /* where a forward leads to, seen from the host */

/* ssh_files.c: 0, or -1 and why. */
int ssh_files_keys(struct ssh *ssh, const struct ssh_ask *ask, const struct ssh_keys **ret, struct err *err);
void ssh_files_done(struct ssh *ssh);

/* ssh_master.c */
struct ssh_master *ssh_master_find(struct ssh *ssh, const struct ssh_ask *ask, const struct ssh_keys *keys);
struct ssh_master *ssh_master_new(struct ssh *ssh, const struct ssh_ask *ask, const struct ssh_keys *keys);
/* End it; its waiting commands are refused. */
void ssh_master_kill(struct ssh_master *master);
/* A command has come or gone: begin what can begin, count idleness. */
void ssh_master_next(struct ssh_master *master);
/* Why it could not connect, as a sentence with a remedy. */
void ssh_master_why(const struct ssh_master *master, struct buf *out);
/* Read what ssh has said meanwhile: 'refusal' is the newest then. */
void ssh_master_listen(struct ssh_master *master);

/* ssh_mux.c: begin the command; it ends through ssh_run_end(). */
void ssh_mux_start(struct ssh_run *run);
/* The master's process has ended: read what it left for us, and end the command. */
void ssh_mux_lost(struct ssh_run *run);
/* Small, and among the first on a fresh socket: it goes out whole or not at all. 0 or -1. */
int ssh_mux_send(const struct ssh_run *run, const struct buf *packet);
/* Close its descriptors and handles; frees the run once they are closed. */
void ssh_mux_close(struct ssh_run *run);

/* ssh_forward.c: ask for it over the control socket, 0 or -1; it stands; and why the host did not make it, as a sentence
 * with a remedy. */
int ssh_forward_send(struct ssh_run *run);
void ssh_forward_opened(struct ssh_run *run);
void ssh_forward_why(struct ssh_run *run, struct buf *out);

/* ssh.c: the one completion. 'why' NULL: answered. */
void ssh_run_end(struct ssh_run *run, enum io_outcome outcome, const char *why);
