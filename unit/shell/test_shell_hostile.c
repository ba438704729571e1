/* The shell between a core and peers that mean harm: each order is answered once, soon, by one error that names the peer,
 * in bounded memory; and of a Secret nothing but its name gets through, however broken what holds it is. */
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "child.h"
#include "core.h"
#include "http.h"
#include "kit_evil.h"
#include "kit_master.h"
#include "kube_client.h"
#include "kubeconfig.h"
#include "loop.h"
#include "redis.h"
#include "secret.h"
#include "shell.h"
#include "ssh.h"

#include <sys/auxv.h>

enum { ROOM = 96 << 20, BODY = 4 << 20, DEADLINE_MS = 700, ALARM_S = 60, LINES = 8 };

/* A core that gives one order and keeps what comes of it. */
struct core {
	void (*order)(struct core *core, struct effects *out);
	int port, answers, lines;
	enum outcome outcome;
	size_t len;
	char *body, *error, *line[LINES];
};

void
core_step(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	(void)now;
	if (event->kind == EVENT_START)
		core->order(core, out);
	if (event->kind == EVENT_LINE && core->lines < LINES)
		core->line[core->lines++] = xstrndup(event->body, event->len);
	if (event->kind != EVENT_ANSWER)
		return;
	core->answers++;
	core->outcome = event->outcome;
	core->len = event->len;
	core->body = xstrndup(event->body, event->len);
	core->error = xstrdup(event->error ? event->error : "");
	effects_add(out, EFFECT_EXIT, 0)->status = 0;
}

bool
core_ready(const struct core *core)
{
	return core->answers > 0;
}

void
core_metrics(const struct core *core, struct buf *out)
{
	(void)core, (void)out;
}

/* AddressSanitizer keeps what was freed. */
static bool
can_measure(void)
{
#ifdef __SANITIZE_ADDRESS__
	return false;
#else
	return true;
#endif
}

struct fixture {
	struct core core;
	struct kit_evil evil;
	char *directory, *self;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	alarm(ALARM_S);
	f->self = realpath((const char *)getauxval(AT_EXECFN), NULL);
	f->directory = kit_directory();
	*state = f;
	return 0;
}

static void
forget(struct core *core)
{
	while (core->lines > 0)
		free(core->line[--core->lines]);
	free(core->body);
	free(core->error);
	*core = (struct core){0};
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	forget(&f->core);
	kit_remove(f->directory);
	free(f->self);
	free(f);
	return 0;
}

static void
shell_up(struct fixture *f, struct loop *loop, struct kubeconfig *kubeconfig, struct shell *ret)
{
	struct err err;

	CHECK_INT(loop_catch(loop, shell_on_signal, ret, &err), 0);
	*ret = (struct shell){
		.loop = loop,
		.core = &f->core,
		.log = {.level = LOG_LEVEL_ERROR, .fd = STDERR_FILENO},
		.kube = kube_client_new(loop, kubeconfig, "test", 1000),
		.redis = redis_new(loop, "redis://127.0.0.1:1", shell_on_redis, ret, &err),
		.rest = http_new(loop, &(struct http_config){.user_agent = "test", .connect_ms = 1000, .stall_ms = 2000,
		    .max_body = BODY}),
		.ssh = ssh_new(loop, &(struct ssh_config){.runtime_dir = f->directory, .self = f->self, .connect_ms = 1000,
		    .idle_ms = 1000}),
		.secrets = secrets_new(),
	};
}

static void
shell_down(struct shell *shell, struct loop *loop)
{
	ssh_free(shell->ssh);
	http_free(shell->rest);
	kube_client_free(shell->kube);
	redis_free(shell->redis);
	CHECK_INT(loop_drain(loop), 0);
	shell_done(shell);
	secrets_free(shell->secrets);
	CHECK_INT(uv_loop_close(&loop->uv), 0);
}

/* A shell's whole life with one order. */
static void
run(struct fixture *f, void (*order)(struct core *core, struct effects *out))
{
	static const char secret[] = "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"ssh\",\"namespace\":\"ops\",\"uid\":\"u\","
	    "\"resourceVersion\":\"7\"},\"data\":{\"ssh-privatekey\":\"S0VZ\",\"known_hosts\":\"SE9TVFM=\"}}";
	CLEANUP_BUF struct buf shadow = BUF_INIT(BUF_MAX_LINE);
	struct kubeconfig kubeconfig = {0};
	size_t before = kit_peak_memory();
	struct kit_evil_server *server;
	struct shell shell;
	struct loop loop;
	struct err err;

	forget(&f->core);
	f->core.order = order;
	CHECK_INT(loop_init(&loop, &err), 0);
	server = kit_evil(&loop, &f->evil, &f->core.port);
	kubeconfig.server = xasprintf("http://127.0.0.1:%d", f->core.port);
	shell_up(f, &loop, &kubeconfig, &shell);
	secrets_filter(shell.secrets, secret, strlen(secret), &shadow);
	CHECK_INT(shell_run(&shell), 0);
	kit_evil_done(server);
	shell_down(&shell, &loop);
	kubeconfig_done(&kubeconfig);
	CHECK_INT(f->core.answers, 1);
	CHECK(strlen(f->core.error) < 1000);
	if (can_measure())
		CHECK(kit_peak_memory() < before + ROOM);
}

/* --- hosts --- */

static void
order_host(struct core *core, struct effects *out)
{
	struct effect *e = effects_add(out, EFFECT_HOST, 1);

	(void)core;
	snprintf(e->host.address, sizeof e->host.address, "127.0.0.1");
	snprintf(e->host.user, sizeof e->host.user, "ops");
	snprintf(e->host.secret, sizeof e->host.secret, "ops/ssh");
	e->host.args[0] = xstrdup("true");
	e->deadline_ms = DEADLINE_MS;
}

