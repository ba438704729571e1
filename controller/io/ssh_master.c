/* The master connections: ssh -M -N as our own child, which dies with us. It is ready when its control socket stands;
 * when it ends, what it said tells why. */
#include "ssh_private.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "child.h"
#include "counts.h"
#include "loop.h"

/* What of ssh tells why a host opened no channel; its name stands before each of its words. */
#define REFUSAL_LOGGER "channel_input_open_failure"

enum {
	LOOK_MS = 10,            /* for the socket */
	AT_ONCE = 8,             /* pieces of what it says, before others have their turn */
	LOGIN_MS = 5000,         /* after the connection, to log in */
	LAST_WORD_MS = 200,      /* after its end, for what it said; a child of its may hold its standard error for ever */
};

static void
on_closed(uv_handle_t *handle)
{
	struct ssh_master *m = handle->data;

	if (--m->closing)
		return;
	buf_done(&m->said);
	free(m);
}

static void
refuse_waiting(struct ssh_master *m)
{
	struct buf why CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);

	ssh_master_why(m, &why);
	while (m->waiting)
		ssh_run_end(m->waiting, IO_REFUSED, buf_str(&why));
}

/* The process has ended and said its last word. */
static void
finish(struct ssh_master *m)
{
	struct ssh_master **at = &m->ssh->masters;

	while (*at != m)
		at = &(*at)->next;
	*at = m->next;
	m->ended = true;
	unlink(m->socket);
	while (m->active)
		ssh_mux_lost(m->active);
	refuse_waiting(m);
	m->closing = 3;
	uv_close((uv_handle_t *)&m->timer, on_closed);
	uv_close((uv_handle_t *)&m->errors, on_closed);
	uv_close((uv_handle_t *)&m->process, on_closed);
}

static void
on_last_word(uv_timer_t *timer)
{
	finish(timer->data);
}

static void
on_ended(uv_process_t *process, int64_t status, int signal)
{
	struct ssh_master *m = process->data;

	(void)status, (void)signal;
	m->started = false;
	m->ended = true;
	if (!uv_is_active((uv_handle_t *)&m->errors))
		finish(m);
	else
		loop_timer(&m->timer, on_last_word, LAST_WORD_MS);
}

static void
on_alloc(uv_handle_t *handle, size_t size, uv_buf_t *ret)
{
	struct ssh_master *m = handle->data;

	(void)size;
	*ret = uv_buf_init(m->chunk, sizeof m->chunk);
}

/* ssh tells of each channel that the host did not open, in lines of their own: these are no reason of the connection's end,
 * and must not crowd one out. */
static void
take_refusals(struct ssh_master *m)
{
	static const char reason[] = "open failed: ";
	const char *line, *end, *at;

	while ((line = m->said.len ? strstr(m->said.data, REFUSAL_LOGGER "(") : NULL) && (end = strchr(line, '\n'))) {
		at = strstr(line, reason);
		if (at && at < end)
			snprintf(m->refusal, sizeof m->refusal, "%.*s", (int)strcspn(at + strlen(reason), "\r\n"),
			    at + strlen(reason));
		buf_consume(&m->said, (size_t)(end + 1 - m->said.data));
	}
}

static void
said(struct ssh_master *m, const char *bytes, size_t len)
{
	buf_put(&m->said, bytes, len);
	take_refusals(m);
}

void
ssh_master_listen(struct ssh_master *m)
{
	char chunk[1024];
	uv_os_fd_t fd;
	ssize_t got;

	if (uv_is_closing((uv_handle_t *)&m->errors) || uv_fileno((uv_handle_t *)&m->errors, &fd))
		return;
	for (int i = 0; i < AT_ONCE && (got = read(fd, chunk, sizeof chunk)) > 0; i++)
		said(m, chunk, (size_t)got);
}

static void
on_said(uv_stream_t *stream, ssize_t got, const uv_buf_t *bytes)
{
	struct ssh_master *m = stream->data;

	if (got > 0)
		said(m, bytes->base, (size_t)got);
	if (got >= 0)
		return;
	uv_read_stop(stream);
	if (!m->started)
		finish(m);
}

static void
on_idle(uv_timer_t *timer)
{
	struct ssh_master *m = timer->data;

	m->ended = true;
	uv_process_kill(&m->process, SIGTERM);
}

