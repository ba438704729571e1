/* A forward: a connection from the host to a port of its loopback, asked of the master as "ssh -W" does. One end of a
 * socket pair goes to the master, the other to whoever asked, once the host has connected and not before: what is written
 * then has somebody who reads it. Nothing listens anywhere, and with the control socket the forward goes too. */
#include "ssh_private.h"

#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "child.h"
#include "loop.h"
#include "ssh_packet.h"

int
ssh_forward_send(struct ssh_run *run)
{
	struct buf packet CLEANUP_BUF = BUF_INIT(BUF_MAX_MUX_PACKET);
	int control = run->control.fd, pair[2];
	bool bad;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, pair))
		return -1;
	run->out.fd = pair[0];
	mux_put_forward(&packet, SSH_LOOPBACK, run->forward_port);
	/* Its input and its output. */
	bad = ssh_mux_send(run, &packet) || child_pass_fd(control, pair[1]) || child_pass_fd(control, pair[1]);
	close(pair[1]);
	return bad ? -1 : 0;
}

void
ssh_forward_opened(struct ssh_run *run)
{
	int socket = run->out.fd;

	run->out.fd = -1;
	run->sent = loop_now();
	uv_timer_stop(&run->deadline);
	run->on_opened(run->user, socket);
}

void
ssh_forward_why(struct ssh_run *run, struct buf *out)
{
	struct ssh_master *m = run->master;

	ssh_master_listen(m);
	/* What sshd allows is settled at the login: once somebody has mended it, there must be another. */
	m->stale = m->stale || strstr(m->refusal, "administratively prohibited");
	if (m->stale)
		buf_printf(out, "%s: its sshd forbids to connect to " SSH_LOOPBACK ":%d; sshd_config must allow this user "
		    "AllowTcpForwarding and PermitOpen, and the key in authorized_keys port-forwarding", m->place,
		    run->forward_port);
	else if (m->refusal[0])
		buf_printf(out, "%s: on the host nothing takes a connection to " SSH_LOOPBACK ":%d: %s", m->place,
		    run->forward_port, m->refusal);
	else
		buf_printf(out, "%s: the host made no connection to " SSH_LOOPBACK ":%d: nothing listens there, or its sshd "
		    "does not allow it (AllowTcpForwarding, PermitOpen)", m->place, run->forward_port);
}
