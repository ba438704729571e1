#include "secret.h"

#include "check.h"

static void
filter(struct secrets *secrets, const char *json, const char *expected)
{
	struct buf out CLEANUP_BUF = BUF_INIT(BUF_MAX_OBJECT);

	secrets_filter(secrets, json, strlen(json), &out);
	CHECK_TEXT(buf_str(&out), expected);
}

#define META "\"metadata\":{\"name\":\"ssh\",\"namespace\":\"ops\",\"uid\":\"u\",\"resourceVersion\":\"7\"}"
#define NOTES "\"metadata\":{\"name\":\"ssh\",\"namespace\":\"ops\",\"uid\":\"u\",\"resourceVersion\":\"7\"," \
	"\"annotations\":{\"last-applied\":\"S0VZ\"}}"
#define NEW ",\"data\":{\"key\":\"TkVX\",\"known\":\"QQ==\"}}"
#define SHADOW "\"apiVersion\":\"v1\",\"kind\":\"Secret\"," META ",\"keys\":[\"key\",\"known\"]"

static void
data_stays_here(void **state)
{
	struct secrets *s = secrets_new();

	(void)state;
	filter(s, "{\"kind\":\"Secret\"," NOTES ",\"data\":{\"key\":\"S0VZ\",\"known\":\"SE9TVFM=\"},\"type\":\"Opaque\"}",
	    "{" SHADOW "}");
	CHECK_TEXT(secrets_get(s, "ops/ssh", "key"), "KEY");
	CHECK_TEXT(secrets_get(s, "ops/ssh", "known"), "HOSTS");
	CHECK_TEXT(secrets_get(s, "ops/ssh", "other"), NULL);
	CHECK_TEXT(secrets_get(s, "default/ssh", "key"), NULL);
	secrets_free(s);
}

static void
lists_and_watches_are_understood(void **state)
{
	struct secrets *s = secrets_new();

	(void)state;
	filter(s, "{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"c\"},"
	    "\"items\":[{" NOTES ",\"data\":{\"key\":\"S0VZ\",\"known\":\"QQ==\"}}]}",
	    "{\"apiVersion\":\"v1\",\"kind\":\"SecretList\",\"metadata\":{\"resourceVersion\":\"9\",\"continue\":\"c\"},"
	    "\"items\":[{" SHADOW "}]}");
	CHECK_TEXT(secrets_get(s, "ops/ssh", "key"), "KEY");
	filter(s, "{\"type\":\"MODIFIED\",\"object\":{\"kind\":\"Secret\"," META NEW "}",
	    "{\"type\":\"MODIFIED\",\"object\":{" SHADOW "}}");
	CHECK_TEXT(secrets_get(s, "ops/ssh", "key"), "NEW");
	filter(s, "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Secret\",\"metadata\":{\"resourceVersion\":\"12\"}}}",
	    "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Secret\",\"metadata\":{\"resourceVersion\":\"12\"}}}");
	filter(s, "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}",
	    "{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"code\":410}}");
	filter(s, "{\"type\":\"DELETED\",\"object\":{\"kind\":\"Secret\"," META NEW "}",
	    "{\"type\":\"DELETED\",\"object\":{" SHADOW "}}");
	CHECK_TEXT(secrets_get(s, "ops/ssh", "key"), NULL);
	secrets_free(s);
}

static void
what_is_not_understood_is_not_passed_on(void **state)
{
	struct secrets *s = secrets_new();

	(void)state;
	filter(s, "{\"kind\":\"Secret\",\"data\":{\"key\":\"S0VZ\"", "{}");
	filter(s, "[1]", "{}");
	filter(s, "{\"kind\":\"Table\",\"rows\":[\"S0VZ\"]}", "{}");
	filter(s, "{\"type\":\"ADDED\",\"object\":{\"kind\":\"ConfigMap\",\"data\":{\"key\":\"S0VZ\"}}}",
	    "{\"type\":\"ADDED\"}");
	filter(s, "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Secret\",\"data\":{\"key\":\"S0VZ\"}}}",
	    "{\"type\":\"BOOKMARK\",\"object\":{\"kind\":\"Secret\"}}");
	filter(s, "{\"kind\":\"Secret\",\"data\":[\"S0VZ\"]}", "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{},"
	    "\"keys\":[]}");
	filter(s, "{\"kind\":\"Status\",\"code\":403}", "{\"kind\":\"Status\",\"code\":403}");
	secrets_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(data_stays_here),
		cmocka_unit_test(lists_and_watches_are_understood),
		cmocka_unit_test(what_is_not_understood_is_not_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
