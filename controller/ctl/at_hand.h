/* Other workflows that one may run as steps: those of the files given, then those that somebody else has, such as the API
 * server, then the built-in ones. Read when first asked for. */
#pragma once

#include <stddef.h>

#include "lint.h"

struct at_hand {
	const char *const *files;        /* borrowed; may be none */
	size_t nfiles;
	struct workflow *(*fetch)(void *arg, const char *name);      /* owned by the caller of it; NULL: it has none. Or NULL */
	void *arg;
	struct workflow **workflows;     /* owned */
	size_t count;
	bool read;
};

/* A lint_others' find(), with the at_hand as its argument. A file that cannot be read has none: that is told elsewhere. */
const struct workflow *at_hand_find(void *at_hand, const char *name);
void at_hand_done(struct at_hand *at_hand);
