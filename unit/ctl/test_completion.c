#include "check.h"

#include "alloc.h"
#include "commands.h"
#include "completion.h"
#include "manual.h"

enum { TEXT = 1 << 20 };

/* The man page writes a hyphen that is typed as \-. */
static char *
in_roff(const char *name)
{
	struct buf text = BUF_INIT(BUF_MAX_LINE);

	for (; *name; name++) {
		if (*name == '-')
			buf_putc(&text, '\\');
		buf_putc(&text, *name);
	}
	return buf_take(&text);
}

static void
the_page_has(void *page, char letter, const char *name, const char *value, const char *help)
{
	CLEANUP_FREE char *written = in_roff(name);

	(void)letter;
	(void)value;
	(void)help;
	CHECK_CONTAINS(buf_str(page), written);
}

static void
check_command(const struct command *command, struct buf *page)
{
	CLEANUP_FREE char *name = in_roff(command->name), *head = xasprintf(".SS %s", name);

	CHECK_CONTAINS(buf_str(page), head);
	args_each(command->takes, the_page_has, page);
}

static void
the_man_page_has_every_command_and_option(void **state)
{
	CLEANUP_BUF struct buf page = BUF_INIT(TEXT);
	size_t count = 0;

	(void)state;
	manual_print("1.2", &page);
	CHECK(buf_ok(&page));
	CHECK_CONTAINS(buf_str(&page), ".TH STRAITCTL 1 \"\" \"strait 1.2\"");
	for (const struct command *const *c = commands; *c; c++, count++) {
		if (!(*c)->members)
			check_command(*c, &page);
		for (const struct command *const *member = (*c)->members; member && *member; member++)
			check_command(*member, &page);
	}
	CHECK(count > 10);
}

static void
nothing_is_taken_for_a_request_of_roffs(void **state)
{
	CLEANUP_BUF struct buf page = BUF_INIT(TEXT);

	(void)state;
	manual_print("1.2", &page);
	/* "with .yaml, …": at the beginning of a line it would be a request. */
	for (const char *line = buf_str(&page); line && *line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (*line == '.')
			CHECK(strncmp(line, ".TH ", 4) == 0 || strncmp(line, ".SH ", 4) == 0 || strncmp(line, ".SS ", 4) == 0 ||
			    strncmp(line, ".TP\n", 4) == 0 || strncmp(line, ".PP\n", 4) == 0 || strncmp(line, ".B ", 3) == 0 ||
			    strncmp(line, ".I ", 3) == 0);
}

static void
a_shell_learns_every_command(void **state)
{
	static const char *const shells[] = {"bash", "zsh", "fish"};

	(void)state;
	for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(TEXT);

		CHECK(completion_print(shells[i], &out));
		CHECK(buf_ok(&out));
		for (const struct command *const *c = commands; *c; c++)
			CHECK_CONTAINS(buf_str(&out), (*c)->name);
		CHECK_CONTAINS(buf_str(&out), "acknowledge");
	}
}

static void
arguments_are_completed_by_what_they_are(void **state)
{
	CLEANUP_BUF struct buf out = BUF_INIT(TEXT);

	(void)state;
	CHECK(completion_print("bash", &out));
	CHECK_CONTAINS(buf_str(&out), "'job retry') argument=operations; offered=' --namespace");
	CHECK_CONTAINS(buf_str(&out), "'nodes') argument=clusters;");
	CHECK_CONTAINS(buf_str(&out), "'lint') argument=files;");
	CHECK(!completion_print("tcsh", &out));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_man_page_has_every_command_and_option),
		cmocka_unit_test(nothing_is_taken_for_a_request_of_roffs),
		cmocka_unit_test(a_shell_learns_every_command),
		cmocka_unit_test(arguments_are_completed_by_what_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
