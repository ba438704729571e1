/* Defects that other controllers have, or had, put into ours. */
#include "defects.h"

#include "alloc.h"
#include "check.h"
#include "cluster.h"
#include "op.h"
#include "question.h"
#include "plan_parts.h"
#include "state.h"

enum { POLL_MS = 10000 };

int __real_plan_compile_targets(struct compiler *c);
int __wrap_plan_compile_targets(struct compiler *c);
void __real_op_taken_over(struct core *core, struct op *op);
void __wrap_op_taken_over(struct core *core, struct op *op);
struct operation *__real_operation_decode_unreadable(const struct cJSON *object, const char *problem);
struct operation *__wrap_operation_decode_unreadable(const struct cJSON *object, const char *problem);
void __real_conditions_set(struct condition *list, const char *type, const char *status, const char *reason,
    const char *message, int64_t now_wall_ms);
void __wrap_conditions_set(struct condition *list, const char *type, const char *status, const char *reason,
    const char *message, int64_t now_wall_ms);
bool __real_turn_is_ours(const struct op *op);
bool __wrap_turn_is_ours(const struct op *op);
bool __real_sweep_want(struct core *core, struct cluster *cluster, int64_t since_up_ms);
bool __wrap_sweep_want(struct core *core, struct cluster *cluster, int64_t since_up_ms);
bool __real_topology_want(struct core *core, struct cluster *cluster, int64_t since_up_ms, int member, bool full);
bool __wrap_topology_want(struct core *core, struct cluster *cluster, int64_t since_up_ms, int member, bool full);
enum verdict __real_task_pass(struct task *t);
enum verdict __wrap_task_pass(struct task *t);
bool __real_pace_allows(struct core *core, struct op *op, const struct lane *lane);
bool __wrap_pace_allows(struct core *core, struct op *op, const struct lane *lane);
int __real_ring_set_live(struct ring *ring, size_t member, const char *body, size_t len, struct err *err);
int __wrap_ring_set_live(struct ring *ring, size_t member, const char *body, size_t len, struct err *err);
bool __real_ring_is_up(const struct ring *ring, size_t member, struct err *why);
bool __wrap_ring_is_up(const struct ring *ring, size_t member, struct err *why);
bool __real_override_lifts(struct core *core, struct op *op, struct step *step, const char *gate, const char *why);
bool __wrap_override_lifts(struct core *core, struct op *op, struct step *step, const char *gate, const char *why);
const char *__real_plan_unit(const struct plan_block *block, const struct plan_node *node);
const char *__wrap_plan_unit(const struct plan_block *block, const struct plan_node *node);
int64_t __real_plan_limit(const struct plan *plan, const struct plan_block *block, const struct plan_node *node);
int64_t __wrap_plan_limit(const struct plan *plan, const struct plan_block *block, const struct plan_node *node);
bool __real_operation_phase_is_final(const char *phase);
bool __wrap_operation_phase_is_final(const char *phase);

static bool
has_zone(const struct plan *plan, const char *zone)
{
	for (size_t i = 0; i < plan->nnodes; i++)
		if (strcmp(plan->nodes[i].zone, zone) == 0)
			return true;
	return false;
}

int
__wrap_plan_compile_targets(struct compiler *c)
{
	const struct plan_input *input = c->input;
	struct plan_input narrowed = *input;
	int result;

	if (mutant == UNKNOWN_RACK_IS_ALL && input->nzones == 1 && !has_zone(c->plan, input->zones[0]))
		narrowed.nzones = 0;
	c->input = &narrowed;
	result = __real_plan_compile_targets(c);
	c->input = input;
	return result;
}

/* Of two stores the second has not heard of it: as one who reads only that they differ, and looks again. */
void
__wrap_op_taken_over(struct core *core, struct op *op)
{
	__real_op_taken_over(core, op);
	if ((mutant == START_OUT_OF_STEP && op->started && !op->object->plan_hash[0]) ||
	    (mutant == END_OUT_OF_STEP && op->ended && !op->status.end_acknowledged))
		op->status.request = UINT64_MAX;
}

struct operation *
__wrap_operation_decode_unreadable(const struct cJSON *object, const char *problem)
{
	return mutant == PROBLEM_IN_THE_LOG ? NULL : __real_operation_decode_unreadable(object, problem);
}

