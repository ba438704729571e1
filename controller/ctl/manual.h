/* The manual page, made of the commands' descriptors. Pure. */
#pragma once

#include "buf.h"

/* In man(7)'s language, for man -l. */
void manual_print(const char *version, struct buf *out);
