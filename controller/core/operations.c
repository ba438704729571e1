/* The ClusterOperation objects: which are alive, which have ended, which are gone. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "earlier.h"
#include "finished.h"
#include "json.h"
#include "kube.h"
#include "log.h"
#include "op.h"
#include "outbox.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"
#include "survey.h"
#include "turn.h"

static struct op *
op_new(struct core *core, const struct operation *object)
{
	struct op *op = xcalloc(1, sizeof *op);

	op->uid = xstrdup(object->meta.uid);
	op->name = xstrdup(object->meta.name);
	op->namespace_ = xstrdup(object->meta.namespace_);
	op->shard = shard_of(core, op->namespace_, object->cluster);
	journal_done(core, op);
	HASH_ADD_KEYPTR(hh, core->ops, op->uid, strlen(op->uid), op);
	return op;
}

void
op_drop(struct core *core, struct op *op)
{
	struct cluster *cluster = op->object ? cluster_find(core, op->namespace_, op->object->cluster) : NULL;

	turn_leave(core, op);
	if (cluster && cluster->gone)
		cluster_kick(core, cluster);    /* it may have been the last who needed it */
	requests_drop(core, op);
	timer_disarm(&core->timers, &op->timer);
	timer_disarm(&core->timers, &op->status.timer);
	timer_disarm(&core->timers, &op->start_timer);
	timer_disarm(&core->timers, &op->pace.timer);
	outbox_drop(core, op);
	survey_drop(core, op);
	earlier_drop(core, op);
	roll_free(core, op);
	journal_done(core, op);
	if (op->dirty) {
		struct op **at = &core->dirty_ops;

		while (*at != op)
			at = &(*at)->next_dirty;
		*at = op->next_dirty;
	}
	plan_free(op->plan);
	operation_free(op->object);
	for (size_t i = 0; i < op->nerrors; i++) {
		free(op->errors[i].message);
		free(op->errors[i].remedy);
	}
	free(op->errors);
	recent_done(&op->recent);
	free(op->skips_told);
	free(op->zones);
	free(op->acknowledged);
	free(op->lost_why);
	values_done(&op->values);
	conditions_free(op->status.conditions);
	free(op->status.written);
	free(op->status.unheard);
	free(op->status.sending);
	free(op->status.version);
	HASH_DEL(core->ops, op);
	free(op->uid);
	free(op->name);
	free(op->namespace_);
	free(op);
}

/* It has left a node down, and nobody has said that this is known; or its notifications are on their way. */
static bool
keeps(const struct operation *object)
{
	return object->notices_waiting || (object->keeps_cluster && !object->cancel && !object->meta.deleting);
}

/* Nothing is to be done for it: it has ended, all is written, and no knob asks for more. */
static bool
is_finished(struct core *core, const struct operation *object, uint64_t round)
{
	struct finished *finished = finished_find(core, object->meta.uid);

	if (object->meta.has_finalizer || (object->retry > object->retry_seen && !object->meta.deleting &&
	    strcmp(object->phase, "Succeeded") != 0 && strcmp(object->phase, "Planned") != 0) ||
	    !operation_phase_is_final(object->phase) || keeps(object)) {
		if (!finished)
			return false;
		/* Our own last write comes back late: only a new knob brings it to life again. */
		if (object->retry <= finished->retry_seen)
			return true;
		finished_drop(core, finished);
		return false;
	}
	if (!finished) {
		finished = finished_add(core, object->meta.uid);
		finished->retry_seen = object->retry_seen;
	}
	finished->round = round;
	finished_take(core, finished, object);
	return true;
}

/* Somebody else is at work on it: who takes it over begins where its status is by then, not where it was first seen. */
static void
follow(const struct core *core, struct op *op)
{
	if (shard_is_led(core, op->shard) && op->status.conditions)
		return;
	op->retry_seen = op->object->retry_seen;
	op->phase = phase_parse(op->object->phase);
	conditions_free(op->status.conditions);
	op->status.conditions = conditions_load(op->object->conditions);
}

/* One that another replica leads: whoever waits for its place here looks again. */
static void
drop_elsewhere(struct core *core, struct op *op)
{
	op_drop(core, op);
	fleet_changed(core);
}

/* An object that the API server sent before it had our own last write is not taken. */
void
op_take_object(struct core *core, struct op *op, struct operation *object)
{
	if (!object)
		return;
	if (op->object && kube_is_older(object->meta.resource_version, op->object->meta.resource_version)) {
		operation_free(object);
		return;
	}
	if (op->object && object->problem && op->started) {
		if (!op->object->problem)
			op_event(core, op, "Warning", REASON_Invalid, "nothing is begun: %s", object->problem);
		operation_take_refused(op->object, object);
	} else {
		operation_free(op->object);
		op->object = object;
		op->accepted &= !object->problem;
	}
	follow(core, op);
	op_kick(core, op);
}

