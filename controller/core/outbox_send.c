/* One post's way: waiting → (Discord, when somebody is to be called: does it answer at all?) → its intent journaled →
 * sent → taken, or waiting for the next try. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "hooks.h"
#include "log.h"
#include "notice_text.h"
#include "op.h"
#include "outbox.h"
#include "request.h"
#include "shards.h"
#include "state.h"

enum { ANSWER_WITHIN_MS = 10000, FIRST_MS = 1000, MOST_MS = 60000, REFUSED_MS = 300000, GIVE_UP_MS = 6 * 3600 * 1000 };
enum { PROBE = 128 };    /* in a request's argument */

static const struct target_channel *
channel_of(const struct op *op, const struct post *post)
{
	const struct target *target = op->cluster ? op->cluster->target : NULL;

	return target ? target_channel(target, post->channel) : NULL;
}

/* Nobody is called by what may have arrived before. */
static bool
calls(const struct op *op, const struct target_channel *channel, const struct post *post)
{
	return !post->doubted && channel->type != TARGET_CHANNEL_JSON && notice_can_tag(channel->type, op->object->owner);
}

/* Whoever is hanging takes a message and says nothing: better a question that may be lost than the one call. */
static bool
wants_probe(const struct op *op, const struct target_channel *channel, const struct post *post)
{
	return channel->type == TARGET_CHANNEL_DISCORD && calls(op, channel, post) && !post->probed;
}

static bool
may_send(const struct core *core, const struct op *op)
{
	return shard_is_led(core, op->shard) && !core->stopping && !shard_is_leaving(core, op->shard) &&
	    shard_is_valid(core, op->shard);
}

static void
wake(struct core *core, void *owner)
{
	op_kick(core, ((struct outbox *)owner)->op);
}

static void
wake_at(struct core *core, struct op *op, int64_t up_ms)
{
	timer_arm_earlier(&core->timers, &op->outbox->timer, up_ms, wake, op->outbox);
}

static void
give_up(struct core *core, struct op *op, struct notice *notice, struct post *post, const char *why)
{
	post->state = POST_GIVEN_UP;
	core->counters.notices_given_up++;
	say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "notification %s to channel %s is given up: %s", notice->key, post->channel,
	    why);
	op_record(op);
	journal_note(op, "not told to %s: %s", post->channel, notice->key);
	op_kick(core, op);
}

static void
try_again(struct core *core, struct op *op, struct notice *notice, struct post *post, int64_t retry_after_ms)
{
	int64_t wait_ms = backoff_ms(FIRST_MS, post->refused ? REFUSED_MS : MOST_MS, post->tries - 1);

	wait_ms += core_jitter(core, op->uid, notice->key, (uint64_t)post->tries, wait_ms / 4 + 1);
	post->next_up_ms = core->now.up_ms + (wait_ms > retry_after_ms ? wait_ms : retry_after_ms);
	post->probed = false;
	op_kick(core, op);
	if (post->state == POST_WAITING)
		return;          /* nothing had left but a question */
	post->state = POST_WAITING;
	op_record(op);
}

/* The try came to nothing, or nobody knows. A gateway's error is not its server's word. */
static void
failed(struct core *core, struct op *op, struct notice *notice, struct post *post, const struct event *event, bool probe)
{
	bool answer = event->outcome == OUTCOME_ANSWERED;
	bool gateway = answer && (event->status == 502 || event->status == 504);

	if (answer)
		snprintf(post->problem, sizeof post->problem, "HTTP %d: %.120s", event->status, event->body ? event->body : "");
	else
		snprintf(post->problem, sizeof post->problem, "%s", event->error ? event->error : outcome_name(event->outcome));
	post->refused = answer ? event->status < 500 && event->status != 429 : event->outcome == OUTCOME_NOT_SENT;
	if (!probe && (gateway || event->outcome == OUTCOME_TIMEOUT || event->outcome == OUTCOME_BROKEN))
		post->doubted = true;
	core->counters.notices_retried++;
	say(core, LOG_LEVEL_WARN, op, NULL, NULL, "notification %s: channel %s: %s", notice->key, post->channel, post->problem);
	hook_failed(core, op->cluster, post->channel, post->problem);
	if (notice->wall_ms > core->now.wall_ms)        /* the clock was set back while nobody was at work */
		notice->wall_ms = core->now.wall_ms;
	if (core->now.wall_ms - notice->wall_ms > GIVE_UP_MS)
		give_up(core, op, notice, post, post->problem);
	else
		try_again(core, op, notice, post, event->retry_after_ms);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct outbox *box = owner;
	struct op *op = box->op;
	struct notice *notice = NULL;
	struct post *post;
	bool probe = arg & PROBE;

	for (size_t i = 0; i < box->count; i++)
		if (box->list[i]->number == arg >> 8)
			notice = box->list[i];
	if (!notice)
		return;
	post = &notice->posts[arg & (PROBE - 1)];
	post->request = 0;
	if (outbox_step(op, notice))
		step_new_round(core, outbox_step(op, notice));
	if (event->outcome != OUTCOME_ANSWERED || event->status < 200 || event->status > 299) {
		failed(core, op, notice, post, event, probe);
		return;
	}
	op_kick(core, op);
	hook_works(core, op->cluster, post->channel);
	post->probed = probe;
	if (probe)
		return;
	post->state = POST_SENT;
	post->problem[0] = '\0';
	core->counters.notices_sent++;
	op_record(op);
	journal_note(op, "told to %s: %s", post->channel, notice->key);
	say(core, LOG_LEVEL_INFO, op, NULL, NULL, "notification %s is told to channel %s", notice->key, post->channel);
}

