/* Every command, as the usage lists them; ended by NULL. */
#pragma once

#include "command.h"

extern const struct command *const commands[];
