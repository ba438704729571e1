/* Where in a text the members of an object stand that was read from it. */
#pragma once

#include "yaml_read.h"

struct place {
	char *path;              /* "spec.steps[0].task" */
	struct yaml_mark mark;
};

struct places {
	struct place *items;
	size_t count;
};

void places_add(struct places *places, const char *path, struct yaml_mark mark);
/* Of 'path', or else of the nearest thing that it is in; {1, 1} when there is none. */
struct yaml_mark places_find(const struct places *places, const char *path);
void places_done(struct places *places);