void
__wrap_conditions_set(struct condition *list, const char *type, const char *status, const char *reason,
    const char *message, int64_t now_wall_ms)
{
	if (mutant == FAILED_IS_COMPLETE && strcmp(type, "Succeeded") == 0 && strcmp(status, "False") == 0)
		status = "True";
	__real_conditions_set(list, type, status, reason, message, now_wall_ms);
}

bool
__wrap_turn_is_ours(const struct op *op)
{
	return mutant == CHECK_THEN_ACT || __real_turn_is_ours(op);
}

bool
__wrap_sweep_want(struct core *core, struct cluster *cluster, int64_t since_up_ms)
{
	struct cluster *other, *next;

	HASH_ITER (hh, core->clusters, other, next)
		if (mutant == ONE_WORKER && other != cluster && other->sweep.running)
			return false;
	return __real_sweep_want(core, cluster, since_up_ms);
}

bool
__wrap_topology_want(struct core *core, struct cluster *cluster, int64_t since_up_ms, int member, bool full)
{
	return __real_topology_want(core, cluster, mutant == STALE_HEALTH ? INT64_MIN : since_up_ms, member, full);
}

static bool
some_question_failed(const struct task *t)
{
	for (size_t i = 0; i < t->nquestions; i++)
		if (t->questions[i]->used && !t->questions[i]->answer.reached)
			return true;
	return false;
}

static bool
is_drain(const struct step *step)
{
	return step->plan->type && strcmp(step->plan->type->name, "scylla-drain") == 0;
}

enum verdict
__wrap_task_pass(struct task *t)
{
	struct step *step = t->step;
	bool skipped = mutant == ENDS_WITHOUT_START && step->lane && !is_drain(step);
	enum verdict verdict = skipped ? VERDICT_DONE : __real_task_pass(t);

	if (mutant == POLLS_FOR_EVER && some_question_failed(t))
		step->spent_ms = 0;
	if (skipped)
		step->lane->held = false;
	if (mutant == DRAIN_NOT_AWAITED && is_drain(step) && step->nacts > 0 &&
	    step->acts[0].view.state == ACT_SENT)
		return VERDICT_DONE;
	return verdict;
}

bool
__wrap_pace_allows(struct core *core, struct op *op, const struct lane *lane)
{
	int64_t late = core->now.up_ms % POLL_MS;

	if (mutant == STARTS_ON_A_POLL && late > 100) {
		timer_arm_earlier(&core->timers, &op->pace.timer, core->now.up_ms + POLL_MS - late, (timer_fire *)op_kick, op);
		return false;
	}
	return __real_pace_allows(core, op, lane);
}

int
__wrap_ring_set_live(struct ring *ring, size_t member, const char *body, size_t len, struct err *err)
{
	int result = __real_ring_set_live(ring, member, body, len, err);

	if (result == 0 && (mutant == BY_ITS_OWN_WORD ||
	    (mutant == BY_ONE_VIEW && strcmp(ring->members[member].name, "db-c-2") != 0)))
		memset(ring->up + member * ring->nmembers, 1, ring->nmembers);
	return result;
}

bool
__wrap_ring_is_up(const struct ring *ring, size_t member, struct err *why)
{
	if (mutant == BY_THE_PORT)
		return ring_votes(ring, member);
	return __real_ring_is_up(ring, member, why);
}

bool
__wrap_override_lifts(struct core *core, struct op *op, struct step *step, const char *gate, const char *why)
{
	return mutant != NO_OVERRIDE && __real_override_lifts(core, op, step, gate, why);
}

const char *
__wrap_plan_unit(const struct plan_block *block, const struct plan_node *node)
{
	return mutant == ALL_RACKS ? "" : __real_plan_unit(block, node);
}

int64_t
__wrap_plan_limit(const struct plan *plan, const struct plan_block *block, const struct plan_node *node)
{
	if (mutant == ALL_RACKS)
		return (int64_t)plan->nnodes;
	return __real_plan_limit(plan, block, node) + (mutant == ONE_TOO_MANY);
}

bool
__wrap_operation_phase_is_final(const char *phase)
{
	return mutant != EDIT_BEGINS && __real_operation_phase_is_final(phase);
}
