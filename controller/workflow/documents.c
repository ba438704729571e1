#include "documents.h"

#include <string.h>

static size_t
line_len(const char *text, size_t len)
{
	const char *end = memchr(text, '\n', len);

	return end ? (size_t)(end - text) + 1 : len;
}

/* Inside a block scalar a line is indented, so that one that begins so is no text. */
static bool
is_mark(const char *line, size_t len)
{
	return len >= 3 && memcmp(line, "---", 3) == 0 && (len == 3 || strchr(" \t\r\n", line[3]));
}

/* Blanks, a comment, or a directive before the first mark. */
static bool
is_empty(const char *line, size_t len)
{
	if (len > 0 && line[0] == '%')
		return true;
	for (size_t i = 0; i < len; i++) {
		if (line[i] == '#')
			return true;
		if (!strchr(" \t\r\n", line[i]) || !line[i])
			return false;
	}
	return true;
}

/* Something may stand behind the mark: "--- # the second", "--- {a: 1}". */
static bool
is_bare_mark(const char *line, size_t len)
{
	return is_mark(line, len) && is_empty(line + 3, len - 3);
}

/* Takes lines up to the next mark; true: something stands in them. */
static bool
take(struct documents *d, struct document *ret)
{
	bool content = false, first = true;

	if (is_bare_mark(d->text, line_len(d->text, d->len))) {
		size_t len = line_len(d->text, d->len);

		d->text += len;
		d->len -= len;
		d->line++;
	}
	*ret = (struct document){d->text, 0, d->line};
	while (d->len > 0) {
		size_t len = line_len(d->text, d->len);

		if (first ? is_bare_mark(d->text, len) : is_mark(d->text, len))
			break;
		first = false;
		content = content || !is_empty(d->text, len);
		ret->len += len;
		d->text += len;
		d->len -= len;
		d->line++;
	}
	return content;
}

bool
documents_next(struct documents *documents, struct document *ret)
{
	while (documents->len > 0)
		if (take(documents, ret))
			return true;
	return false;
}
