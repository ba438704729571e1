/* JSON that is written member by member, each with its place in the text that it is made from. */
#pragma once

#include "json.h"
#include "places.h"

enum { MARKED_PATH = 512 };

struct marked {
	struct json_out out;
	struct places *places;
	char path[MARKED_PATH];          /* of what is open */
	size_t len;
};

/* The next member, or the next element of the array that is open, when 'key' is NULL. Keep the result for marked_leave(). */
size_t marked_enter(struct marked *m, const char *key, size_t index, struct yaml_mark mark);
void marked_leave(struct marked *m, size_t before);
/* A member that is a text; 'mark' is where it stands. */
void marked_text(struct marked *m, const char *key, const char *text, struct yaml_mark mark);
