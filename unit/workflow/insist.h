/* What the fuzz targets of this directory insist on. */
#pragma once

#include <stdbool.h>

#include "workflow.h"

/* Abort, which a fuzzer reports, unless it holds. */
void insist(bool holds);
/* It compiles against the six fake nodes, and its text reads back as the same plan; or it is refused with a sentence. */
void insist_plan(const struct workflow *workflow);
