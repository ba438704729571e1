/* The CRDs' schemas against their number. An older CRD prunes fields that it does not know, so whoever adds one must raise
 * the number, or the controller that needs it would take the older CRD for its own; and as fields are only added, a newer CRD
 * serves an older controller. unit/golden/schema keeps the number and what it stands for. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "golden.h"
#include "hash.h"
#include "journal.h"
#include "object.h"
#include "plan.h"
#include "yaml_read.h"

static const char kept_file[] = "unit/golden/schema";
static const char *const plurals[] = {"clusteroperations", "targetclusters", "workflows"};

/* --- what a CRD says */

static struct yaml_doc *
read_yaml(const char *what, const char *text)
{
	struct yaml_mark where = {.line = 0};
	struct err err = {""};
	struct yaml_doc *yaml = yaml_doc_read(text, strlen(text), &where, &err);

	if (!yaml)
		CHECK_FAIL("%s:%d: %s", what, where.line, err.text);
	return yaml;
}

static struct yaml_doc *
read_crd(const char *plural)
{
	CLEANUP_FREE char *path = xasprintf("crd/%s.yaml", plural), *text = golden_read(path);

	return read_yaml(path, text);
}

static const struct yaml_value *
schema_of(const struct yaml_doc *crd)
{
	const struct yaml_value *versions = yaml_member(yaml_member(yaml_doc_root(crd), "spec"), "versions");

	CHECK_INT(versions->count, 1);
	CHECK_TEXT(yaml_member(versions->values[0], "name")->text, CRD_VERSION);
	return yaml_member(yaml_member(versions->values[0], "schema"), "openAPIV3Schema");
}

/* Of all but the descriptions, which prune and refuse nothing; in whatever order it stands. Members of 'properties' are
 * fields' names. */
static uint64_t
digest(const struct yaml_value *value, bool names)
{
	uint64_t members = 0;

	for (size_t i = 0; i < value->count; i++) {
		const char *key = value->kind == YAML_KIND_MAPPING ? value->keys[i]->text : "[]";

		if (names || strcmp(key, "description") != 0)
			members += hash_u64(hash_str(HASH_SEED, key),
			    digest(value->values[i], !names && strcmp(key, "properties") == 0));
	}
	return hash_u64(hash_str(HASH_SEED, value->kind == YAML_KIND_SCALAR ? value->text : "{}"), members);
}

/* A line for each field: "workflows spec.steps[].task string". */
static void
list_fields(const char *plural, const char *path, const struct yaml_value *schema, struct buf *out)
{
	const struct yaml_value *type = yaml_member(schema, "type"), *properties = yaml_member(schema, "properties");
	const struct yaml_value *items = yaml_member(schema, "items"), *values = yaml_member(schema, "additionalProperties");
	CLEANUP_FREE char *item = xasprintf("%s[]", path), *value = xasprintf("%s{}", path);

	buf_printf(out, "%s %s %s\n", plural, *path ? path : ".", type ? type->text : "any");
	for (size_t i = 0; properties && i < properties->count; i++) {
		CLEANUP_FREE char *at = xasprintf("%s%s%s", path, *path ? "." : "", properties->keys[i]->text);

		list_fields(plural, at, properties->values[i], out);
	}
	if (items)
		list_fields(plural, item, items, out);
	if (values)
		list_fields(plural, value, values, out);
}

static void
describe(struct buf *out)
{
	for (size_t i = 0; i < ARRAY_LEN(plurals); i++) {
		CLEANUP_YAML struct yaml_doc *crd = read_crd(plurals[i]);
		const struct yaml_value *schema = schema_of(crd);
		char text[HASH_TEXT];

		buf_printf(out, "%s digest %s\n", plurals[i], hash_text(digest(schema, false), text));
		list_fields(plurals[i], "", schema, out);
	}
	CHECK(buf_ok(out));
}

/* --- what may become of what is kept */

static bool
has_line(const char *text, const char *line, size_t len)
{
	for (const char *at = text; at && *at; at = strchr(at, '\n'), at += at != NULL)
		if (strcspn(at, "\n") == len && strncmp(at, line, len) == 0)
			return true;
	return false;
}

/* The sentence is owned; NULL: nothing is wrong. 'kept' begins with its number's line. */
static char *
complaint(const char *kept, long number, const char *schemas)
{
	long before = strncmp(kept, "number ", 7) == 0 ? strtol(kept + 7, NULL, 10) : 0;
	const char *rest = strchr(kept, '\n') ? strchr(kept, '\n') + 1 : "";

	for (const char *at = rest; *at; at += strcspn(at, "\n"), at += *at == '\n') {
		size_t len = strcspn(at, "\n");

		if ((!strstr(at, " digest ") || strstr(at, " digest ") > at + len) && !has_line(schemas, at, len))
			return xasprintf("crd/ has no more \"%.*s\": within " CRD_VERSION " fields are only added, and keep "
			    "their type, or an older controller could not work with newer CRDs (roll-back)", (int)len, at);
	}
	if (number < before)
		return xasprintf("CRD_SCHEMA_VERSION is %ld and was %ld: it is only raised", number, before);
	if (number == before && strcmp(rest, schemas) != 0)
		return xasprintf("the schemas of crd/*.yaml have changed under the number %ld: raise it to %ld, in "
		    CRD_SCHEMA_ANNOTATION " of all three and as CRD_SCHEMA_VERSION in crd/object.h, then make golden-update",
		    before, before + 1);
	return NULL;
}

