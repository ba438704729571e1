/* Values of the journal. Field "op": the phase. Field "lane/BLOCK/NODE": a node's way. Field "STEP/NODE" (or
 * "STEP"): a step with its acts and memory. The format is JOURNAL_FORMAT; docs/operations.md says how
 * to read it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "bystanders.h"
#include "buf.h"
#include "journal_private.h"
#include "json.h"
#include "op.h"
#include "outbox.h"
#include "state.h"

static int
parse_word(const char *const *words, size_t count, const char *text)
{
	for (size_t i = 0; text && i < count; i++)
		if (strcmp(words[i], text) == 0)
			return (int)i;
	return -1;
}

/* What it is called now: journals keep the names under which they were written. */
static const char *
name_today(const struct reconciler *type, const char *name)
{
	for (size_t i = 0; type && i < TASK_RENAMED && type->renamed[i].was; i++)
		if (strcmp(type->renamed[i].was, name) == 0 && type->renamed[i].is[0])
			return type->renamed[i].is;
	return name;
}

static void
read_memory(const struct cJSON *object, const struct reconciler *type, struct memory **memory, size_t *count)
{
	JSON_EACH (member, object) {
		struct memory *slot;

		if (!json_text(member))
			continue;
		slot = ARRAY_GROW(*memory, *count);
		snprintf(slot->key, sizeof slot->key, "%s", name_today(type, json_key(member)));
		slot->value = xstrdup(json_text(member));
	}
}

static bool
read_op(struct core *core, struct op *op, const struct cJSON *value)
{
	op->phase = phase_parse(json_str_or(value, "phase", ""));
	snprintf(op->reason, sizeof op->reason, "%s", json_str_or(value, "reason", ""));
	snprintf(op->message, sizeof op->message, "%s", json_str_or(value, "message", ""));
	op->start_wall_ms = json_int(value, "start", 0);
	op->end_wall_ms = json_int(value, "end", 0);
	op->retry_seen = json_int(value, "retrySeen", 0);
	op->ended = phase_is_final(op->phase);
	op->acknowledged = xstrdup_or_null(json_str(value, "acknowledged"));
	op->released = json_bool(value, "released", false);
	pace_read(core, op, value);
	op->rebuilt_generation = json_int(value, "rebuilt", 0);
	op->rescued = json_int(value, "rescued", 0);
	op->passed_over = json_int(value, "passedOver", 0);
	values_read(&op->values, value);
	outbox_read(op, value);
	JSON_EACH (error, json_get(value, "errors")) {
		struct op_error *slot = ARRAY_GROW(op->errors, op->nerrors);

		slot->wall_ms = json_int(error, "at", 0);
		snprintf(slot->step, sizeof slot->step, "%s", json_str_or(error, "step", ""));
		snprintf(slot->node, sizeof slot->node, "%s", json_str_or(error, "node", ""));
		slot->message = xstrdup(json_str_or(error, "message", ""));
		slot->remedy = xstrdup(json_str_or(error, "remedy", ""));
		slot->borne = json_bool(error, "borne", false);
	}
	return op->phase != PHASE_NONE;
}

/* A key of any step of its way. */
static void
read_lane_memory(struct lane *lane, const struct cJSON *memory)
{
	const struct plan_block *block = lane->block;

	read_memory(memory, NULL, &lane->memory, &lane->nmemory);
	for (size_t i = 0; i < lane->nmemory; i++) {
		char *key = lane->memory[i].key;
		const char *today = key;

		for (size_t s = 0; plan_any_step(block, s) && today == key; s++)
			today = name_today(plan_any_step(block, s)->type, key);
		if (today != key)
			snprintf(key, sizeof lane->memory[i].key, "%s", today);
	}
}

/* A number between the two, whatever stands there. */
static int64_t
clamped(const struct cJSON *value, const char *key, int64_t least, int64_t most)
{
	int64_t number = json_int(value, key, least);

	return number < least ? least : number > most ? most : number;
}

