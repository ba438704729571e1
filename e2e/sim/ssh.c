/* The nodes' hosts: a real sshd for each connection, as inetd would start it, so that a fleet may have more addresses
 * than the 16 that one sshd listens on, and so that a host can go away. Its forced command comes back through the
 * control port. */
#include <stdlib.h>
#include <signal.h>

#include "alloc.h"
#include "server.h"

struct session {
	uv_process_t process;
	struct session *next, **at;
};

static void
freed(uv_handle_t *handle)
{
	free(handle->data);
}

static void
ended(uv_process_t *process, int64_t status, int number)
{
	struct session *session = process->data;

	(void)status, (void)number;
	*session->at = session->next;
	if (session->next)
		session->next->at = session->at;
	uv_close((uv_handle_t *)process, freed);
}

static void
start_sshd(struct door *door, uv_file socket)
{
	const struct server *server = door->server;
	struct session *session = xcalloc(1, sizeof *session);
	char *args[] = {(char *)(uintptr_t)server->sshd, (char *)(uintptr_t)"-i", (char *)(uintptr_t)"-f",
	    (char *)(uintptr_t)server->sshd_config, NULL};
	uv_stdio_container_t stdio[] = {
		{.flags = UV_INHERIT_FD, .data.fd = socket},
		{.flags = UV_INHERIT_FD, .data.fd = socket},
		{.flags = UV_IGNORE},
	};
	uv_process_options_t options = {.file = server->sshd, .args = args, .stdio = stdio, .stdio_count = 3,
	    .exit_cb = ended};
	int rc;

	session->process.data = session;
	rc = uv_spawn(&door->server->loop, &session->process, &options);
	if (rc) {
		fprintf(stderr, "scylla-sim: %s: %s\n", server->sshd, uv_strerror(rc));
		uv_close((uv_handle_t *)&session->process, freed);
		return;
	}
	session->next = door->sessions;
	session->at = &door->sessions;
	if (session->next)
		session->next->at = &session->next;
	door->sessions = session;
}

void
ssh_accept(struct door *door)
{
	uv_tcp_t *tcp = xcalloc(1, sizeof *tcp);
	uv_os_fd_t socket;

	tcp->data = tcp;
	uv_tcp_init(&door->server->loop, tcp);
	if (!uv_accept((uv_stream_t *)door->listener, (uv_stream_t *)tcp) && !uv_fileno((uv_handle_t *)tcp, &socket))
		start_sshd(door, socket);
	uv_close((uv_handle_t *)tcp, freed);
}

void
ssh_end(struct door *door)
{
	for (struct session *session = door->sessions; session; session = session->next)
		uv_process_kill(&session->process, SIGTERM);
}
