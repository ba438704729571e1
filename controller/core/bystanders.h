/* Blocks whose lanes are known only when they begin: the members that are no targets, as the ring tells then. What was
 * found is journaled with the first lane, so that whoever takes over goes on with the very same nodes. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cJSON;
struct core;
struct op;
struct plan;
struct plan_node;

struct bystanders {
	uint64_t begun;                  /* blocks of others whose lanes are there, by bit */
	struct plan_node **unplanned;    /* nodes of theirs that the plan does not know; owned */
	size_t nunplanned;
};

/* How many lanes they may come to have; lanes stay where they are, so that there is room from the beginning. */
size_t bystanders_most(const struct plan *plan);
/* The block's lanes are there, or are now. False: the ring is being asked, or nothing may begin. */
bool bystanders_begin(struct core *core, struct op *op, size_t block);
/* All that was found, into the journal once more. */
void bystanders_record(struct op *op);
/* A field "others/BLOCK/PART" of the journal, before any of lanes. */
bool bystanders_read(struct op *op, const char *field, const struct cJSON *value);
/* No part of it was missing. */
bool bystanders_are_whole(const struct op *op);
void bystanders_free(struct op *op);
