#include "defects.h"

#include <inttypes.h>

#include "alloc.h"
#include "check.h"
#include "cluster.h"
#include "ending.h"
#include "explain.h"
#include "failure.h"
#include "model_redis.h"
#include "op.h"
#include "state.h"

enum mutant mutant;

struct core *__real_core_new(const struct core_config *config);
struct core *__wrap_core_new(const struct core_config *config);
enum gate __real_gate_check(struct core *core, struct op *op, struct step *step);
enum gate __wrap_gate_check(struct core *core, struct op *op, struct step *step);
bool *__real_roll_held(const struct op *op);
bool *__wrap_roll_held(const struct op *op);
bool __real_journal_is_durable(const struct op *op, uint64_t ticket);
bool __wrap_journal_is_durable(const struct op *op, uint64_t ticket);
bool __real_journal_is_quiet(const struct op *op);
bool __wrap_journal_is_quiet(const struct op *op);
void __real_op_write_status(struct core *core, struct op *op);
void __wrap_op_write_status(struct core *core, struct op *op);
void __real_acts_resume(struct core *core, struct step *step);
void __wrap_acts_resume(struct core *core, struct step *step);
bool __real_acts_run(struct core *core, struct op *op, struct step *step);
bool __wrap_acts_run(struct core *core, struct op *op, struct step *step);
enum verdict __real_wait_for_conditions(struct task *t);
enum verdict __wrap_wait_for_conditions(struct task *t);
bool __real_record_read(struct core *core, struct op *op, const char *field, const char *value);
bool __wrap_record_read(struct core *core, struct op *op, const char *field, const char *value);
void __real_roll_start(struct core *core, struct op *op);
void __wrap_roll_start(struct core *core, struct op *op);
struct operation *__real_operation_decode(const struct cJSON *json, struct err *err);
struct operation *__wrap_operation_decode(const struct cJSON *json, struct err *err);
bool __real_turn_is_kept(const struct op *op);
bool __wrap_turn_is_kept(const struct op *op);
int __real_store_run(struct store *store, const struct effect_redis *call, struct buf *reply);
int __wrap_store_run(struct store *store, const struct effect_redis *call, struct buf *reply);

void __real_op_explain(struct core *core, struct op *op);
void __wrap_op_explain(struct core *core, struct op *op);
bool __real_ring_is_called_down(const struct ring *ring, size_t member);
bool __wrap_ring_is_called_down(const struct ring *ring, size_t member);
bool __real_raft_quorum_stays(const struct ring *ring, const bool *held, int candidate, const char *version,
    struct err *said);
bool __wrap_raft_quorum_stays(const struct ring *ring, const bool *held, int candidate, const char *version,
    struct err *said);

bool __real_batch_passes(struct core *core, struct op *op, const struct plan_block *block);
bool __wrap_batch_passes(struct core *core, struct op *op, const struct plan_block *block);
bool __real_batch_allows(const struct op *op, const struct lane *lane);
bool __wrap_batch_allows(const struct op *op, const struct lane *lane);
enum after __real_failure_judge(struct core *core, struct op *op, const struct plan_step *main, const struct step *step,
    size_t *rescue);
enum after __wrap_failure_judge(struct core *core, struct op *op, const struct plan_step *main, const struct step *step,
    size_t *rescue);
bool __real_ending_run(struct core *core, struct op *op);
bool __wrap_ending_run(struct core *core, struct op *op);

struct core *
__wrap_core_new(const struct core_config *config)
{
	struct core_config changed = *config;

	if (mutant == NO_SETTLE_TIME)
		changed.settle_ms = 0;
	if (mutant == OLD_FACTS || mutant == STALE_HEALTH)
		changed.fact_age_ms = HOURS(1);
	return __real_core_new(&changed);
}

enum gate
__wrap_gate_check(struct core *core, struct op *op, struct step *step)
{
	if (mutant == NO_GATE || (mutant == GATE_ONCE && core->counters.acts_sent > 0))
		return GATE_OPEN;
	return spare_the_dead(op, step, __real_gate_check(core, op, step));
}

