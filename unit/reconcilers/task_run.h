/* One run of a scenario, as it is written or with one thing turned. */
#pragma once

#include "buf.h"
#include "small.h"
#include "task_world.h"

struct lane;
struct reconciler;
struct step;
struct task;

enum run_end { RUN_DONE, RUN_FAILED, RUN_HELD, RUN_VOIDED };

enum fault { FAULT_NONE, FAULT_REFUSED, FAULT_TIMEOUT, FAULT_404, FAULT_GARBAGE, FAULT_EMPTY };

enum twist {
	TWIST_NONE,
	TWIST_UNKNOWN_APPLIED,
	TWIST_UNKNOWN_LATE,      /* it arrives at the last moment that the settle time allows */
	TWIST_UNKNOWN_LOST,
	TWIST_NOT_SENT,
};

struct variation {
	char name[200];          /* "as written" */
	enum twist twist;
	size_t act;              /* which act that left, from 0 */
	const char *fact;        /* which question; NULL: none */
	enum fault fault;
	unsigned times;          /* how often it is answered so */
	int64_t timeout_ms;      /* of the step; 0: as the scenario says */
	size_t restart;          /* after this event, from 1; 0: none */
	bool lost;               /* ... and what that event had ordered was not carried out */
	unsigned once;           /* an act that is ONCE may take effect so often; 0: not judged */
};

/* What has become of an act. */
struct act_tally {
	char key[160];
	unsigned intended, sent, arrived, applied;
	bool once;
};

struct run_result {
	enum run_end end;
	char message[320];
	char *trace;
	size_t events;
	char **asked;            /* each question once */
	size_t nasked;
	struct act_tally *acts;
	size_t nacts;
	size_t sent;
};

/* Fails the test when it does not end in a verdict with a sentence. */
struct run_result run_scenario(const struct reconciler *type, const struct scenario *scenario,
    const struct variation *variation);
void run_result_done(struct run_result *result);

/* --- for the files of the kit --- */

struct run_pending {
	uint64_t id;
	int64_t due_ms;
	struct reply reply;
	const struct script_act *apply;      /* no answer: an act that arrives late */
};

struct run_field {
	char *name, *value;
};

struct run {
	const struct reconciler *type;
	const struct scenario *scenario;
	const struct variation *variation;
	struct small small;
	struct world world;
	struct lane *lane;                   /* NULL: a cluster step */
	struct step *step;
	int64_t now_ms, horizon_ms;
	struct run_pending *pending;
	size_t npending;
	struct run_field *journal;
	size_t njournal;
	int64_t epoch, seq;
	bool fresh;                          /* restarted: look at it once before anything happens */
	unsigned faults;
	struct buf trace;
	char last_pass[600];
	char *read_back;                     /* the record that was last read back; NULL: none */
	bool swept;                          /* told in the trace */
	struct run_result result;
};

#define RUN_FAIL(run, format, ...) \
	CHECK_FAIL("%s, scenario \"%s\", %s, at %lld ms: " format, (run)->type->name, (run)->scenario->name, \
	    (run)->variation->name, (long long)(run)->now_ms, __VA_ARGS__)

void run_tell(struct run *run, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* task_effects.c */
void run_carry_out(struct run *run);
void run_deliver(struct run *run, struct run_pending *pending);
struct act_tally *run_tally(struct run *run, const char *key);
/* task_twice.c: every pass is made twice. */
const struct reconciler *const *twice_types(void);
void twice_begin(struct run *run);
/* task_journal.c: every pass is read back. */
void run_read_back(struct run *run);
void run_collect_labels(struct run *run);
/* All labels so far, sorted, a line each; owned. */
char *run_labels(void);