static bool
read_lane(struct core *core, struct lane *lane, const struct cJSON *value)
{
	int state = parse_word(lane_state_names, LANE_STATES, json_str(value, "state"));
	int64_t at = json_int(value, "at", -1);

	if (state < 0 || at < 0 || (size_t)at > lane->block->nsteps + 1)
		return false;
	lane->state = (enum lane_state)state;
	lane->at = (size_t)at;
	lane->skipped = (size_t)clamped(value, "skipped", 0, at);
	values_read(&lane->values, value);
	lane->rescue = (size_t)clamped(value, "rescue", 0, lane->at < lane->block->nsteps
	    ? (int64_t)lane->block->steps[at].nfallbacks : 0);
	lane->held = lane->touched = json_bool(value, "held", false);
	lane->failed = json_bool(value, "failed", false);
	lane->out_of_service = json_bool(value, "outOfService", false);
	lane->restoring = json_bool(value, "restoring", false);
	lane->up_act = json_bool(value, "upAct", false);
	lane->down_wall_ms = json_int(value, "downFrom", 0);
	lane->down_moved_ms = json_int(value, "downMoved", 0);
	lane->down_accepted = json_bool(value, "downAccepted", false);
	lane->up_wall_ms = json_int(value, "upAt", 0);
	lane->recalled = lane->held || lane->up_wall_ms;
	lane->unsettled_up_ms = lane->held ? core->now.up_ms + core->config.settle_ms : 0;
	snprintf(lane->stamp, sizeof lane->stamp, "%s", json_str_or(value, "stamp", ""));
	snprintf(lane->process, sizeof lane->process, "%s", json_str_or(value, "process", ""));
	snprintf(lane->message, sizeof lane->message, "%s", json_str_or(value, "message", ""));
	lane->cool_until_wall_ms = json_int(value, "coolUntil", 0);
	lane->cool_until_up_ms = pace_up_ms(core, lane->cool_until_wall_ms, lane->block->cool_down_ms);
	read_lane_memory(lane, json_get(value, "memory"));
	return true;
}

static bool
read_acts(struct step *step, const struct cJSON *acts)
{
	JSON_EACH (member, acts) {
		struct act_record *act = act_add(step, name_today(step->plan->type, json_key(member)));
		int state = act_state_parse(json_str_or(member, "state", ""));

		if (!act || state < 0)
			return false;
		act->view.state = (enum act_state)state;
		act->view.status = (int)json_int(member, "status", 0);
		act->view.answer = xstrdup(json_str_or(member, "answer", ""));
		act->kind = strcmp(json_str_or(member, "kind", "once"), "repeatable") == 0 ? ACT_REPEATABLE : ACT_ONCE;
		act->target = xstrdup(json_str_or(member, "request", ""));
		act->upkeep = json_bool(member, "upkeep", false);
	}
	return true;
}

static bool
read_step(struct core *core, struct step *step, const struct cJSON *value)
{
	int state = parse_word(record_step_states, RECORD_STEP_STATES, json_str(value, "state"));

	if (state < 0 || !read_acts(step, json_get(value, "acts")))
		return false;
	step->state = (enum step_state)state;
	step->attempt = clamped(value, "attempt", 1, INT32_MAX);
	step->began_wall_ms = json_int(value, "began", 0);
	step->spent_ms = clamped(value, "spent", 0, step->plan->timeout_ms);
	step->recorded_wall_ms = json_int(value, "deadline", 0);
	/* What went by while nobody was at work counts too. */
	if (step->recorded_wall_ms > 0)
		step->spent_ms = step->plan->timeout_ms - (pace_up_ms(core, step->recorded_wall_ms, step->plan->timeout_ms) -
		    core->now.up_ms);
	step_recall_pause(core, step);
	snprintf(step->message, sizeof step->message, "%s", json_str_or(value, "message", ""));
	read_memory(json_get(value, "memory"), step->plan->type, &step->memory, &step->nmemory);
	return true;
}

