/* A command's way through a master: the client's side of OpenSSH's PROTOCOL.mux, version 4. We greet each other, send
 * the command with our three descriptors, and hear that a session was opened (or why not) and how the command ended.
 * When the master closes the socket, all output has been written into the pipes. */
#include "ssh_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "child.h"
#include "loop.h"
#include "ssh_packet.h"

enum { AT_ONCE = 16 };           /* pieces read before others have their turn */

int
ssh_mux_send(const struct ssh_run *run, const struct buf *packet)
{
	return send(run->control.fd, packet->data, packet->len, MSG_NOSIGNAL) == (ssize_t)packet->len ? 0 : -1;
}

static void
on_closed(uv_handle_t *handle)
{
	struct ssh_run *run = handle->data;

	if (--run->closing)
		return;
	buf_done(&run->inbox);
	buf_done(&run->body);
	buf_done(&run->errors);
	free(run->command);
	free(run);
}

static void
poll_close(struct ssh_run *run, struct ssh_poll *p)
{
	if (p->open) {
		run->closing++;
		uv_close((uv_handle_t *)&p->poll, on_closed);
	}
	if (p->fd >= 0)
		close(p->fd);
	p->open = false;
	p->fd = -1;
}

void
ssh_mux_close(struct ssh_run *run)
{
	run->closing = 1;
	uv_close((uv_handle_t *)&run->deadline, on_closed);
	poll_close(run, &run->control);
	poll_close(run, &run->out);
	poll_close(run, &run->err);
}

static int
poll_open(struct ssh_run *run, struct ssh_poll *p, uv_poll_cb callback)
{
	if (uv_poll_init(&run->master->ssh->loop->uv, &p->poll, p->fd))
		return -1;
	p->open = true;
	p->poll.data = run;
	return uv_poll_start(&p->poll, UV_READABLE, callback);
}

/* As much of it as there is room for: past its maximum a buffer drops a piece whole. */
static void
keep(struct buf *into, const char *bytes, size_t len)
{
	size_t room = into->max - into->len;

	buf_put(into, bytes, len < room ? len : room);
}

/* What has come, or some of it: the rest makes the loop call again. False at its end. What a buffer has no room for is
 * read all the same, and the command goes on undisturbed. */
static bool
take(struct ssh_poll *p, struct buf *into)
{
	char chunk[16384];
	ssize_t got = 0;

	for (int i = 0; i < AT_ONCE && p->fd >= 0 && (got = read(p->fd, chunk, sizeof chunk)) != -1; i++) {
		if (got == 0)
			return false;
		keep(into, chunk, (size_t)got);
	}
	return p->fd >= 0 && (got > 0 || errno == EAGAIN || errno == EINTR);
}

static void
on_output(uv_poll_t *poll, int status, int events)
{
	struct ssh_run *run = poll->data;
	bool is_out = poll == &run->out.poll;

	(void)status, (void)events;
	if (!take(is_out ? &run->out : &run->err, is_out ? &run->body : &run->errors))
		uv_poll_stop(poll);      /* its end; the master says on the socket how it ended */
}

static int
make_pipe(struct ssh_run *run, struct ssh_poll *p, int *ret_write)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -1;
	p->fd = fds[0];
	*ret_write = fds[1];
	if (fcntl(fds[0], F_SETFL, O_NONBLOCK))
		return -1;
	return poll_open(run, p, on_output);
}

static int
send_session(struct ssh_run *run, int out, int err)
{
	struct buf packet CLEANUP_BUF = BUF_INIT(BUF_MAX_MUX_PACKET);
	int control = run->control.fd;

	mux_put_command(&packet, run->command);
	if (ssh_mux_send(run, &packet))
		return -1;
	run->sent = loop_now();
	if (child_pass_fd(control, run->master->ssh->null) || child_pass_fd(control, out) || child_pass_fd(control, err))
		return -1;
	return 0;
}

static void
end_unless_sent(struct ssh_run *run, const char *what)
{
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);

	buf_printf(&why, "%s: %s: %s", run->master->place, what, strerror(errno));
	ssh_run_end(run, run->sent.up_ms ? IO_BROKEN : IO_REFUSED, buf_str(&why));
}

static int
send_command(struct ssh_run *run)
{
	int out = -1, err = -1;
	bool bad = make_pipe(run, &run->out, &out) || make_pipe(run, &run->err, &err) || send_session(run, out, err);

	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	return bad ? -1 : 0;
}

