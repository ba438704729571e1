/* Events, as kubectl describe shows them: best effort, once per transition. The record is the journal. */
#include "events.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "hash.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

enum { NOTE = 1000, START_TOLD_MS = 1000 };

static void
posted(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	char problem[300];

	(void)owner;
	(void)arg;
	if (event->outcome != OUTCOME_ANSWERED || event->status >= 300)
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "an Event was not taken: %s",
		    kube_problem(event, problem, sizeof problem));
}

static void
put_regarding(const struct event_about *about, struct json_out *out)
{
	json_open(out, "regarding");
	json_put_str(out, "apiVersion", about->api_version);
	json_put_str(out, "kind", about->kind);
	json_put_str(out, "name", about->name);
	json_put_str(out, "namespace", about->namespace_);
	json_put_str(out, "uid", about->uid);   /* without it kubectl describe does not find the Event */
	json_close(out);
}

void
op_event(struct core *core, struct op *op, const char *type, const char *reason, const char *format, ...)
{
	const struct event_about about = {CRD_API_VERSION, "ClusterOperation", op->name, op->namespace_, op->uid};
	char note[NOTE];
	va_list args;

	va_start(args, format);
	vsnprintf(note, sizeof note, format, args);
	va_end(args);
	core_event(core, &about, type, reason, note);
}

void
core_event(struct core *core, const struct event_about *about, const char *type, const char *reason, const char *note)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);
	struct json_out out = JSON_OUT(&body);
	char name[300], at[INSTANT_TEXT], unique[HASH_TEXT];

	hash_text(hash_u64(hash_str(hash_u64(HASH_SEED, (uint64_t)core->now.wall_ms), note), ++core->last_id), unique);
	snprintf(name, sizeof name, "%.200s.%s", about->name, unique);
	json_open(&out, NULL);
	json_put_str(&out, "apiVersion", "events.k8s.io/v1");
	json_put_str(&out, "kind", "Event");
	json_open(&out, "metadata");
	json_put_str(&out, "name", name);
	json_put_str(&out, "namespace", about->namespace_);
	json_close(&out);
	json_put_str(&out, "eventTime", instant_micro(core->now.wall_ms, at));
	json_put_str(&out, "type", type);
	json_put_str(&out, "reason", reason);
	json_put_str(&out, "action", reason);
	json_put_str(&out, "note", note);
	json_put_str(&out, "reportingController", "strait.dev/controller");
	json_put_str(&out, "reportingInstance", core->config.identity ? core->config.identity : "strait-controller");
	put_regarding(about, &out);
	json_close(&out);
	kube_request(core, "POST", xasprintf("/apis/events.k8s.io/v1/namespaces/%s/events", about->namespace_), KUBE_JSON,
	    buf_take(&body), posted, &core->counters, 0);
}

static void
tell_start(struct core *core, void *owner)
{
	struct op *op = owner;

	op_event(core, op, "Normal", REASON_Started, "%s on %s: %zu nodes, plan %s", op->plan->title, op->object->cluster,
	    op->nlanes, op->plan->hash);
}

void
op_tell_start(struct core *core, struct op *op)
{
	timer_arm(&core->timers, &op->start_timer, core->now.up_ms + START_TOLD_MS, tell_start, op);
}
