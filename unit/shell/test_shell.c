/* The shell with a core of the test's own: what it orders, and that each order is answered once and in order. Nobody
 * listens anywhere: every request ends, refused. */
#include "shell.h"

#include <signal.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "core.h"
#include "http.h"
#include "kube_client.h"
#include "kubeconfig.h"
#include "loop.h"
#include "redis.h"
#include "secret.h"
#include "ssh.h"

enum { SEEN_MAX = 64 };

struct core {
	struct shell *shell;
	void (*step)(struct core *core, const struct event *event, struct instant now, struct effects *out);
	char seen[4096];         /* a line per event */
	int answers[SEEN_MAX];   /* by id */
	enum outcome outcomes[SEEN_MAX];
	char errors[SEEN_MAX][256];
	int64_t wake_up_ms;
};

static const char *const event_names[] = {"start", "answer", "line", "wake", "jump", "stop"};

void
core_step(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	size_t len = strlen(core->seen);

	snprintf(core->seen + len, sizeof core->seen - len, "%s ", event_names[event->kind]);
	if (event->kind == EVENT_ANSWER && event->id < SEEN_MAX) {
		core->answers[event->id]++;
		core->outcomes[event->id] = event->outcome;
		snprintf(core->errors[event->id], sizeof core->errors[0], "%s", event->error ? event->error : "");
		CHECK(event->body != NULL && event->sent.up_ms > 0);
	}
	core->step(core, event, now, out);
}

bool
core_ready(const struct core *core)
{
	return core->wake_up_ms > 0;
}

void
core_metrics(const struct core *core, struct buf *out)
{
	(void)core;
	buf_puts(out, "up 1\n");
}

struct fixture {
	struct loop loop;
	struct shell shell;
	struct core core;
	struct kubeconfig kubeconfig;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);
	struct err err;

	CHECK_INT(loop_init(&f->loop, &err), 0);
	CHECK_INT(loop_catch(&f->loop, shell_on_signal, &f->shell, &err), 0);
	f->kubeconfig.server = xstrdup("http://127.0.0.1:1");
	f->core.shell = &f->shell;
	f->shell = (struct shell){
		.loop = &f->loop,
		.core = &f->core,
		.log = {.level = LOG_LEVEL_ERROR, .fd = STDERR_FILENO},
		.kube = kube_client_new(&f->loop, &f->kubeconfig, "test", 1000),
		.redis = redis_new(&f->loop, "redis://127.0.0.1:1", shell_on_redis, &f->shell, &err),
		.rest = http_new(&f->loop, &(struct http_config){.user_agent = "test", .connect_ms = 1000, .max_body = 1000}),
		.ssh = ssh_new(&f->loop, &(struct ssh_config){.self = "/proc/self/exe", .connect_ms = 1000, .idle_ms = 1000}),
		.secrets = secrets_new(),
	};
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	ssh_free(f->shell.ssh);
	http_free(f->shell.rest);
	kube_client_free(f->shell.kube);
	redis_free(f->shell.redis);
	CHECK_INT(loop_drain(&f->loop), 0);
	shell_done(&f->shell);
	secrets_free(f->shell.secrets);
	kubeconfig_done(&f->kubeconfig);
	CHECK_INT(uv_loop_close(&f->loop.uv), 0);
	free(f);
	return 0;
}

static void
order_exit(struct effects *out, int status)
{
	effects_add(out, EFFECT_EXIT, 0)->status = status;
}

static void
order_all(struct effects *out)
{
	struct effect *e = effects_add(out, EFFECT_REDIS, 1);

	e->redis.script = REDIS_PROBE;
	e->redis.uid = xstrdup("");
	e = effects_add(out, EFFECT_REST, 2);
	snprintf(e->rest.address, sizeof e->rest.address, "127.0.0.1");
	e->rest.port = 1;
	snprintf(e->rest.method, sizeof e->rest.method, "GET");
	e->rest.path = xstrdup("/x");
	e = effects_add(out, EFFECT_KUBE, 3);
	snprintf(e->kube.method, sizeof e->kube.method, "PATCH");
	e->kube.path = xstrdup("/apis/x");
	e->kube.content_type = "application/json";
	e->kube.body = xstrdup("{}");
	e = effects_add(out, EFFECT_HOST, 4);
	snprintf(e->host.address, sizeof e->host.address, "127.0.0.1");
	snprintf(e->host.secret, sizeof e->host.secret, "ops/ssh");
	e->host.args[0] = xstrdup("true");
}

static void
order_and_count(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	(void)now;
	if (event->kind == EVENT_START)
		order_all(out);
	if (core->answers[1] && core->answers[2] && core->answers[3] && core->answers[4])
		order_exit(out, 7);
}

