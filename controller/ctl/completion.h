/* What a shell needs to complete a command line, made of the commands' descriptors. Pure. */
#pragma once

#include <stdbool.h>

#include "buf.h"

/* For "bash", "zsh" or "fish"; false: another shell. */
bool completion_print(const char *shell, struct buf *out);