static void
seen(struct core *core, void *owner, const struct cJSON *json, uint64_t round)
{
	struct err err = {""};
	struct operation *object;
	struct op *op;

	(void)owner;
	if (finished_unchanged(core, json, round))
		return;
	object = operation_decode(json, &err);
	if (!object)
		object = operation_decode_unreadable(json, err.text);
	if (!object) {
		say(core, LOG_LEVEL_ERROR, NULL, NULL, NULL, "a ClusterOperation cannot be read: %s", err.text);
		return;
	}
	HASH_FIND_STR(core->ops, object->meta.uid, op);
	/* Another replica has ended it: its journal is not this one's to look for, and may be gone by now. */
	if ((!op || !shard_is_led(core, op->shard)) && is_finished(core, object, round)) {
		if (op)
			drop_elsewhere(core, op);
		operation_free(object);
		return;
	}
	if (!op)
		op = op_new(core, object);
	op->round = round;
	op_take_object(core, op, object);
}

/* The object is away, by force: what it held down is brought back all the same. */
static void
mark_gone(struct core *core, struct op *op)
{
	struct cluster *cluster = cluster_find(core, op->namespace_, op->object->cluster);

	/* Others may have waited for what its journal would say. */
	if (cluster && !op->journal.taken)
		turn_kick(core, cluster);
	op->gone = true;
	op->object->meta.has_finalizer = false;
	if (!shard_is_led(core, op->shard))
		drop_elsewhere(core, op);
	else if (op->started && op->journal.taken)
		op_kick(core, op);
	else {
		journal_let_expire(core, op);
		op_drop(core, op);
	}
}

static void
gone(struct core *core, void *owner, const struct cJSON *json)
{
	const char *uid = json_str_or(json_get(json, "metadata"), "uid", "");
	struct finished *finished = finished_find(core, uid);
	struct op *op;

	(void)owner;
	HASH_FIND_STR(core->ops, uid, op);
	if (op)
		mark_gone(core, op);
	if (finished)
		finished_drop(core, finished);
}

static void
swept(struct core *core, void *owner, uint64_t round)
{
	struct op *op, *next;

	(void)owner;
	HASH_ITER (hh, core->ops, op, next) {
		if (op->round != round)
			mark_gone(core, op);
		else
			op_kick(core, op);
	}
	finished_swept(core, round);
}

/* What most are seen for, thousands that have ended, needs none of these. */
static const struct json_cut cuts[] = {
	INFORMER_CUTS, {.key = "nodesDone"}, {.key = "transitions", .as_text = true},
	{.key = "conditions", .as_text = true}, {.key = NULL},
};

const struct informer_kind operation_kind = {
	.plural = "clusteroperations",
	.cuts = cuts,
	.seen = seen,
	.swept = swept,
	.gone = gone,
};

void
op_let_go(struct core *core, struct op *op)
{
	struct operation *object = TAKE_PTR(op->object);
	uint64_t round = op->round;
	int64_t epoch = op->journal.known;
	bool is_gone = op->gone;

	op_drop(core, op);
	op = op_new(core, object);
	op->journal.known = epoch;
	op->round = round;
	op->gone = is_gone;
	op_take_object(core, op, object);
}

void
ops_set_leading(struct core *core, size_t shard, bool leading)
{
	unsigned left = HASH_COUNT(core->ops);
	struct op *op, *next;

	HASH_ITER (hh, core->ops, op, next) {
		if (left-- == 0)
			break;          /* what follows are those that have just been made anew */
		if (op->shard != shard)
			continue;
		if (leading)
			op_kick(core, op);
		else
			op_let_go(core, op);
	}
}

void
ops_kick(struct core *core)
{
	struct op *op, *next;

	HASH_ITER (hh, core->ops, op, next)
		op_kick(core, op);
}

static void
restart_windows(struct step *step)
{
	for (size_t i = 0; step && i < ARRAY_LEN(step->windows); i++)
		step->windows[i].since_up_ms = -1;
}

void
ops_jumped(struct core *core)
{
	struct op *op, *next;

	HASH_ITER (hh, core->ops, op, next) {
		restart_windows(op->cluster_step);
		for (size_t i = 0; i < op->nlanes; i++)
			restart_windows(op->lanes[i].step);
	}
}

void
op_free_all(struct core *core)
{
	struct op *op, *next;

	HASH_ITER (hh, core->ops, op, next)
		op_drop(core, op);
	finished_drop_all(core);
}
