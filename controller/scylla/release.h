/* Which release a node is of, as far as endpoints depend on it. Pure. Facts: scylla.md §1.3. */
#pragma once

#include <stdbool.h>

/* Is 'text' ("2025.1.4-0.20250622.abc") of the release major.minor or a later one? The enterprise releases 2021.1 to
 * 2024.2 count as the open source ones that they were made of. A text that is no version counts as the newest: such a
 * node should know every endpoint. */
bool scylla_since(const char *text, int major, int minor);
