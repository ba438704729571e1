/* A value as text against what it must be. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "reconciler.h"

struct plan_node;

struct value_check {
	enum parameter_type type;
	int64_t min, max;                 /* integers, and durations in ms; both 0: any */
	const struct plan_node *nodes;    /* a node is one of these */
	size_t nnodes;
};

/* -1 and "PLACE: expected …, got …". */
int value_check(const struct value_check *check, const char *place, const char *text, struct err *err);
/* "a duration", with its article. */
const char *value_type_name(enum parameter_type type);
