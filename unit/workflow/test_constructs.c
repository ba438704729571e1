/* The samples of manifests/examples that use every construct of the language, counted by the decoder's own tables of keys:
 * each table that it looks at is noted, and each key of it that it meets. A new key without a sample fails here. There and
 * back between the forms is the same plan, hash for hash. */
#include "check.h"

#include "alloc.h"
#include "fakes.h"
#include "field.h"
#include "golden.h"
#include "json.h"
#include "registry.h"
#include "scp.h"
#include "source.h"
#include "yaml_print.h"

static const char structured_file[] = "manifests/examples/every-construct.yaml";
static const char scp_file[] = "manifests/examples/every-construct.scp.yaml";

/* --- what the decoder looks at */

enum { TABLES = 64, KEYS = 32 };

static struct table {
	const char *const *keys;
	bool seen[KEYS];
} tables[TABLES];
static size_t ntables;

int __real_field_known(const struct field *f, const char *const *keys, struct err *err);
int __wrap_field_known(const struct field *f, const char *const *keys, struct err *err);

int
__wrap_field_known(const struct field *f, const char *const *keys, struct err *err)
{
	size_t t = 0;

	while (t < ntables && tables[t].keys != keys)
		t++;
	if (t == ntables && ntables < TABLES)
		tables[ntables++].keys = keys;
	for (size_t k = 0; t < TABLES && k < KEYS && keys[k]; k++)
		tables[t].seen[k] = tables[t].seen[k] || json_get(f->value, keys[k]);
	return __real_field_known(f, keys, err);
}

/* --- plans */

static struct workflow *
read_workflow(const char *text)
{
	struct findings findings = {.count = 0};
	struct workflow *workflow = workflow_read(text, strlen(text), "x", registry, &findings);

	if (!workflow)
		CHECK_FAIL("%d:%d: %s\n%s", findings.items[0].mark.line, findings.items[0].mark.column,
		    findings.items[0].text, text);
	for (size_t i = 0; i < findings.count; i++)
		if (findings.items[i].severity == SEVERITY_WARNING)
			CHECK_FAIL("%d: %s", findings.items[i].mark.line, findings.items[i].text);
	findings_done(&findings);
	return workflow;
}

/* A built-in one, which the samples run as a step. */
static const struct workflow *
find_builtin(void *kept, const char *name, struct err *why)
{
	struct workflow **workflow = kept;
	CLEANUP_FREE char *path = xasprintf("manifests/workflows/%s.yaml", name), *text = golden_read(path);

	(void)why;
	if (!*workflow)
		*workflow = read_workflow(text);
	return *workflow;
}

static struct plan *
plan_of(const char *text)
{
	struct plan_value given[] = {{.name = (char[]){"reason"}, .text = (char[]){"a new kernel"}}};
	struct plan_input input = fake_input();
	struct workflow *workflow = read_workflow(text);
	struct err err = {""};
	struct workflow *kept = NULL;
	struct plan *plan;

	input.types = registry;
	input.find = find_builtin;
	input.find_arg = &kept;
	input.cluster = "messages-prd";
	input.operation = "sample";
	input.variables = given;
	input.nvariables = ARRAY_LEN(given);
	plan = plan_compile(workflow, &input, &err);
	workflow_free(workflow);
	workflow_free(kept);
	if (!plan)
		CHECK_FAIL("%s\n%s", err.text, text);
	return plan;
}

static void
check_same_plan(const char *text, const char *other)
{
	struct plan *a = plan_of(text), *b = plan_of(other);

	CHECK_TEXT(a->text, b->text);
	CHECK_TEXT(a->hash, b->hash);
	plan_free(a);
	plan_free(b);
}

/* --- conversions; owned */

static char *
convert(const char *text, bool to_scp)
{
	struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	struct findings findings = {.count = 0};
	struct workflow_source source;
	struct err err = {""};

	workflow_source_read(&source, text, strlen(text), "x", &findings);
	if (!source.object)
		CHECK_FAIL("%d: %s\n%s", findings.items[0].mark.line, findings.items[0].text, text);
	if (!to_scp)
		yaml_print(source.object, &out);
	else if (scp_print(source.object, &out, &err) < 0)
		CHECK_FAIL("%s", err.text);
	workflow_source_done(&source);
	findings_done(&findings);
	return buf_take(&out);
}

