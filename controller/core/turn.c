/* Whose turn it is on a cluster: one operation at a time changes it, first come first served. An urgent one runs between
 * while whoever has begun stands still at a safe point; one that holds a node down keeps the turn, even after its end.
 *
 * The order is a function of what the journal and the objects say (lanes held, acts, phase, urgent, creation), never of
 * who came into memory first: whoever takes over finds the one that was at work, and not two. */
#include "turn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "reasons.h"
#include "state.h"

/* In the order in which they have the turn. */
enum rank {
	RANK_BUSY,           /* holds a node down, or an act of its may still arrive */
	RANK_URGENT_BEGUN,
	RANK_BETWEEN,        /* urgent, and all that have begun stand still */
	RANK_BEGUN,
	RANK_AGAIN,          /* a retried one, which was at work before the others came */
	RANK_URGENT,
	RANK_WAITING,
};

static bool
has_begun(const struct op *op)
{
	return op->lost || (op->started && !op->ended && op->phase != PHASE_QUEUED);
}

static bool
may_still_arrive(const struct step *step)
{
	return step && (acts_unresolved(step) || acts_may_arrive(step));
}

/* A node that a person has left out, with a reason, keeps nobody waiting. */
const struct lane *
turn_held_lane(const struct op *op)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].held && op->lanes[i].state != LANE_SKIPPED)
			return &op->lanes[i];
	return NULL;
}

bool
turn_is_kept(const struct op *op)
{
	return op->ended && !op->released && !op_is_cancelled(op) && turn_held_lane(op);
}

static bool
is_busy(const struct core *core, const struct op *op)
{
	if (op->lost)
		return turn_lost_is_busy(core, op);
	if (op->has_turn && op->started && !journal_is_quiet(op))
		return true;            /* a takeover would still see what was before */
	if (op->ended)
		return turn_is_kept(op);
	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];

		if ((lane->held && lane->state != LANE_SKIPPED) || lane->restoring || may_still_arrive(lane->step) ||
		    (lane->touched && lane->state == LANE_RUNNING))
			return true;
	}
	return may_still_arrive(op->cluster_step);
}

/* At a safe point, and going to stay there. */
static bool
stands(const struct core *core, const struct op *op)
{
	return (op->lost || op->phase == PHASE_FROZEN || op->phase == PHASE_PAUSED || op->phase == PHASE_AWAITING_APPROVAL) &&
	    !is_busy(core, op) && journal_away_ms(core, op) == 0;
}

/* Some have begun, and they all stand. */
static bool
all_stand(const struct core *core, const struct cluster *cluster)
{
	size_t begun = 0;

	for (size_t i = 0; i < cluster->nqueue; i++) {
		if (has_begun(cluster->queue[i]) && !stands(core, cluster->queue[i]))
			return false;
		begun += has_begun(cluster->queue[i]);
	}
	return begun > 0;
}

static enum rank
rank_of(const struct core *core, const struct op *op, bool between)
{
	bool urgent = op->object->urgent;

	if (is_busy(core, op))
		return RANK_BUSY;
	if (has_begun(op))
		return urgent ? RANK_URGENT_BEGUN : RANK_BEGUN;
	if (urgent && between)
		return RANK_BETWEEN;
	if (op->started)
		return RANK_AGAIN;
	return urgent ? RANK_URGENT : RANK_WAITING;
}

bool
turn_is_older(const struct op *a, const struct op *b)
{
	int order;

	if (a->object->meta.created_ms != b->object->meta.created_ms)
		return a->object->meta.created_ms < b->object->meta.created_ms;
	order = strcmp(a->namespace_, b->namespace_);
	return order ? order < 0 : strcmp(a->name, b->name) < 0;
}

static bool
comes_before(const struct op *a, const struct op *b)
{
	if (a->turn_rank != b->turn_rank)
		return a->turn_rank < b->turn_rank;
	/* One that is lost does nothing while it keeps the others waiting. */
	if (a->lost != b->lost)
		return b->lost;
	/* A retried one may have a node down that stands in the other's way. */
	return a->started != b->started ? a->started : turn_is_older(a, b);
}

static void
sort(struct core *core, struct cluster *cluster)
{
	const struct op *head = cluster->nqueue ? cluster->queue[0] : NULL;
	bool between = cluster->nqueue > 1 && all_stand(core, cluster);

	for (size_t i = 0; i < cluster->nqueue && cluster->nqueue > 1; i++)
		cluster->queue[i]->turn_rank = rank_of(core, cluster->queue[i], between);
	for (size_t i = 1; i < cluster->nqueue; i++) {
		struct op *op = cluster->queue[i];
		size_t at = i;

		for (; at > 0 && comes_before(op, cluster->queue[at - 1]); at--)
			cluster->queue[at] = cluster->queue[at - 1];
		cluster->queue[at] = op;
	}
	if (cluster->nqueue && cluster->queue[0] != head)
		cluster_kick(core, cluster);    /* and with it everyone who waits */
}

bool
turn_is_queued(const struct op *op)
{
	for (size_t i = 0; op->cluster && i < op->cluster->nqueue; i++)
		if (op->cluster->queue[i] == op)
			return true;
	return false;
}

