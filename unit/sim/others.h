/* Operations beside the scene's own, and what people do with them: drawn from the seed, by one table of kinds and weights
 * (others.c), so that any of them can be left out and the rest stays as it was drawn. */
#pragma once

#include "scene.h"

enum { OTHERS_MAX = 3, OTHERS_AND_ROLLS = OTHERS_MAX + WORLD_CLUSTERS, OTHER_KINDS_MAX = 12 };

struct other_kind;
/* That of others_roll(), which is never drawn. */
extern const struct other_kind *const other_roll;

struct other {
	const struct other_kind *kind;
	struct world *world;
	struct sim *sim;             /* its cluster */
	char name[24], node[48];
	int64_t at_ms, then_ms;      /* after the beginning: it is applied; a hand is laid on it */
	bool first;                  /* what the hand does may be done in two orders */
	/* Knobs. */
	bool suspend, cancel, skip;
	int retry, acknowledged;
};

struct others {
	struct other list[OTHERS_AND_ROLLS];
	size_t count;
	unsigned left_out;           /* bit i: it is never applied */
	size_t applied[OTHER_KINDS_MAX];
};

/* None to OTHERS_MAX, begun within so many ms. */
void others_draw(struct others *ret, struct world *world, struct chance *chance, int64_t within_ms);
/* And one that restarts all of it on each cluster but the first, within so many ms. */
void others_roll(struct others *others, struct world *world, struct chance *chance, int64_t within_ms);
/* What is wrong with these in the end, or NULL: the nodes of one that has Succeeded were restarted. */
const char *others_judge(const struct others *others, char *text, size_t size);
/* 'others' stays where it is as long as the world. */
void others_begin(struct others *others);
/* When all of them have been applied and all hands laid on, by the world's clock. */
int64_t others_end(const struct others *others, const struct world *world);
/* When nothing else happens any more: what a person does about those that wait for one. True: something. */
bool others_help(struct others *others);
/* For world_run(): all have ended; or a person is needed, and nobody is at work. */
bool until_all_settled(struct world *world, const char *unused);
void others_print(const struct others *others);
/* Adds to 'sum', by kind; NULL: there is no such kind. */
void others_add_up(const struct others *others, size_t *sum);
const char *other_kind_name(size_t kind);
