/* More to tell than one value of the journal holds: what only notifications are made of is left out, and said. */
#include "check.h"

#include "alloc.h"
#include "op.h"
#include "outbox.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static struct small
open_small(void)
{
	const struct small_config config = {
		.core = small_core_config(registry),
		.workflow = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}",
	};
	struct small small;

	small_open(&small, &config);
	return small;
}

/* As many keys as are kept, each as long as a step's of a node with a long name; and as many notices, for 16 channels. */
static void
fill(struct op *op, size_t told, size_t notices)
{
	for (size_t i = 0; i < told; i++) {
		CLEANUP_FREE char *key = xasprintf("message/1.%zu/%0400zu", i, i);

		outbox_told(op, key);
	}
	for (size_t i = 0; i < notices; i++) {
		CLEANUP_FREE char *key = xasprintf("approval/%zu", i);
		struct notice *notice = outbox_add(op, key, 1, 1, "Somebody has to look at this.");

		for (size_t p = 0; p < 16; p++)
			ARRAY_GROW(notice->posts, notice->nposts)->channel = xasprintf("%060zu", p);
	}
}

static bool
reads_back(const struct op *op, struct small *after)
{
	CLEANUP_BUF struct buf value = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	record_op(op, &value);
	CHECK(buf_ok(&value));
	return record_read(after->core, after->op, "op", buf_str(&value));
}

static void
what_does_not_fit_is_left_out_the_oldest_first(void **state)
{
	static const struct {
		size_t told, notices;
	} rows[] = {{TOLD_MAX, 0}, {0, OUTBOX_MAX}, {TOLD_MAX, OUTBOX_MAX}, {8, 4}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		struct small small = open_small(), after = open_small();
		const struct outbox *box, *kept;
		bool whole = i == 3;

		values_put(&small.op->values, "seen", "something");
		op_error(small.core, small.op, NULL, "StepFailed", "it failed");
		fill(small.op, rows[i].told, rows[i].notices);
		CHECK(reads_back(small.op, &after));
		box = small.op->outbox;
		kept = after.op->outbox;
		CHECK_INT(after.op->phase, PHASE_RUNNING);
		CHECK_TEXT(values_find(&after.op->values, "seen"), "something");
		CHECK_INT(after.op->nerrors, 1);
		CHECK_INT(box->left_out, box->ntold + box->count - kept->ntold - kept->count);
		CHECK_INT(box->left_out == 0, whole);
		if (kept->ntold)
			CHECK_TEXT(kept->told[kept->ntold - 1], box->told[box->ntold - 1]);
		if (box->count) {
			CHECK(kept->count > 0);
			CHECK_TEXT(kept->list[kept->count - 1]->key, box->list[box->count - 1]->key);
		}
		small_settle(&small);
		small_close(&small);
		small_close(&after);
	}
}

/* Once for each number. */
static void
it_is_said(void **state)
{
	struct small small = open_small();
	size_t before;

	(void)state;
	fill(small.op, TOLD_MAX, 0);
	op_record(small.op);
	effects_clear(small.out);
	outbox_run(small.core, small.op);
	before = small_count(&small, EFFECT_LOG);
	CHECK(before > 0);
	CHECK_CONTAINS(small_last(&small, EFFECT_LOG)->log.message, "have no room in the journal");
	outbox_run(small.core, small.op);
	CHECK_INT(small_count(&small, EFFECT_LOG), before);
	small_settle(&small);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_does_not_fit_is_left_out_the_oldest_first),
		cmocka_unit_test(it_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
