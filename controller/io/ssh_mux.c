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

enum {
	MUX_VERSION = 4,
	MUX_PACKET_MAX = BUF_MAX_MUX_PACKET,
	MUX_MSG_HELLO = 0x00000001,
	MUX_C_NEW_SESSION = 0x10000002,
};

/* These do not fit an int. */
#define MUX_S_PERMISSION_DENIED 0x80000002u
#define MUX_S_FAILURE 0x80000003u
#define MUX_S_EXIT_MESSAGE 0x80000004u
#define MUX_S_SESSION_OPENED 0x80000006u
#define NO_ESCAPE_CHARACTER 0xffffffffu

static void
put_u32(struct buf *out, uint32_t value)
{
	const unsigned char bytes[4] = {(unsigned char)(value >> 24), (unsigned char)(value >> 16),
	    (unsigned char)(value >> 8), (unsigned char)value};

	buf_put(out, bytes, sizeof bytes);
}

static void
put_string(struct buf *out, const char *text)
{
	put_u32(out, (uint32_t)strlen(text));
	buf_puts(out, text);
}

static uint32_t
get_u32(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

/* Small, and the first on a fresh socket: it goes out whole or not at all. */
static int
send_packet(int fd, const struct buf *payload)
{
	struct buf packet CLEANUP_BUF = BUF_INIT(MUX_PACKET_MAX);

	put_u32(&packet, (uint32_t)payload->len);
	buf_put(&packet, payload->data, payload->len);
	return send(fd, packet.data, packet.len, MSG_NOSIGNAL) == (ssize_t)packet.len ? 0 : -1;
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

/* What has come; false at its end. Past its maximum a buffer drops it, and the command goes on undisturbed. */
static bool
take(struct ssh_poll *p, struct buf *into)
{
	char chunk[16384];
	ssize_t got;

	while (p->fd >= 0 && (got = read(p->fd, chunk, sizeof chunk)) != -1) {
		if (got == 0)
			return false;
		buf_put(into, chunk, (size_t)got);
	}
	return p->fd >= 0 && (errno == EAGAIN || errno == EINTR);
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
	struct buf packet CLEANUP_BUF = BUF_INIT(MUX_PACKET_MAX);
	int control = run->control.fd;

	put_u32(&packet, MUX_C_NEW_SESSION);
	put_u32(&packet, 0);                     /* our request's number: each socket carries one */
	put_string(&packet, "");                 /* reserved */
	for (int i = 0; i < 4; i++)
		put_u32(&packet, 0);             /* no terminal, X11, agent, subsystem */
	put_u32(&packet, NO_ESCAPE_CHARACTER);
	put_string(&packet, "");                 /* terminal type */
	put_string(&packet, run->command);
	if (send_packet(control, &packet))
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

/* The master has greeted: the command leaves now or not at all. */
static void
request(struct ssh_run *run)
{
	int out = -1, err = -1;
	bool bad;

	if (run->not_after_up && loop_up_ms() > run->not_after_up) {
		ssh_run_end(run, IO_NOT_SENT, "not sent: its time was over before the connection was ready");
		return;
	}
	bad = make_pipe(run, &run->out, &out) || make_pipe(run, &run->err, &err) || send_session(run, out, err);
	if (out >= 0)
		close(out);
	if (err >= 0)
		close(err);
	if (bad)
		end_unless_sent(run, "cannot hand the command to the connection");
}

static void
end_refused(struct ssh_run *run, const char *reason, size_t len)
{
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);

	buf_printf(&why, "%s: the host opened no session for the command: %.*s", run->master->place, (int)len, reason);
	ssh_run_end(run, IO_REFUSED, buf_str(&why));
}

/* One packet's payload. False when the run has ended. */
static bool
on_packet(struct ssh_run *run, const char *at, size_t len)
{
	uint32_t type = len >= 4 ? get_u32(at) : 0, length;

	switch (type) {
	case MUX_MSG_HELLO:
		if (len < 8 || get_u32(at + 4) != MUX_VERSION) {
			ssh_run_end(run, IO_NOT_SENT, "this ssh speaks another multiplexing protocol than version 4");
			return false;
		}
		run->greeted = true;
		request(run);
		return run->active;
	case MUX_S_SESSION_OPENED:
		run->opened = true;
		return true;
	case MUX_S_EXIT_MESSAGE:
		run->exited = len >= 12;
		run->status = run->exited ? (int)get_u32(at + 8) : 0;
		return true;
	case MUX_S_FAILURE:
	case MUX_S_PERMISSION_DENIED:
		length = len >= 12 ? get_u32(at + 8) : 0;
		end_refused(run, length <= len - 12 ? at + 12 : "", length <= len - 12 ? length : 0);
		return false;
	default:
		return true;             /* of no matter to us */
	}
}

static bool
on_inbox(struct ssh_run *run)
{
	while (run->inbox.len >= 4) {
		size_t len = get_u32(run->inbox.data);

		if (run->inbox.len - 4 < len)
			break;
		if (!on_packet(run, run->inbox.data + 4, len))
			return false;
		buf_consume(&run->inbox, len + 4);
	}
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
	buf_printf(&why, "%s: the connection ended before the command did, or a signal ended the command",
	    run->master->place);
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
	if (!more || !buf_ok(&run->inbox))
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
	put_u32(&hello, MUX_MSG_HELLO);
	put_u32(&hello, MUX_VERSION);
	run->control.fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (run->control.fd < 0 || connect(run->control.fd, (struct sockaddr *)&address, sizeof address) ||
	    send_packet(run->control.fd, &hello) || poll_open(run, &run->control, on_control)) {
		int why = errno;

		ssh_master_kill(run->master);    /* it has gone, or is of no use */
		errno = why;
		end_unless_sent(run, "cannot reach the connection's control socket");
	}
}