static void
on_look(uv_timer_t *timer)
{
	struct ssh_master *m = timer->data;

	if (access(m->socket, F_OK) == 0) {
		m->ready = true;
		ssh_master_next(m);
	} else if (loop_up_ms() > m->patience_up) {
		m->impatient = true;
		ssh_master_kill(m);
	} else {
		loop_timer(timer, on_look, LOOK_MS);
	}
}

void
ssh_master_kill(struct ssh_master *m)
{
	m->ended = true;
	if (!m->started)
		return;                  /* its last word is awaited */
	uv_timer_stop(&m->timer);
	uv_process_kill(&m->process, SIGKILL);
}

/* The oldest that there is a place for: commands do not wait for forwards, nor these for them. */
static struct ssh_run *
take_waiting(struct ssh_master *m)
{
	struct ssh_run **at = &m->waiting, *before = NULL, *run;

	for (; (run = *at); before = run, at = &run->next) {
		if (run->forward_port ? m->nforwards >= COUNT_MAX_HOST_FORWARDS : m->nactive >= COUNT_MAX_HOST_COMMANDS)
			continue;
		*at = run->next;
		if (m->waiting_last == run)
			m->waiting_last = before;
		return run;
	}
	return NULL;
}

void
ssh_master_next(struct ssh_master *m)
{
	struct ssh_run *run;

	if (!m->ready || m->ended)
		return;
	uv_timer_stop(&m->timer);
	while (!m->ended && (run = take_waiting(m))) {
		run->active = true;
		run->next = m->active;
		if (run->next)
			run->next->previous = run;
		m->active = run;
		*(run->forward_port ? &m->nforwards : &m->nactive) += 1;
		ssh_mux_start(run);
	}
	if (!m->active && !m->waiting && !m->ended)
		loop_timer(&m->timer, on_idle, m->stale ? 1 : m->ssh->config.idle_ms);
}

struct ssh_master *
ssh_master_find(struct ssh *ssh, const struct ssh_ask *ask, const struct ssh_keys *keys)
{
	struct ssh_master *m = ssh->masters;
	int port = ask->port ? ask->port : 22;

	while (m && (m->ended || m->stale || m->port != port || m->digest != keys->digest ||
	    strcmp(m->address, ask->address) != 0 || strcmp(m->user, ask->user) != 0 || strcmp(m->secret, ask->secret) != 0))
		m = m->next;
	return m;
}

/* The first value of an option wins, and nothing comes from the files of whoever we run as. */
static int
spawn(struct ssh_master *m, const struct ssh_keys *keys)
{
	const struct ssh *ssh = m->ssh;
	char known[SSH_PATH + 24], timeout[40], port[16], parent[32], path[1024], proxy[1024];
	const char *argv[] = {ssh->self, CHILD_EXEC, "ssh", "-F", "none", "-M", "-N", "-T", "-x", "-a", "-S",
	    m->socket, "-i", keys->key_path, "-oIdentitiesOnly=yes", "-oBatchMode=yes", "-oStrictHostKeyChecking=yes", known,
	    "-oGlobalKnownHostsFile=none", "-oUpdateHostKeys=no", timeout, "-oServerAliveInterval=5",
	    "-oServerAliveCountMax=3", "-oLogLevel=ERROR", "-oIgnoreUnknown=LogVerbose",
	    "-oLogVerbose=*" REFUSAL_LOGGER "*", "-oControlPersist=no", "-oProxyUseFdpass=yes", proxy,
	    "-p", port, "-l", m->user, "--",
	    m->address, NULL};
	const char *env[] = {path, parent, "HOME=/", NULL};
	uv_stdio_container_t stdio[3] = {{.flags = UV_IGNORE}, {.flags = UV_IGNORE},
	    {.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&m->errors}};
	uv_process_options_t options = {.file = ssh->self, .args = (char **)(uintptr_t)argv,
	    .env = (char **)(uintptr_t)env, .cwd = "/", .stdio = stdio, .stdio_count = 3, .exit_cb = on_ended};
	const char *path_now = getenv("PATH");

	snprintf(known, sizeof known, "-oUserKnownHostsFile=%s", keys->known_path);
	snprintf(timeout, sizeof timeout, "-oConnectTimeout=%d", (int)((ssh->config.connect_ms + 999) / 1000));
	snprintf(port, sizeof port, "%d", m->port);
	/* Through a shell; % is ssh's own. */
	snprintf(proxy, sizeof proxy, "-oProxyCommand='%s' " CHILD_CONNECT " %s %d %d", ssh->self, m->address, m->port,
	    (int)ssh->config.connect_ms);
	snprintf(parent, sizeof parent, "STRAIT_PARENT=%d", (int)getpid());
	snprintf(path, sizeof path, "PATH=%s", path_now ? path_now : "/usr/bin:/bin");
	return uv_spawn(&ssh->loop->uv, &m->process, &options);
}

