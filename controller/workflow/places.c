#include "places.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

void
places_add(struct places *places, const char *path, struct yaml_mark mark)
{
	*ARRAY_GROW(places->items, places->count) = (struct place){.path = xstrdup(path), .mark = mark};
}

/* Is 'outer' the whole of 'path', or what it is in? */
static bool
holds(const char *outer, size_t len, const char *path)
{
	return strncmp(outer, path, len) == 0 && (!path[len] || path[len] == '.' || path[len] == '[');
}

struct yaml_mark
places_find(const struct places *places, const char *path)
{
	struct yaml_mark best = {1, 1};
	size_t longest = 0;

	for (size_t i = 0; i < places->count; i++) {
		size_t len = strlen(places->items[i].path);

		if (len >= longest && holds(places->items[i].path, len, path)) {
			longest = len;
			best = places->items[i].mark;
		}
	}
	return best;
}

void
places_done(struct places *places)
{
	for (size_t i = 0; i < places->count; i++)
		free(places->items[i].path);
	free(places->items);
	*places = (struct places){0};
}
