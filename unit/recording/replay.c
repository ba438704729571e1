#include "replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "effect_words.h"
#include "json.h"
#include "recording.h"
#include "uthash.h"

/* An effect that will be answered. */
struct asked {
	UT_hash_handle hh;
	uint64_t id;
	bool stream;
};

struct replay {
	const struct reconciler *const *types;
	const char *const *workflows;
	struct replay_watcher watcher;
	struct recording_head head;
	struct core *core;               /* NULL before the first line */
	struct asked *asked;
	struct effects decided;          /* by the last event */
	bool undecided;                  /* no line has told yet what was decided then */
	struct instant first, last;
	struct replay_sum sum;
};

struct replay *
replay_new(const struct reconciler *const *types, const char *const *workflows, const struct replay_watcher *watcher)
{
	struct replay *replay = xcalloc(1, sizeof *replay);

	replay->types = types;
	replay->workflows = workflows;
	replay->watcher = *watcher;
	return replay;
}

struct replay *
replay_free(struct replay *replay)
{
	struct asked *asked, *next;

	if (!replay)
		return NULL;
	HASH_ITER(hh, replay->asked, asked, next) {
		HASH_DELETE(hh, replay->asked, asked);
		free(asked);
	}
	effects_clear(&replay->decided);
	core_free(replay->core);
	recording_head_done(&replay->head);
	free(replay);
	return NULL;
}

static int
begin(struct replay *replay, const char *line, size_t len, struct err *err)
{
	if (recording_read_head(line, len, &replay->head, err) < 0)
		return -1;
	replay->head.config.types = replay->types;
	replay->head.config.workflows = replay->workflows;
	replay->core = core_new(&replay->head.config);
	replay->sum.version = replay->head.version;
	return 0;
}

static void
forget(struct replay *replay, uint64_t id)
{
	struct asked *asked;

	HASH_FIND(hh, replay->asked, &id, sizeof id, asked);
	if (!asked)
		return;
	HASH_DELETE(hh, replay->asked, asked);
	free(asked);
}

static void
remember(struct replay *replay, const struct effect *effect)
{
	struct asked *asked;

	if (effect->kind == EFFECT_CANCEL)
		forget(replay, effect->id);
	if (effect->kind == EFFECT_CANCEL || effect->kind == EFFECT_LOG || effect->kind == EFFECT_EXIT)
		return;
	asked = xcalloc(1, sizeof *asked);
	asked->id = effect->id;
	asked->stream = effect->kind == EFFECT_KUBE && effect->kube.stream;
	HASH_ADD(hh, replay->asked, id, sizeof asked->id, asked);
}

static int
was_asked(struct replay *replay, const struct event *event, struct err *err)
{
	struct asked *asked;

	if (event->kind != EVENT_ANSWER && event->kind != EVENT_LINE)
		return 0;
	HASH_FIND(hh, replay->asked, &event->id, sizeof event->id, asked);
	if (!asked)
		return err_set(err, "it answers effect %" PRIu64 ", which this build has not ordered: it has decided "
		    "otherwise before", event->id);
	if (event->kind == EVENT_LINE && !asked->stream)
		return err_set(err, "a line of effect %" PRIu64 ", which this build has not ordered as a stream", event->id);
	if (event->kind == EVENT_ANSWER)
		forget(replay, event->id);
	return 0;
}

/* What the shell promises the core, a stranger's file need not hold. */
static int
is_in_order(const struct replay *replay, const struct event *event, struct instant now, struct err *err)
{
	if ((event->kind == EVENT_START) != (replay->sum.events == 0))
		return err_set(err, "expected \"start\" as the first event, and no other one");
	if (now.up_ms < replay->last.up_ms)
		return err_set(err, "it is earlier than the event before it");
	return 0;
}

static int
step(struct replay *replay, const struct event *event, struct instant now, struct err *err)
{
	const struct replay_watcher *watcher = &replay->watcher;
	int64_t since;

	if (is_in_order(replay, event, now, err) < 0 || was_asked(replay, event, err) < 0)
		return -1;
	replay->last = now;
	if (replay->sum.events++ == 0)
		replay->first = now;
	since = now.up_ms - replay->first.up_ms;
	if (watcher->told)
		watcher->told(watcher->user, since, replay->sum.lines, event);
	effects_clear(&replay->decided);
	replay->decided.wake_up_ms = INT64_MAX;
	core_step(replay->core, event, now, &replay->decided);
	replay->undecided = true;
	for (size_t i = 0; i < replay->decided.count; i++) {
		remember(replay, &replay->decided.list[i]);
		if (watcher->ordered)
			watcher->ordered(watcher->user, since, &replay->decided.list[i]);
	}
	if (watcher->decided)
		watcher->decided(watcher->user, &replay->decided);
	return 0;
}

static int
differs(size_t number, const char *recorded, const char *mark, const struct effect *effect, struct err *err)
{
	char words[300] = "";

	if (effect)
		effect_words(effect, NULL, NULL, words, sizeof words);
	return err_set(err, "this build decides otherwise: effect %zu was %.64s, and is %s %s", number,
	    recorded ? recorded : "nothing", mark, words);
}

/* What was decided, against what this core has. */
static int
compare(struct replay *replay, const struct recorded *then, struct err *err)
{
	const struct cJSON *mark = json_first(then->marks);
	const struct effects *now = &replay->decided;
	char text[EFFECT_MARK];
	size_t number = 0;

	for (size_t i = 0; i < now->count; i++) {
		if (now->list[i].kind == EFFECT_LOG)
			continue;
		number++;
		effect_mark(&now->list[i], text);
		if (!mark || strcmp(json_text(mark), text) != 0)
			return differs(number, json_text(mark), text, &now->list[i], err);
		mark = json_next(mark);
	}
	if (mark)
		return differs(number + 1, json_text(mark), "nothing", NULL, err);
	if (then->wake_up_ms != now->wake_up_ms)
		return err_set(err, "this build decides otherwise: it was to be woken at %" PRId64 ", and is at %" PRId64
		    " (up)", then->wake_up_ms, now->wake_up_ms);
	replay->sum.decisions++;
	return 0;
}

static int
take(struct replay *replay, const struct recorded *recorded, struct err *err)
{
	if (recorded->is_event)
		return step(replay, &recorded->event, recorded->now, err);
	if (!replay->undecided)
		return err_set(err, "a decision without an event before it");
	replay->undecided = false;
	return replay->watcher.any_decision ? 0 : compare(replay, recorded, err);
}

int
replay_line(struct replay *replay, const char *line, size_t len, struct err *err)
{
	struct recorded recorded = {0};
	struct err why = {""};
	int r;

	replay->sum.lines++;
	if (!replay->core) {
		r = begin(replay, line, len, &why);
	} else {
		r = recording_read(line, len, &recorded, &why);
		if (r == 0)
			r = take(replay, &recorded, &why);
		recorded_done(&recorded);
	}
	return r < 0 ? err_set(err, "line %zu: %s", replay->sum.lines, why.text) : 0;
}

struct replay_sum
replay_sum(const struct replay *replay)
{
	return replay->sum;
}
