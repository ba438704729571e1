#include "check.h"

#include <time.h>

#include "alloc.h"
#include "fleet.h"

/* Worlds of one to four operations of the shipped workflows, each time with other faults, one or two controllers. SEEDS
 * counts operations. SEED=n plays one world again, with LEFT_OUT=bits of its faults and OTHERS_LEFT_OUT=bits of the operations
 * beside it, or with ONLY=kind of fault, or with VARIETY=n of enum variety, POLICY=n of enum policies.
 * SOAK_SECONDS=n plays fresh seeds for so long. */

static double
seconds_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void
calm_operations_succeed(void **state)
{
	struct tally tally = {0};

	(void)state;
	for (uint64_t seed = 1; seed <= 10; seed++)
		CHECK(fleet_is_right(&(struct fleet_config){.seed = seed, .calm = true, .alone = true}, &tally));
	for (uint64_t seed = 1; seed <= 30; seed++)
		CHECK(fleet_is_right(&(struct fleet_config){.seed = seed, .calm = true, .alone = true, .policies = POLICY_ANY},
		    &tally));
	CHECK_INT(tally.succeeded, tally.operations);
	for (uint64_t seed = 1; seed <= 10; seed++)
		CHECK(fleet_is_right(&(struct fleet_config){.seed = seed, .calm = true}, &tally));
}

/* One seed again, or several with one kind of fault. */
static bool
play_again(struct tally *tally)
{
	const char *left_out = getenv("LEFT_OUT"), *others = getenv("OTHERS_LEFT_OUT"), *only = getenv("ONLY"),
	    *variety = getenv("VARIETY"), *policy = getenv("POLICY");
	bool right = true;

	for (size_t i = 0; i < seeds_wanted(50) && right; i++)
		right = fleet_is_right(&(struct fleet_config){
		    .seed = seed_number(i), .choice = {.only = only}, .controllers = only ? 2 : 0,
		    .variety = variety ? (enum variety)strtol(variety, NULL, 10) : VARIETY_DRAWN,
		    .policies = policy ? (enum policies)strtol(policy, NULL, 10) : POLICY_DRAWN,
		    .alone = only || getenv("ALONE"), .left_out = left_out ? strtoull(left_out, NULL, 10) : 0,
		    .others_left_out = others ? (unsigned)strtoul(others, NULL, 10) : 0}, tally);
	return right;
}

static void
operations_with_faults(void **state)
{
	const char *soak = getenv("SOAK_SECONDS");
	struct tally tally = {0};
	double from = seconds_now();
	bool right;

	(void)state;
	if (getenv("SEED") || getenv("ONLY"))
		right = play_again(&tally);
	else if (soak)
		right = fleet_many((uint64_t)time(NULL) * 1000000, 0, (unsigned)strtoul(soak, NULL, 10), &tally);
	else
		right = fleet_many(1, seeds_wanted(50), 0, &tally);
	tally_print(&tally, seconds_now() - from);
	CHECK(right);
}

/* Each by itself, so that no run of few seeds goes without it. */
static void
every_kind_of_fault_befalls_an_operation(void **state)
{
	struct tally tally = {0};

	(void)state;
	for (size_t i = 0; fault_name(i); i++) {
		const struct fleet_config config = {
			.seed = i + 1, .alone = true, .controllers = 2, .choice = {.only = fault_name(i)},
			.variety = VARIETY_FULL,
		};

		if (!fleet_is_right(&config, &tally))
			CHECK_FAIL("ONLY=\"%s\": see above", fault_name(i));
		if (tally.faults[i] == 0)
			CHECK_FAIL("%s: drawn, and it has not happened", fault_name(i));
	}
}

/* What was bad once stays good. 1727: a leader that was stopped wrote an old status over the end that another one had
 * told. 26, 62: of two that waited for the cluster to become ready, the one began that was read first, not the older one; 721:
 * the one that was looked at first. 67: an urgent one began after a restart, beside one whose status had never told that it
 * was at work. 8: the known node moved while nobody looked; 33: it left. 53: a node at work was removed by somebody else. 87:
 * an answer of a node that was repairing was lost, so its repair did not count. 1091: a drain was
 * lost, Redis went away, and a node that had never been down was taken for restarted. 491: one that ended while Redis was
 * away did not say why its end was not told. 377: nothing had left for a node when somebody else restarted it, and its work was
 * taken for done. 737: one at work waited for the journal of one that was not read before the cluster was ready. 14: a status
 * whose fate was not known was taken for unwritten. 488: one whose first status was refused was silent while Redis was away.
 * 1479: the generation of the process that our restart ended was taken for the new one's, and the node restarted again.
 * 905: a node that would not boot was down for ten hours, and nobody said that it had been repaired. 783: a host was not asked
 * again while a sweep waited a minute for one lost answer. 162, 204: a restart that stood in an onFailure was done again though
 * bringing the node back had done it. 359: a lane that had passed a harmless step was not paused. 662: a node left down was not
 * shouted again when the journal was rebuilt; 55: acts after that left before their intents were acknowledged. 263: a
 * stranger's start was taken for ours, which had not left. 45: a lost journal was told ten seconds after Redis' silence.
 * 1173, 1371, 1623: nobody helped the nodes of a second cluster, and the judge asked that they be up.
 * 1633: what Redis' silence had kept back was told ten seconds after it. 1378, 1844: why a journal was not rebuilt was still
 * told when nobody asked for that any more. 1100: a status was refused while Redis was away, and the end before a retry told
 * once more. 2788: another reason not to rebuild a journal was told ten seconds late. 2684: watches stayed closed for four
 * seconds though the API server answered. 3193: one that was deleted did not say that its journal was lost. 3151: a
 * status that had arrived twice was taken for refused, and the one before it for told.
 * 1829: a node that had moved had lost its name over a restart, and who named it was refused. 2276:
 * nobody let a removed node join that an operation waited for; 2515: or filled a rack for another one.
 * 4081: of one whose object was gone a status was wanted before its journal expired.
 * 6256: a node to be brought back, and nobody who could tell of it: that was not said.
 * 6158: the clock was set while nobody was at work, and the judge forbade the next one to try again.
 * 4671: a retry without Redis brought a node back twice on one intent. 3258: one slow answer let a repairing node be drained.
 * 6102: a node that booted by the time it was to be brought back was restarted.
 * 7556: what had served while nobody led was brought back, as held down, beside one that joined: the judge forbade that.
 * 7020: the judge took what Redis had kept back for decided when Redis took it. 7724: it had everybody wait for one that
 * was refused for a known node that had left. */
