#include "ssh_private.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "loop.h"

enum { HUNG_MS = 500 };          /* from our greeting to ssh's, which is a process on this machine */

struct ssh *
ssh_new(struct loop *loop, const struct ssh_config *config)
{
	struct ssh *ssh = xcalloc(1, sizeof *ssh);

	ssh->loop = loop;
	ssh->config = *config;
	ssh->self = xstrdup(config->self);
	ssh->runtime_dir = xstrdup_or_null(config->runtime_dir);
	ssh->null = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return ssh;
}

/* Out of its master's list. */
static void
detach(struct ssh_run *run)
{
	struct ssh_master *m = run->master;

	if (run->active) {
		*(run->previous ? &run->previous->next : &m->active) = run->next;
		if (run->next)
			run->next->previous = run->previous;
		*(run->forward_port ? &m->nforwards : &m->nactive) -= 1;
		run->active = false;
		return;
	}
	for (struct ssh_run **at = &m->waiting, *before = NULL; *at; before = *at, at = &(*at)->next) {
		if (*at != run)
			continue;
		*at = run->next;
		if (m->waiting_last == run)
			m->waiting_last = before;
		return;
	}
}

/* The command's own words on stderr: their end is what matters, and it is for a log line or a status. */
static const char *
trimmed(struct buf *errors)
{
	size_t from;

	while (errors->len && strchr(" \t\r\n", errors->data[errors->len - 1]))
		errors->data[--errors->len] = '\0';
	if (!errors->len)
		return NULL;
	from = errors->len > BUF_MAX_ERROR ? errors->len - BUF_MAX_ERROR : 0;
	while (((unsigned char)errors->data[from] & 0xc0) == 0x80)
		from++;                  /* not in the middle of a character */
	return errors->data + from;
}

void
ssh_run_end(struct ssh_run *run, enum io_outcome outcome, const char *why)
{
	struct ssh_master *m = run->master;
	struct io_answer answer = {.outcome = outcome, .body = &run->body, .status = run->status};

	detach(run);
	answer.sent = run->sent.up_ms ? run->sent : loop_now();
	answer.error = why ? why : trimmed(&run->errors);
	if (why)
		buf_clear(&run->body);
	run->done(run->user, &answer);
	ssh_mux_close(run);
	ssh_master_next(m);
}

/* Its master has been asked for a greeting, which takes no host, and said nothing: it is of no use to anybody. */
static bool
is_hung(const struct ssh_run *run)
{
	return run->active && !run->greeted && loop_up_ms() - run->asked_up_ms >= HUNG_MS;
}

/* Nobody waits any more. A master that has not opened a session yet would still send the command, however late, once its
 * host wakes up: it must not. Before the greeting nothing has left, and what others have on the connection goes on. */
static void
give_up(struct ssh_run *run)
{
	if (is_hung(run) || (run->active && run->sent.up_ms && !run->opened))
		ssh_master_kill(run->master);
}

void
ssh_cancel(struct ssh_run *run)
{
	struct ssh_master *m = run->master;

	give_up(run);
	detach(run);
	ssh_mux_close(run);
	ssh_master_next(m);
}

static void
on_deadline(uv_timer_t *timer)
{
	struct ssh_run *run = timer->data;
	struct ssh_master *m = run->master;
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);
	bool silent = run->active && !run->greeted;

	if (run->exited) {               /* something it left behind holds the output open */
		ssh_run_end(run, IO_ANSWERED, NULL);
		return;
	}
	buf_printf(&why, "%s: %s within %g s", m->place, run->sent.up_ms ? "the command has not ended" :
	    silent ? "ssh's control socket says nothing" : run->active ? "no forward to " SSH_LOOPBACK :
	    m->ready ? "no place on the connection" : "no connection", (double)run->deadline_ms / 1000);
	give_up(run);
	ssh_run_end(run, run->sent.up_ms ? IO_TIMEOUT : IO_REFUSED, buf_str(&why));
}

struct ssh *
ssh_free(struct ssh *ssh)
{
	struct ssh_master *m;

	if (!ssh)
		return NULL;
	for (m = ssh->masters; m; m = m->next) {
		m->ended = true;
		while (m->active)
			ssh_cancel(m->active);
		while (m->waiting)
			ssh_cancel(m->waiting);
		ssh_master_kill(m);
	}
	/* Their ends are awaited: no file of theirs must come after we have cleared up. SIGKILL takes no time. */
	while (ssh->masters)
		loop_turn(ssh->loop, true);
	ssh_files_done(ssh);
	close(ssh->null);
	free(ssh->self);
	free(ssh->runtime_dir);
	free(ssh);
	return NULL;
}

static struct ssh_run *
refuse(const struct ssh_ask *ask, const char *why)
{
	struct buf none = BUF_INIT(0);
	struct io_answer answer = {.outcome = IO_NOT_SENT, .body = &none, .error = why, .sent = loop_now()};

	ask->done(ask->user_data, &answer);
	return NULL;
}

/* sshd hands the words to a shell: they are joined by spaces, and nothing in them may mean anything to it. */
static int
join(const struct ssh_ask *ask, struct buf *out, struct err *err)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@/=,+-";

	for (char *const *arg = ask->args; arg && *arg; arg++) {
		if (!**arg || (*arg)[strspn(*arg, safe)])
			return err_set(err, "not sent: the argument \"%s\" holds a character outside A-Z a-z 0-9 . _ : @ / "
			    "= , + -", *arg);
		buf_printf(out, "%s%s", out->len ? " " : "", *arg);
	}
	if (ask->user[0] == '-' || !ask->user[0] || ask->user[strspn(ask->user, safe)])
		return err_set(err, "not sent: the user \"%s\" is no user's name", ask->user);
	return out->len || ask->forward_port ? 0 : err_set(err, "not sent: no command was given");
}

static struct ssh_run *
run_new(struct ssh_master *m, const struct ssh_ask *ask, struct buf *command)
{
	struct ssh_run *run = xcalloc(1, sizeof *run);

	run->master = m;
	run->command = ask->forward_port ? NULL : buf_take(command);
	run->forward_port = ask->forward_port;
	run->on_opened = ask->opened;
	run->not_after_up = ask->not_after_up;
	run->deadline_ms = ask->deadline_ms;
	run->control.fd = run->out.fd = run->err.fd = -1;
	buf_init(&run->inbox, SSH_INBOX);
	buf_init(&run->body, SSH_STDOUT);
	buf_init(&run->errors, SSH_STDERR);
	run->done = ask->done;
	run->user = ask->user_data;
	uv_timer_init(&m->ssh->loop->uv, &run->deadline);
	run->deadline.data = run;
	if (ask->deadline_ms)
		loop_timer(&run->deadline, on_deadline, ask->deadline_ms);
	*(m->waiting_last ? &m->waiting_last->next : &m->waiting) = run;
	m->waiting_last = run;
	return run;
}

struct ssh_run *
ssh_start(struct ssh *ssh, const struct ssh_ask *ask)
{
	struct buf command CLEANUP_BUF = BUF_INIT(SSH_STDERR);
	const struct ssh_keys *keys;
	struct ssh_master *m;
	struct ssh_run *run;
	struct err err;

	if (join(ask, &command, &err) || ssh_files_keys(ssh, ask, &keys, &err))
		return refuse(ask, err.text);
	m = ssh_master_find(ssh, ask, keys);
	if (!m)
		m = ssh_master_new(ssh, ask, keys);
	if (!m)
		return refuse(ask, "cannot start ssh: is the OpenSSH client installed?");
	run = run_new(m, ask, &command);
	ssh_master_next(m);
	return run->closing ? NULL : run;
}
