/* A value as text against what it must be. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "reconciler.h"

struct plan_node;
struct workflow_variable;

struct value_check {
	enum parameter_type type;
	int64_t min, max;                 /* integers, and durations in ms; both 0: any */
	bool bounded;                     /* they are bounds whatever they are; INT64_MIN, INT64_MAX: none on that side */
	char *const *choices;             /* it is one of these; of a list, each entry */
	size_t nchoices;                  /* 0: any */
	const struct plan_node *nodes;    /* a node is one of these, a zone one of theirs */
	size_t nnodes;
};

/* -1 and "PLACE: expected …, got …". */
int value_check(const struct value_check *check, const char *place, const char *text, struct err *err);
/* What a variable's values must be; 'ret' borrows from it, and knows no nodes. */
void value_expect(const struct workflow_variable *variable, struct value_check *ret);
/* The same, but of names of nodes and zones only what can be told without the cluster. */
void value_expect_offline(const struct workflow_variable *variable, struct value_check *ret);
/* An integer, or a duration in ms. */
bool value_number(enum parameter_type type, const char *text, int64_t *ret);
/* "a duration", with its article. */
const char *value_type_name(enum parameter_type type);
