#include "informer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"
#include "catalog.h"

/* PAGE: what runs waits for a page of those that have ended. */
enum { PAGE = 50, WATCH_SECONDS = 300, BACKOFF_FIRST_MS = 200, BACKOFF_MOST_MS = 3000, REACHED_MS = 1000,
	OBJECT_DEPTH = 1, LINE_DEPTH = 2 };

static void list_next(struct core *core, struct informer *informer);
static void watch(struct core *core, struct informer *informer);

/* The one place where an informer changes state. */
static void
enter(struct core *core, struct informer *informer, enum informer_state state)
{
	static const char *const names[] = {"idle", "listing", "watching", "waiting"};

	if (informer->state == state)
		return;
	say(core, LOG_LEVEL_DEBUG, NULL, NULL, NULL, "informer %s: %s -> %s", informer->kind->plural,
	    names[informer->state], names[state]);
	informer->state = state;
}

static void
resume(struct core *core, void *owner)
{
	struct informer *informer = owner;

	if (informer->version)
		watch(core, informer);
	else
		list_next(core, informer);
}

static void
back_off(struct core *core, struct informer *informer, const char *problem, int64_t retry_after_ms)
{
	int64_t delay = backoff_ms(BACKOFF_FIRST_MS, BACKOFF_MOST_MS, informer->failures);

	delay += core_jitter(core, informer->path, "informer", informer->failures, delay / 2);
	if (retry_after_ms > 0 && retry_after_ms < BACKOFF_MOST_MS)
		delay = retry_after_ms;         /* the server's own word */
	if (strcmp(informer->problem, problem) != 0)
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "cannot read %s: %s; trying again", informer->path, problem);
	snprintf(informer->problem, sizeof informer->problem, "%s", problem);
	informer->failures++;
	informer->failed_up_ms = core->now.up_ms;
	enter(core, informer, INFORMER_WAITING);
	timer_arm(&core->timers, &informer->retry, core->now.up_ms + delay, resume, informer);
}

static void
relist(struct informer *informer)
{
	free(informer->version);
	informer->version = NULL;
	free(informer->page);
	informer->page = NULL;
}

/* The API server answers again: nobody waits for his own pause to end. */
static void
wake_others(struct core *core)
{
	for (int i = 0; i < INFORMER_KINDS; i++) {
		struct informer *other = &core->informers.kinds[i];

		if (other->state == INFORMER_WAITING && other->retry.armed)
			timer_arm(&core->timers, &other->retry, core->now.up_ms, resume, other);
	}
}

void
informers_reached(struct core *core)
{
	for (int i = 0; i < INFORMER_KINDS; i++) {
		struct informer *informer = &core->informers.kinds[i];
		int64_t at = informer->failed_up_ms + REACHED_MS;

		if (informer->state == INFORMER_WAITING && informer->unreached)
			timer_arm_earlier(&core->timers, &informer->retry, at > core->now.up_ms ? at : core->now.up_ms, resume,
			    informer);
	}
}

static bool
is_unreached(const struct event *event)
{
	return event->outcome != OUTCOME_ANSWERED || event->status >= 500;
}

static void
list_done(struct core *core, struct informer *informer, const struct cJSON *list)
{
	informer->version = xstrdup(json_str_or(json_get(list, "metadata"), "resourceVersion", "0"));
	informer->problem[0] = '\0';
	wake_others(core);
	informer->kind->swept(core, informer->owner, informer->round);
	if (!informer->synced) {
		informer->synced = true;
		say(core, LOG_LEVEL_DEBUG, NULL, NULL, NULL, "%s are synced", informer->kind->plural);
		/* They wait for all kinds, whichever comes last. */
		ops_kick(core);
	}
	watch(core, informer);
}

static struct cJSON *
parse(const struct informer *informer, const char *text, size_t len, int depth)
{
	static const struct json_cut always[] = {INFORMER_CUTS, {.key = NULL}};

	return json_parse_cut(text, len, informer->kind->cuts ? informer->kind->cuts : always, depth + 1, NULL);
}

