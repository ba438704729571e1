/* What members are called. As the inventory calls their addresses; one that has moved keeps its name, by its host id, also
 * over a restart, by what the status calls it, unless the inventory has that name elsewhere by now. The others as DNS calls
 * their addresses, else by these: settled before the cluster is first ready, and never changed while an operation is there,
 * for who is called one thing in a plan is not called another beside it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ring.h"

struct cluster;
struct core;
struct target;
struct target_member;
struct target_node;

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

/* What the member that the status names is called: its address, when the inventory has the name elsewhere than then. */
const char *names_remembered(const struct target *target, const struct target_member *known);
/* When membership has changed. */
void names_take_inventory(struct cluster *cluster);
/* Of each member what the inventory has of its name, at an address that is no member's; NULL: it has not moved. The list is
 * the caller's. */
const struct target_node **names_that_moved(const struct cluster *cluster);
/* Ask for what is not known, and name whom that names; false: not settled yet, and the cluster is kicked when it is. */
bool names_settle(struct core *core, struct cluster *cluster);
void names_drop(struct core *core, struct cluster *cluster);
