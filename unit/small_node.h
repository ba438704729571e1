/* What the healthy nodes of small.h answer. */
#pragma once

#include <stdbool.h>

#include "small.h"

/* The body of a 200, owned; NULL: there is no such path. 'absent': who is in nobody's list of live members. */
char *small_healthy(int node, const char *path, const bool *absent);
/* The lines of `systemctl show` for the unit and for the target that tells the boot; owned. */
char *small_unit(const char *state, const char *invocation, bool job, const char *boot);
