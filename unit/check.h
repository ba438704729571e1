/* cmocka with what it needs included before it, and checks that show both sides. Every test file includes this one.
 *
 *	static void
 *	empty_buffer_is_an_empty_string(void **state) { ... }
 *
 *	int
 *	main(void)
 *	{
 *		const struct CMUnitTest tests[] = {cmocka_unit_test(empty_buffer_is_an_empty_string)};
 *
 *		return cmocka_run_group_tests(tests, NULL, NULL);
 *	}
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

/* Fail at the caller's line with a sentence. */
#define CHECK_FAIL(...) \
	do { \
		print_error(__VA_ARGS__); \
		print_error("\n"); \
		fail(); \
	} while (0)

#define CHECK(condition) \
	do { \
		if (!(condition)) \
			CHECK_FAIL("does not hold: %s", #condition); \
	} while (0)

/* Two texts; either may be NULL. */
#define CHECK_TEXT(got, expected) \
	do { \
		const char *got_ = (got), *expected_ = (expected); \
		if (!got_ || !expected_ ? got_ != expected_ : strcmp(got_, expected_) != 0) \
			CHECK_FAIL("%s\n      is: %s\nexpected: %s", #got, got_ ? got_ : "(null)", \
			    expected_ ? expected_ : "(null)"); \
	} while (0)

/* 'part' is somewhere in 'got'. */
#define CHECK_CONTAINS(got, part) \
	do { \
		const char *got_ = (got), *part_ = (part); \
		if (!got_ || !strstr(got_, part_)) \
			CHECK_FAIL("%s\n      is: %s\nmisses: %s", #got, got_ ? got_ : "(null)", part_); \
	} while (0)

#define CHECK_INT(got, expected) \
	do { \
		long long got_ = (long long)(got), expected_ = (long long)(expected); \
		if (got_ != expected_) \
			CHECK_FAIL("%s is %lld, expected %lld", #got, got_, expected_); \
	} while (0)
