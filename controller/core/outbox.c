#include "outbox.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "log.h"
#include "op.h"
#include "request.h"
#include "state.h"

struct outbox *
outbox_open(struct op *op)
{
	if (!op->outbox) {
		op->outbox = xcalloc(1, sizeof *op->outbox);
		op->outbox->op = op;
	}
	return op->outbox;
}

struct notice *
outbox_find(const struct op *op, const char *key)
{
	for (size_t i = 0; op->outbox && i < op->outbox->count; i++)
		if (strcmp(op->outbox->list[i]->key, key) == 0)
			return op->outbox->list[i];
	return NULL;
}

bool
outbox_has_told(const struct op *op, const char *key)
{
	for (size_t i = 0; op->outbox && i < op->outbox->ntold; i++)
		if (strcmp(op->outbox->told[i], key) == 0)
			return true;
	return false;
}

void
outbox_told(struct op *op, const char *key)
{
	struct outbox *box = outbox_open(op);

	if (outbox_has_told(op, key))
		return;
	if (box->ntold == TOLD_MAX) {
		free(box->told[0]);
		memmove(box->told, box->told + 1, --box->ntold * sizeof *box->told);
	}
	*ARRAY_GROW(box->told, box->ntold) = xstrdup(key);
}

static void
notice_free(struct core *core, struct notice *notice)
{
	for (size_t i = 0; i < notice->nposts; i++) {
		request_cancel(core, notice->posts[i].request);
		free(notice->posts[i].channel);
	}
	free(notice->posts);
	free(notice->key);
	free(notice->text);
	free(notice);
}

void
outbox_remove(struct core *core, struct op *op, struct notice *notice)
{
	struct outbox *box = op->outbox;
	size_t i = 0;

	while (box->list[i] != notice)
		i++;
	memmove(&box->list[i], &box->list[i + 1], (--box->count - i) * sizeof *box->list);
	notice_free(core, notice);
}

struct notice *
outbox_add(struct op *op, const char *key, unsigned event, int64_t wall_ms, const char *text)
{
	struct outbox *box = outbox_open(op);
	struct notice *notice = xcalloc(1, sizeof *notice);

	notice->number = ++box->numbers;
	notice->key = xstrdup(key);
	notice->event = event;
	notice->wall_ms = wall_ms;
	notice->text = xstrndup(text, NOTICE_TEXT);
	*ARRAY_GROW(box->list, box->count) = notice;
	return notice;
}

/* The oldest goes, and is lost: said, never silently. */
static void
make_room(struct core *core, struct op *op)
{
	while (op->outbox && op->outbox->count >= OUTBOX_MAX) {
		struct notice *oldest = op->outbox->list[0];

		say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "a notification is given up, as %d wait: %s: %.200s", OUTBOX_MAX,
		    oldest->key, oldest->text);
		core->counters.notices_given_up++;
		outbox_told(op, oldest->key);
		outbox_remove(core, op, oldest);
	}
}

static struct post *
add_post(struct op *op, struct notice *notice, const char *channel, size_t len)
{
	struct post *post = ARRAY_GROW(notice->posts, notice->nposts);

	post->channel = xstrndup(channel, len);
	post->ticket = op->journal.open_ticket;
	return post;
}

void
outbox_tell(struct core *core, struct op *op, unsigned event, const char *key, const char *format, ...)
{
	const struct target *target = op->cluster ? op->cluster->target : NULL;
	char text[MESSAGE];
	struct notice *notice = NULL;
	va_list args;

	if (!op->started || !target || outbox_find(op, key) || outbox_has_told(op, key))
		return;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	for (size_t i = 0; i < target->nchannels; i++) {
		const char *name = target->channels[i].name;

		if (!(target->channels[i].notify & event))
			continue;
		if (!notice) {
			make_room(core, op);
			notice = outbox_add(op, key, event, core->now.wall_ms, text);
		}
		add_post(op, notice, name, strlen(name));
	}
	if (!notice)
		return;
	op_record(op);
	journal_note(op, "to be told: %s", key);
}

static bool
has_post(const struct notice *notice, const char *channel, size_t len)
{
	for (size_t i = 0; i < notice->nposts; i++)
		if (strlen(notice->posts[i].channel) == len && strncmp(notice->posts[i].channel, channel, len) == 0)
			return true;
	return false;
}