static void
the_samples_use_every_construct(void **state)
{
	CLEANUP_FREE char *structured = golden_read(structured_file);
	size_t reached = 0;

	(void)state;
	ntables = 0;
	workflow_free(read_workflow(structured));
	for (size_t t = 0; t < ntables; t++)
		for (size_t k = 0; tables[t].keys[k]; k++) {
			if (!tables[t].seen[k])
				CHECK_FAIL("%s uses \"%s\" nowhere, beside \"%s\"", structured_file, tables[t].keys[k],
				    tables[t].keys[k ? 0 : 1]);
			reached += tables[t].seen[k];
		}
	CHECK(ntables >= 8 && ntables < TABLES);
	print_message("%zu keys in %zu tables\n", reached, ntables);
}

static void
both_samples_make_one_plan(void **state)
{
	CLEANUP_FREE char *structured = golden_read(structured_file), *scp = golden_read(scp_file);

	(void)state;
	check_same_plan(structured, scp);
}

static void
there_and_back_is_the_same_plan(void **state)
{
	const char *const files[] = {structured_file, scp_file, "manifests/workflows/rolling-restart.yaml",
	    "manifests/workflows/restart-node.yaml"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(files); i++) {
		CLEANUP_FREE char *text = golden_read(files[i]);
		CLEANUP_FREE char *scp = convert(text, true), *structured = convert(scp, false);
		CLEANUP_FREE char *again = convert(structured, true);

		/* The built-in ones have no variable of this name. */
		if (i < 2) {
			check_same_plan(text, scp);
			check_same_plan(text, structured);
		}
		CHECK_TEXT(again, scp);
	}
}

/* Of the structured form nothing is lost, not even a spelling. */
static void
the_structured_form_comes_back_as_it_was(void **state)
{
	CLEANUP_FREE char *text = golden_read(structured_file), *scp = convert(text, true);
	CLEANUP_FREE char *before = convert(text, false), *after = convert(scp, false);
	const char *spec = strstr(before, "spec:");

	(void)state;
	CHECK(spec);
	CHECK_TEXT(strstr(after, "spec:"), spec);
}

#define WORKFLOW(steps) "metadata: {name: x, labels: {team: a}, uid: u}\nspec:\n  steps:\n" steps

static void
what_the_dialect_says_and_what_it_cannot(void **state)
{
	static const char *const cases[][2] = {
		{WORKFLOW("    - {task: x, with: {num: 3, t: \"12\", b: true, l: [a, b], p: a++b}, timeout: 250ms}\n"),
		    "name: x\nmetadata:\n  labels:\n    team: a\ncluster_tasks:\n  - task: !x\n      num: 3\n      t: \"12\"\n"
		    "      b: true\n      l:\n        - a\n        - b\n      p: a+b\n    timeout: 250ms\n"},
		{WORKFLOW("    - {task: x, with: {t: ++a++}}\n"), "spec.steps[0].with.t: the dialect has no \"++\" and cannot "
		    "say \"++a++\"; there a word between two pluses is a variable"},
		{WORKFLOW("    - {task: x, retryDelay: 3s}\n"), "spec.steps[0].retryDelay: the dialect has no word for it"},
		{WORKFLOW("    - {retries: 3}\n"), "spec.steps[0].task: missing; expected a type's name"},
		{"metadata: {name: x}\n", "spec: missing; expected an object"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_FILE);
		struct findings findings = {.count = 0};
		struct workflow_source source;
		struct err err = {""};

		workflow_source_read(&source, cases[i][0], strlen(cases[i][0]), "x", &findings);
		if (!source.object)
			CHECK_FAIL("%s\n%s", findings.items[0].text, cases[i][0]);
		CHECK_TEXT(scp_print(source.object, &out, &err) == 0 ? buf_str(&out) : err.text, cases[i][1]);
		workflow_source_done(&source);
		findings_done(&findings);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_samples_use_every_construct),
		cmocka_unit_test(both_samples_make_one_plan),
		cmocka_unit_test(there_and_back_is_the_same_plan),
		cmocka_unit_test(the_structured_form_comes_back_as_it_was),
		cmocka_unit_test(what_the_dialect_says_and_what_it_cannot),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