/* One at a time: a page of large objects would need many times its size as a tree. */
static void
take_item(struct core *core, struct informer *informer, const char *text, size_t len)
{
	CLEANUP_JSON struct cJSON *item = parse(informer, text, len, OBJECT_DEPTH);

	if (item)
		informer->kind->seen(core, informer->owner, item, informer->round);
}

static void
list_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct informer *informer = owner;
	CLEANUP_JSON struct cJSON *list = NULL;
	CLEANUP_FREE struct json_span *items = NULL;
	size_t count;
	struct err err = {""};
	char problem[300];
	const char *more;

	(void)arg;
	informer->request = 0;
	informer->unreached = is_unreached(event);
	if (event->outcome != OUTCOME_ANSWERED || event->status != 200) {
		relist(informer);
		kube_problem(event, problem, sizeof problem);
		if (event->outcome == OUTCOME_ANSWERED && event->status == 404)
			snprintf(problem, sizeof problem, "the CRD of %s is not installed: install the chart, or "
			    "kubectl apply -f crd/", informer->kind->plural);
		back_off(core, informer, problem, event->retry_after_ms);
		return;
	}
	list = json_parse_list(event->body, event->len, "items", &items, &count, &err);
	if (!list) {
		relist(informer);
		back_off(core, informer, err.text, 0);
		return;
	}
	for (size_t i = 0; i < count; i++)
		take_item(core, informer, event->body + items[i].from, items[i].to - items[i].from);
	free(informer->page);
	more = json_str(json_get(list, "metadata"), "continue");
	informer->page = more && *more ? xstrdup(more) : NULL;
	if (informer->page)
		list_next(core, informer);
	else
		list_done(core, informer, list);
}

static void
list_next(struct core *core, struct informer *informer)
{
	struct effect *effect;

	if (!informer->page) {
		informer->round++;
		informer->listed_up_ms = core->now.up_ms;
	}
	enter(core, informer, INFORMER_LISTING);
	effect = kube_request(core, "GET", xasprintf("%s?limit=%d%s%s%s%s", informer->path, PAGE,
	    informer->selector ? "&" : "", informer->selector ? informer->selector : "",
	    informer->page ? "&continue=" : "", informer->page ? informer->page : ""), NULL, NULL, list_answered,
	    informer, 0);
	effect->deadline_ms = SECONDS(30);
	effect->kube.secret = informer->secret;
	informer->request = effect->id;
}

/* Only a list can repair it; but an API server that always says so is not asked for one after the other. */
static void
expired(struct core *core, struct informer *informer)
{
	relist(informer);
	if (core->now.up_ms - informer->listed_up_ms < SECONDS(1))
		back_off(core, informer, "the watch expired right after the list", 0);
	else
		list_next(core, informer);
}

/* A line of the watch: {"type": "ADDED", "object": {…}}. */
static void
watch_line(struct core *core, struct informer *informer, const struct event *event)
{
	CLEANUP_JSON struct cJSON *line = parse(informer, event->body, event->len, LINE_DEPTH);
	const struct cJSON *object = json_get(line, "object");
	const char *type = json_str(line, "type");
	const char *version = json_str(json_get(object, "metadata"), "resourceVersion");

	informer->heard = true;
	if (!type || strcmp(type, "ERROR") == 0) {
		request_cancel(core, informer->request);
		informer->request = 0;
		expired(core, informer);
		return;
	}
	informer->failures = 0;
	informer->problem[0] = '\0';
	if (version) {
		free(informer->version);
		informer->version = xstrdup(version);
	}
	if (strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
		informer->kind->seen(core, informer->owner, object, informer->round);
	else if (strcmp(type, "DELETED") == 0)
		informer->kind->gone(core, informer->owner, object);
}

static void
watch_event(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct informer *informer = owner;
	char problem[300];

	(void)arg;
	if (event->kind == EVENT_LINE) {
		watch_line(core, informer, event);
		return;
	}
	informer->request = 0;
	informer->unreached = is_unreached(event);
	if (core->now.up_ms - informer->opened_up_ms >= SECONDS(1))
		informer->failures = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 410) {
		expired(core, informer);
	} else if (event->outcome == OUTCOME_REFUSED || (event->outcome == OUTCOME_ANSWERED && event->status != 200)) {
		if (event->status == 404)
			relist(informer);
		back_off(core, informer, kube_problem(event, problem, sizeof problem), event->retry_after_ms);
	} else if (!informer->heard && core->now.up_ms - informer->opened_up_ms < SECONDS(1)) {
		back_off(core, informer, "the watch ended at once", 0);
	} else {
		if (event->outcome == OUTCOME_ANSWERED)
			informer->problem[0] = '\0';
		watch(core, informer);
	}
}

