/* One call of a task's author, over the facts that are in. struct task stands in op.h: a step's attempt keeps it. */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include "reconciler.h"

struct core;
struct op;
struct step;

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
