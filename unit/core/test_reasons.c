/* Every row of reason.def is complete, and every reason is given by some line of the core. */
#include "check.h"

#include <ctype.h>
#include <glob.h>

#include "alloc.h"
#include "buf.h"
#include "reasons.h"

static bool
is_sentence(const char *text)
{
	size_t len = strlen(text);

	return len > 10 && text[len - 1] == '.' && (isupper((unsigned char)text[0]) || strchr(text, '.') < text + len - 1);
}

static void
a_name_is_what_kubernetes_takes(void **state)
{
	(void)state;
	for (const struct reason *reason = reason_all(); reason->name; reason++) {
		if (!isupper((unsigned char)reason->name[0]))
			CHECK_FAIL("%s: a reason is written LikeThis", reason->name);
		for (const char *c = reason->name; *c; c++)
			if (!isalnum((unsigned char)*c))
				CHECK_FAIL("%s: letters and digits only", reason->name);
		if (reason_find(reason->name) != reason)
			CHECK_FAIL("%s: there are two rows of that name", reason->name);
	}
	CHECK(!reason_find("NoSuchReason"));
	CHECK(!reason_find(""));
}

static void
a_row_says_where_what_and_how_grave(void **state)
{
	(void)state;
	for (const struct reason *reason = reason_all(); reason->name; reason++) {
		if (!reason->where[0])
			CHECK_FAIL("%s: where is it seen?", reason->name);
		if (!is_sentence(reason->meaning))
			CHECK_FAIL("%s: what does it mean, in a sentence?", reason->name);
		if (reason->remedy[0] && !is_sentence(reason->remedy))
			CHECK_FAIL("%s: the remedy is no sentence: %s", reason->name, reason->remedy);
		if (strcmp(reason->class_, "info") != 0 && strcmp(reason->class_, "wait") != 0 &&
		    strcmp(reason->class_, "person") != 0)
			CHECK_FAIL("%s: the class is info, wait or person", reason->name);
	}
}

/* Who is called out of bed is told what to do; and nothing is asked of anybody when there is nothing to do. */
static void
a_person_is_told_what_to_do(void **state)
{
	(void)state;
	for (const struct reason *reason = reason_all(); reason->name; reason++) {
		if (strcmp(reason->class_, "person") == 0 && !reason->remedy[0])
			CHECK_FAIL("%s: a person must act, and is not told how", reason->name);
		if (strcmp(reason->class_, "info") == 0 && reason->remedy[0])
			CHECK_FAIL("%s: a remedy for what is in order", reason->name);
	}
}

static void
append_file(struct buf *all, const char *path)
{
	FILE *file = fopen(path, "r");
	char part[8192];
	size_t len;

	if (!file)
		CHECK_FAIL("cannot read %s", path);
	while ((len = fread(part, 1, sizeof part, file)) > 0)
		buf_put(all, part, len);
	fclose(file);
}

static bool
gives(const char *code, const char *name)
{
	CLEANUP_FREE char *word = xasprintf("REASON_%s", name);
	size_t len = strlen(word);

	for (const char *at = code; (at = strstr(at, word)); at += len)
		if (!isalnum((unsigned char)at[len]) && at[len] != '_')
			return true;
	return false;
}

/* A row that nothing reaches would be a page of the runbook that nobody can ever be sent to. */
static void
each_reason_is_given_by_the_core(void **state)
{
	struct buf code = BUF_INIT(16 << 20);
	size_t orphans = 0;
	glob_t files;

	(void)state;
	CHECK_INT(glob("controller/core/*.c", 0, NULL, &files), 0);
	for (size_t i = 0; i < files.gl_pathc; i++)
		append_file(&code, files.gl_pathv[i]);
	globfree(&files);
	CHECK(buf_ok(&code));
	CHECK(!gives(buf_str(&code), "NoSuchReason"));
	for (const struct reason *reason = reason_all(); reason->name; reason++) {
		if (gives(buf_str(&code), reason->name))
			continue;
		print_error("%s: no line of controller/core gives it\n", reason->name);
		orphans++;
	}
	buf_done(&code);
	CHECK_INT(orphans, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_name_is_what_kubernetes_takes),
		cmocka_unit_test(a_row_says_where_what_and_how_grave),
		cmocka_unit_test(a_person_is_told_what_to_do),
		cmocka_unit_test(each_reason_is_given_by_the_core),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