void
turn_join(struct core *core, struct op *op)
{
	struct cluster *cluster = op->cluster;

	if (turn_is_queued(op)) {
		sort(core, cluster);
		return;
	}
	cluster->queue = xreallocarray(cluster->queue, cluster->nqueue + 1, sizeof *cluster->queue);
	cluster->queue[cluster->nqueue++] = op;
	sort(core, cluster);
	cluster_kick(core, cluster);
}

void
turn_leave(struct core *core, struct op *op)
{
	struct cluster *cluster = op->cluster;

	op->has_turn = false;
	if (op->beside)
		cluster->nbeside--;
	op->beside = false;
	for (size_t i = 0; cluster && i < cluster->nqueue; i++) {
		if (cluster->queue[i] != op)
			continue;
		cluster->nqueue--;
		memmove(&cluster->queue[i], &cluster->queue[i + 1], (cluster->nqueue - i) * sizeof *cluster->queue);
		sort(core, cluster);
		cluster_kick(core, cluster);
		fleet_changed(core);
		return;
	}
}

void
turn_pass_beside(struct op *op)
{
	op->cluster->nbeside += !op->beside;
	op->beside = true;
}

void
turn_kick(struct core *core, struct cluster *cluster)
{
	struct op *op, *next;

	for (size_t i = 0; i < cluster->nqueue; i++)
		op_kick(core, cluster->queue[i]);
	if (cluster->nbeside == 0)
		return;
	HASH_ITER (hh, core->ops, op, next)
		if (op->beside && op->cluster == cluster)
			op_kick(core, op);
}

bool
turn_is_ours(const struct op *op)
{
	return op->cluster && op->cluster->nqueue > 0 && op->cluster->queue[0] == op;
}

/* What was seen before somebody else was at work on the nodes is not known any more. */
static void
look_anew(struct core *core, struct step *step)
{
	if (!step)
		return;
	step->stamp_checked = step->host_checked = false;
	step->counted_up_ms = core->now.up_ms;
	step_new_round(core, step);
}

void
turn_take(struct core *core, struct op *op)
{
	if (op->has_turn)
		return;
	op->has_turn = true;
	for (size_t i = 0; i < op->nlanes; i++)
		look_anew(core, op->lanes[i].step);
	look_anew(core, op->cluster_step);
}

void
turn_keep(struct core *core, struct op *op)
{
	if (!op->cluster)
		return;                 /* while its TargetCluster is not there nobody waits */
	turn_join(core, op);
	if (op->has_turn)
		cluster_kick(core, op->cluster);
	op->has_turn = false;
}

/* How the node stands that keeps everybody waiting. */
static const char *
word_of(const struct lane *lane)
{
	const struct ring *ring = lane->op->cluster->ring;
	int member = lane_member(lane);

	if (member >= 0 && ring_is_up(ring, (size_t)member, NULL))
		return "is up: acknowledge";
	if (member >= 0 && ring->members[member].answered && strcmp(ring->members[member].mode, "DRAINED") == 0)
		return "drained";
	return lane->block->leaves_down ? "left down" : "out of service";
}

/* The node matters more than the operation's name: that is cut first. */
static void
say_held(struct op *holder, char *text, size_t size)
{
	const struct lane *lane = turn_held_lane(holder);
	int room = WHY - (int)strlen("held by : ") - (int)strlen(lane->node->name) - 1 - (int)strlen(word_of(lane));
	int name = (int)strlen(holder->name);

	if (name > room)
		name = room > 8 ? room : 8;
	snprintf(text, size, "held by %.*s: %s %s", name, holder->name, lane->node->name, word_of(lane));
}

void
turn_explain(struct core *core, struct op *op)
{
	struct op *holder = op->cluster->queue[0];
	bool held = holder->lost || turn_is_kept(holder);
	char why[MESSAGE];
	size_t at = 0;

	op->has_turn = false;
	while (op->cluster->queue[at] != op)
		at++;
	if (holder->lost)
		turn_lost_say(holder, why, sizeof why);
	else if (turn_is_kept(holder))
		say_held(holder, why, sizeof why);
	else if (has_begun(op))
		snprintf(why, sizeof why, "waits behind %s%s", holder->name, holder->object->urgent ? ", which is urgent" : "");
	else
		snprintf(why, sizeof why, "position %zu, behind %s", at, holder->name);
	/* One that has begun stands where it stands, and only says behind whom. */
	if (has_begun(op))
		op_say(op, held ? REASON_HeldBy : REASON_Behind, "%s", why);
	else
		op_set_phase(core, op, PHASE_QUEUED, held ? REASON_HeldBy : REASON_Queued, "%s", why);
}

void
turn_acknowledge(struct core *core, struct op *op)
{
	const char *text = op->object->acknowledge;

	if (!text || !turn_is_kept(op) || (op->acknowledged && strcmp(op->acknowledged, text) == 0))
		return;
	free(op->acknowledged);
	op->acknowledged = xstrdup(text);
	op_event(core, op, "Normal", REASON_Acknowledged, "%s is left down and the cluster let go: \"%.400s\"",
	    turn_held_lane(op)->node->name, text);
	op->released = true;
	op->status.end_acknowledged = op->status.sending_end = false;
	op_record(op);
	journal_note(op, "acknowledged: %.400s", text);
}
