#include "kube_exec.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "alloc.h"
#include "buf.h"
#include "kube_credential.h"
#include "kubeconfig.h"

enum { DEADLINE_MS = 30000, PATIENCE_MS = 300000, CHUNK = 4096, HANDLES = 4 };

struct kube_exec {
	uv_process_t process;
	uv_pipe_t out, err;
	uv_timer_t deadline;
	unsigned open;               /* handles that are not closed yet */
	unsigned awaited;            /* of the exit and the two ends */
	bool spawned;                /* the process is a handle that has to be closed */
	bool alive;                  /* there is a process, and it has not ended */
	bool cancelled, late;
	int64_t status;
	int signal;
	struct buf words, complaint;
	char chunk[CHUNK];
	struct kubeconfig *config;
	kube_exec_fn *done;
	void *user;
	char problem[512];
};

/* "FILE: user "dev": exec: aws …: why" */
static void
judge(struct kube_exec *run)
{
	const struct kube_exec_plan *plan = run->config->exec;
	const char *hint = plan->install_hint;
	struct err err = {""};
	char how[48];

	if (run->problem[0])
		return;
	if (run->late)
		snprintf(how, sizeof how, "did not end in time");
	else if (run->signal)
		snprintf(how, sizeof how, "was ended by signal %d", run->signal);
	else
		snprintf(how, sizeof how, "ended with status %d", (int)run->status);
	if (run->late || run->signal || run->status)
		snprintf(run->problem, sizeof run->problem, "%s: %s %s%s%.200s%s%.100s", plan->place, plan->argv[0], how,
		    run->complaint.len ? ": " : "", buf_str(&run->complaint), hint && run->status == 127 ? "; " : "",
		    hint && run->status == 127 ? hint : "");
	else if (!buf_ok(&run->words))
		snprintf(run->problem, sizeof run->problem, "%s: %s printed more than %d bytes", plan->place, plan->argv[0],
		    BUF_MAX_STDOUT);
	else if (kube_exec_take(run->config, buf_str(&run->words), run->words.len, &err))
		snprintf(run->problem, sizeof run->problem, "%s", err.text);
}

static void
on_closed(uv_handle_t *handle)
{
	struct kube_exec *run = handle->data;

	if (--run->open > 0)
		return;
	if (!run->cancelled) {
		judge(run);
		run->done(run->user, run->problem[0] ? run->problem : NULL);
	}
	if (run->words.data)
		explicit_bzero(run->words.data, run->words.len);
	explicit_bzero(run->chunk, sizeof run->chunk);
	buf_done(&run->words);
	buf_done(&run->complaint);
	free(run);
}

static void
close_all(struct kube_exec *run)
{
	uv_handle_t *const handles[HANDLES] = {(uv_handle_t *)&run->process, (uv_handle_t *)&run->out, (uv_handle_t *)&run->err,
	    (uv_handle_t *)&run->deadline};

	for (size_t i = 0; i < HANDLES; i++)
		if ((i > 0 || run->spawned) && !uv_is_closing(handles[i]))
			uv_close(handles[i], on_closed);
}

static void
came(struct kube_exec *run)
{
	if (--run->awaited == 0)
		close_all(run);
}

static void
on_exit_status(uv_process_t *process, int64_t status, int signal)
{
	struct kube_exec *run = process->data;

	run->alive = false;
	run->status = status;
	run->signal = signal;
	came(run);
}

/* What it started itself may hold its pipes: then the end is the deadline. */
static void
on_late(uv_timer_t *timer)
{
	struct kube_exec *run = timer->data;

	run->late = true;
	if (run->alive)
		uv_process_kill(&run->process, SIGKILL);
	close_all(run);
}

static void
give_room(uv_handle_t *handle, size_t size, uv_buf_t *ret)
{
	struct kube_exec *run = handle->data;

	(void)size;
	*ret = uv_buf_init(run->chunk, sizeof run->chunk);
}

static void
on_read(uv_stream_t *stream, ssize_t len, const uv_buf_t *buf)
{
	struct kube_exec *run = stream->data;

	if (len > 0)
		buf_put(stream == (uv_stream_t *)&run->out ? &run->words : &run->complaint, buf->base, (size_t)len);
	if (len >= 0)
		return;
	uv_read_stop(stream);
	came(run);
}