static struct lane *
find_lane(struct op *op, size_t block, const char *node)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (op->lanes[i].block_index == block && strcmp(op->lanes[i].node->name, node) == 0)
			return &op->lanes[i];
	return NULL;
}

static const struct plan_step *
find_step(const struct plan *plan, const char *number, size_t len, size_t *ret_block)
{
	for (size_t b = 0; b < plan->nblocks; b++) {
		const struct plan_block *block = &plan->blocks[b];
		const struct plan_step *extra[] = {&block->restore, &block->stable};

		*ret_block = b;
		for (size_t s = 0; plan_every_step(block, s); s++)
			if (strlen(plan_every_step(block, s)->number) == len &&
			    strncmp(plan_every_step(block, s)->number, number, len) == 0)
				return plan_every_step(block, s);
		for (size_t i = 0; i < ARRAY_LEN(extra); i++)
			if (extra[i]->number && strlen(extra[i]->number) == len &&
			    strncmp(extra[i]->number, number, len) == 0)
				return extra[i];
	}
	return NULL;
}

/* From 1; 0: it is what another one falls back on, or of a batch, and the operation's record tells what comes of that. */
static size_t
place_of(const struct plan_block *block, const struct plan_step *step)
{
	for (size_t i = 0; i < block->nsteps; i++)
		if (&block->steps[i] == step)
			return i + 1;
	return 0;
}

/* A cluster step that is done moves the operation's place behind it. */
static void
pass_step(struct op *op, struct lane *lane, size_t block, const struct plan_step *plan)
{
	size_t number;

	if (lane) {
		/* Restarted already; what is left of restoring is to see it stable. */
		lane->stabilising |= plan == &lane->block->restore;
		return;
	}
	number = op->plan->blocks[block].finally ? 0 : place_of(&op->plan->blocks[block], plan);
	if (number == 0 || block < op->block || (block == op->block && number <= op->cluster_at))
		return;
	op->block = block;
	op->cluster_at = number;
	op->cluster_rescue = op->pace.batches = 0;
}

/* Only the step at work is kept in memory: those behind it are told by the lane's place. */
static bool
keep_step(struct core *core, struct op *op, struct step *step)
{
	struct step **at = step->lane ? &step->lane->step : &op->cluster_step;

	if (step->state != STEP_RUNNING || *at)
		return false;
	acts_resume(core, step);
	*at = step;
	return true;
}

static bool
place_step(struct core *core, struct op *op, const char *field, const struct cJSON *value)
{
	size_t len = strcspn(field, "/"), block;
	const char *node = field[len] ? field + len + 1 : NULL;
	const struct plan_step *plan = op->plan ? find_step(op->plan, field, len, &block) : NULL;
	struct lane *lane = plan && node ? find_lane(op, block, node) : NULL;
	struct step *step;
	bool good;

	if (!plan || (node && !lane))
		return false;
	step = step_new(op, lane, plan);
	good = read_step(core, step, value);
	if (good && keep_step(core, op, step))
		return true;
	if (good && step->state == STEP_DONE)
		pass_step(op, lane, block, plan);
	step_free(core, step);
	return good;
}

bool
record_read(struct core *core, struct op *op, const char *field, const char *text)
{
	CLEANUP_JSON struct cJSON *value = text ? json_parse(text, strlen(text), NULL) : NULL;
	char *end;

	if (!json_is_object(value) || !record_fits(field, value))
		return false;
	if (strcmp(field, "op") == 0)
		return read_op(core, op, value);
	if (strncmp(field, "others/", 7) == 0)
		return bystanders_read(op, field, value);
	if (strncmp(field, "new/", 4) == 0)
		return newcomers_read(op, field, value);
	if (strncmp(field, "lane/", 5) == 0) {
		size_t block = strtoul(field + 5, &end, 10);
		struct lane *lane = op->plan && *end == '/' ? find_lane(op, block - 1, end + 1) : NULL;

		return lane && read_lane(core, lane, value);
	}
	return place_step(core, op, field, value);
}
