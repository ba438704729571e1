/* docs/mistakes.md, mistake by mistake: what lint says of each is what stands under it. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "check.h"
#include "registry.h"
#include "source.h"
#include "text_file.h"
#include "workflow.h"

static const char page[] = "docs/mistakes.md", begins[] = "```yaml\n", says[] = "```text\n", ends[] = "```\n";
static const char head[] = "apiVersion: strait.dev/v1alpha1\nkind: Workflow\nmetadata: {name: mistake}\n";

enum { MISTAKES = 25 };

/* What stands between 'open' and the next end of a block; '*at' goes behind it. NULL: no more. */
static char *
block(const char **at, const char *open)
{
	const char *start = strstr(*at, open), *end = start ? strstr(start + strlen(open), ends) : NULL;

	if (!end)
		return NULL;
	*at = end + strlen(ends);
	start += strlen(open);
	return xstrndup(start, (size_t)(end - start));
}

static void
compare(const char *yaml, const char *expected)
{
	CLEANUP_FREE char *text = xasprintf("%s%s", strncmp(yaml, "spec:", 5) == 0 ? head : "", yaml);
	CLEANUP_BUF struct buf got = BUF_INIT(BUF_MAX_FILE);
	struct findings findings = {.count = 0};

	workflow_free(workflow_read(text, strlen(text), "workflow", registry, &findings));
	for (size_t i = 0; i < findings.count; i++)
		buf_printf(&got, "%d:%d: %s: %s\n", findings.items[i].mark.line, findings.items[i].mark.column,
		    severity_name(findings.items[i].severity), findings.items[i].text);
	if (strcmp(buf_str(&got), expected) != 0)
		CHECK_FAIL("%s\n      is: %s\nexpected: %s", text, buf_str(&got), expected);
	findings_done(&findings);
}

static void
the_page_tells_what_lint_says(void **state)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_FILE);
	struct err err = {""};
	const char *at;
	int count = 0;

	(void)state;
	if (text_file_read(page, &text, &err) < 0)
		CHECK_FAIL("%s", err.text);
	for (at = buf_str(&text);; count++) {
		CLEANUP_FREE char *yaml = block(&at, begins);
		CLEANUP_FREE char *expected = yaml ? block(&at, says) : NULL;

		if (!expected)
			break;
		compare(yaml, expected);
	}
	CHECK(count >= MISTAKES);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(the_page_tells_what_lint_says)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
