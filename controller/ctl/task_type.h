/* The type of a one-off task, checked before anything is made. */
#pragma once

#include <stdbool.h>

#include "err.h"

/* 'name' is a task that may run on a node, or on a cluster: as this build knows the types. -1 and what is meant instead. */
int task_type_check(const char *name, bool on_node, const char *program, struct err *err);
