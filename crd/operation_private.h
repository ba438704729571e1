/* What operation.c and operation_knobs.c share. */
#pragma once

#include "field.h"
#include "operation.h"

/* owner and the knobs; -1 with their place. */
int operation_read_knobs(struct operation *op, const struct field *spec, struct err *err);
void operation_free_texts(char **texts, size_t count);
void operation_knobs_done(struct operation *op);
/* operation_told.c */
struct operation_told *operation_read_told(const struct cJSON *status);
/* Owned. */
char *operation_read_held(const struct cJSON *status);
void operation_told_free(struct operation_told *told);