/* Ours, the plan's, and the question; owned, the words borrowed but for the last. */
static char **
environment(const struct kubeconfig *config, char *info)
{
	const struct kube_exec_plan *plan = config->exec;
	size_t count = 0, n = 0;
	char **env;

	while (environ[count])
		count++;
	env = xcalloc(count + plan->nenv + 2, sizeof *env);
	/* The first of a name counts. */
	env[n++] = info;
	for (size_t i = 0; i < plan->nenv; i++)
		env[n++] = plan->env[i];
	for (size_t i = 0; i < count; i++)
		env[n++] = environ[i];
	return env;
}

static int
spawn(struct kube_exec *run, uv_loop_t *loop, bool interactive)
{
	const struct kube_exec_plan *plan = run->config->exec;
	char *question CLEANUP_FREE = kube_credential_question(run->config, interactive);
	char *info CLEANUP_FREE = xasprintf("KUBERNETES_EXEC_INFO=%s", question);
	char **env = environment(run->config, info);
	uv_stdio_container_t stdio[3] = {
		{.flags = interactive ? UV_INHERIT_FD : UV_IGNORE, .data.fd = STDIN_FILENO},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&run->out},
		{.flags = UV_CREATE_PIPE | UV_WRITABLE_PIPE, .data.stream = (uv_stream_t *)&run->err},
	};
	const uv_process_options_t options = {.file = plan->argv[0], .args = plan->argv, .env = env, .stdio = stdio,
	    .stdio_count = 3, .exit_cb = on_exit_status};
	int rc;

	if (interactive)        /* it asks there */
		stdio[2] = (uv_stdio_container_t){.flags = UV_INHERIT_FD, .data.fd = STDERR_FILENO};
	rc = uv_spawn(loop, &run->process, &options);
	free(env);
	run->spawned = true;    /* whatever came of it */
	run->open++;
	if (rc)
		return rc;
	run->alive = true;
	run->awaited = interactive ? 2 : 3;
	uv_read_start((uv_stream_t *)&run->out, give_room, on_read);
	if (!interactive)
		uv_read_start((uv_stream_t *)&run->err, give_room, on_read);
	return 0;
}

struct kube_exec *
kube_exec_start(uv_loop_t *loop, struct kubeconfig *config, bool interactive, kube_exec_fn *done, void *user)
{
	struct kube_exec *run = xcalloc(1, sizeof *run);
	const struct kube_exec_plan *plan = config->exec;
	int rc;

	run->words = (struct buf)BUF_INIT(BUF_MAX_STDOUT);
	run->complaint = (struct buf)BUF_INIT(BUF_MAX_STDERR);
	run->config = config;
	run->done = done;
	run->user = user;
	uv_pipe_init(loop, &run->out, 0);
	uv_pipe_init(loop, &run->err, 0);
	uv_timer_init(loop, &run->deadline);
	run->open = HANDLES - 1;
	run->process.data = run->out.data = run->err.data = run->deadline.data = run;
	rc = spawn(run, loop, interactive);
	if (rc)
		snprintf(run->problem, sizeof run->problem, "%s: %s cannot be run: %s%s%.200s", plan->place, plan->argv[0],
		    uv_strerror(rc), plan->install_hint ? "; " : "", plan->install_hint ? plan->install_hint : "");
	uv_update_time(loop);
	uv_timer_start(&run->deadline, on_late, rc ? 0 : interactive ? PATIENCE_MS : DEADLINE_MS, 0);
	return run;
}

void
kube_exec_cancel(struct kube_exec *run)
{
	if (!run)
		return;
	run->cancelled = true;
	if (run->alive)
		uv_process_kill(&run->process, SIGKILL);
	close_all(run);
}

/* --- waited for --- */

static void
on_done(void *user, const char *problem)
{
	struct err *err = user;

	snprintf(err->text, sizeof err->text, "%s", problem ? problem : "");
}

int
kube_exec_now(struct kubeconfig *config, struct err *err)
{
	bool terminal = isatty(STDIN_FILENO);
	struct err why = {""};
	uv_loop_t loop;

	if (config->exec->mode == KUBE_EXEC_ALWAYS && !terminal)
		return err_set(err, "%s: %s wants a terminal (interactiveMode: Always), and there is none", config->exec->place,
		    config->exec->argv[0]);
	if (uv_loop_init(&loop))
		return err_set(err, "%s: no event loop", config->exec->place);
	kube_exec_start(&loop, config, terminal && config->exec->mode != KUBE_EXEC_NEVER, on_done, &why);
	uv_run(&loop, UV_RUN_DEFAULT);
	uv_loop_close(&loop);
	return why.text[0] ? err_set(err, "%s", why.text) : 0;
}