/* The master has greeted: the command leaves now or not at all. */
static void
request(struct ssh_run *run)
{
	if (run->not_after_up && loop_up_ms() > run->not_after_up)
		ssh_run_end(run, IO_NOT_SENT, "not sent: its time was over before the connection was ready");
	else if (run->forward_port ? ssh_forward_send(run) : send_command(run))
		end_unless_sent(run, "cannot hand the command to the connection");
}

/* The master is not one to go on with. Once the command has left, nobody can say that it was not delivered: only a master
 * that opened no session for it can. */
static bool
end_broken(struct ssh_run *run, const char *what)
{
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);

	ssh_master_kill(run->master);
	buf_printf(&why, "%s: ssh's control socket: %s", run->master->place, what);
	ssh_run_end(run, run->sent.up_ms ? IO_BROKEN : IO_REFUSED, buf_str(&why));
	return false;
}

static bool
end_refused(struct ssh_run *run, const struct mux_message *message)
{
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);

	if (run->forward_port)
		ssh_forward_why(run, &why);
	else
		buf_printf(&why, "%s: the host opened no session for the command: %.*s", run->master->place,
		    (int)message->len, message->reason);
	ssh_run_end(run, run->opened ? IO_BROKEN : IO_REFUSED, buf_str(&why));
	return false;
}

/* False when the run has ended. */
static bool
on_message(struct ssh_run *run, const struct mux_message *message)
{
	if (!run->greeted && message->kind != MUX_HELLO && message->kind != MUX_OTHER)
		return end_broken(run, "it answered before its greeting");
	switch (message->kind) {
	case MUX_HELLO:
		if (run->greeted)
			return end_broken(run, "a second greeting");
		run->greeted = true;
		request(run);
		return run->active;
	case MUX_OPENED:
		if (run->forward_port && !run->opened)
			ssh_forward_opened(run);
		run->opened = true;
		return run->active;
	case MUX_EXITED:
		/* The first counts. */
		run->status = run->exited ? run->status : message->status;
		run->exited = true;
		return true;
	case MUX_FAILED:
		return end_refused(run, message);
	default:
		return true;
	}
}

static bool
on_inbox(struct ssh_run *run)
{
	struct mux_message message;
	struct err err;
	size_t at = 0;
	long len = 0;

	while (at < run->inbox.len && (len = mux_read(run->inbox.data + at, run->inbox.len - at, &message, &err)) > 0) {
		if (!on_message(run, &message))
			return false;
		at += (size_t)len;
	}
	if (len < 0)
		return end_broken(run, err.text);
	buf_consume(&run->inbox, at);
	return true;
}

static void
end_closed(struct ssh_run *run)
{
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);

	take(&run->out, &run->body);
	take(&run->err, &run->errors);
	if (run->exited) {
		ssh_run_end(run, IO_ANSWERED, NULL);
		return;
	}
	buf_printf(&why, "%s: %s", run->master->place, run->forward_port ? "the connection ended, or the forward through it"
	    : "the connection ended before the command did, or a signal ended the command");
	ssh_run_end(run, run->sent.up_ms ? IO_BROKEN : IO_REFUSED, buf_str(&why));
}

static void
on_control(uv_poll_t *poll, int status, int events)
{
	struct ssh_run *run = poll->data;
	bool more = take(&run->control, &run->inbox);

	(void)status, (void)events;
	if (!on_inbox(run))
		return;
	if (!more)
		end_closed(run);
}

/* The master's process has ended: read what it left for us. */
void
ssh_mux_lost(struct ssh_run *run)
{
	take(&run->control, &run->inbox);
	if (on_inbox(run))
		end_closed(run);
}

void
ssh_mux_start(struct ssh_run *run)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct buf hello CLEANUP_BUF = BUF_INIT(64);

	snprintf(address.sun_path, sizeof address.sun_path, "%s", run->master->socket);
	mux_put_hello(&hello);
	run->asked_up_ms = loop_up_ms();
	run->control.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (run->control.fd < 0 || connect(run->control.fd, (struct sockaddr *)&address, sizeof address) ||
	    ssh_mux_send(run, &hello) || poll_open(run, &run->control, on_control)) {
		int why = errno;

		ssh_master_kill(run->master);    /* it has gone, or is of no use */
		errno = why;
		end_unless_sent(run, "cannot reach the connection's control socket");
	}
}
