/* Manifests: what is taken, and what is refused with its place. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "json.h"
#include "manifest.h"

static void
documents_are_divided_where_yaml_divides_them(void **state)
{
	static const char text[] = "# first\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n"
	    "  text: |\n    ---\n    x\n--- # the second\n"
	    "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"b\"}}\n---\n";
	struct manifest manifest;
	struct err err = {""};

	(void)state;
	CHECK_INT(manifest_read(text, &manifest, &err), 0);
	CHECK_INT(manifest.count, 2);
	CHECK_TEXT(json_str(json_get(manifest.objects[0], "metadata"), "name"), "a");
	CHECK_TEXT(json_str(json_get(manifest.objects[0], "data"), "text"), "---\nx\n");
	CHECK_TEXT(json_str(json_get(manifest.objects[1], "metadata"), "name"), "b");
	manifest_done(&manifest);
}

#define OBJECT "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"

static void
what_is_no_object_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{"", "no object is in it"},
		{"# nothing\n---\n\n", "no object is in it"},
		{OBJECT "---\na: [\n", "document 2: line "},
		{"- a\n", "document 1: an object is expected"},
		{"{kind: ConfigMap, metadata: {name: a}}", "document 1: apiVersion and kind are missing"},
		{"{apiVersion: 1, kind: ConfigMap, metadata: {name: a}}", "document 1: apiVersion and kind are missing"},
		{"{apiVersion: v1, kind: ConfigMap, metadata: {generateName: a}}", "document 1: metadata.name is missing"},
		{"{apiVersion: v1, kind: List, items: []}", "a list is not taken"},
		{OBJECT "---\n" OBJECT "---\n" OBJECT "---\n" OBJECT "---\n" OBJECT "---\n" OBJECT "---\n" OBJECT "---\n" OBJECT
		    "---\n" OBJECT, "document 9: more than 8 objects"},
		{"{apiVersion: v1, kind: ConfigMap, metadata: {name: &a b}}", "anchors"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct manifest manifest;
		struct err err = {""};

		if (manifest_read(cases[i].text, &manifest, &err) == 0)
			CHECK_FAIL("case %zu is taken: %s", i, cases[i].text);
		CHECK_CONTAINS(err.text, cases[i].says);
		manifest_done(&manifest);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(documents_are_divided_where_yaml_divides_them),
		cmocka_unit_test(what_is_no_object_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
