#include "nearest.h"

#include <stdio.h>
#include <string.h>

enum { LONGEST = 64 };

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, replacements and swaps of neighbours that make 'b' of 'a'; three rows are enough for that. */
static size_t
distance(const char *a, size_t alen, const char *b, size_t blen)
{
	size_t rows[3][LONGEST + 1] = {{0}};

	for (size_t j = 0; j <= blen; j++)
		rows[0][j] = j;
	for (size_t i = 1; i <= alen; i++) {
		size_t *row = rows[i % 3], *last = rows[(i - 1) % 3], *before = rows[(i + 1) % 3];

		row[0] = i;
		for (size_t j = 1; j <= blen; j++) {
			row[j] = least(least(last[j], row[j - 1]) + 1, last[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return rows[alen % 3][blen];
}

void
nearest_offer(struct nearest *n, const char *candidate)
{
	size_t len = strlen(n->name), candidate_len = strlen(candidate);
	size_t errors;

	if (len > LONGEST || candidate_len > LONGEST)
		return;
	errors = distance(n->name, len, candidate, candidate_len);
	/* A third of the letters wrong is another word. */
	if (errors > (len + 2) / 3 || (n->best && errors >= n->distance))
		return;
	n->best = candidate;
	n->distance = errors;
}

const char *
nearest_text(const struct nearest *n, char *text)
{
	text[0] = '\0';
	if (n->best)
		snprintf(text, NEAREST_TEXT, "; did you mean \"%s\"?", n->best);
	return text;
}
