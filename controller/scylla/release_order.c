/* Which of two releases is the older one. */
#include <stdlib.h>
#include <string.h>

#include "release.h"

enum { PARTS = 4, CANDIDATES = 1000 };

/* Its numbers; the last one is that of the release candidate, CANDIDATES when it is none. */
static bool
read_parts(const char *text, long parts[PARTS])
{
	char *end;

	for (int i = 0; i < PARTS - 1; i++) {
		parts[i] = strtol(text, &end, 10);
		if (end == text || parts[i] < 0)
			return false;
		text = end;
		if (*text == '.' && i < PARTS - 2) {
			text++;
			continue;
		}
		for (i++; i < PARTS - 1; i++)
			parts[i] = 0;
	}
	parts[PARTS - 1] = CANDIDATES;
	if (strncmp(text, "-rc", 3) == 0 || strncmp(text, "~rc", 3) == 0)
		parts[PARTS - 1] = strtol(text + 3, NULL, 10);
	else if (strncmp(text, ".rc", 3) == 0)
		parts[PARTS - 1] = strtol(text + 3, NULL, 10);
	return true;
}

bool
scylla_is_older(const char *version, const char *than, bool *ret_known)
{
	long a[PARTS], b[PARTS];

	*ret_known = read_parts(version, a) && read_parts(than, b);
	for (int i = 0; *ret_known && i < PARTS; i++)
		if (a[i] != b[i])
			return a[i] < b[i];
	return false;
}