/* --- tests */

static void
the_three_carry_the_number_that_this_build_needs(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(plurals); i++) {
		CLEANUP_YAML struct yaml_doc *crd = read_crd(plurals[i]);

		const struct yaml_value *annotations = yaml_member(yaml_member(yaml_doc_root(crd), "metadata"), "annotations");

		CHECK_TEXT(yaml_member(annotations, CRD_SCHEMA_ANNOTATION)->text, CRD_SCHEMA_VERSION);
	}
}

/* Lines are broken anywhere. */
static void
the_documentation_names_this_and_the_other_formats(void **state)
{
	CLEANUP_FREE char *page = golden_read("docs/operations.md"), *journals = NULL, *plans = NULL;

	(void)state;
	for (char *at = page; *at; at++)
		*at = *at == '\n' ? ' ' : *at;
	journals = xasprintf("This release writes journals of format %d and reads those of format %d;", JOURNAL_FORMAT,
	    JOURNAL_FORMAT - 1);
	plans = xasprintf("it reads plans up to format %d.", PLAN_FORMAT);
	CHECK_CONTAINS(page, "This release needs " CRD_SCHEMA_VERSION ".");
	CHECK_CONTAINS(page, journals);
	CHECK_CONTAINS(page, plans);
}

static void
a_schema_does_not_change_under_its_number(void **state)
{
	CLEANUP_BUF struct buf schemas = BUF_INIT(BUF_MAX_FILE);
	long number = strtol(CRD_SCHEMA_VERSION, NULL, 10);
	const char *wish = getenv("STRAIT_GOLDEN");
	CLEANUP_FREE char *kept = golden_read(kept_file), *wrong = NULL, *now = NULL;

	(void)state;
	describe(&schemas);
	now = xasprintf("number %ld\n%s", number, buf_str(&schemas));
	wrong = complaint(kept, number, buf_str(&schemas));
	if (wrong)
		CHECK_FAIL("%s", wrong);
	if (wish && strcmp(wish, "update") == 0)
		golden_write(kept_file, now);
	else if (strcmp(now, kept) != 0)
		CHECK_FAIL("%s is of an older number: make golden-update", kept_file);
}

/* The judge is judged: each way to change a schema, and what is said of it. */
static void
what_changes_is_complained_of(void **state)
{
	static const char kept[] = "number 3\nworkflows digest 01\nworkflows spec object\nworkflows spec.steps array\n";
	static const struct { long number; const char *schemas, *said; } cases[] = {
		{3, "workflows digest 01\nworkflows spec object\nworkflows spec.steps array\n", NULL},
		{3, "workflows digest 02\nworkflows spec object\nworkflows spec.steps array\n", "raise it to 4"},
		{3, "workflows digest 02\nworkflows spec object\nworkflows spec.new string\nworkflows spec.steps array\n",
			"raise it to 4"},
		{4, "workflows digest 02\nworkflows spec object\nworkflows spec.new string\nworkflows spec.steps array\n",
			NULL},
		{4, "workflows digest 02\nworkflows spec object\n", "no more \"workflows spec.steps array\""},
		{4, "workflows digest 02\nworkflows spec object\nworkflows spec.steps object\n", "fields are only added"},
		{4, "workflows digest 02\nworkflows spec object\nworkflows spec.steps arrays\n", "fields are only added"},
		{2, "workflows digest 01\nworkflows spec object\nworkflows spec.steps array\n", "only raised"},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		CLEANUP_FREE char *said = complaint(kept, cases[i].number, cases[i].schemas);

		if (!cases[i].said)
			CHECK_TEXT(said, NULL);
		else
			CHECK_CONTAINS(said, cases[i].said);
	}
}

static void
descriptions_are_no_part_of_the_digest_but_fields_of_that_name_are(void **state)
{
	static const char *const texts[] = {
		"{\"type\":\"object\",\"properties\":{\"description\":{\"type\":\"string\"}}}",
		"{\"description\":\"a\",\"properties\":{\"description\":{\"type\":\"string\"}},\"type\":\"object\"}",
		"{\"type\":\"object\",\"properties\":{\"description\":{\"type\":\"string\",\"maxLength\":7}}}",
	};
	uint64_t digests[ARRAY_LEN(texts)];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		CLEANUP_YAML struct yaml_doc *schema = read_yaml("a schema", texts[i]);

		digests[i] = digest(yaml_doc_root(schema), false);
	}
	CHECK(digests[0] == digests[1]);
	CHECK(digests[0] != digests[2]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_three_carry_the_number_that_this_build_needs),
		cmocka_unit_test(the_documentation_names_this_and_the_other_formats),
		cmocka_unit_test(a_schema_does_not_change_under_its_number),
		cmocka_unit_test(what_changes_is_complained_of),
		cmocka_unit_test(descriptions_are_no_part_of_the_digest_but_fields_of_that_name_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
