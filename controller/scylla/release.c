#include "release.h"

#include <stdlib.h>

#include "alloc.h"

enum { MINORS = 1000, NEWEST = 1000000000, FIRST_YEAR = 2000, FIRST_YEAR_BY_ITSELF = 2025 };

/* What an enterprise release was made of. */
static const struct {
	int year, minor;
	int major_of, minor_of;
} enterprise[] = {
	{2021, 1, 4, 3}, {2022, 1, 5, 0}, {2022, 2, 5, 1}, {2023, 1, 5, 2}, {2024, 1, 5, 4}, {2024, 2, 6, 0},
};

static long
number_of(int major, int minor)
{
	return (long)major * MINORS + minor;
}

static long
release_of(const char *text)
{
	char *end;
	long major = strtol(text, &end, 10), minor;
	const char *at = end + 1;

	if (end == text || *end != '.' || major < 0 || major > NEWEST / MINORS)
		return NEWEST;
	minor = strtol(at, &end, 10);
	if (end == at || minor < 0 || minor >= MINORS)
		return NEWEST;
	if (major < FIRST_YEAR || major >= FIRST_YEAR_BY_ITSELF)
		return number_of((int)major, (int)minor);
	for (size_t i = ARRAY_LEN(enterprise); i > 0; i--)
		if (number_of(enterprise[i - 1].year, enterprise[i - 1].minor) <= number_of((int)major, (int)minor))
			return number_of(enterprise[i - 1].major_of, enterprise[i - 1].minor_of);
	return 0;
}

bool
scylla_since(const char *text, int major, int minor)
{
	return release_of(text) >= number_of(major, minor);
}