static void
seeds_that_were_bad(void **state)
{
	static const struct fleet_config bad[] = {
		{.seed = 1021, .alone = true, .choice = {.kinds = 36}}, {.seed = 1237, .alone = true, .choice = {.kinds = 36}},
		{.seed = 1727, .alone = true, .choice = {.kinds = 36}},
		{.seed = 1727, .alone = true, .choice = {.kinds = 36}, .left_out = 975},
		{.seed = 8, .alone = true, .choice = {.kinds = 54}, .left_out = 503},
		{.seed = 33, .alone = true, .choice = {.only = "node decommissioned"}, .controllers = 2,
		    .variety = VARIETY_PLAIN},
		{.seed = 53, .alone = true, .choice = {.only = "node lost and removed"}, .controllers = 2,
		    .variety = VARIETY_FULL},
		{.seed = 87, .alone = true, .choice = {.kinds = 55}, .left_out = 393056},
		{.seed = 1479, .variety = VARIETY_PLAIN, .left_out = 851900, .others_left_out = 4},
		{.seed = 26, .choice = {.kinds = 36}, .left_out = 16338, .others_left_out = 5},
		{.seed = 62, .choice = {.kinds = 36}, .left_out = 32700},
		{.seed = 67, .choice = {.kinds = FAULT_KINDS_BESIDE_OTHERS}, .left_out = 124928},
		{.seed = 721, .choice = {.kinds = FAULT_KINDS_BESIDE_OTHERS}, .left_out = 4044},
		{.seed = 491, .choice = {.apart = true}, .variety = VARIETY_PLAIN, .left_out = 65444},
		{.seed = 377, .choice = {.apart = true}, .left_out = 114160, .variety = VARIETY_PLAIN},
		{.seed = 737, .choice = {.apart = true}, .variety = VARIETY_STOCK},
		{.seed = 14, .choice = {.apart = true}, .variety = VARIETY_STOCK},
		{.seed = 488, .choice = {.apart = true}, .variety = VARIETY_STOCK},
		{.seed = 905, .choice = {.apart = true}, .variety = VARIETY_STOCK}, {.seed = 783, .variety = VARIETY_STOCK},
		{.seed = 162, .choice = {.apart = true}, .left_out = 863, .others_left_out = 5},
		{.seed = 204, .choice = {.apart = true}, .left_out = 4224}, {.seed = 359, .choice = {.apart = true}},
		{.seed = 662, .choice = {.apart = true}}, {.seed = 55}, {.seed = 263},
		{.seed = 45, .left_out = 10736, .others_left_out = 1}, {.seed = 1100}, {.seed = 1173},
		{.seed = 1371}, {.seed = 1623},
		{.seed = 1091, .choice = {.kinds = FAULT_KINDS_BESIDE_OTHERS}, .left_out = 222720},
		{.seed = 1829, .variety = VARIETY_PLAIN, .left_out = 8175, .others_left_out = 4},
	};
	/* With policies, if they draw them. */
	static const struct fleet_config since[] = {
		{.seed = 1633, .left_out = 608, .others_left_out = 6}, {.seed = 1378}, {.seed = 1844}, {.seed = 2788},
		{.seed = 2684}, {.seed = 3193}, {.seed = 3151, .left_out = 1088},
		{.seed = 2276}, {.seed = 2515}, {.seed = 4081, .left_out = 214872},
		{.seed = 6256},
		{.seed = 6158},
		{.seed = 4671}, {.seed = 3258}, {.seed = 6102}, {.seed = 7556},
		{.seed = 7020, .variety = VARIETY_PLAIN, .policies = POLICY_NONE, .left_out = 951, .others_left_out = 6},
		{.seed = 7724, .variety = VARIETY_PLAIN, .policies = POLICY_NONE, .left_out = 98232, .others_left_out = 2},
	};
	struct tally tally = {0};

	(void)state;
	/* Some take days of simulated time; others serve the sanitizers as well. */
	if (getenv("STRAIT_QUICK"))
		skip();
	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		struct fleet_config config = bad[i];

		/* They were before there was any. */
		config.policies = POLICY_NONE;
		CHECK(fleet_is_right(&config, &tally));
	}
	for (size_t i = 0; i < ARRAY_LEN(since); i++)
		CHECK(fleet_is_right(&since[i], &tally));
}

int
main(void)
{
	/* One seed: that alone. */
	const struct CMUnitTest one[] = {cmocka_unit_test(operations_with_faults)};
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calm_operations_succeed),
		cmocka_unit_test(every_kind_of_fault_befalls_an_operation),
		cmocka_unit_test(seeds_that_were_bad),
		cmocka_unit_test(operations_with_faults),
	};

	if (getenv("SEED") || getenv("ONLY"))
		return cmocka_run_group_tests(one, NULL, NULL);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