#define HELLO "\0\0\0\x08" "\0\0\0\x01" "\0\0\0\x04"
#define OPENED "\0\0\0\x0c" "\x80\0\0\x06" "\0\0\0\0" "\0\0\0\0"
#define BYTES(text) .first = (text), .len = sizeof(text) - 1

static void
host(struct fixture *f, struct kit_master master, enum outcome outcome, const char *why)
{
	kit_master(f->directory, &master);
	run(f, order_host);
	CHECK_INT(f->core.outcome, outcome);
	CHECK_CONTAINS(f->core.error, "ssh ops@127.0.0.1:22: ");
	CHECK_CONTAINS(f->core.error, why);
	CHECK_INT(f->core.len, 0);
}

static void
hosts_that_never_end_are_given_up(void **state)
{
	struct fixture *f = *state;

	host(f, (struct kit_master){BYTES(HELLO OPENED), .endless = true}, OUTCOME_TIMEOUT, "has not ended within 0.7 s");
	host(f, (struct kit_master){BYTES("\xff\xff\xff\xff\xff\xff")}, OUTCOME_REFUSED, "a packet of 4294967295 bytes");
	host(f, (struct kit_master){BYTES(HELLO OPENED), .close = true}, OUTCOME_BROKEN, "ended before the command did");
}

/* --- nodes and the API server --- */

static void
order_rest(struct core *core, struct effects *out)
{
	struct effect *e = effects_add(out, EFFECT_REST, 1);

	snprintf(e->rest.address, sizeof e->rest.address, "127.0.0.1");
	e->rest.port = core->port;
	snprintf(e->rest.method, sizeof e->rest.method, "POST");
	e->rest.path = xstrdup("/storage_service/drain");
	e->deadline_ms = DEADLINE_MS;
}

static void
order_secret(struct core *core, struct effects *out)
{
	struct effect *e = effects_add(out, EFFECT_KUBE, 1);

	(void)core;
	snprintf(e->kube.method, sizeof e->kube.method, "GET");
	e->kube.path = xstrdup("/api/v1/namespaces/ops/secrets/ssh");
	e->kube.secret = true;
	e->deadline_ms = DEADLINE_MS;
}

static void
order_secrets(struct core *core, struct effects *out)
{
	order_secret(core, out);
	out->list[out->count - 1].kube.stream = true;
}

#define OK "HTTP/1.1 200 OK\r\n"
#define HERE "127.0.0.1"

static void
an_endless_node_is_cut(void **state)
{
	struct fixture *f = *state;

	f->evil = (struct kit_evil){.first = OK "\r\n", .then = "x"};
	run(f, order_rest);
	CHECK_INT(f->core.outcome, OUTCOME_BROKEN);
	CHECK_CONTAINS(f->core.error, HERE);
	CHECK_CONTAINS(f->core.error, "larger than");
	f->evil = (struct kit_evil){.first = OK "Content-Length: 9\r\n\r\n", .then = "x", .pause_ms = 200};
	run(f, order_rest);
	CHECK_INT(f->core.outcome, OUTCOME_TIMEOUT);
	CHECK_CONTAINS(f->core.error, HERE);
}

static void
nothing_of_a_broken_secret_gets_through(void **state)
{
	static const char *const broken[] = {
		OK "\r\n{\"kind\":\"Secret\",\"data\":{\"key\":\"S0VZ\"",
		OK "\r\n{\"kind\":\"Secret\",\"kind\":\"Status\",\"data\":{\"key\":\"S0VZ\"}}",
		OK "\r\n{\"kind\":\"Table\",\"rows\":[\"S0VZ\"]}",
		OK "\r\nS0VZ",
		OK "\r\n[\"S0VZ\"]",
		OK "\r\n{\"kind\":\"SecretList\",\"items\":{\"data\":\"S0VZ\"}}",
		OK "\r\n{\"kind\":\"SecretList\",\"items\":[[\"S0VZ\"],\"S0VZ\",{\"data\":\"S0VZ\"}]}",
		OK "\r\n{\"kind\":\"Secret\",\"metadata\":\"S0VZ\",\"data\":[\"S0VZ\"],\"stringData\":{\"key\":\"S0VZ\"}}",
		OK "Content-Length: 90\r\n\r\n{\"kind\":\"Secret\",\"data\":{\"key\":\"S0VZ\"}}",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(broken); i++) {
		f->evil = (struct kit_evil){.first = broken[i], .close = true};
		run(f, order_secret);
		CHECK(!strstr(f->core.body, "S0VZ") && !strstr(f->core.error, "S0VZ"));
		CHECK(!strstr(f->core.body, "KEY") && !strstr(f->core.error, "KEY"));
		run(f, order_secrets);
		for (int line = 0; line < f->core.lines; line++)
			CHECK(!strstr(f->core.line[line], "S0VZ") && !strstr(f->core.line[line], "KEY"));
	}
	f->evil = (struct kit_evil){.first = OK "\r\n{\"kind\":\"Secret\",\"data\":{\"key\":\"", .then = "S0VZ"};
	run(f, order_secrets);
	CHECK_INT(f->core.outcome, OUTCOME_BROKEN);
	CHECK(!strstr(f->core.error, "S0VZ"));
}

int
main(int argc, char **argv)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(hosts_that_never_end_are_given_up),
		CASE(an_endless_node_is_cut),
		CASE(nothing_of_a_broken_secret_gets_through),
	};
	int child = child_main(argc, argv), master = kit_master_main(argc, argv);

	/* ssh's children are this program once more (child.h), and so are the masters that mean harm. */
	if (child >= 0 || master >= 0)
		return child >= 0 ? child : master;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
