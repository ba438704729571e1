#include "lease.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "events.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"

enum { CONFLICT = 409, RELEASE_MS = 2000 };

static void tick(struct core *core, void *owner);

int64_t
lease_valid_until(const struct core *core, const struct lease *lease)
{
	return lease->renewed_up_ms + core->config.lease_ms * 2 / 3;
}

static void
again_in(struct core *core, struct lease *lease, int64_t ms)
{
	timer_arm(&core->timers, &lease->timer, core->now.up_ms + ms, tick, lease);
}

static int64_t
retry_period(const struct core *core, const struct lease *lease)
{
	int64_t period = core->config.lease_ms / 5;

	return period + core_jitter(core, core->config.identity, lease->name, core->last_id, period / 5 + 1);
}

static struct effect *
lease_request(struct core *core, struct lease *lease, const char *method, char *body, request_done *done)
{
	bool named = strcmp(method, "POST") != 0;
	char *path = xasprintf(LEASES_PATH "%s%s", core->config.lease_namespace, named ? "/" : "", named ? lease->name : "");
	struct effect *effect = kube_request(core, method, path, body ? KUBE_JSON : NULL, body, done, lease, 0);

	effect->kube.pool = KUBE_LEASE;
	effect->deadline_ms = core->config.lease_ms / 3;
	lease->request = effect->id;
	lease->sent_up_ms = core->now.up_ms;
	return effect;
}

/* What the record says now; a record that differs from the last one restarts its holder's time on our clock. */
static void
observe(struct core *core, struct lease *lease, const struct cJSON *object)
{
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
	free(lease->uid);
	lease->uid = xstrdup(json_str_or(json_get(object, "metadata"), "uid", ""));
	free(lease->holder);
	lease->holder = xstrdup(holder);
	lease->duration_ms = json_int(spec, "leaseDurationSeconds", 0) * 1000;
	lease->transitions = json_int(spec, "leaseTransitions", 0);
	lease_keep(lease, object);
}

static bool
is_ours(const struct core *core, const struct lease *lease)
{
	return lease->holder && strcmp(lease->holder, core->config.identity) == 0;
}

bool
lease_is_over(const struct core *core, const struct lease *lease)
{
	return !lease->holder || lease->holder[0] == '\0' || core->now.up_ms - lease->seen_up_ms >= lease->duration_ms;
}

static char *
body_of(struct core *core, struct lease *lease, bool release)
{
	bool ours = is_ours(core, lease);

	if (!ours)
		lease->acquired_wall_ms = core->now.wall_ms;
	return lease_body(core, lease, ours, release);
}

static void read_answered(struct core *core, void *owner, uint64_t arg, const struct event *event);

/* Once, not at every try: until it is another thing that goes wrong, or nothing does. */
static void
complain(struct core *core, struct lease *lease, const char *what, const struct event *event)
{
	char problem[300], *text;

	text = xasprintf("was not %s: %s", what, kube_problem(event, problem, sizeof problem));
	if (!lease->problem || strcmp(lease->problem, text) != 0)
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "lease %s %s", lease->name, text);
	free(lease->problem);
	lease->problem = text;
}

static void
be_content(struct lease *lease)
{
	lease->failures = 0;
	free(lease->problem);
	lease->problem = NULL;
}

/* It may have changed hands, or may have been written all the same: that is found out at once, but once. An API server that
 * says no, or breaks off, at every try is not asked in a circle. */
static void
write_failed(struct core *core, struct lease *lease, const struct event *event)
{
	bool answered = event->outcome == OUTCOME_ANSWERED;
	bool unsure = answered ? event->status == 409 || event->status == 404
	    : event->outcome == OUTCOME_TIMEOUT || event->outcome == OUTCOME_BROKEN;
	int64_t period = retry_period(core, lease);

	complain(core, lease, "renewed", event);
	if (unsure && lease->failures++ == 0)
		lease_request(core, lease, "GET", NULL, read_answered);
	else
		again_in(core, lease, event->retry_after_ms > 0 && event->retry_after_ms < period
		    ? event->retry_after_ms : period);
}

/* In client-go's words, which people and their tools look for. */
static void
tell_leading(struct core *core, const struct lease *lease)
{
	const struct event_about about = {"coordination.k8s.io/v1", "Lease", lease->name, core->config.lease_namespace,
	    lease->uid};
	char note[300];

	if (!lease->uid || !*lease->uid)
		return;
	snprintf(note, sizeof note, "%.200s %s", core->config.identity, lease->held ? "became leader" : "stopped leading");
	core_event(core, &about, "Normal", REASON_LeaderElection, note);
}

static void
set_held(struct core *core, struct lease *lease, bool held)
{
	if (lease->held == held)
		return;
	lease->held = held;
	if (lease->presence)
		return;
	core_set_leading(core, lease->shard, held);
	tell_leading(core, lease);
}

static void
written(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct lease *lease = owner;
	CLEANUP_JSON struct cJSON *object = NULL;
	bool was_valid;

	(void)arg;
	lease->request = 0;
	if (event->outcome != OUTCOME_ANSWERED || event->status >= 300) {
		write_failed(core, lease, event);
		return;
	}
	be_content(lease);
	informers_reached(core);
	object = json_parse(event->body, event->len, NULL);
	observe(core, lease, object);
	was_valid = core->now.up_ms < lease_valid_until(core, lease);
	lease->renewed_up_ms = lease->sent_up_ms;
	if (!was_valid && !lease->presence)
		shard_renewed(core, lease->shard);
	set_held(core, lease, true);
	again_in(core, lease, retry_period(core, lease));
}

