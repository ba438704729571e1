/* Files of several documents: which of them are workflows, and where they stand. */
#include "check.h"

#include "registry.h"
#include "source.h"
#include "workflow.h"
#include "workflow_texts.h"

static void
lint(void *user, const char *text, size_t len)
{
	struct buf *out = user;
	struct findings findings = {.count = 0};

	workflow_free(workflow_read(text, len, "x", registry, &findings));
	for (size_t i = 0; i < findings.count; i++)
		buf_printf(out, "%d:%d: %.30s\n", findings.items[i].mark.line, findings.items[i].mark.column,
		    findings.items[i].text);
	if (findings.count == 0)
		buf_puts(out, "good\n");
	findings_done(&findings);
}

#define DRIAN "- task: !scylla-drian\n"
#define GOOD "- task: !node-workflow\n    node_tasks:\n      - task: !wait-for-conditions\n          conditions:\n" \
	"            - condition: !is-up-normal\n"

static void
each_workflow_is_found_in_its_place(void **state)
{
	static const struct {
		const char *text;
		size_t count;
		const char *said;
	} cases[] = {
		{GOOD, 1, "good\n"},
		{"---\n" GOOD, 1, "good\n"},
		{"%YAML 1.2\n---\n# of one\n" DRIAN, 1, "4:9: spec.steps[0].task: unknown ta\n"},
		{"kind: Secret\n---\n" GOOD "---\n\n" DRIAN, 2, "good\n10:9: spec.steps[0].task: unknown ta\n"},
		{"kind: Secret\n---\nkind: ConfigMap\n", 0, ""},
		/* What cannot be read may have been meant for one. */
		{"kind: Secret\n--- # two\na: [\n", 1, "4:1: while parsing a flow node: did\n"},
		{"kind: Secret\n", 1, "1:7: kind: expected Workflow, got S\n"},
		{"# nothing\n", 1, "2:1: expected a document, and found\n"},
		{"kind: Secret\nstringData:\n  a: |\n    ---\n    b\n---\n" GOOD, 1, "good\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE);

		CHECK_INT(workflow_texts_each(cases[i].text, strlen(cases[i].text), lint, &out), cases[i].count);
		CHECK_TEXT(buf_str(&out), cases[i].said);
	}
}

static void
where_one_is_wanted_there_must_be_one(void **state)
{
	static const char *const cases[][2] = {
		{"kind: Secret\n---\n" GOOD, NULL},
		{GOOD "---\n" GOOD, "2 workflows stand in it; expected one"},
		{"kind: A\n---\nkind: B\n", "no workflow stands in it"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_FILE);
		struct err err = {""};

		buf_puts(&text, cases[i][0]);
		CHECK_INT(workflow_texts_only(&text, &err), cases[i][1] ? -1 : 0);
		if (cases[i][1])
			CHECK_TEXT(err.text, cases[i][1]);
		else
			CHECK_TEXT(buf_str(&text), "\n\n" GOOD);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_workflow_is_found_in_its_place),
		cmocka_unit_test(where_one_is_wanted_there_must_be_one),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
