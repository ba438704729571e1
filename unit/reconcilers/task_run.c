#include "task_run.h"

#include <stdarg.h>

#include "alloc.h"
#include "check.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "outbox.h"
#include "state.h"

enum { MOST_EVENTS = 30000, RESTART_TAKES_MS = 1000, SLACK_MS = 9000, SLOW_FACT_MS = 60000 };

void
run_tell(struct run *run, const char *format, ...)
{
	va_list args;

	buf_printf(&run->trace, "    %8.3f  ", (double)run->now_ms / 1000);
	va_start(args, format);
	buf_vprintf(&run->trace, format, args);
	va_end(args);
	buf_putc(&run->trace, '\n');
}

/* --- the plan of one step --- */

/* For a type that sets one. */
static const char variables[] = "\"variables\":[{\"name\":\"version\",\"type\":\"string\"},{\"name\":\"mode\","
    "\"type\":\"string\",\"enum\":[\"fast\",\"slow\"]},{\"name\":\"count\",\"type\":\"integer\",\"min\":1,\"max\":9}],";

static char *
workflow_of(const struct reconciler *type, const struct scenario *s)
{
	CLEANUP_FREE char *step = type->judge
	    ? xasprintf("{\"wait\":[{\"condition\":\"%s\",\"with\":{%s},\"successWindow\":\"%s\","
	    "\"pollInterval\":\"%s\"}]}",
	    type->name, s->with, s->window, s->poll)
	    : xasprintf("{\"task\":\"%s\",\"with\":{%s}%s}", type->name, s->with,
	    type->opaque && s->cluster_step ? ",\"impact\":\"none\"" : "");

	return s->cluster_step ? xasprintf("{%s\"steps\":[%s]}", type->sets_variable ? variables : "", step)
	    : xasprintf("{\"steps\":[{\"eachNode\":{\"steps\":[%s]}}]}", step);
}

static struct lane *
find_lane(struct op *op, const char *name)
{
	for (size_t i = 0; i < op->nlanes; i++)
		if (strcmp(op->lanes[i].node->name, name) == 0)
			return &op->lanes[i];
	CHECK_FAIL("no lane of %s", name);
	return NULL;
}

static int64_t
timeout_of(const struct run *run)
{
	return run->variation->timeout_ms ? run->variation->timeout_ms : run->scenario->timeout_ms;
}

/* When it must have ended, or say that it is held back. */
static int64_t
horizon(const struct run *run)
{
	int64_t slack = run->variation->fault == FAULT_TIMEOUT ? SLOW_FACT_MS : SLACK_MS;

	return (timeout_of(run) + run->scenario->backoff_ms + slack) * (run->scenario->retries + 1);
}

#define CHANNEL(name, type) "{\"name\":\"" name "\",\"type\":\"" type "\",\"urlSecretRef\":{\"name\":\"hooks\"," \
	"\"key\":\"" name "\"}}"
static const char channels[] = ",\"channels\":[" CHANNEL("ops", "slack") "," CHANNEL("log", "json") "]";

static void
open_small(struct run *run)
{
	const struct scenario *s = run->scenario;
	CLEANUP_FREE char *workflow = workflow_of(run->type, s);
	struct small_config config = {
		.core = small_core_config(twice_types()),
		.workflow = workflow,
		.target = channels,
		.targets = {SCRIPT_NODE, s->holds},
		.ntargets = s->holds ? 2 : 1,
		.manager = s->manager,
	};
	struct plan_step *step;

	config.core.gate = s->gate;
	small_open(&run->small, &config);
	run->small.op->status.running_acknowledged = run->small.op->object->meta.has_finalizer = true;
	step = &run->small.op->plan->blocks[0].steps[0];
	step->timeout_ms = timeout_of(run);
	step->retries = s->retries;
	step->retry_backoff_ms = s->backoff_ms;
	run->lane = s->cluster_step ? NULL : find_lane(run->small.op, SCRIPT_NODE);
	if (s->holds) {
		struct lane *other = find_lane(run->small.op, s->holds);

		other->state = LANE_RUNNING;
		other->held = other->touched = true;
	}
	run->small.op->journal.epoch = ++run->epoch;
	run->small.op->journal.seq = run->seq;
}

/* The step at work; a new one when there is none yet. */
static void
place_step(struct run *run)
{
	struct op *op = run->small.op;
	const struct plan_step *plan = &op->plan->blocks[0].steps[0];
	struct step **at = run->lane ? &run->lane->step : &op->cluster_step;

	if (run->lane)
		run->lane->state = LANE_RUNNING;
	if (!*at)
		*at = step_new(op, run->lane, plan);
	run->step = *at;
}

/* --- a restart --- */

static void
drop_pending(struct run *run)
{
	size_t kept = 0;

	for (size_t i = 0; i < run->npending; i++)
		if (run->pending[i].apply)
			run->pending[kept++] = run->pending[i];      /* on its way already */
		else
			reply_done(&run->pending[i].reply);
	run->npending = kept;
}

/* It ended before: the journal says how. */
static bool
ended_before(struct run *run, const struct run_field *field)
{
	CLEANUP_JSON struct cJSON *value = json_parse(field->value, strlen(field->value), NULL);
	const char *state = json_str_or(value, "state", "");

	if (strchr(field->name, '/') != strrchr(field->name, '/') || strcmp(field->name, "op") == 0 ||
	    (strcmp(state, "done") != 0 && strcmp(state, "failed") != 0))
		return false;
	run->result.end = state[0] == 'd' ? RUN_DONE : RUN_FAILED;
	snprintf(run->result.message, sizeof run->result.message, "%s", json_str_or(value, "message", ""));
	return true;
}

