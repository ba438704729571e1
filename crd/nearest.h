/* "did you mean": the known name that an unknown one is nearest to, by the number of typing errors between them. */
#pragma once

#include <stddef.h>

struct nearest {
	const char *name;        /* what was written */
	const char *best;        /* the nearest name offered, NULL while none is near enough; borrowed */
	size_t distance;
};

enum { NEAREST_TEXT = 96 };

#define NEAREST_INIT(written) {.name = (written)}

void nearest_offer(struct nearest *n, const char *candidate);
/* "; did you mean \"x\"?", or "" when nothing is near; 'text' holds NEAREST_TEXT bytes and is returned. */
const char *nearest_text(const struct nearest *n, char *text);
