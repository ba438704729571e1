#include "task_labels.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "reconciler.h"

enum { LINES_MAX = 1024, LINE_MAX_BYTES = 200 };

/* "TYPE: WHAT NAME" in its words; what follows the name is not of it. */
struct line {
	char type[LINE_MAX_BYTES], what[LINE_MAX_BYTES], name[LINE_MAX_BYTES];
};

static const char *
next_line(const char *at)
{
	at += strcspn(at, "\n");
	return at + (*at == '\n');
}

static bool
has_line(const char *text, const char *line, size_t len)
{
	for (; *text; text = next_line(text))
		if (strcspn(text, "\n") == len && strncmp(text, line, len) == 0)
			return true;
	return false;
}

static bool
split(const char *text, struct line *ret)
{
	return sscanf(text, "%199[^:]: %199s %199[^, \n]", ret->type, ret->what, ret->name) == 3;
}

static bool
is_written(const char *seen, const char *type, const char *what, const char *name)
{
	for (struct line line; *seen; seen = next_line(seen))
		if (split(seen, &line) && strcmp(line.type, type) == 0 && strcmp(line.what, what) == 0 &&
		    strcmp(line.name, name) == 0)
			return true;
	return false;
}

static bool
has_successor(const struct reconciler *const *types, const struct line *line, const char *seen)
{
	for (; *types; types++)
		for (size_t i = 0; strcmp((*types)->name, line->type) == 0 && i < TASK_RENAMED && (*types)->renamed[i].was; i++)
			if (strcmp((*types)->renamed[i].was, line->name) == 0)
				return !(*types)->renamed[i].is[0] ||
				    is_written(seen, line->type, line->what, (*types)->renamed[i].is);
	return false;
}

char *
labels_lost(const struct reconciler *const *types, const char *kept, const char *seen)
{
	for (; *kept; kept = next_line(kept)) {
		size_t len = strcspn(kept, "\n");
		struct line line;

		if (has_line(seen, kept, len) || (split(kept, &line) && has_successor(types, &line, seen)))
			continue;
		return xasprintf("\"%.*s\" is in journals that a controller of today takes over, and no type writes it any "
		    "more: keep it, or name what it is called now in the type's .renamed (\"\": it is not used any more)",
		    (int)len, kept);
	}
	return NULL;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
labels_union(const char *kept, const char *seen)
{
	struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	char *lines[LINES_MAX];
	size_t count = 0;

	for (const char *at = kept; *at && count < LINES_MAX; at = next_line(at))
		lines[count++] = xstrndup(at, strcspn(at, "\n"));
	for (const char *at = seen; *at && count < LINES_MAX; at = next_line(at))
		if (!has_line(kept, at, strcspn(at, "\n")))
			lines[count++] = xstrndup(at, strcspn(at, "\n"));
	qsort(lines, count, sizeof *lines, compare);
	for (size_t i = 0; i < count; i++) {
		buf_printf(&out, "%s\n", lines[i]);
		free(lines[i]);
	}
	return buf_take(&out);
}