static void
name_secret(struct effect_secret *ret, const struct op *op, const struct target_secret *secret)
{
	if (!secret->name)
		return;
	ret->name = xasprintf("%s/%s", op->cluster->target->meta.namespace_, secret->name);
	ret->key = xstrdup(secret->key);
}

static struct effect *
order(struct core *core, struct op *op, struct notice *notice, struct post *post, const struct target_channel *channel,
    bool probe)
{
	uint64_t arg = (uint64_t)notice->number << 8 | (uint64_t)(post - notice->posts) | (probe ? PROBE : 0);
	struct effect *effect = request_new(core, EFFECT_WEB, answered, op->outbox, arg);

	post->request = effect->id;
	post->tries++;
	effect->deadline_ms = ANSWER_WITHIN_MS;
	snprintf(effect->web.method, sizeof effect->web.method, probe ? "GET" : "POST");
	name_secret(&effect->web.url_from, op, &channel->url);
	return effect;
}

static void
send(struct core *core, struct op *op, struct notice *notice, struct post *post, const struct target_channel *channel)
{
	CLEANUP_FREE char *id = xasprintf("%s/%s", op->uid, notice->key);
	const struct notice_text text = {
		.type = channel->type,
		.template_ = channel->template_,
		.event = notice_event_name(notice->event),
		.text = notice->text,
		.operation = op->name,
		.namespace_ = op->namespace_,
		.uid = op->uid,
		.cluster = op->object->cluster,
		.owner = op->object->owner,
		.id = id,
		.wall_ms = notice->wall_ms,
		.tag = !post->doubted,
		.again = post->doubted,
	};
	struct effect *effect = order(core, op, notice, post, channel, false);
	int64_t valid = shard_valid_until(core, op->shard), until = core->now.up_ms + core->config.act_ttl_ms;

	effect->not_after_up = until < valid ? until : valid;
	effect->web.body = notice_body(&text);
	effect->web.headers = xasprintf("Content-Type: application/json\nX-Strait-Id: %s\n", id);
	if (channel->type == TARGET_CHANNEL_DISCORD)
		effect->web.query = xstrdup("wait=true");        /* else it answers before it has taken the message */
	if (channel->type == TARGET_CHANNEL_JSON)
		name_secret(&effect->web.sign_with, op, &channel->hmac);
}

/* Its intent is journaled before it leaves. */
static void
intend(struct op *op, struct post *post)
{
	post->state = POST_SENDING;
	post->ticket = op->journal.open_ticket;
	op_record(op);
}

void
post_run(struct core *core, struct op *op, struct notice *notice, struct post *post)
{
	const struct target_channel *channel = channel_of(op, post);

	if (post->request || post->state == POST_SENT || post->state == POST_GIVEN_UP || !may_send(core, op))
		return;
	if (!channel) {
		give_up(core, op, notice, post, "spec.channels of the TargetCluster has none of that name any more");
		return;
	}
	if (core->now.up_ms < post->next_up_ms) {
		wake_at(core, op, post->next_up_ms);
		return;
	}
	if (wants_probe(op, channel, post))
		order(core, op, notice, post, channel, true);
	else if (post->state == POST_WAITING)
		intend(op, post);
	else if (journal_is_durable(op, post->ticket))
		send(core, op, notice, post, channel);
}