/* Right when it is over, or earlier: its holder may give it up. */
static int64_t
look_again(const struct core *core, const struct lease *lease)
{
	int64_t left = lease->seen_up_ms + lease->duration_ms - core->now.up_ms, period = retry_period(core, lease);

	return left < period ? left : period;
}

/* What has been seen of it is acted on: stepping down, taking it, or looking again later. */
static void
judge(struct core *core, struct lease *lease)
{
	if (lease->held && !is_ours(core, lease) && lease->holder[0]) {
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "lease %s is held by %s now: standing by", lease->name,
		    lease->holder);
		set_held(core, lease, false);
	}
	if (!lease->wanted && !lease->held) {
		timer_disarm(&core->timers, &lease->timer);
	} else if (is_ours(core, lease) || lease_is_over(core, lease)) {
		lease_request(core, lease, "PUT", body_of(core, lease, false), written);
	} else {
		be_content(lease);
		again_in(core, lease, look_again(core, lease));
	}
}

static void
read_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct lease *lease = owner;
	CLEANUP_JSON struct cJSON *object = NULL;

	(void)arg;
	lease->request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 404) {
		if (lease->version)
			say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "lease %s was deleted: whoever makes it anew holds it",
			    lease->name);
		free(lease->version);
		lease->version = NULL;
		lease_request(core, lease, "POST", body_of(core, lease, false), written);
		return;
	}
	if (event->outcome != OUTCOME_ANSWERED || event->status != 200) {
		/* Unreachable is not lost: the journal's epoch tells whether somebody else has taken over. */
		complain(core, lease, "read", event);
		again_in(core, lease, retry_period(core, lease));
		return;
	}
	object = json_parse(event->body, event->len, NULL);
	observe(core, lease, object);
	judge(core, lease);
}

static void
tick(struct core *core, void *owner)
{
	struct lease *lease = owner;

	if (lease->request || lease->releasing || (!lease->wanted && !lease->held))
		return;
	if (lease->held && is_ours(core, lease) && lease->failures == 0)
		lease_request(core, lease, "PUT", body_of(core, lease, false), written);
	else
		lease_request(core, lease, "GET", NULL, read_answered);
}

void
lease_open(struct lease *lease, char *name, size_t shard)
{
	*lease = (struct lease){.name = name, .shard = shard, .renewed_up_ms = INT64_MIN / 2};
}

void
lease_want(struct core *core, struct lease *lease, bool wanted)
{
	bool was = lease->wanted;

	lease->wanted = wanted;
	if (wanted || was)
		lease->unwanted_up_ms = core->now.up_ms;
	if (wanted && !was)
		tick(core, lease);
}

void
lease_seen(struct core *core, struct lease *lease, const struct cJSON *object)
{
	const char *version = json_str_or(json_get(object, "metadata"), "resourceVersion", "");

	/* A request on its way will tell more; and our own last write comes back late. */
	if (lease->request || lease->releasing || (lease->version && !kube_is_older(lease->version, version)))
		return;
	observe(core, lease, object);
	if (!is_ours(core, lease))
		judge(core, lease);
}

static void
release_done(struct core *core, struct lease *lease)
{
	lease->releasing = false;
	shards_released(core);
	tick(core, lease);
}

static void
send_release(struct core *core, struct lease *lease, request_done *done)
{
	lease_request(core, lease, "PUT", body_of(core, lease, true), done)->deadline_ms = RELEASE_MS;
}

static void
released_at_last(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct lease *lease = owner;
	CLEANUP_JSON struct cJSON *object = NULL;

	(void)arg;
	lease->request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 200 && !lease->presence) {
		object = json_parse(event->body, event->len, NULL);
		observe(core, lease, object);
	}
	release_done(core, lease);
}

static void
read_to_release(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct lease *lease = owner;
	CLEANUP_JSON struct cJSON *object = NULL;

	(void)arg;
	lease->request = 0;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 200) {
		object = json_parse(event->body, event->len, NULL);
		observe(core, lease, object);
		if (is_ours(core, lease)) {
			send_release(core, lease, released_at_last);
			return;
		}
	}
	release_done(core, lease);
}

/* A renewal that was on its way may have come first, and then the version is an old one. Whoever waits for the Lease would
 * have to wait for its end. */
static void
released(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct lease *lease = owner;

	if (event->outcome != OUTCOME_ANSWERED || event->status != CONFLICT || lease->presence) {
		released_at_last(core, owner, arg, event);
		return;
	}
	lease_request(core, lease, "GET", NULL, read_to_release)->deadline_ms = RELEASE_MS;
}

void
lease_release(struct core *core, struct lease *lease)
{
	if (lease->releasing)
		return;
	lease->releasing = true;
	timer_disarm(&core->timers, &lease->timer);
	request_cancel(core, lease->request);
	if (lease->presence)
		lease_request(core, lease, "DELETE", NULL, released)->deadline_ms = RELEASE_MS;
	else
		send_release(core, lease, released);
	set_held(core, lease, false);
}

void
lease_close(struct core *core, struct lease *lease)
{
	timer_disarm(&core->timers, &lease->timer);
	requests_drop(core, lease);
	free(lease->record);
	free(lease->version);
	free(lease->holder);
	free(lease->problem);
	free(lease->kept);
	free(lease->uid);
	free(lease->name);
	*lease = (struct lease){0};
}
