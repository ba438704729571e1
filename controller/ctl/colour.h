/* Colours, on a terminal that has them and whose user wants them. */
#pragma once

#include <stdbool.h>

#include "buf.h"

enum colour { COLOUR_NONE, COLOUR_GOOD, COLOUR_BAD, COLOUR_WAITS, COLOUR_FAINT };

/* Standard output is a terminal, TERM is not dumb, and NO_COLOR is not set. */
bool colour_wanted(void);
/* 'text', coloured if 'on'. */
void colour_put(struct buf *out, bool on, enum colour colour, const char *text);
/* Of a phase's name. */
enum colour colour_of_phase(const char *phase);
