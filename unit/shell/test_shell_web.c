/* Requests to the web, carried to a real peer: what Secrets hold leaves, and never comes back. */
#include "shell.h"

#include <string.h>

#include "alloc.h"
#include "carry.h"
#include "check.h"
#include "core.h"
#include "hmac.h"
#include "http.h"
#include "kit.h"
#include "loop.h"
#include "secret.h"

/* As struct effect_web. */
struct wish {
	const char *method, *url;
	struct {
		const char *name, *key;
	} url_from, sign_with;
	const char *query, *headers, *body;
};

struct core {
	const struct wish *ask;
	int answers, status, retry_after_ms;
	enum outcome outcome;
	char body[400], error[400];
};

static char *
copy(const char *text)
{
	return xstrdup_or_null(text);
}

void
core_step(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	const struct wish *ask = core->ask;
	struct effect *e;

	(void)now;
	if (event->kind == EVENT_START) {
		e = effects_add(out, EFFECT_WEB, 1);
		e->web = (struct effect_web){.url = copy(ask->url),
		    .url_from = {copy(ask->url_from.name), copy(ask->url_from.key)}, .query = copy(ask->query),
		    .headers = copy(ask->headers), .body = copy(ask->body),
		    .sign_with = {copy(ask->sign_with.name), copy(ask->sign_with.key)}};
		snprintf(e->web.method, sizeof e->web.method, "%s", ask->method);
		e->deadline_ms = 500;
		return;
	}
	core->answers++;
	core->status = event->status;
	core->outcome = event->outcome;
	core->retry_after_ms = event->retry_after_ms;
	snprintf(core->body, sizeof core->body, "%s", event->body);
	snprintf(core->error, sizeof core->error, "%s", event->error ? event->error : "");
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
	buf_printf(out, "up %d\n", core->answers);
}

struct fixture {
	struct loop loop;
	struct kit_peer *peer;
	struct http *web;
	struct secrets *secrets;
	struct core core;
	int port;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	kit_loop(&f->loop);
	f->peer = kit_peer(&f->loop, &f->port);
	f->web = http_new(&f->loop, &(struct http_config){.user_agent = "test", .connect_ms = 1000, .max_body = 50000});
	f->secrets = secrets_new();
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	http_free(f->web);
	kit_peer_done(f->peer);
	kit_loop_done(&f->loop);
	secrets_free(f->secrets);
	free(f);
	return 0;
}

/* The Secret ops/hooks as the API server tells it, its key "url" being 'url' and "hmac" the word "Jefe". */
static void
keep(struct fixture *f, const char *url)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	struct buf text CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE), out CLEANUP_BUF = BUF_INIT(BUF_MAX_LINE);
	char padded[300] = "";
	size_t len = (strlen(url) + 2) / 3 * 3;

	snprintf(padded, sizeof padded, "%s%.*s", url, (int)(len - strlen(url)), "\n\n");
	buf_puts(&text, "{\"kind\":\"Secret\",\"metadata\":{\"name\":\"hooks\",\"namespace\":\"ops\"},\"data\":{"
	    "\"hmac\":\"SmVmZQ==\",\"odd\":\"Z29waGVyOi8vYQ==\",\"url\":\"");
	for (const unsigned char *at = (const unsigned char *)padded; *at; at += 3)
		buf_printf(&text, "%c%c%c%c", digits[at[0] >> 2], digits[(at[0] & 3) << 4 | at[1] >> 4],
		    digits[(at[1] & 15) << 2 | at[2] >> 6], digits[at[2] & 63]);
	buf_puts(&text, "\"}}");
	secrets_filter(f->secrets, buf_str(&text), text.len, &out);
}

static void
run(struct fixture *f, const struct wish *ask)
{
	struct shell shell = {.loop = &f->loop, .core = &f->core, .log = {.level = LOG_LEVEL_ERROR, .fd = 2}, .web = f->web,
	    .secrets = f->secrets};

	f->core = (struct core){.ask = ask};
	CHECK_INT(shell_run(&shell), 0);
	CHECK_INT(f->core.answers, 1);
	uv_run(&f->loop.uv, UV_RUN_NOWAIT);      /* the shell's timers close */
	shell_done(&shell);
}

/* The value of a header of the last request. */
static char *
header(struct fixture *f, const char *name)
{
	const char *at = strstr(kit_peer_last(f->peer), name);

	CHECK(at != NULL);
	at += strlen(name) + 2;
	return xstrndup(at, strcspn(at, "\r"));
}

static void
a_post_carries_what_was_ordered(void **state)
{
	struct fixture *f = *state;
	char *url CLEANUP_FREE = xasprintf("http://127.0.0.1:%d/hello?a=b", f->port);

	run(f, &(struct wish){.method = "POST", .url = url, .query = "wait=true", .body = "{\"x\":1}",
	    .headers = "Content-Type: application/json\nX-Strait-Id: 7\n"});
	CHECK_INT(f->core.outcome, OUTCOME_ANSWERED);
	CHECK_INT(f->core.status, 200);
	CHECK_TEXT(f->core.body, "hello POST:{\"x\":1}");
	CHECK_CONTAINS(kit_peer_last(f->peer), "POST /hello?a=b&wait=true HTTP/1.1");
	CHECK_CONTAINS(kit_peer_last(f->peer), "Content-Type: application/json\r\nX-Strait-Id: 7\r\n");
	CHECK(!strstr(kit_peer_last(f->peer), "X-Strait-Signature"));
}

