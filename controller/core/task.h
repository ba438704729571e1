/* One attempt of one step, and one call of its author over the facts that are in. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "phase.h"
#include "reconciler.h"

struct core;
struct op;
struct question;
struct step;

/* What an author sees as struct task. */
struct task {
	struct core *core;
	struct op *op;
	struct step *step;
	const struct reconciler *type;        /* of the step, or of the condition being judged */
	const struct plan_value *with;
	size_t nwith;
	struct question **questions;          /* each stays where it is: authors hold answers */
	size_t nquestions;
	bool ring_used;                       /* the last pass looked at the ring */
	int64_t round_up_ms;                  /* no fact of this round was asked before */
	int64_t seen_up_ms, passed_up_ms;     /* the round that the last pass saw, and when it was */
	int64_t again_up_ms;                  /* the round that is to be seen before an act; 0: whichever was seen last */
	bool news;                            /* something is there that the last pass did not see */
	unsigned asked;                       /* questions of this pass that have no answer yet */
	char sentence[MESSAGE];
	bool unproven;                        /* task_holds_unproven() said it */
	int64_t wait_ms;
	char texts[2][128];                   /* answer_text() */
	unsigned ntexts;
	char **values;                        /* what rules say for this node, of this pass */
	size_t nvalues;
	void **units;                         /* host_show() and host_run_look() results of this pass */
	size_t nunits;
	bool *held;
	struct ring_policy *policy;
	struct kube_pass *kube;               /* channel_kube.c's */
	bool gate;                            /* judged as a precondition: only the ring is a fact */
	struct task_node node;
	char address[64];                     /* the node's in this round */
};

/* task.c */
struct task *task_new(struct core *core, struct op *op, struct step *step);
struct task *task_free(struct core *core, struct task *task);
/* What is asked from here on, before the pass too, is asked again in each round, all at once. */
void task_begin_pass(struct task *t);
/* One pass over the facts; the verdict is the author's unless a question is still open. */
enum verdict task_pass(struct task *t);
bool task_has_open_questions(const struct task *t);
/* ... or for a sweep. */
bool task_waits_for_answers(const struct task *t);
void task_begin_round(struct task *t);

/* pass.c: what an author's call does. */
void task_say(struct task *t, const char *format, va_list args) __attribute__((format(printf, 2, 0)));

/* wait.c: conditions with windows. */
enum verdict wait_for_conditions(struct task *t);