static void
watch(struct core *core, struct informer *informer)
{
	struct effect *effect;
	int64_t seconds = WATCH_SECONDS + core_jitter(core, informer->path, "watch", core->last_id, WATCH_SECONDS);
	bool connected = informers_connected(core);

	enter(core, informer, INFORMER_WATCHING);
	/* What was held back without the API server goes on. */
	if (!connected && informers_connected(core))
		ops_kick(core);
	informer->heard = false;
	informer->opened_up_ms = core->now.up_ms;
	effect = kube_request(core, "GET", xasprintf("%s?watch=1&allowWatchBookmarks=true&resourceVersion=%s"
	    "&timeoutSeconds=%lld%s%s", informer->path, informer->version, (long long)seconds,
	    informer->selector ? "&" : "", informer->selector ? informer->selector : ""), NULL, NULL,
	    watch_event, informer, 0);
	effect->deadline_ms = 0;
	effect->kube.pool = KUBE_WATCH;
	effect->kube.stream = true;
	effect->kube.secret = informer->secret;
	informer->request = effect->id;
}

void
informer_open(struct core *core, struct informer *informer, const struct informer_kind *kind, void *owner,
    const char *path, const char *selector)
{
	*informer = (struct informer){
		.kind = kind,
		.owner = owner,
		.path = xstrdup(path),
		.selector = xstrdup_or_null(selector),
		.secret = kind->secret,
	};
	list_next(core, informer);
}

void
informer_close(struct core *core, struct informer *informer)
{
	if (!informer->path)
		return;
	requests_drop(core, informer);
	timer_disarm(&core->timers, &informer->retry);
	relist(informer);
	free(informer->path);
	free(informer->selector);
	*informer = (struct informer){0};
}

void
informers_start(struct core *core)
{
	static const struct informer_kind *const kinds[INFORMER_KINDS] = {
		[INFORMER_TARGETS] = &inventory_kind,
		[INFORMER_WORKFLOWS] = &catalog_kind,
		[INFORMER_OPERATIONS] = &operation_kind,
	};

	schemas_compare(core);
	for (int i = 0; i < INFORMER_KINDS; i++) {
		CLEANUP_FREE char *path = core->config.namespace_
		    ? xasprintf(KUBE_GROUP_PATH "/namespaces/%s/%s", core->config.namespace_, kinds[i]->plural)
		    : xasprintf(KUBE_GROUP_PATH "/%s", kinds[i]->plural);

		informer_open(core, &core->informers.kinds[i], kinds[i], NULL, path, NULL);
	}
}

bool
informers_synced(const struct core *core)
{
	for (int i = 0; i < INFORMER_KINDS; i++)
		if (!core->informers.kinds[i].synced)
			return false;
	return !core->informers.schemas.wrong;
}

bool
informers_connected(const struct core *core)
{
	for (int i = 0; i < INFORMER_KINDS; i++)
		if (core->informers.kinds[i].state == INFORMER_WAITING || core->informers.kinds[i].state == INFORMER_LISTING)
			return false;
	return true;
}

void
informers_done(struct core *core)
{
	for (int i = 0; i < INFORMER_KINDS; i++)
		informer_close(core, &core->informers.kinds[i]);
}
