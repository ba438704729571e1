/* An operation that a person has taken over by hand: let go at once, with its nodes as they are. */
#pragma once

#include <stdbool.h>

struct core;
struct op;

/* True: its annotation strait.dev/abandon and its deletion ask for it, or have before; nothing else is to be done for it, and
 * it may be freed by now. */
bool abandon_run(struct core *core, struct op *op);
