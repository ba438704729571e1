#include "check.h"
#include "json.h"
#include "nearest.h"
#include "object.h"
#include "object_kit.h"

static void
what_an_object_carries_is_read(void **state)
{
	CLEANUP_JSON struct cJSON *json = json_of("{\"metadata\":{\"name\":\"n\",\"namespace\":\"ns\",\"uid\":\"u\","
	    "\"resourceVersion\":\"42\",\"generation\":3,\"creationTimestamp\":\"1970-01-01T00:01:00Z\","
	    "\"deletionTimestamp\":\"1970-01-01T00:02:00Z\",\"finalizers\":[\"a/b\",\"strait.dev/operation\",\"c\"],"
	    "\"annotations\":{\"strait.dev/abandon\":\"gone\",\"x\":\"y\"}}}");
	struct object_meta meta;

	(void)state;
	CHECK_INT(object_meta_decode(&meta, json, NULL), 0);
	CHECK_TEXT(meta.name, "n");
	CHECK_TEXT(meta.namespace_, "ns");
	CHECK_TEXT(meta.uid, "u");
	CHECK_TEXT(meta.resource_version, "42");
	CHECK_INT(meta.generation, 3);
	CHECK_INT(meta.created_ms, 60000);
	CHECK(meta.deleting && meta.has_finalizer);
	CHECK_INT(meta.finalizer_index, 1);
	CHECK_INT(meta.finalizers, 3);
	CHECK_TEXT(meta.abandon, "gone");
	object_meta_done(&meta);
}

static void
what_is_absent_is_absent(void **state)
{
	CLEANUP_JSON struct cJSON *json = json_of("{\"metadata\":{\"name\":\"n\",\"namespace\":\"ns\",\"uid\":\"u\","
	    "\"resourceVersion\":\"1\",\"creationTimestamp\":\"yesterday\"}}");
	struct object_meta meta;

	(void)state;
	CHECK_INT(object_meta_decode(&meta, json, NULL), 0);
	CHECK_INT(meta.generation, 0);
	CHECK_INT(meta.created_ms, 0);
	CHECK(!meta.deleting && !meta.has_finalizer && !meta.abandon);
	CHECK_INT(meta.finalizer_index, -1);
	object_meta_done(&meta);
}

static void
broken_metadata_is_refused(void **state)
{
	static const char *const cases[][2] = {
		{"{}", "metadata: missing; expected an object"},
		{"{\"metadata\":3}", "metadata: expected an object, got 3"},
		{"{\"metadata\":{}}", "metadata.name: missing; expected a string"},
		{"{\"metadata\":{\"name\":\"n\",\"namespace\":\"ns\",\"uid\":1}}", "metadata.uid: expected a string, got 1"},
		{"{\"metadata\":{\"name\":\"n\",\"namespace\":\"ns\",\"uid\":\"u\",\"resourceVersion\":\"1\","
		    "\"generation\":\"x\"}}", "metadata.generation: expected an integer of 0 or more, got \"x\""},
		{"{\"metadata\":{\"name\":\"n\",\"namespace\":\"ns\",\"uid\":\"u\",\"resourceVersion\":\"1\","
		    "\"finalizers\":{}}}", "metadata.finalizers: expected a list, got {}"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		CLEANUP_JSON struct cJSON *json = json_of(cases[i][0]);
		struct object_meta meta = {.generation = 9};
		struct err err = {""};

		CHECK_INT(object_meta_decode(&meta, json, &err), -1);
		CHECK_TEXT(err.text, cases[i][1]);
		CHECK_INT(meta.generation, 9);
	}
}

static void
the_nearest_name_is_found(void **state)
{
	static const char *const cases[][3] = {    /* written, offered, expected */
		{"scylla-drian", "scylla-drain", "; did you mean \"scylla-drain\"?"},
		{"drain", "scylla-drain", ""},
		{"zone", "zones", "; did you mean \"zones\"?"},
		{"abc", "xyz", ""},
		{"", "a", ""},
		{"with", "wiht", "; did you mean \"wiht\"?"},
		{"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "a", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct nearest near = NEAREST_INIT(cases[i][0]);
		char text[NEAREST_TEXT];

		nearest_offer(&near, "something-else-altogether");
		nearest_offer(&near, cases[i][1]);
		CHECK_TEXT(nearest_text(&near, text), cases[i][2]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_object_carries_is_read),
		cmocka_unit_test(what_is_absent_is_absent),
		cmocka_unit_test(broken_metadata_is_refused),
		cmocka_unit_test(the_nearest_name_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
