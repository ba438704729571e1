#include "desk.h"

#include "alloc.h"
#include "buf.h"
#include "check.h"

enum { FIRST_UP_MS = 100000 };
static const int64_t first_wall_ms = INT64_C(1795248000000);

static char *
kube_text(const struct effect *effect)
{
	return xasprintf("%s %s", effect->kube.method, effect->kube.path);
}

static char *
redis_text(const struct effect *effect)
{
	static const char *const scripts[] = {
		[REDIS_TAKEOVER] = "takeover", [REDIS_WRITE] = "write", [REDIS_EXPIRE] = "expire",
		    [REDIS_PROBE] = "probe",
	};

	return xasprintf("REDIS %s %s", scripts[effect->redis.script], effect->redis.uid);
}

static char *
redis_body(const struct effect *effect)
{
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	for (size_t i = 0; i < effect->redis.nargs; i++)
		buf_printf(&text, "%s%s", i ? " | " : "", effect->redis.args[i]);
	return buf_take(&text);
}

static char *
host_text(const struct effect *effect)
{
	struct buf text = BUF_INIT(BUF_MAX_LINE);

	buf_printf(&text, "HOST %s", effect->host.address);
	for (size_t i = 0; i < EFFECT_ARGS && effect->host.args[i]; i++)
		buf_printf(&text, " %s", effect->host.args[i]);
	return buf_take(&text);
}

static void
take_request(struct desk *desk, const struct effect *effect)
{
	struct desk_request *request = ARRAY_GROW(desk->requests, desk->nrequests);

	*request = (struct desk_request){
		.id = effect->id,
		.kind = effect->kind,
		.open = true,
		.deadline_ms = effect->deadline_ms,
		.not_after_up = effect->not_after_up,
		.at_up_ms = desk->now.up_ms,
	};
	if (effect->kind == EFFECT_KUBE) {
		request->what = kube_text(effect);
		request->body = xstrdup(effect->kube.body ? effect->kube.body : "");
		request->pool = effect->kube.pool;
		request->stream = effect->kube.stream;
	} else if (effect->kind == EFFECT_REDIS) {
		request->what = redis_text(effect);
		request->body = redis_body(effect);
	} else if (effect->kind == EFFECT_REST) {
		request->what = xasprintf("REST %s %s %s", effect->rest.method, effect->rest.address,
		    effect->rest.path);
		request->body = xstrdup("");
	} else if (effect->kind == EFFECT_WEB) {
		const struct effect_web *web = &effect->web;

		request->what = xasprintf("WEB %s %s%s%s", web->method, web->url ? web->url : web->url_from.name,
		    web->url ? "" : " ", web->url ? "" : web->url_from.key);
		request->body = xstrdup(web->body ? web->body : "");
	} else if (effect->kind == EFFECT_DNS) {
		request->what = xasprintf("DNS %s", effect->dns.address);
		request->body = xstrdup("");
	} else {
		request->what = host_text(effect);
		request->body = xstrdup("");
	}
}

static void
take_cancel(struct desk *desk, uint64_t id)
{
	for (size_t i = 0; i < desk->nrequests; i++)
		if (desk->requests[i].id == id)
			desk->requests[i].open = false;
}

static void
take(struct desk *desk, struct effects *out)
{
	struct buf log = BUF_INIT(BUF_MAX_RING);

	buf_puts(&log, desk->log);
	for (size_t i = 0; i < out->count; i++) {
		const struct effect *effect = &out->list[i];

		if (effect->kind == EFFECT_LOG)
			buf_printf(&log, "%s\n", effect->log.message);
		else if (effect->kind == EFFECT_CANCEL)
			take_cancel(desk, effect->id);
		else if (effect->kind == EFFECT_EXIT)
			desk->exits++;
		else
			take_request(desk, effect);
	}
	free(desk->log);
	desk->log = buf_take(&log);
	desk->wake_up_ms = out->wake_up_ms;
	effects_clear(out);
}

static void
step(struct desk *desk, const struct event *event)
{
	struct effects out = {0};

	core_step(desk->core, event, desk->now, &out);
	take(desk, &out);
}