bool *
__wrap_roll_held(const struct op *op)
{
	bool *held = __real_roll_held(op);

	for (size_t i = 0; mutant == NO_RESERVATION && i < op->cluster->ring->nmembers; i++)
		held[i] = false;
	return held;
}

bool
__wrap_journal_is_durable(const struct op *op, uint64_t ticket)
{
	return mutant == NO_INTENTS || __real_journal_is_durable(op, ticket);
}

bool
__wrap_journal_is_quiet(const struct op *op)
{
	return mutant == STATUS_FIRST || __real_journal_is_quiet(op);
}

void
__wrap_op_write_status(struct core *core, struct op *op)
{
	__real_op_write_status(core, op);
	op->status.end_acknowledged |= mutant == ENDS_UNTOLD && op->ended && __real_journal_is_quiet(op);
}

void
__wrap_acts_resume(struct core *core, struct step *step)
{
	__real_acts_resume(core, step);
	for (size_t i = 0; mutant == UNKNOWN_IS_FAILED && i < step->nacts; i++)
		if (step->acts[i].view.state == ACT_UNKNOWN)
			step->acts[i].view.state = ACT_NOT_SENT;
}

bool
__wrap_acts_run(struct core *core, struct op *op, struct step *step)
{
	if (mutant == FREEZE_BLOCKS_STARTS && op->cluster->target->frozen)
		return false;
	return __real_acts_run(core, op, step);
}

enum verdict
__wrap_wait_for_conditions(struct task *t)
{
	struct window before[ARRAY_LEN(t->step->windows)];
	enum verdict verdict;

	memcpy(before, t->step->windows, sizeof before);
	for (size_t i = 0; mutant == WINDOW_OVER_A_GAP && i < ARRAY_LEN(before); i++)
		t->step->windows[i].seen_up_ms = 0;
	for (size_t i = 0; mutant == NO_WINDOW && i < ARRAY_LEN(before); i++)
		t->step->windows[i] = (struct window){0};
	verdict = __real_wait_for_conditions(t);
	for (size_t i = 0; mutant == WINDOW_OVER_A_GAP && i < ARRAY_LEN(before); i++)
		if (before[i].since_up_ms >= 0)
			t->step->windows[i].since_up_ms = before[i].since_up_ms;
	return verdict;
}

bool
__wrap_record_read(struct core *core, struct op *op, const char *field, const char *value)
{
	bool read = __real_record_read(core, op, field, value);

	for (size_t i = 0; mutant == DONE_AGAIN && i < op->nlanes; i++)
		if (op->lanes[i].state == LANE_DONE) {
			op->lanes[i].state = LANE_WAITING;
			op->lanes[i].at = 0;
		}
	for (size_t i = op->nlanes; mutant == SKIPS_UNFINISHED && i-- > 1;)
		if (op->lanes[i].state == LANE_WAITING && op->lanes[i - 1].state == LANE_DONE)
			op->lanes[i].state = LANE_DONE;
	for (size_t i = 0; mutant == FORGETS_AT_WORK && i < op->nlanes; i++)
		if (op->lanes[i].state == LANE_RUNNING)
			op->lanes[i].state = LANE_DONE;
	if (mutant == EDIT_BEGINS && op->object->meta.generation != op->object->observed_generation) {
		op->ended = false;
		op->phase = PHASE_RUNNING;
		for (size_t i = 0; i < op->nlanes; i++) {
			op->lanes[i].state = LANE_WAITING;
			op->lanes[i].at = 0;
		}
	}
	return read;
}

void
__wrap_roll_start(struct core *core, struct op *op)
{
	__real_roll_start(core, op);
	for (size_t i = 0; mutant == HASH_ORDER && i + 1 < op->nlanes; i++)
		for (size_t j = i + 1; j < op->nlanes; j++)
			if (core_jitter(core, op->uid, op->lanes[j].node->name, 0, 1000) <
			    core_jitter(core, op->uid, op->lanes[i].node->name, 0, 1000)) {
				struct lane other = op->lanes[i];

				op->lanes[i] = op->lanes[j];
				op->lanes[j] = other;
			}
}

