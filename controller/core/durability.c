/* What Redis can lose: asked of its own settings, named in every operation's condition JournalDurable. It works all the
 * same; promise 3 is claimed for appendfsync always. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "log.h"
#include "op.h"
#include "reasons.h"
#include "request.h"
#include "state.h"

enum { LOOK_AGAIN_MS = 10000, WHILE_AT_RISK_MS = 2000, DEADLINE_MS = 2000, SETTINGS = 3 };

static void ask(struct core *core, void *owner);

static bool
is(const char *setting, const char *value)
{
	return setting && strcmp(setting, value) == 0;
}

/* A master with replicas is there to fail over, and what no replica has yet is lost then. */
static bool
is_unwaited_for(const struct cJSON *role)
{
	const struct cJSON *count = role ? json_next(role) : NULL;
	int64_t replicas = 0, waited_for = 0;

	if (!count || !json_to_int(count, &replicas) || !json_to_int(json_next(count), &waited_for))
		return false;
	return is(json_text(role), "master") && replicas > 0 && waited_for == 0;
}

static bool
is_hidden(const char *setting)
{
	return is(setting, "unknown");
}

/* What no one has said, Redis or its operator ("stated"), is not known: promise 3 is not claimed upon a guess. */
static const char *
hidden_of(const char *appendonly, const char *fsync, const char *eviction, const struct cJSON *role)
{
	if (is_hidden(appendonly) || is_hidden(fsync) || is_hidden(eviction))
		return "Redis hides its settings (CONFIG GET): nobody knows whether its crash loses steps; grant "
		    "+config|get, or state that none is lost: durable=1 in the Redis URL";
	if (is_hidden(json_text(role)))
		return "Redis hides whether it has replicas (INFO): nobody knows whether a fail-over loses steps; grant "
		    "+info, or state that none is lost: durable=1 in the Redis URL";
	return "";
}

static const char *
risk_of(const char *appendonly, const char *fsync, const char *eviction, const struct cJSON *role)
{
	if (is(appendonly, "no"))
		return "Redis has appendonly no: its crash loses the journal of every operation; set appendonly yes and "
		    "appendfsync always";
	if (is(fsync, "everysec") || is(fsync, "no"))
		return "Redis does not sync each write (appendfsync): its crash can lose the last steps; set appendfsync "
		    "always";
	if (eviction && !is(eviction, "noeviction") && !is_hidden(eviction) && !is(eviction, "stated"))
		return "Redis may evict keys (maxmemory-policy): a journal can vanish; set maxmemory-policy noeviction";
	if (is_unwaited_for(role))
		return "Redis has replicas, and no write waits for them: a fail-over can lose the last steps; add wait=1 to "
		    "the Redis URL";
	return "";
}

const char *
durability_reason(const struct core *core)
{
	if (core->journal_unknown)
		return REASON_DurabilityUnknown;
	return core->journal_risk[0] ? REASON_JournalAtRisk : REASON_JournalDurable;
}

static void
judge(struct core *core, const struct cJSON *settings)
{
	const struct cJSON *append = json_first(settings), *fsync = json_next(append), *eviction = json_next(fsync);
	const struct cJSON *role = json_next(eviction);
	const char *risk = risk_of(json_text(append), json_text(fsync), json_text(eviction), role);
	bool unknown = !risk[0];

	if (unknown)
		risk = hidden_of(json_text(append), json_text(fsync), json_text(eviction), role);
	if (core->journal_judged && strcmp(core->journal_risk, risk) == 0)
		return;
	core->journal_judged = true;
	core->journal_unknown = unknown && risk[0];
	snprintf(core->journal_risk, sizeof core->journal_risk, "%s", risk);
	if (risk[0])
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "reason=%s %s", durability_reason(core), risk);
	ops_kick(core);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	CLEANUP_JSON struct cJSON *settings = NULL;

	(void)owner;
	(void)arg;
	if (event->outcome == OUTCOME_ANSWERED && event->status == 0)
		settings = json_parse(event->body, event->len, NULL);
	if (json_is_array(settings) && json_count(settings) >= SETTINGS)
		judge(core, settings);
	timer_arm(&core->timers, &core->journal_probe, core->now.up_ms + (settings && !core->journal_risk[0]
	    ? LOOK_AGAIN_MS : WHILE_AT_RISK_MS), ask, core);
}

static void
ask(struct core *core, void *owner)
{
	struct effect *effect = request_new(core, EFFECT_REDIS, answered, owner, 0);

	effect->deadline_ms = DEADLINE_MS;
	effect->redis.script = REDIS_PROBE;
	effect->redis.uid = xstrdup("");
}

void
durability_start(struct core *core)
{
	ask(core, core);
}