struct notice *
outbox_say(struct core *core, struct op *op, const char *key, const char *channels, const char *text)
{
	struct notice *notice = outbox_find(op, key);

	if (notice)
		return notice;
	make_room(core, op);
	notice = outbox_add(op, key, 0, core->now.wall_ms, text);
	for (const char *at = channels; *at;) {
		size_t len;

		at += strspn(at, ", ");
		len = strcspn(at, ", ");
		if (len > 0 && !has_post(notice, at, len))
			add_post(op, notice, at, len);
		at += len;
	}
	op_record(op);
	journal_note(op, "to be told: %s", key);
	return notice;
}

static bool
is_over(const struct post *post)
{
	return post->state == POST_SENT || post->state == POST_GIVEN_UP;
}

static bool
is_delivered(const struct notice *notice)
{
	for (size_t i = 0; i < notice->nposts; i++)
		if (!is_over(&notice->posts[i]))
			return false;
	return true;
}

struct step *
outbox_step(const struct op *op, const struct notice *notice)
{
	const char *id = notice->event == 0 ? notice->key + strlen(OUTBOX_MESSAGE) : "";

	if (op->cluster_step && strcmp(op->cluster_step->id, id) == 0)
		return op->cluster_step;
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].step && strcmp(op->lanes[i].step->id, id) == 0)
			return op->lanes[i].step;
	return NULL;
}

/* What a step says is taken out by the step, which must know what has become of it; or with the step. One that a controller
 * before this one has put in waits until its step is at work again. */
static bool
is_to_go(const struct op *op, const struct notice *notice)
{
	const struct step *step;

	if (notice->event)
		return is_delivered(notice);
	step = outbox_step(op, notice);
	if (!step)
		return op->ended || notice->attempt != 0;
	return step->state == STEP_DONE || step->state == STEP_FAILED;
}

static void
settle(struct core *core, struct op *op)
{
	struct outbox *box = op->outbox;
	bool some = false;

	for (size_t i = box->count; i-- > 0;) {
		struct notice *notice = box->list[i];

		if (!is_to_go(op, notice))
			continue;
		outbox_told(op, notice->key);
		outbox_remove(core, op, notice);
		some = true;
	}
	if (some)
		op_record(op);
	if (some && op->ended)
		op_kick(core, op);
}

/* Never silently. Whoever takes over may tell some of them again, or not at all. */
static void
say_left_out(struct core *core, struct op *op)
{
	struct outbox *box = op->outbox;

	if (box->left_out > box->left_out_said)
		say(core, LOG_LEVEL_ERROR, op, NULL, NULL, "%zu notifications, waiting or told, have no room in the journal: "
		    "after a takeover they may be told twice, or not at all", box->left_out);
	box->left_out_said = box->left_out;
}

void
outbox_run(struct core *core, struct op *op)
{
	if (!op->journal.taken || op->lost)
		return;
	notices_of_gate(core, op);
	if (!op->outbox)
		return;
	for (size_t i = 0; i < op->outbox->count; i++)
		for (size_t p = 0; p < op->outbox->list[i]->nposts; p++)
			post_run(core, op, op->outbox->list[i], &op->outbox->list[i]->posts[p]);
	settle(core, op);
	say_left_out(core, op);
}

size_t
outbox_waiting(const struct op *op)
{
	size_t waiting = 0;

	for (size_t i = 0; op->outbox && i < op->outbox->count; i++)
		for (size_t p = 0; p < op->outbox->list[i]->nposts; p++)
			waiting += !is_over(&op->outbox->list[i]->posts[p]);
	return waiting;
}

bool
outbox_is_told(const struct op *op)
{
	if (op->gone)
		return false;
	if (!op->status.written)
		return op->object->notices_waiting;
	return strstr(op->status.written, "\"notificationsWaiting\":") != NULL;
}

bool
outbox_has_request(const struct op *op)
{
	for (size_t i = 0; op->outbox && i < op->outbox->count; i++)
		for (size_t p = 0; p < op->outbox->list[i]->nposts; p++)
			if (op->outbox->list[i]->posts[p].request)
				return true;
	return false;
}

void
outbox_drop(struct core *core, struct op *op)
{
	struct outbox *box = op->outbox;

	if (!box)
		return;
	timer_disarm(&core->timers, &box->timer);
	for (size_t i = 0; i < box->count; i++)
		notice_free(core, box->list[i]);
	for (size_t i = 0; i < box->ntold; i++)
		free(box->told[i]);
	free(box->told);
	free(box->list);
	free(box);
	op->outbox = NULL;
}
