/* Looking on while an operation is carried out. */
#pragma once

#include "api.h"

struct buf;

/* Print what happens to it, line by line, until it ends; it goes on when Ctrl-C is pressed, and that is said. The exit
 * status: how it ended. What is in 'out' goes first. */
int follow(struct api *api, const struct args *args, const char *name, struct buf *out, struct buf *said);