struct operation *
__wrap_operation_decode(const struct cJSON *json, struct err *err)
{
	struct operation *object = __real_operation_decode(json, err);

	if (object && mutant == LAST_COME)
		object->meta.created_ms = -object->meta.created_ms;
	if (object && mutant == DRY_RUN_ACTS)
		object->dry_run = false;
	return object;
}

bool
__wrap_turn_is_kept(const struct op *op)
{
	return mutant != KEEPS_NOTHING && __real_turn_is_kept(op);
}

/* What the scripts do without the line that matters. */
int
__wrap_store_run(struct store *store, const struct effect_redis *call, struct buf *reply)
{
	struct store_journal *journal = store_find(store, call->uid);
	int64_t epoch = journal ? journal->epoch : 0;
	struct effect_redis alone = *call;
	int status;

	if (mutant == NO_FENCE && journal && call->script == REDIS_WRITE) {
		journal->epoch = strtoll(call->args[0], NULL, 10);
		if (journal->seq + 1 != strtoll(call->args[1], NULL, 10))
			journal->seq = strtoll(call->args[1], NULL, 10) - 1;
	}
	if (mutant == STATUS_UNHEARD && call->script == REDIS_TAKEOVER)
		alone.nargs = 1;
	status = __real_store_run(store, &alone, reply);
	journal = store_find(store, call->uid);
	if (mutant == NO_FENCE && journal && journal->epoch < epoch)
		journal->epoch = epoch;
	if (mutant == SAME_EPOCH && epoch > 0 && call->script == REDIS_TAKEOVER) {
		struct buf same = BUF_INIT(BUF_MAX_OBJECT);

		journal->epoch = epoch;
		buf_printf(&same, "[%" PRId64 "%s", epoch, strchr(buf_str(reply), ','));
		buf_done(reply);
		*reply = same;
	}
	return status;
}

void
__wrap_op_explain(struct core *core, struct op *op)
{
	char before[MESSAGE];
	enum phase phase = op->phase;

	snprintf(before, sizeof before, "%s", op->message);
	__real_op_explain(core, op);
	if (mutant == SAYS_WHAT_IT_SAID && op->phase == phase && *before)
		snprintf(op->message, sizeof op->message, "%s", before);
}

bool
__wrap_ring_is_called_down(const struct ring *ring, size_t member)
{
	return __real_ring_is_called_down(ring, member) ||
	    (mutant == SLOW_IS_DOWN && !ring->members[member].answered);
}

bool
__wrap_raft_quorum_stays(const struct ring *ring, const bool *held, int candidate, const char *version, struct err *said)
{
	return __real_raft_quorum_stays(ring, held, candidate, version, said) || mutant == NO_RAFT;
}

bool
__wrap_batch_passes(struct core *core, struct op *op, const struct plan_block *block)
{
	return mutant == NO_THEN || __real_batch_passes(core, op, block);
}

bool
__wrap_batch_allows(const struct op *op, const struct lane *lane)
{
	return mutant == NO_THEN || __real_batch_allows(op, lane);
}

enum after
__wrap_failure_judge(struct core *core, struct op *op, const struct plan_step *main, const struct step *step, size_t *rescue)
{
	bool rescues = *rescue > 0;
	enum after after = __real_failure_judge(core, op, main, step, rescue);

	if (mutant != RESCUES_TWICE || !rescues || after != AFTER_NEXT || op->rescued % 2 == 0)
		return after;
	*rescue = 1;
	return AFTER_FALLBACK;
}

bool
__wrap_ending_run(struct core *core, struct op *op)
{
	if (mutant == NO_FINALLY)
		op->ending.at = SIZE_MAX;
	return __real_ending_run(core, op);
}
