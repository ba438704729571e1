#include "check.h"

#include "err.h"

static void
an_error_is_minus_one_and_a_sentence(void **state)
{
	struct err err;

	(void)state;
	CHECK_INT(err_set(&err, "%s: expected %d nodes", "spec.nodes", 3), -1);
	CHECK_TEXT(err.text, "spec.nodes: expected 3 nodes");
}

static void
nobody_needs_to_listen(void **state)
{
	(void)state;
	CHECK_INT(err_set(NULL, "%s", "lost"), -1);
}

static void
an_error_may_wrap_itself(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, "no such key");
	err_set(&err, "kubeconfig: %s", err.text);
	CHECK_TEXT(err.text, "kubeconfig: no such key");
}

static void
a_long_text_is_cut_with_a_mark(void **state)
{
	struct err err;

	(void)state;
	err_set(&err, "%0600d", 1);
	CHECK_INT(strlen(err.text), sizeof err.text - 1);
	CHECK_TEXT(err.text + sizeof err.text - 5, "0...");
}

static void
a_cut_never_splits_a_character(void **state)
{
	struct err err;

	(void)state;
	/* Each is three bytes; the cut at byte 508 would leave one of them. */
	for (int shift = 0; shift < 3; shift++) {
		size_t len;

		err_set(&err, "%.*s%s", shift, "xx", "\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac\u20ac");
		while (strlen(err.text) < sizeof err.text - 4)
			err_set(&err, "%s\u20ac", err.text);
		err_set(&err, "%s\u20ac\u20ac", err.text);
		len = strlen(err.text);
		CHECK_TEXT(err.text + len - 3, "...");
		CHECK_INT((len - 3 - (size_t)shift) % 3, 0);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_error_is_minus_one_and_a_sentence),
		cmocka_unit_test(nobody_needs_to_listen),
		cmocka_unit_test(an_error_may_wrap_itself),
		cmocka_unit_test(a_long_text_is_cut_with_a_mark),
		cmocka_unit_test(a_cut_never_splits_a_character),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