struct ssh_master *
ssh_master_new(struct ssh *ssh, const struct ssh_ask *ask, const struct ssh_keys *keys)
{
	struct ssh_master *m = xcalloc(1, sizeof *m);
	int rc;

	m->ssh = ssh;
	m->port = ask->port ? ask->port : 22;
	m->digest = keys->digest;
	snprintf(m->address, sizeof m->address, "%s", ask->address);
	snprintf(m->user, sizeof m->user, "%s", ask->user);
	snprintf(m->secret, sizeof m->secret, "%s", ask->secret);
	snprintf(m->place, sizeof m->place, "ssh %s@%s:%d", m->user, m->address, m->port);
	snprintf(m->socket, sizeof m->socket, "%.*s/s%u", SSH_PATH - 32, ssh->directory, ++ssh->serial);
	buf_init(&m->said, SSH_STDERR);
	uv_timer_init(&ssh->loop->uv, &m->timer);
	uv_pipe_init(&ssh->loop->uv, &m->errors, 0);
	m->timer.data = m->errors.data = m->process.data = m;
	rc = spawn(m, keys);
	m->next = ssh->masters;
	ssh->masters = m;
	if (rc) {
		/* The handles were made all the same. */
		buf_printf(&m->said, "cannot start ssh: %s", uv_strerror(rc));
		finish(m);
		return NULL;
	}
	m->process.data = m;
	m->started = true;
	uv_read_start((uv_stream_t *)&m->errors, on_alloc, on_said);
	m->patience_up = loop_up_ms() + ssh->config.connect_ms + LOGIN_MS;
	loop_timer(&m->timer, on_look, LOOK_MS);
	return m;
}

void
ssh_master_why(const struct ssh_master *m, struct buf *out)
{
	static const char authorized[] = "the host refuses the key; put its public half into the user's "
	    "authorized_keys there";
	static const struct {
		const char *said, *means;
	} table[] = {
		{"Host key verification failed", "the host's key is not the one in known_hosts of the Secret, or not in "
		    "it; make sure of the host, then put what ssh-keyscan prints into known_hosts"},
		{"Load key", "ssh-privatekey of the Secret is no usable private key (it must be whole, and have no "
		    "passphrase)"},
		{"Permission denied", authorized},
		{"Too many authentication", authorized},
		{"Connection refused", "nothing listens there (connection refused); is sshd running, is the port right?"},
		{"No route to host", "there is no route to the host"},
		{"Network is unreachable", "there is no route to the host (network is unreachable)"},
		{"banner exchange", "connected, but no SSH greeting came; is this port sshd's?"},
		{"exchange_identification: Connection", "the host closed the connection before the SSH greeting; does sshd "
		    "refuse our address, or has it too many connections (MaxStartups)?"},
		{"exchange_identification", "connected, but what answers there is no SSH greeting; is this port sshd's?"},
		{"timed out", "the connection timed out; is the host up, does a firewall drop us?"},
		{"No user exists for uid", "we run under a uid that has no passwd entry, which ssh insists on"},
	};
	const char *said = buf_str(&m->said);

	buf_printf(out, "%s: ", m->place);
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (strstr(said, table[i].said)) {
			buf_printf(out, "%s (Secret %s)", table[i].means, m->secret);
			return;
		}
	}
	if (m->impatient)
		buf_puts(out, "no connection was ready in time");
	else if (*said)
		buf_printf(out, "%.*s", (int)strcspn(said, "\r\n"), said);
	else
		buf_puts(out, "the connection ended");
}