static void
each_order_is_answered_once(void **state)
{
	struct fixture *f = *state;

	f->core.step = order_and_count;
	CHECK_INT(shell_run(&f->shell), 7);
	for (int id = 1; id <= 4; id++)
		CHECK_INT(f->core.answers[id], 1);
	CHECK_INT(f->core.outcomes[1], OUTCOME_REFUSED);
	CHECK_CONTAINS(f->core.errors[1], "redis://127.0.0.1:1: not connected");
	CHECK_INT(f->core.outcomes[2], OUTCOME_REFUSED);
	CHECK_CONTAINS(f->core.errors[2], "GET http://127.0.0.1:1/x: cannot connect: Connection refused");
	CHECK_INT(f->core.outcomes[3], OUTCOME_REFUSED);
	CHECK_INT(f->core.outcomes[4], OUTCOME_NOT_SENT);
	CHECK_CONTAINS(f->core.errors[4], "Secret ops/ssh");
}

static void
cancel_all(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	if (event->kind == EVENT_START) {
		order_all(out);
		/* Those that ended at once have their answers queued already. */
		for (uint64_t id = 1; id <= 4; id++)
			effects_add(out, EFFECT_CANCEL, id);
		effects_add(out, EFFECT_CANCEL, 99);
		out->wake_up_ms = core->wake_up_ms = now.up_ms + 60;
	} else if (event->kind == EVENT_WAKE) {
		CHECK(now.up_ms >= core->wake_up_ms);
		order_exit(out, 0);
	}
}

static void
what_is_cancelled_is_not_answered(void **state)
{
	struct fixture *f = *state;

	f->core.step = cancel_all;
	CHECK_INT(shell_run(&f->shell), 0);
	CHECK_TEXT(f->core.seen, "start wake ");
}

static void
wake_thrice(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	(void)event;
	if (++core->answers[0] == 4)
		order_exit(out, 0);
	else
		out->wake_up_ms = now.up_ms + (core->answers[0] == 2 ? -5 : 10);
}

static void
wakes_come_when_asked_even_late(void **state)
{
	struct fixture *f = *state;

	f->core.step = wake_thrice;
	shell_run(&f->shell);
	CHECK_TEXT(f->core.seen, "start wake wake wake ");
}

static void
jump_once(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	if (event->kind == EVENT_START)
		core->shell->offset_ms -= 1500;
	if (event->kind == EVENT_WAKE)
		order_exit(out, 0);
	else
		out->wake_up_ms = now.up_ms + 5;
}

static void
a_jump_of_the_clocks_comes_before_what_happened(void **state)
{
	struct fixture *f = *state;

	f->core.step = jump_once;
	shell_run(&f->shell);
	CHECK_TEXT(f->core.seen, "start jump wake ");
}

static void
stop_once(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	(void)core, (void)now;
	if (event->kind == EVENT_START)
		raise(SIGTERM);
	if (event->kind == EVENT_STOP)
		order_exit(out, 0);
}

static void
a_signal_is_an_event(void **state)
{
	struct fixture *f = *state;

	f->core.step = stop_once;
	CHECK_INT(shell_run(&f->shell), 0);
	CHECK_TEXT(f->core.seen, "start stop ");
}

static void
stop_never(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	(void)core, (void)now, (void)out;
	if (event->kind == EVENT_START || event->kind == EVENT_STOP)
		raise(SIGTERM);
}

static void
a_second_signal_leaves_at_once(void **state)
{
	struct fixture *f = *state;

	f->core.step = stop_never;
	CHECK_INT(shell_run(&f->shell), 1);
}

static void
pages_tell_what_the_core_says(void **state)
{
	struct fixture *f = *state;
	struct buf out CLEANUP_BUF = BUF_INIT(1000);
	const char *type = NULL;

	CHECK_INT(shell_page(&f->shell, "/metrics", &out, &type), 200);
	CHECK_TEXT(buf_str(&out), "up 1\n");
	CHECK_CONTAINS(type, "0.0.4");
	CHECK_INT(shell_page(&f->shell, "/healthz", &out, &type), 200);
	CHECK_INT(shell_page(&f->shell, "/readyz", &out, &type), 503);
	CHECK_INT(shell_page(&f->shell, "/", &out, &type), 404);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(each_order_is_answered_once),
		CASE(what_is_cancelled_is_not_answered),
		CASE(wakes_come_when_asked_even_late),
		CASE(a_jump_of_the_clocks_comes_before_what_happened),
		CASE(a_signal_is_an_event),
		CASE(a_second_signal_leaves_at_once),
		CASE(pages_tell_what_the_core_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
