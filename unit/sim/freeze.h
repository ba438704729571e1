/* limits.frozen, as each core has been told it: from then on nothing is taken down that was not being worked on, dead or
 * alive. Read from the lines and lists of the API server that reach a core, from what Redis has acknowledged by then, and from
 * what arrives. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "model.h"

struct flight;
struct world;

/* One core, between being told so and being told otherwise: by the numbers of its requests. */
struct freeze_span {
	unsigned life;
	uint64_t from, to;
	char *held;              /* the lanes that held a node then: "uid node", a line each */
};

struct freeze {
	struct freeze_span *spans;
	size_t nspans;
};

void freeze_done(struct freeze *freeze);
/* A line of a watch, or the answer to a list, is about to reach the core. */
void freeze_heard(struct world *world, const struct flight *flight, const char *body, size_t len);
/* An act of the controller arrives, of the operation 'uid' (NULL: nobody knows). */
void freeze_arrival(struct world *world, const struct sim *sim, const struct sim_entry *entry, const char *uid);
