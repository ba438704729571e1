/* The controller with one defect at a time: does the simulation notice, and by the invariant that is there for it? The same
 * runs without a defect pass. MUTANT="no fence" tries that one alone. */
#include "check.h"

#include <inttypes.h>

#include "alloc.h"
#include "defects.h"

enum { SEEDS_MOST = 200 };

struct defect {
	enum mutant mutant;
	const char *name;
	const char *invariant;       /* what the judgement begins with; several, separated by "|" */
	play *play;
};

static const struct defect defects[] = {
	{NO_FENCE, "no fence", "I3|I1", two_leaders},
	{SAME_EPOCH, "takeover without raising the epoch", "I3|I1", with_faults_and_two},
	{NO_GATE, "no gate", "I2", with_faults},
	{NO_RESERVATION, "no reservation", "I2", two_at_once},
	{NO_INTENTS, "no intents", "I5", with_faults},
	{NO_SETTLE_TIME, "settle time 0", "I3|I1", late_acts},
	{UNKNOWN_IS_FAILED, "unknown treated as failed", "I1", late_acts},
	{OLD_FACTS, "fact age ignored", "I2", an_isolation_meanwhile},
	{WINDOW_OVER_A_GAP, "window over a gap", "window", restart_in_a_window},
	{STATUS_FIRST, "status first", "I6", with_faults},
	{FREEZE_BLOCKS_STARTS, "freeze that also blocks starts", "I8", frozen_with_a_node_down},
	{DONE_AGAIN, "finished lane redone", "I4", with_faults},
	{HASH_ORDER, "hash-order scheduling", "out of order|two zones", calmly},
};

static bool
names(const char *invariants, const char *wrong)
{
	for (const char *at = invariants; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
		CLEANUP_FREE char *one = xstrndup(at, strcspn(at, "|"));

		if (strstr(wrong, one))
			return true;
	}
	return false;
}

static void
each_defect_is_caught(void **state)
{
	size_t caught = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(defects); i++) {
		const struct defect *defect = &defects[i];
		char wrong[1200] = "", other[100] = "";
		uint64_t seed = 0;
		bool good = false;

		if (getenv("MUTANT") && !strstr(defect->name, getenv("MUTANT")))
			continue;
		mutant = defect->mutant;
		while (!good && seed < SEEDS_MOST) {
			defect->play(++seed, wrong, sizeof wrong);
			good = names(defect->invariant, wrong);
			if (!good && *wrong && !*other)
				snprintf(other, sizeof other, "%.99s", wrong);
		}
		wrong[strcspn(wrong, "\n")] = '\0';
		printf("  %-36s %s by seed %" PRIu64 ": %.90s\n", defect->name, good ? "caught" : "SURVIVES",
		    seed, good ? wrong : other);
		caught += good;
	}
	mutant = SOUND;
	printf("  %zu of %zu mutants caught\n", caught, ARRAY_LEN(defects));
	CHECK_INT(caught, ARRAY_LEN(defects));
}

/* Else a run that always complains would catch everything. */
static void
the_sound_core_passes(void **state)
{
	char wrong[1200];

	(void)state;
	mutant = SOUND;
	for (size_t i = 0; i < ARRAY_LEN(defects); i++)
		for (uint64_t seed = 1; seed <= 3; seed++) {
			defects[i].play(seed, wrong, sizeof wrong);
			CHECK_TEXT(wrong, "");
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sound_core_passes),
		cmocka_unit_test(each_defect_is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
