/* A workflow drawn from the seed: restarts of all nodes with what the language has around them, so that crashes and faults
 * meet each of it. Left alone it succeeds, and
 *
 *	I14  what stands around the restarts is done, each so often as the workflow says */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "chance.h"

enum { CONSTRUCTS_MAX = 16, CONSTRUCT_TEXT = 4000 };

struct construct {
	char workflow[CONSTRUCT_TEXT];       /* the object's content; "": none was drawn */
	unsigned drawn;                      /* bit by number */
	size_t batch;                        /* nodes in one; 0: there are none */
};

/* Left alone it has succeeded on 'nodes' nodes, with this status: what is wrong, or NULL. */
const char *construct_judge(const struct construct *construct, size_t nodes, const char *status, char *text, size_t size);
/* Steps that a restart does not do stand before the restart. */
bool construct_stands_between(const struct construct *construct);
void construct_draw(struct construct *construct, struct chance *chance);
/* "passed over"; NULL after the last. */
const char *construct_name(size_t number);
void construct_add_up(const struct construct *construct, size_t *counts);
