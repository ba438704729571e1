#include "lease.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "state.h"

static void tick(struct core *core, void *owner);

static bool
is_elected(const struct core *core)
{
	return core->config.lease_namespace != NULL;
}

int64_t
lease_valid_until(const struct core *core)
{
	if (!is_elected(core))
		return INT64_MAX;
	return core->lease.renewed_up_ms + core->config.lease_ms * 2 / 3;
}

static void
again_in(struct core *core, int64_t ms)
{
	timer_arm(&core->timers, &core->lease.timer, core->now.up_ms + ms, tick, &core->lease);
}

static int64_t
retry_period(const struct core *core)
{
	int64_t period = core->config.lease_ms / 5;

	return period + core_jitter(core, core->config.identity, "lease", core->last_id, period / 5 + 1);
}

static struct effect *
lease_request(struct core *core, const char *method, bool named, char *body, request_done *done)
{
	char *path = xasprintf("/apis/coordination.k8s.io/v1/namespaces/%s/leases%s%s", core->config.lease_namespace,
	    named ? "/" : "", named ? core->config.lease_name : "");
	struct effect *effect = kube_request(core, method, path, body ? KUBE_JSON : NULL, body, done, &core->lease, 0);

	effect->kube.pool = KUBE_LEASE;
	effect->deadline_ms = core->config.lease_ms / 3;
	core->lease.request = effect->id;
	core->lease.sent_up_ms = core->now.up_ms;
	return effect;
}

/* What the record says now; a record that differs from the last one restarts its holder's time on our clock. */
static void
observe(struct core *core, const struct cJSON *object)
{
	struct lease *lease = &core->lease;
	const struct cJSON *spec = json_get(object, "spec");
	const char *version = json_str_or(json_get(object, "metadata"), "resourceVersion", "");
	const char *holder = json_str_or(spec, "holderIdentity", "");
	char *record = xasprintf("%s %s %s", holder, json_str_or(spec, "renewTime", ""), version);

	if (!lease->record || strcmp(lease->record, record) != 0)
		lease->seen_up_ms = core->now.up_ms;
	free(lease->record);
	lease->record = record;
	free(lease->version);
	lease->version = xstrdup(version);
	free(lease->holder);
	lease->holder = xstrdup(holder);
	lease->duration_ms = json_int(spec, "leaseDurationSeconds", 0) * 1000;
	lease->transitions = json_int(spec, "leaseTransitions", 0);
}

static bool
is_ours(const struct core *core)
{
	return core->lease.holder && strcmp(core->lease.holder, core->config.identity) == 0;
}

static bool
may_be_taken(const struct core *core)
{
	const struct lease *lease = &core->lease;

	return !lease->holder || lease->holder[0] == '\0' || is_ours(core) ||
	    core->now.up_ms - lease->seen_up_ms >= lease->duration_ms;
}

static char *
lease_body(struct core *core, bool release)
{
	struct lease *lease = &core->lease;
	struct buf body = BUF_INIT(BUF_MAX_LINE);
	struct json_out out = JSON_OUT(&body);
	char now[INSTANT_TEXT], acquired[INSTANT_TEXT];
	bool ours = is_ours(core);

	if (!ours)
		lease->acquired_wall_ms = core->now.wall_ms;
	instant_micro(core->now.wall_ms, now);
	instant_micro(lease->acquired_wall_ms ? lease->acquired_wall_ms : core->now.wall_ms, acquired);
	json_open(&out, NULL);
	json_put_str(&out, "apiVersion", "coordination.k8s.io/v1");
	json_put_str(&out, "kind", "Lease");
	json_open(&out, "metadata");
	json_put_str(&out, "name", core->config.lease_name);
	json_put_str(&out, "namespace", core->config.lease_namespace);
	json_put_str(&out, "resourceVersion", lease->version);
	json_close(&out);
	json_open(&out, "spec");
	json_put_str(&out, "holderIdentity", release ? "" : core->config.identity);
	json_put_int(&out, "leaseDurationSeconds", release ? 1 : (core->config.lease_ms + 999) / 1000);
	json_put_str(&out, "acquireTime", acquired);
	json_put_str(&out, "renewTime", now);
	json_put_int(&out, "leaseTransitions", lease->version ? lease->transitions + (ours ? 0 : 1) : 0);
	json_close(&out);
	json_close(&out);
	return buf_take(&body);
}

static void
read_answered(struct core *core, void *owner, uint64_t arg, const struct event *event);

static void
written(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct lease *lease = owner;
	CLEANUP_JSON struct cJSON *object = NULL;
	char problem[300];

	(void)arg;
	lease->request = 0;
	if (event->outcome != OUTCOME_ANSWERED || event->status >= 300) {
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "lease %s was not renewed: %s", core->config.lease_name,
		    kube_problem(event, problem, sizeof problem));
		lease_request(core, "GET", true, NULL, read_answered);
		return;
	}
	object = json_parse(event->body, event->len, NULL);
	observe(core, object);
	lease->renewed_up_ms = lease->sent_up_ms;
	if (!core->leading)
		core_set_leading(core, true);
	again_in(core, retry_period(core));
}

/* Right when it is over, or earlier: its holder may give it up. */
static int64_t
look_again(const struct core *core)
{
	int64_t left = core->lease.seen_up_ms + core->lease.duration_ms - core->now.up_ms, period = retry_period(core);

	return left < period ? left : period;
}

static void
read_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct lease *lease = owner;
	CLEANUP_JSON struct cJSON *object = NULL;

	(void)arg;
	lease->request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 404) {
		free(lease->version);
		lease->version = NULL;
		lease_request(core, "POST", false, lease_body(core, false), written);
		return;
	}
	if (event->outcome != OUTCOME_ANSWERED || event->status != 200) {
		/* Unreachable is not lost: the journal's epoch tells whether somebody else has taken over. */
		again_in(core, retry_period(core));
		return;
	}
	object = json_parse(event->body, event->len, NULL);
	observe(core, object);
	if (core->leading && !is_ours(core) && lease->holder[0]) {
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "lease %s is held by %s now: standing by", core->config.lease_name,
		    lease->holder);
		core_set_leading(core, false);
	}
	if (may_be_taken(core))
		lease_request(core, "PUT", true, lease_body(core, false), written);
	else
		again_in(core, look_again(core));
}

static void
tick(struct core *core, void *owner)
{
	struct lease *lease = owner;

	if (lease->request)
		return;
	if (core->leading && is_ours(core))
		lease_request(core, "PUT", true, lease_body(core, false), written);
	else
		lease_request(core, "GET", true, NULL, read_answered);
}

void
lease_start(struct core *core)
{
	core->lease.renewed_up_ms = INT64_MIN / 2;
	if (is_elected(core))
		tick(core, &core->lease);
	else
		core_set_leading(core, true);
}

static void
released(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	(void)owner;
	(void)arg;
	(void)event;
	effects_add(core->out, EFFECT_EXIT, 0);
}

void
lease_release(struct core *core)
{
	if (core->lease.releasing)
		return;
	core->lease.releasing = true;
	timer_disarm(&core->timers, &core->lease.timer);
	request_cancel(core, core->lease.request);
	if (!is_elected(core) || !core->leading) {
		effects_add(core->out, EFFECT_EXIT, 0);
		return;
	}
	lease_request(core, "PUT", true, lease_body(core, true), released)->deadline_ms = SECONDS(2);
}

void
lease_done(struct core *core)
{
	timer_disarm(&core->timers, &core->lease.timer);
	free(core->lease.record);
	free(core->lease.version);
	free(core->lease.holder);
}
