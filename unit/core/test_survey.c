/* What is asked of nodes before spec.targets can be told: who has not answered is waited for, and nothing is guessed. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"
#include "survey.h"

static struct small
open_small(void)
{
	struct small small;
	const struct small_config config = {.core = small_core_config(registry)};

	small_open(&small, &config);
	small_sweep(&small);
	effects_clear(small.out);
	return small;
}

/* Every question on its way, answered: the release by REST "…version", the generation by the other. NULL: it fails. */
static void
answer_all(struct small *small, const char *const versions[SMALL_NODES], const char *const generations[SMALL_NODES])
{
	struct effects kept = *small->out;

	*small->out = (struct effects){0};
	for (size_t i = 0; i < kept.count; i++) {
		const struct effect *effect = &kept.list[i];
		size_t node = 0;
		const char *body;

		while (node < SMALL_NODES && strcmp(small_nodes[node].address, effect->rest.address) != 0)
			node++;
		CHECK(effect->kind == EFFECT_REST && node < SMALL_NODES);
		body = strstr(effect->rest.path, "version") ? versions[node] : generations[node];
		if (body)
			small_answer(small, effect->id, OUTCOME_ANSWERED, 200, body);
		else
			small_answer(small, effect->id, OUTCOME_REFUSED, 0, "connection refused");
	}
	effects_clear(&kept);
	small_settle(small);
}

static const char *const old_and_new[SMALL_NODES] = {"\"2025.1.3\"", "\"2025.1.4\"", "\"2025.1.2-0.2025\""};
static const char *const since[SMALL_NODES] = {"1795000000", "1795200000", "1795240000"};

static void
check_unfit(struct small *small, const char *expected)
{
	CLEANUP_FREE bool *unfit = survey_unfit(small->core, small->op);
	char got[SMALL_NODES + 1] = {0};

	CHECK(unfit);
	for (size_t i = 0; i < SMALL_NODES; i++)
		got[i] = unfit[i] ? '1' : '0';
	CHECK_TEXT(got, expected);
}

static void
nothing_is_asked_for_nothing(void **state)
{
	struct small small = open_small();
	struct err err = {""};

	(void)state;
	CHECK(survey_ready(small.core, small.op, &err));
	CHECK(!survey_unfit(small.core, small.op));
	CHECK_INT(small_count(&small, EFFECT_REST), 0);
	small_close(&small);
}

static void
every_member_is_asked_and_judged(void **state)
{
	struct small small = open_small();
	struct operation *object = small.op->object;
	struct err err = {""};

	(void)state;
	object->version_below = xstrdup("2025.1.4");
	CHECK(!survey_ready(small.core, small.op, &err));
	CHECK_TEXT(err.text, "spec.targets: the nodes are asked for their release and since when they run");
	CHECK_INT(small_count(&small, EFFECT_REST), 2 * SMALL_NODES);
	CHECK(!survey_ready(small.core, small.op, &err));
	CHECK_INT(small_count(&small, EFFECT_REST), 2 * SMALL_NODES);
	answer_all(&small, old_and_new, since);
	CHECK(survey_ready(small.core, small.op, &err));
	check_unfit(&small, "010");
	object->started_before_ms = INT64_C(1795100000000);
	check_unfit(&small, "011");
	object->started_before_ms = 0;
	object->uptime_over_ms = (1795248000 - 1795230000) * INT64_C(1000);
	check_unfit(&small, "011");
	small_close(&small);
}

static void
who_does_not_tell_is_waited_for_and_asked_again(void **state)
{
	static const char *const one_silent[SMALL_NODES] = {"\"2025.1.3\"", NULL, "\"2025.1.2\""};
	struct small small = open_small();
	struct err err = {""};

	(void)state;
	small.op->object->version_below = xstrdup("2025.1.4");
	CHECK(!survey_ready(small.core, small.op, &err));
	answer_all(&small, one_silent, since);
	CHECK(!survey_ready(small.core, small.op, &err));
	CHECK_TEXT(err.text, "spec.targets: db-b-1 does not tell its release and since when it runs: connection refused; it is "
	    "asked again");
	CHECK_INT(small_count(&small, EFFECT_REST), 0);
	/* What it would tell matters no more. */
	small.op->object->excludes = xcalloc(1, sizeof *small.op->object->excludes);
	small.op->object->excludes[small.op->object->nexcludes++] = xstrdup("dc1/b");
	CHECK(survey_ready(small.core, small.op, &err));
	small.op->object->excludes[0][4] = 'x';
	small_at(&small, 5000);
	CHECK(!survey_ready(small.core, small.op, &err));
	answer_all(&small, old_and_new, since);
	CHECK(survey_ready(small.core, small.op, &err));
	check_unfit(&small, "010");
	small_close(&small);
}

static void
what_was_answered_instead_is_said(void **state)
{
	struct small small = open_small();
	struct effects kept;
	struct err err = {""};

	(void)state;
	small.op->object->version_below = xstrdup("2025.1.4");
	CHECK(!survey_ready(small.core, small.op, &err));
	kept = *small.out;
	*small.out = (struct effects){0};
	for (size_t i = 0; i < kept.count; i++)
		small_answer(&small, kept.list[i].id, OUTCOME_ANSWERED, 503, "{\"message\":\"not now\"}");
	effects_clear(&kept);
	CHECK(!survey_ready(small.core, small.op, &err));
	CHECK_CONTAINS(err.text, "does not tell its release and since when it runs: HTTP 503; it is asked again");
	small_close(&small);
}

/* When its turn comes long after, the facts are others. */
static void
old_answers_are_asked_for_anew(void **state)
{
	struct small small = open_small();
	struct err err = {""};

	(void)state;
	small.op->object->version_below = xstrdup("2025.1.4");
	CHECK(!survey_ready(small.core, small.op, &err));
	answer_all(&small, old_and_new, since);
	small_at(&small, 59000);
	CHECK(survey_ready(small.core, small.op, &err));
	small_at(&small, 61000);
	CHECK(!survey_is_over(small.core, small.op));
	CHECK_TEXT(small.op->reason, "Surveying");
	effects_clear(small.out);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_asked_for_nothing),
		cmocka_unit_test(every_member_is_asked_and_judged),
		cmocka_unit_test(who_does_not_tell_is_waited_for_and_asked_again),
		cmocka_unit_test(what_was_answered_instead_is_said),
		cmocka_unit_test(old_answers_are_asked_for_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