static void
a_refusal_tells_when_to_come_again(void **state)
{
	struct fixture *f = *state;
	char *url CLEANUP_FREE = xasprintf("http://127.0.0.1:%d/status/429", f->port);

	run(f, &(struct wish){.method = "POST", .url = url, .body = "x"});
	CHECK_INT(f->core.status, 429);
	CHECK_INT(f->core.retry_after_ms, 7000);
}

static void
a_signature_is_of_time_and_body(void **state)
{
	struct fixture *f = *state;
	char *url CLEANUP_FREE = xasprintf("http://127.0.0.1:%d/hello", f->port), *stamp CLEANUP_FREE = NULL;
	char *signature CLEANUP_FREE = NULL, *text CLEANUP_FREE = NULL, hex[HMAC_TEXT];
	int64_t age_s;

	keep(f, url);
	run(f, &(struct wish){.method = "POST", .url_from = {"ops/hooks", "url"}, .body = "words",
	    .sign_with = {"ops/hooks", "hmac"}});
	CHECK_TEXT(f->core.body, "hello POST:words");
	stamp = header(f, "X-Strait-Timestamp");
	signature = header(f, "X-Strait-Signature");
	text = xasprintf("%s.words", stamp);
	hmac_sha256("Jefe", 4, text, strlen(text), hex);
	CHECK_INT(strncmp(signature, "sha256=", 7), 0);
	CHECK_TEXT(signature + 7, hex);
	age_s = loop_now().wall_ms / 1000 - strtoll(stamp, NULL, 10);
	CHECK(age_s >= 0 && age_s < 60);
}

static void
nothing_of_a_secret_url_is_told(void **state)
{
	static const char *const paths[] = {"/echo/4711/tkn-SECRETSECRET", "/reset/tkn-SECRETSECRET",
	    "/silent/tkn-SECRETSECRET"};
	static const enum outcome outcomes[] = {OUTCOME_ANSWERED, OUTCOME_BROKEN, OUTCOME_TIMEOUT};
	struct fixture *f = *state;

	for (size_t i = 0; i < ARRAY_LEN(paths); i++) {
		char *url CLEANUP_FREE = xasprintf("http://127.0.0.1:%d%s", f->port, paths[i]);

		keep(f, url);
		run(f, &(struct wish){.method = "POST", .url_from = {"ops/hooks", "url"}, .body = "x"});
		CHECK_INT(f->core.outcome, outcomes[i]);
		CHECK_CONTAINS(kit_peer_last(f->peer), "SECRETSECRET");
		CHECK(!strstr(f->core.body, "SECRET") && !strstr(f->core.error, "SECRETSECRET"));
		if (i == 0)
			CHECK_TEXT(f->core.body, "you asked for /echo/4711/****************");
		else
			CHECK_CONTAINS(f->core.error, "POST the URL in Secret ops/hooks, key url: ");
	}
}

static void
what_cannot_be_sent_says_why(void **state)
{
	static const struct {
		struct wish ask;
		const char *error;
	} cases[] = {
		{{.method = "POST", .url_from = {"ops/absent", "url"}},
		    "not sent: Secret ops/absent is not here or lacks the key url"},
		{{.method = "POST", .url_from = {"ops/hooks", "other"}},
		    "not sent: Secret ops/hooks is not here or lacks the key other"},
		{{.method = "POST", .url_from = {"ops/hooks", "odd"}},
		    "not sent: the key odd of Secret ops/hooks holds no URL that begins with https:// or http://"},
		{{.method = "POST", .url = "file:///etc/passwd"}, "\"file:///etc/passwd\" is no URL"},
		{{.method = "POST", .url_from = {"ops/hooks", "url"}, .sign_with = {"ops/hooks", "none"}},
		    "lacks the key none, which it is to be signed with"},
		{{.method = "GET", .url = "http://127.0.0.1:1/", .headers = "A: b\r\nC: d\n"},
		    "not sent: a header holds a control character"},
	};
	struct fixture *f = *state;

	keep(f, "http://127.0.0.1:1/");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		run(f, &cases[i].ask);
		CHECK_INT(f->core.outcome, OUTCOME_NOT_SENT);
		CHECK_CONTAINS(f->core.error, cases[i].error);
	}
	run(f, &(struct wish){.method = "POST", .url_from = {"ops/hooks", "url"}});
	CHECK_INT(f->core.outcome, OUTCOME_REFUSED);
	CHECK_TEXT(f->core.error, "POST the URL in Secret ops/hooks, key url: cannot connect: Connection refused");
}

static void
long_words_of_a_url_are_masked(void **state)
{
	static const struct {
		const char *url, *text, *masked;
	} cases[] = {
		{"https://chat.example.com/api/webhooks/81/longlonglong-1?q=abcdefabcdef",
		    "longlonglong-1 abcdefabcdef webhooks",
		    "************** ************ webhooks"},
		{"https://very-long-host.example.com", "very-long-host.example.com", "very-long-host.example.com"},
		{"no url at all", "x", "x"},
	};
	char text[100];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		snprintf(text, sizeof text, "%s", cases[i].text);
		mask_url(text, strlen(text), cases[i].url);
		CHECK_TEXT(text, cases[i].masked);
	}
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(a_post_carries_what_was_ordered),
		CASE(a_refusal_tells_when_to_come_again),
		CASE(a_signature_is_of_time_and_body),
		CASE(nothing_of_a_secret_url_is_told),
		CASE(what_cannot_be_sent_says_why),
		CASE(long_words_of_a_url_are_masked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
