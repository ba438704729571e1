/* Which release a node is of, as far as endpoints depend on it. Pure. Facts: scylla.md §1.3. */
#pragma once

#include <stdbool.h>

/* Is 'text' ("2025.1.4-0.20250622.abc") of the release major.minor or a later one? The enterprise releases 2021.1 to
 * 2024.2 count as the open source ones that they were made of. A text that is no version counts as the newest: such a
 * node should know every endpoint. */
/* Is the first one older? By their numbers, year or not; "2025.1.0-rc2" and "2025.1.0~rc2" are older than "2025.1.0", and what
 * stands behind "-0." is a build. False when one of them is no version: *ret_known says so. */
bool scylla_is_older(const char *version, const char *than, bool *ret_known);
bool scylla_since(const char *text, int major, int minor);
