#include "marked.h"

#include <stdio.h>
#include <string.h>

size_t
marked_enter(struct marked *m, const char *key, size_t index, struct yaml_mark mark)
{
	size_t before = m->len, room = sizeof m->path - m->len;
	int n = key ? snprintf(m->path + m->len, room, "%s%s", m->len ? "." : "", key)
	    : snprintf(m->path + m->len, room, "[%zu]", index);

	/* What is nested so deep that its path has no room is found at its parent's place. */
	if (n < 0 || (size_t)n >= room) {
		m->path[before] = '\0';
		return before;
	}
	m->len += (size_t)n;
	places_add(m->places, m->path, mark);
	return before;
}

void
marked_leave(struct marked *m, size_t before)
{
	m->len = before;
	m->path[before] = '\0';
}

void
marked_text(struct marked *m, const char *key, const char *text, struct yaml_mark mark)
{
	size_t before = marked_enter(m, key, 0, mark);

	json_put_str(&m->out, key, text);
	marked_leave(m, before);
}
