#include "core.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "catalog.h"
#include "cluster.h"
#include "hash.h"
#include "hints.h"
#include "jump.h"
#include "kinds.h"
#include "log.h"
#include "op.h"
#include "state.h"

enum { STOP_LOOK_MS = 10, STOP_MOST_MS = 300, WALL_LEAST_MS = 1000 };

struct core *
core_new(const struct core_config *config)
{
	struct core *core = xcalloc(1, sizeof *core);

	core->config = *config;
	catalog_start(core);
	return core;
}

struct core *
core_free(struct core *core)
{
	struct effects dropped = {0};

	if (!core)
		return NULL;
	core->out = &dropped;
	op_free_all(core);
	cluster_free_all(core);
	informers_done(core);
	catalog_done(core);
	kinds_free(core);
	shards_done(core);
	timer_disarm(&core->timers, &core->stop);
	requests_free(core);
	effects_clear(&dropped);
	free(core);
	return NULL;
}

/* What was changed is looked at until nothing changes any more. */
static void
settle(struct core *core)
{
	while (core->dirty_ops || core->dirty_clusters) {
		clusters_run(core);
		ops_run(core);
	}
}

/* What has left is waited for a moment: then whoever takes over need not wait for it. */
static void
hand_over(struct core *core, void *owner)
{
	bool quiet = true;

	(void)owner;
	for (size_t i = 0; i < core->shards.count; i++)
		quiet &= shard_is_quiet(core, i);
	if (!quiet && core->now.up_ms < core->stop_up_ms) {
		timer_arm(&core->timers, &core->stop, core->now.up_ms + STOP_LOOK_MS, hand_over, NULL);
		return;
	}
	say(core, LOG_LEVEL_INFO, NULL, NULL, NULL, "stopping: every step so far is in the journal; %s", quiet
	    ? "nothing is in flight" : "whoever takes over finds out what became of the act in flight");
	shards_release(core);
}

static void
stop(struct core *core)
{
	if (core->stopping)
		return;
	core->stopping = true;
	core->stop_up_ms = core->now.up_ms + STOP_MOST_MS;
	ops_kick(core);          /* intents that have not left are withdrawn */
	timer_arm(&core->timers, &core->stop, core->now.up_ms, hand_over, NULL);
}

/* By the clocks themselves: a clock that is set may be seen before it is told. One that is slewed comes to it in time. */
static void
follow_wall(struct core *core)
{
	int64_t ahead_ms = core->now.wall_ms - core->now.up_ms, by_ms = ahead_ms - core->wall_ahead_ms;

	if (core->counters.steps > 1 && llabs(by_ms) < WALL_LEAST_MS)
		return;
	core->wall_ahead_ms = ahead_ms;
	if (core->counters.steps > 1) {
		hints_jumped(core, by_ms);
		journal_jumped(core, by_ms);
	}
}

void
core_step(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	core->now = now;
	core->out = out;
	core->counters.steps++;
	follow_wall(core);
	switch (event->kind) {
	case EVENT_START:
		informers_start(core);
		durability_start(core);
		shards_start(core);
		break;
	case EVENT_ANSWER:
	case EVENT_LINE:
		request_deliver(core, event);
		break;
	case EVENT_JUMP:
		say(core, LOG_LEVEL_WARN, NULL, NULL, NULL, "the wall clock jumped: windows start again");
		ops_jumped(core);
		break;
	case EVENT_STOP:
		stop(core);
		break;
	case EVENT_WAKE:
		break;
	}
	timers_run(core, &core->timers, now.up_ms);
	settle(core);
	out->wake_up_ms = timers_next(&core->timers);
	core->out = NULL;
}

void
core_set_leading(struct core *core, size_t shard, bool leading)
{
	size_t led;

	core->leading |= leading;
	led = shards_led(core);
	core->leading = led > 0;
	if (core->shards.count > 1)
		say(core, LOG_LEVEL_INFO, NULL, NULL, NULL, "%s shard %zu: %zu of %zu now",
		    leading ? "leading" : "letting go of", shard, led, core->shards.count);
	else
		say(core, LOG_LEVEL_INFO, NULL, NULL, NULL, leading ? "leading" : "standing by");
	clusters_set_leading(core, shard, leading);
	ops_set_leading(core, shard, leading);
}

bool
core_ready(const struct core *core)
{
	return informers_synced(core) && journal_is_up(core);
}

static void
put_field(struct buf *fields, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	buf_put(fields, key, strlen(key) + 1);
	buf_put(fields, value, strlen(value) + 1);
}

void
say(struct core *core, int level, const struct op *op, const char *step, const char *node, const char *format, ...)
{
	struct effect *effect = effects_add(core->out, EFFECT_LOG, 0);
	struct buf fields = BUF_INIT(BUF_MAX_LINE);
	char message[600], name[300];
	va_list args;

	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	effect->log.level = level;
	effect->log.message = xstrdup(message);
	if (op) {
		snprintf(name, sizeof name, "%s/%s", op->namespace_, op->name);
		put_field(&fields, "operation", name);
	}
	put_field(&fields, "step", step);
	put_field(&fields, "node", node);
	buf_putc(&fields, '\0');
	effect->log.fields = buf_take(&fields);
}

int64_t
core_jitter(const struct core *core, const char *uid, const char *step, uint64_t attempt, int64_t span)
{
	uint64_t hash = hash_u64(hash_str(hash_str(hash_u64(HASH_SEED, core->config.seed), uid ? uid : ""), step), attempt);

	return span > 0 ? (int64_t)(hash % (uint64_t)span) : 0;
}
