/* What the files that make a plan share; nobody else includes it. */
#pragma once

#include "buf.h"
#include "plan.h"
#include "variables.h"

enum { WORKFLOW_RETRIES = 2 };    /* of a task, when the workflow says nothing */

struct compiler {
	const struct workflow *workflow;
	const struct plan_input *input;
	struct variables vars;   /* borrowed: those of the workflow whose block is being compiled */
	struct plan *plan;
	bool *targets;           /* per node of the plan: spec.targets means it */
	bool *busy;              /* some block of node steps is for it; NULL: not known yet */
	bool in_lane;            /* steps of an eachNode are being compiled */
	struct plan_noted {      /* steps with a name, as far as compiled */
		const struct workflow_step *source;
		char *number;
		bool in_lane, left_out;
	} *noted;
	size_t nnoted;
	struct err *err;
};

/* plan.c */
void plan_step_done(struct plan_step *step);

/* plan_step.c: 'ret' is zeroed, and part of a plan that is freed whatever comes of it. */
int plan_compile_step(struct compiler *c, const struct plan_block *block, const struct workflow_step *step,
    struct plan_step *ret);

/* plan_with.c: 'given' against the type's table, with variables in place and defaults filled in, so that the plan
 * outlives a change of defaults. */
int plan_compile_with(struct compiler *c, const struct reconciler *type, const char *place,
    const struct workflow_value *given, size_t ngiven, struct plan_value **ret, size_t *nret);
/* plan_command.c: after plan_compile_with(), of a type with 'arguments': the words that its command comes to, as "argv". */
int plan_compile_command(struct compiler *c, const char *place, const struct workflow_value *given, size_t ngiven,
    struct plan_value **ret, size_t *nret);
/* What the command's declaration says of the step's impact, and of its timeout: *timeout_ms stays when it says nothing. */
int plan_command_defaults(struct compiler *c, const char *place, struct plan_step *step, int64_t *timeout_ms);
/* A duration of at least 'min_ms'; 'text' NULL, or a variable without a value: 'fallback_ms'. */
int plan_compile_duration(struct compiler *c, const char *place, const char *text, int64_t min_ms, int64_t fallback_ms,
    int64_t *ret);

/* plan_lanes.c: the plan's nodes in order, and the lanes of a block of node steps. */
int plan_compile_nodes(struct compiler *c);
int plan_compile_lanes(struct compiler *c, const struct workflow_block *source, struct plan_block *block);

/* plan_targets.c: which nodes spec.targets means; and those that a block is for are marked in 'chosen'. */
int plan_compile_targets(struct compiler *c);
int plan_select(struct compiler *c, const struct workflow_block *source, bool *chosen);

/* plan_new.c: nodes that are not in the ring yet. Those that nothing is for are none of the plan's; the others must have a
 * zone, and no step that is for members alone before they are some. */
int plan_keep_new(struct compiler *c);
int plan_check_new(const struct compiler *c);
/* Some step may make a new node of the block join. */
bool plan_may_join(const struct plan *plan, const struct plan_block *block);

/* plan_flat.c: the blocks of the workflow, and in the place of other workflows theirs. */
struct plan_unit {
	const struct workflow_block *source;
	const struct variables *vars;    /* of the workflow that it is of */
	const char *from;                /* that one's name; NULL: it is the plan's own */
	const struct plan_scope *scope;
};
struct plan_flat {
	struct plan_unit *units;
	size_t nunits;
	struct plan_scope **scopes;
	size_t nscopes;
};
/* plan_flat_done() in any case. */
int plan_flatten(struct compiler *c, struct plan_flat *ret);
void plan_flat_done(struct plan_flat *flat);
/* The tests of the block itself and of the workflows that it is run by, into the block. *ret_why: as plan_compile_when(). */
int plan_unit_when(struct compiler *c, const struct plan_unit *unit, struct plan_block *block, char **ret_why);

/* plan_order.c */
void plan_order_lanes(struct compiler *c, const struct workflow_block *source, struct plan_block *block);
/* No unit is begun, left and begun again. */
bool plan_lanes_stand_together(const struct plan *plan, const struct plan_block *block);

/* plan_safety.c: disruptive, restore, stable, and the limit against maxNodesDown. */
int plan_compile_safety(struct compiler *c, const struct workflow_block *source, struct plan_block *block,
    size_t number);

/* plan_roll.c: canary, limit, failures, times. 'block' has its lanes. */
int plan_compile_roll(struct compiler *c, const struct workflow_block *source, struct plan_block *block);
struct json_out;
void plan_encode_roll(struct json_out *out, const struct plan_block *block);
struct field;
int plan_decode_roll(const struct field *f, struct plan_block *block, struct err *err);
/* plan_format.c: the oldest format that can tell what it means. */
int plan_format(const struct plan *plan);

/* plan_ways.c: what becomes of a step beside its own doing. */
int plan_compile_ways(struct compiler *c, const struct plan_block *block, const struct workflow_step *source,
    struct plan_step *step);
/* Where nobody can be asked first, an opaque task's impact must be stated. */
int plan_check_stated(struct compiler *c, const struct workflow_step *source, const struct plan_step *step);
/* The steps between the batches of a block that has its lanes. */
int plan_compile_batch(struct compiler *c, const struct workflow_block *source, struct plan_block *block, size_t number);
void plan_encode_ways(struct json_out *out, const struct plan_step *step);
int plan_decode_ways(const struct field *f, struct plan_step *step, struct err *err);

/* plan_when.c: what can be told now is: *ret_why, owned, says what is false already, else NULL. The rest is added. */
struct when_place;
int plan_compile_when(struct compiler *c, const struct when_place *at, const struct workflow_when *sources, size_t count,
    struct plan_when **ret, size_t *nret, char **ret_why);
/* A test of a variable is false already. Of those that are none nothing is said here. */
bool plan_is_left_out(const struct variables *vars, const struct workflow_when *whens, size_t count);
void plan_leave_out(struct plan_block *block, const char *number, const char *what, const char *why);
/* 'source' has got this number; what comes after may ask for its outcome. */
void plan_note_step(struct compiler *c, const struct workflow_step *source, const char *number, bool in_lane, bool left_out);
void plan_whens_copy(const struct plan_when *whens, size_t count, struct plan_when **ret, size_t *nret);
void plan_whens_free(struct plan_when *whens, size_t count);
void plan_encode_whens(struct json_out *out, const struct plan_when *whens, size_t count);
int plan_decode_whens(const struct field *f, struct plan_when **ret, size_t *count, struct err *err);
int plan_decode_left_out(const struct field *f, struct plan_block *block, struct err *err);

/* plan_set.c: of a step whose type sets a variable: which, and that it is known from now on when it runs. */
int plan_compile_set(struct compiler *c, const struct workflow_step *source, struct plan_step *step);
/* It is left out: the variable keeps its default. */
void plan_skip_set(struct compiler *c, const struct workflow_step *source);
void plan_encode_set(struct json_out *out, const struct plan_set *set);
int plan_decode_set(const struct field *f, struct plan_set **ret, struct err *err);
void plan_set_free(struct plan_set *set);

/* plan_encode.c: the canonical text and its hash, of a plan that is otherwise whole. */
int plan_encode(struct plan *plan, struct err *err);
void plan_hash(struct plan *plan);