/* True: the journal says that it has ended. */
static bool
restart(struct run *run)
{
	bool ended = false;

	small_close(&run->small);
	drop_pending(run);
	open_small(run);
	for (size_t i = 0; i < run->njournal; i++) {
		struct run_field *field = &run->journal[i];

		if (!record_read(run->small.core, run->small.op, field->name, field->value))
			RUN_FAIL(run, "the journal's field %s cannot be read: %s", field->name, field->value);
		ended |= ended_before(run, field);
	}
	run->now_ms += RESTART_TAKES_MS;
	world_advance(&run->world, run->now_ms);
	small_at(&run->small, run->now_ms);
	place_step(run);
	run->fresh = true;
	run->horizon_ms += timeout_of(run);
	return ended;
}

/* --- the loop --- */

static struct run_pending *
next_pending(struct run *run)
{
	struct run_pending *next = NULL;

	for (size_t i = 0; i < run->npending; i++)
		if (!next || run->pending[i].due_ms < next->due_ms)
			next = &run->pending[i];
	return next;
}

/* Go on to the next moment at which something happens, and let it. */
static void
advance(struct run *run)
{
	struct core *core = run->small.core;
	struct run_pending *pending = next_pending(run);
	int64_t timer = timers_next(&core->timers), answer = pending ? pending->due_ms : INT64_MAX, next;

	if (timer != INT64_MAX)
		timer -= core->now.up_ms - run->now_ms;
	if (timer == INT64_MAX && answer == INT64_MAX)
		RUN_FAIL(run, "nothing will ever wake it: %s", run->step->message);
	next = timer < answer ? timer : answer;
	if (next > run->now_ms)
		run->now_ms = next;
	world_advance(&run->world, run->now_ms);
	small_at(&run->small, run->now_ms);
	if (answer <= timer)
		run_deliver(run, pending);
	timers_run(core, &core->timers, core->now.up_ms);
}

static void
step_once(struct run *run)
{
	struct op *op = run->small.op;
	struct step **at = run->lane ? &run->lane->step : &op->cluster_step;

	step_run(run->small.core, op, run->step);
	small_settle(&run->small);
	if (*at != run->step)
		run->step = NULL;
	if (run->step)
		run_collect_labels(run);
	if (run->step && run->step->state == STEP_RUNNING)
		run_read_back(run);
	outbox_run(run->small.core, op);
	journal_flush(run->small.core, op);
}

static bool
has_ended(struct run *run)
{
	struct run_result *result = &run->result;
	const struct step *step = run->step;

	if (!step) {
		result->end = RUN_VOIDED;
		snprintf(result->message, sizeof result->message, "%s", run->lane->message);
		return true;
	}
	snprintf(result->message, sizeof result->message, "%s", step->message);
	result->end = step->state == STEP_DONE ? RUN_DONE : step->state == STEP_FAILED ? RUN_FAILED : RUN_HELD;
	return step->state == STEP_DONE || step->state == STEP_FAILED;
}

/* True: it has ended. */
static bool
one_event(struct run *run)
{
	const struct variation *v = run->variation;
	bool ended;

	step_once(run);
	run->result.events++;
	ended = has_ended(run);
	if (!v->restart || run->result.events != v->restart) {
		run_carry_out(run);
		return ended;
	}
	if (v->lost)
		effects_clear(run->small.out);
	else
		run_carry_out(run);
	return restart(run);
}

static void
close_run(struct run *run)
{
	small_close(&run->small);
	world_done(&run->world);
	for (size_t i = 0; i < run->npending; i++)
		reply_done(&run->pending[i].reply);
	free(run->pending);
	free(run->read_back);
	for (size_t i = 0; i < run->njournal; i++) {
		free(run->journal[i].name);
		free(run->journal[i].value);
	}
	free(run->journal);
}

static void
tell_end(struct run *run)
{
	static const char *const ends[] = {
		[RUN_DONE] = "DONE", [RUN_FAILED] = "FAILED", [RUN_HELD] = "HELD BACK", [RUN_VOIDED] = "VOID",
	};

	run_tell(run, "%s: %s", ends[run->result.end], run->result.message);
	if (!run->result.message[0])
		RUN_FAIL(run, "it ended %s without a sentence", ends[run->result.end]);
}

struct run_result
run_scenario(const struct reconciler *type, const struct scenario *scenario, const struct variation *variation)
{
	struct run run = {
		.type = type,
		.scenario = scenario,
		.variation = variation,
		.world = world_new(scenario),
		.trace = BUF_INIT(BUF_MAX_OBJECT),
	};

	run.horizon_ms = horizon(&run);
	twice_begin(&run);
	open_small(&run);
	place_step(&run);
	while (!one_event(&run)) {
		if (run.now_ms > run.horizon_ms || run.result.events > MOST_EVENTS) {
			if (run.small.op->closed_since_wall_ms == 0)
				RUN_FAIL(&run, "no verdict after %lld ms and %zu events: %s\n%s",
				    (long long)run.horizon_ms,
				    run.result.events, run.step->message, buf_str(&run.trace));
			break;
		}
		if (!run.fresh)
			advance(&run);
		run.fresh = false;
	}
	tell_end(&run);
	run.result.trace = buf_take(&run.trace);
	twice_begin(NULL);
	close_run(&run);
	return run.result;
}

void
run_result_done(struct run_result *result)
{
	free(result->trace);
	for (size_t i = 0; i < result->nasked; i++)
		free(result->asked[i]);
	free(result->asked);
	free(result->acts);
	*result = (struct run_result){0};
}
