#include "check.h"

#include "hash.h"

static const char *
text_of(uint64_t hash)
{
	static char text[HASH_TEXT];

	return hash_text(hash, text);
}

/* These lie in journals: a change here is a change of format. */
static void
hashes_are_what_they_always_were(void **state)
{
	(void)state;
	CHECK_TEXT(text_of(hash_str(HASH_SEED, "")), "efd01f60ba992926");
	CHECK_TEXT(text_of(hash_str(HASH_SEED, "db-b-3")), "c26dbf21e2ed9628");
	CHECK_TEXT(text_of(hash_bytes(HASH_SEED, "\0\xff", 2)), "acb64f88d28b68b8");
	CHECK_TEXT(text_of(hash_u64(HASH_SEED, 0)), "7bd3144f29c0cc9e");
	CHECK_TEXT(text_of(hash_u64(HASH_SEED, UINT64_MAX)), "6a92c0228678c02e");
	CHECK_TEXT(text_of(hash_u64(hash_str(1, "a"), 2)), "b5a57b43e24d7c23");
}

static void
text_has_leading_zeros(void **state)
{
	(void)state;
	CHECK_TEXT(text_of(0), "0000000000000000");
	CHECK_TEXT(text_of(UINT64_C(0x00ab00000000cdef)), "00ab00000000cdef");
	CHECK_TEXT(text_of(UINT64_MAX), "ffffffffffffffff");
}

static void
pieces_and_their_borders_count(void **state)
{
	uint64_t ab_c = hash_str(hash_str(HASH_SEED, "ab"), "c");
	uint64_t a_bc = hash_str(hash_str(HASH_SEED, "a"), "bc");

	(void)state;
	CHECK(ab_c != a_bc);
	CHECK(ab_c != hash_str(HASH_SEED, "abc"));
	CHECK(ab_c != hash_str(ab_c, ""));
	CHECK(hash_str(1, "a") != hash_str(2, "a"));
}

/* Jitter takes a few bits: near inputs must spread over them. */
static void
near_inputs_spread(void **state)
{
	int buckets[16] = {0};

	(void)state;
	for (uint64_t i = 0; i < 16000; i++)
		buckets[hash_u64(HASH_SEED, i) >> 60]++;
	for (int i = 0; i < 16; i++)
		CHECK(buckets[i] > 850 && buckets[i] < 1150);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hashes_are_what_they_always_were),
		cmocka_unit_test(text_has_leading_zeros),
		cmocka_unit_test(pieces_and_their_borders_count),
		cmocka_unit_test(near_inputs_spread),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
