/* The documents of a YAML file, as kubectl takes them: parted by lines that begin with "---". */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct documents {
	const char *text;        /* what has not been given out; borrowed. Set it and 'len', all else zero */
	size_t len;
	int line;                /* lines before it */
};

struct document {
	const char *text;        /* in the file's, borrowed; its "---" is left out */
	size_t len;
	int line;                /* lines of the file before its first one */
};

/* The next one that holds more than blanks and comments; false: there is none. */
bool documents_next(struct documents *documents, struct document *ret);
