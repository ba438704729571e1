/* The wall clock is set while the controller runs. What the journal keeps of moments to come and of since when something is so
 * is by that clock, for the next controller has no other: it is moved with it, so that as much time is left, and has gone by,
 * as before. Of a clock that is set while nobody runs it is only known that no time can be left that was not there at first. */
#pragma once

#include <stdint.h>

struct core;
struct step;

void journal_jumped(struct core *core, int64_t by_ms);
/* moment.c: the one that its task waits for. */
void moment_jumped(struct step *step, int64_t by_ms);
