#include "check.h"

#include <inttypes.h>

#include "alloc.h"
#include "defects.h"
#include "scene.h"

/* "I10" */
static bool
is_invariant(const char *text)
{
	return text[0] == 'I' && text[1] && text[1 + strspn(text + 1, "0123456789")] == '\0';
}

/* The first fault, whose name comes after its time: those that follow from it prove nothing. A play's own sentence, or an
 * oracle's kind, may be anywhere in it. */
static bool
names(const char *invariants, const char *wrong)
{
	CLEANUP_FREE char *first = xstrndup(wrong, strcspn(wrong, "\n"));
	const char *name = first + strspn(first, " 0123456789.");
	size_t len = strcspn(name, ":");

	for (const char *at = invariants; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
		CLEANUP_FREE char *one = xstrndup(at, strcspn(at, "|"));

		if (is_invariant(one) ? strlen(one) == len && strncmp(name, one, len) == 0 : strstr(first, one) != NULL)
			return true;
	}
	return false;
}

static bool
is_caught(const struct defect *defect, int width, uint64_t seeds)
{
	char wrong[1200] = "", other[100] = "";
	uint64_t seed = 0;
	bool good = false;

	mutant = defect->mutant;
	while (!good && seed < seeds) {
		defect->play(++seed, wrong, sizeof wrong);
		good = names(defect->invariant, wrong);
		if (!good && *wrong && !*other)
			snprintf(other, sizeof other, "%.99s", wrong);
	}
	mutant = SOUND;
	wrong[strcspn(wrong, "\n")] = '\0';
	printf("  %-*s %s by seed %" PRIu64 ": %.90s\n", width, defect->name, good ? "caught" : "SURVIVES",
	    seed, good ? wrong : other);
	return good;
}

static bool
is_under_valgrind(void)
{
	return seeds_wanted(100) < 10;
}

/* Under valgrind one in four: there it is the core's memory that is looked at, not its decisions. */
static bool
is_wanted(const struct defect *defects, size_t i)
{
	if (getenv("MUTANT"))
		return strstr(defects[i].name, getenv("MUTANT")) != NULL;
	return i % (is_under_valgrind() ? 4 : 1) == 0;
}

void
each_is_caught(const struct defect *defects, size_t count, uint64_t seeds)
{
	size_t caught = 0, wanted = 0;
	int width = 0;

	for (size_t i = 0; i < count; i++)
		width = (int)strlen(defects[i].name) > width ? (int)strlen(defects[i].name) : width;
	for (size_t i = 0; i < count; i++) {
		if (!is_wanted(defects, i))
			continue;
		wanted++;
		caught += is_caught(&defects[i], width, seeds);
	}
	printf("  %zu of %zu mutants caught\n", caught, wanted);
	CHECK_INT(caught, wanted);
}

void
the_sound_core_passes(const struct defect *defects, size_t count, uint64_t seeds)
{
	char wrong[1200];

	mutant = SOUND;
	if (is_under_valgrind())
		seeds = 1;
	for (size_t i = 0; i < count; i++)
		for (uint64_t seed = 1; is_wanted(defects, i) && seed <= seeds; seed++) {
			defects[i].play(seed, wrong, sizeof wrong);
			CHECK_TEXT(wrong, "");
		}
}
