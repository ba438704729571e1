/* What befalls a world: drawn from the seed before it begins, by one table of kinds and weights (faults.c), so that any
 * of them can be left out and the others stay as they were drawn. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "world.h"

/* The keyspace whose tablets migrate, where there is one. */
#define FAULTS_TABLETS "moving"

enum { FAULTS_TABLETS_EACH = 8, FAULTS_MAX = 64, FAULT_KINDS_MAX = 64, FAULT_KINDS_BESIDE_OTHERS = 43 };

struct fault {
	int kind;
	int64_t at_ms;           /* after the beginning */
	int64_t span_ms;
	int64_t value;           /* of whom: a node's or a process' number; or how much */
	bool second;             /* a node of the second cluster */
	uint64_t luck;           /* for what else the hand has to choose */
};

struct faults {
	struct world *world;
	struct fault list[FAULTS_MAX];
	size_t count;
	uint64_t left_out;       /* bit i: fault i does not happen */
	struct store *replica;   /* of Redis, at the time when it last heard from its master; or NULL */
	void *scene;             /* of whose objects people change the knobs; or NULL: nobody does */
	size_t happened[FAULT_KINDS_MAX];
};

/* What is drawn: of the table's first 'kinds' rows (0: of all); or the row 'only' for certain and no other. */
struct fault_choice {
	size_t kinds;
	const char *only;
	bool apart;              /* beside other operations: of the first kinds alone; members stay, and tablets */
};
/* Draw them. 'within_ms': when they may begin. */
void faults_draw(struct faults *ret, struct world *world, const struct fault_choice *choice, int64_t within_ms);
/* Let them happen, but for those left out. 'faults' stays where it is as long as the world. */
void faults_begin(struct faults *faults);
void faults_done(struct faults *faults);
/* When the last one is over, by the world's clock. */
int64_t faults_end(const struct faults *faults);
void faults_print(const struct faults *faults);
/* Adds 1 to 'sum', by kind, where one has happened; sum[i] belongs to fault_name(i); NULL: there is no such kind. */
void faults_add_up(const struct faults *faults, size_t *sum);
const char *fault_name(size_t kind);
