/* What lint says before there is a cluster and the compiler when there is one: each rule in one place, in the same words. */
#pragma once

#include <stdint.h>

#include "err.h"
#include "reconciler.h"

/* -1: a condition that must hold for 'window_ms' cannot within 'timeout_ms'; 'place' is the condition's. */
int rule_window(const char *place, int64_t window_ms, int64_t timeout_ms, struct err *err);
/* -1: "PLACE: missing; expected …"; 'place' is the parameter's. */
int rule_missing(const char *place, const struct parameter *parameter, struct err *err);
