#include "check.h"

#include "alloc.h"
#include "buf.h"

static void
an_empty_buffer_is_an_empty_text(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(10);
	CLEANUP_FREE char *taken = NULL;

	(void)state;
	CHECK(!b.data && buf_ok(&b));
	CHECK_TEXT(buf_str(&b), "");
	buf_put(&b, "", 0);
	buf_consume(&b, 3);
	CHECK(!b.data);
	taken = buf_take(&b);
	CHECK_TEXT(taken, "");
}

static void
pieces_follow_each_other(void **state)
{
	CLEANUP_BUF struct buf b;

	(void)state;
	buf_init(&b, 100);
	buf_puts(&b, "db");
	buf_putc(&b, '-');
	buf_printf(&b, "%s-%d", "b", 3);
	buf_put(&b, "!?", 1);
	CHECK_TEXT(buf_str(&b), "db-b-3!");
	CHECK_INT(b.len, 7);
}

static void
bytes_may_be_nul(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(10);

	(void)state;
	buf_put(&b, "a\0b", 3);
	CHECK_INT(b.len, 3);
	assert_memory_equal(b.data, "a\0b", 4);
}

static void
the_maximum_may_be_reached_and_not_passed(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(5);

	(void)state;
	buf_puts(&b, "abcde");
	CHECK(buf_ok(&b));
	buf_putc(&b, 'f');
	CHECK(!buf_ok(&b));
	CHECK_TEXT(buf_str(&b), "abcde");
}

static void
what_follows_an_overflow_is_dropped_too(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(5);

	(void)state;
	buf_puts(&b, "abc");
	buf_puts(&b, "defg");
	buf_puts(&b, "h");
	buf_printf(&b, "%d", 1);
	CHECK(!buf_ok(&b));
	CHECK_TEXT(buf_str(&b), "abc");
	buf_clear(&b);
	CHECK(buf_ok(&b));
	buf_puts(&b, "new");
	CHECK_TEXT(buf_str(&b), "new");
}

static void
long_formats_grow_the_buffer(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(1000), small = BUF_INIT(400);

	(void)state;
	buf_printf(&b, "%0500d", 7);
	buf_printf(&b, "%s", "end");
	CHECK_INT(b.len, 503);
	CHECK_TEXT(buf_str(&b) + 499, "7end");
	buf_printf(&small, "%0500d", 7);
	CHECK(!buf_ok(&small));
	CHECK_TEXT(buf_str(&small), "");
}

static void
many_bytes_grow_to_the_maximum(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(100000);

	(void)state;
	for (int i = 0; i < 100000; i++)
		buf_putc(&b, (char)('a' + i % 26));
	CHECK(buf_ok(&b));
	CHECK_INT(b.len, 100000);
	CHECK(b.cap <= b.max);
	CHECK_INT(strlen(b.data), 100000);
	buf_putc(&b, 'x');
	CHECK(!buf_ok(&b));
}

static void
consuming_keeps_the_rest(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(100);

	(void)state;
	buf_puts(&b, "line 1\nline 2");
	buf_consume(&b, 7);
	CHECK_TEXT(buf_str(&b), "line 2");
	buf_consume(&b, 100);
	CHECK_TEXT(buf_str(&b), "");
	CHECK_INT(b.len, 0);
}

static void
taken_content_leaves_an_empty_buffer_of_the_same_maximum(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(5);
	CLEANUP_FREE char *text = NULL;

	(void)state;
	buf_puts(&b, "abc");
	text = buf_take(&b);
	CHECK_TEXT(text, "abc");
	CHECK_TEXT(buf_str(&b), "");
	buf_puts(&b, "abcdef");
	CHECK(!buf_ok(&b));
}

static void
what_a_query_must_not_hold_is_escaped(void **state)
{
	CLEANUP_BUF struct buf b = BUF_INIT(40);

	(void)state;
	buf_put_escaped(&b, "aZ09-._~ /?&=%+\x01\xc3\xbc");
	CHECK_TEXT(buf_str(&b), "aZ09-._~%20%2F%3F%26%3D%25%2B%01%C3%BC");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_empty_buffer_is_an_empty_text),
		cmocka_unit_test(pieces_follow_each_other),
		cmocka_unit_test(bytes_may_be_nul),
		cmocka_unit_test(the_maximum_may_be_reached_and_not_passed),
		cmocka_unit_test(what_follows_an_overflow_is_dropped_too),
		cmocka_unit_test(long_formats_grow_the_buffer),
		cmocka_unit_test(many_bytes_grow_to_the_maximum),
		cmocka_unit_test(consuming_keeps_the_rest),
		cmocka_unit_test(taken_content_leaves_an_empty_buffer_of_the_same_maximum),
		cmocka_unit_test(what_a_query_must_not_hold_is_escaped),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
