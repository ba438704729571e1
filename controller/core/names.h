/* What members are called whom the inventory does not name: as DNS calls their addresses, else by these. Settled before the
 * cluster is first ready, and never changed while an operation is there: who is called one thing in a plan is not called
 * another beside it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring.h"

struct cluster;
struct core;

/* What DNS has said of an address. */
struct named {
	char address[RING_ADDRESS];
	char name[RING_NAME];        /* "": it has none that could be used */
	int64_t asked_up_ms;
};

struct names {
	struct cluster *cluster;
	struct named *list;
	size_t count;
	unsigned pending;
	bool settled;                /* once; those that join later do not make it undone */
};

/* Ask for what is not known, and name whom that names; false: not settled yet, and the cluster is kicked when it is. */
bool names_settle(struct core *core, struct cluster *cluster);
void names_drop(struct core *core, struct cluster *cluster);
