/* What rehearse.c plays on: a core, one operation that has begun, and a clock. */
#pragma once

#include "core.h"
#include "rehearse.h"

struct cluster;
struct op;

/* A type that only takes time: the real one's descriptor, another body. */
struct modelled {
	struct reconciler type;
	const struct reconciler *real;
	rehearse_time_fn *takes;
	void *user;
};

/* A completion that is on its way. */
struct stage_answer {
	int64_t at_ms;
	uint64_t id;
	const char *body;        /* a literal, or 'text' */
	char *text;              /* owned; or NULL */
};

struct stage {
	struct core *core;
	struct cluster *cluster;
	struct op *op;
	struct instant now;
	struct effects out;
	struct stage_answer *answers;
	size_t nanswers;
	struct modelled *modelled;
	const struct reconciler **types;         /* of 'modelled', ended by NULL */
	uint64_t events;
};

/* The operation stands before its first step, its nodes as planned. stage_close() in any case. */
int stage_open(struct stage *stage, const struct plan *plan, const struct reconciler *const *types,
    rehearse_time_fn *takes, void *user, struct err *err);
/* The next event; false: nothing more will come. */
bool stage_turn(struct stage *stage);
void stage_close(struct stage *stage);
