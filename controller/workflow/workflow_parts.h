/* What the files that read a workflow's object share; nobody else includes it. */
#pragma once

#include "field.h"
#include "workflow.h"

/* Who reads: for one answer, which ends with the first mistake, or for all of them. */
struct reading {
	struct workflow *w;
	lint_fn *say;            /* NULL: the first mistake, in 'err' */
	void *user;
	bool mistaken;
	struct err *err;
};

/* workflow.c */
/* What comes of one element of a list that could not be read: -1, or 0 when the next one is to be looked at. */
int workflow_mistake(struct reading *r);
/* A task, a wait or, outside eachNode, an approval. 'step' is zeroed, and freed by the caller whatever comes of it. */
int workflow_read_step(struct reading *r, struct workflow_step *step, const struct field *f, bool each_node);

/* workflow_ways.c: what becomes of a step beside its own doing. Of a step that has it, task or wait alike. */
int workflow_read_ways(struct reading *r, struct workflow_step *step, const struct field *f, bool each_node);
/* A list of tasks and waits that stand inside a step, and have none inside. */
int workflow_read_inner(struct reading *r, const struct field *list, bool each_node, struct workflow_step **steps,
    size_t *count);
/* A list of the cluster's tasks and waits by itself. */
int workflow_read_list(struct reading *r, const struct field *list, struct workflow_step **steps, size_t *count);
int workflow_read_approval(struct workflow_step *step, const struct field *approval, struct err *err);
/* What is done after so many nodes; spec.finally, as the last block. Absent: nothing. */
int workflow_read_batch(struct reading *r, struct workflow_batch *batch, const struct field *f);
int workflow_read_finally(struct reading *r, const struct field *list);
/* workflow_when.c: one test or a list of them. Absent: none. */
int workflow_read_when(const struct field *f, struct workflow_when **ret, size_t *count, struct err *err);