struct desk
desk_open(const struct core_config *config)
{
	return (struct desk){
		.core = core_new(config),
		.now = {FIRST_UP_MS, first_wall_ms},
		.log = xstrdup(""),
		.wake_up_ms = INT64_MAX,
	};
}

void
desk_close(struct desk *desk)
{
	core_free(desk->core);
	for (size_t i = 0; i < desk->nrequests; i++) {
		free(desk->requests[i].what);
		free(desk->requests[i].body);
	}
	free(desk->requests);
	free(desk->log);
	*desk = (struct desk){0};
}

void
desk_event(struct desk *desk, enum event_kind kind)
{
	const struct event event = {.kind = kind};

	step(desk, &event);
}

void
desk_pass(struct desk *desk, int64_t ms)
{
	const struct event wake = {.kind = EVENT_WAKE};
	int64_t until = desk->now.up_ms + ms, passed;

	while (desk->wake_up_ms <= until) {
		passed = desk->wake_up_ms > desk->now.up_ms ? desk->wake_up_ms - desk->now.up_ms : 0;
		desk->now.up_ms += passed;
		desk->now.wall_ms += passed;
		step(desk, &wake);
	}
	desk->now.wall_ms += until - desk->now.up_ms;
	desk->now.up_ms = until;
}

static void
deliver(struct desk *desk, const struct desk_request *request, struct event event)
{
	const uint64_t id = request->id;

	event.id = id;
	event.sent = desk->now;
	event.len = event.body ? strlen(event.body) : 0;
	if (event.kind == EVENT_ANSWER)
		take_cancel(desk, id);
	step(desk, &event);
}

void
desk_answer(struct desk *desk, const struct desk_request *request, int status, const char *body)
{
	deliver(desk, request, (struct event){.kind = EVENT_ANSWER, .status = status, .body = body});
}

void
desk_fail(struct desk *desk, const struct desk_request *request, enum outcome outcome, const char *error)
{
	deliver(desk, request, (struct event){.kind = EVENT_ANSWER, .outcome = outcome, .error = error});
}

void
desk_line(struct desk *desk, const struct desk_request *request, const char *line)
{
	deliver(desk, request, (struct event){.kind = EVENT_LINE, .status = 200, .body = line});
}

static bool
begins(const struct desk_request *request, const char *what)
{
	return strncmp(request->what, what, strlen(what)) == 0;
}

struct desk_request *
desk_look(struct desk *desk, const char *what)
{
	for (size_t i = desk->nrequests; i > 0; i--)
		if (desk->requests[i - 1].open && begins(&desk->requests[i - 1], what))
			return &desk->requests[i - 1];
	return NULL;
}

struct desk_request *
desk_find(struct desk *desk, const char *what)
{
	struct desk_request *found = desk_look(desk, what);

	if (found)
		return found;
	for (size_t i = 0; i < desk->nrequests; i++)
		if (desk->requests[i].open)
			print_error("open: %s\n", desk->requests[i].what);
	CHECK_FAIL("there is no open request \"%s\"", what);
	return NULL;
}

size_t
desk_count(const struct desk *desk, const char *what)
{
	size_t n = 0;

	for (size_t i = 0; i < desk->nrequests; i++)
		n += desk->requests[i].open && begins(&desk->requests[i], what);
	return n;
}

size_t
desk_count_all(const struct desk *desk, const char *what)
{
	size_t n = 0;

	for (size_t i = 0; i < desk->nrequests; i++)
		n += begins(&desk->requests[i], what);
	return n;
}

bool
desk_logged(const struct desk *desk, const char *text)
{
	return strstr(desk->log, text) != NULL;
}

static void
list(struct desk *desk, const char *plural, const char *items)
{
	CLEANUP_FREE char *what = xasprintf("GET /apis/strait.dev/v1alpha1/%s?limit", plural);
	CLEANUP_FREE char *body = xasprintf("{\"metadata\":{\"resourceVersion\":\"100\"},\"items\":[%s]}", items);

	desk_answer(desk, desk_find(desk, what), 200, body);
}

void
desk_sync(struct desk *desk, const char *targets, const char *workflows, const char *operations)
{
	list(desk, "targetclusters", targets);
	list(desk, "workflows", workflows);
	list(desk, "clusteroperations", operations);
}
