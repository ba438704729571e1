/* Several kubeconfigs as one, and credential plugins: real children. */
#include "kube_exec.h"

#include "alloc.h"
#include "base64.h"
#include "check.h"
#include "kit.h"
#include "kubeconfig.h"

static int
set_up(void **state)
{
	*state = kit_directory();
	return 0;
}

static int
tear_down(void **state)
{
	kit_remove(*state);
	return 0;
}

static void
the_first_file_that_has_an_entry_counts(void **state)
{
	const char *directory = *state;
	char *paths CLEANUP_FREE = xasprintf("%s/none:%s/a:%s/b", directory, directory, directory);
	struct kubeconfig k;
	struct err err;

	kit_write(directory, "a", "contexts: [{name: x, context: {cluster: c, user: u}}]\n"
	    "clusters: [{name: d, cluster: {server: 'https://d'}}]\n", 0600);
	kit_write(directory, "b", "current-context: x\n"
	    "contexts: [{name: x, context: {cluster: d}}, {name: y, context: {cluster: d, namespace: n}}]\n"
	    "clusters: [{name: c, cluster: {server: 'https://c', proxy-url: 'socks5://p:1', certificate-authority: ca}},\n"
	    "  {name: d, cluster: {server: 'https://other'}}]\nusers: [{name: u, user: {tokenFile: token}}]\n", 0600);
	kit_write(directory, "ca", "CA\n", 0600);
	kit_write(directory, "token", "t\n", 0600);
	if (kubeconfig_merge(paths, NULL, &k, &err))
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(k.server, "https://c");
	CHECK_TEXT(k.proxy, "socks5://p:1");
	CHECK_TEXT(k.ca, "CA");
	CHECK_TEXT(k.token, "t");
	CHECK(!k.namespace_);
	kubeconfig_done(&k);
	CHECK_INT(kubeconfig_merge(paths, "y", &k, &err), 0);
	CHECK_TEXT(k.server, "https://d");
	CHECK_TEXT(k.namespace_, "n");
	kubeconfig_done(&k);
	CHECK_INT(kubeconfig_merge(paths, "z", &k, &err), -1);
	CHECK_CONTAINS(err.text, "/a and the files after it: no context \"z\"");
	kit_write(directory, "a", "contexts: [", 0600);
	CHECK_INT(kubeconfig_merge(paths, "y", &k, &err), -1);
	CHECK_CONTAINS(err.text, "/a: line 2: not YAML");
}

/* A kubeconfig whose plugin is a shell script of these lines; its verdict. */
static int
run(const char *directory, const char *more, const char *script, struct kubeconfig *ret, struct err *err)
{
	char *path CLEANUP_FREE = xasprintf("%s/config", directory);
	char *text CLEANUP_FREE = xasprintf("current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
	    "clusters: [{name: c, cluster: {server: 'https://c', tls-server-name: n}}]\nusers: [{name: u, user: {exec: {"
	    "apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never, command: ./plugin, args: [a b, c],\n"
	    "env: [{name: WHO, value: me}]%s}}}]\n", more);
	char *program CLEANUP_FREE = xasprintf("#!/bin/sh\n%s\n", script);

	kit_write(directory, "config", text, 0600);
	kit_write(directory, "plugin", program, 0700);
	return kubeconfig_find(path, NULL, ret, err);
}

#define CREDENTIAL(status) \
	"echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1\",\"status\":" status "}'"

static void
a_plugin_tells_who_we_are(void **state)
{
	struct kubeconfig k;
	struct err err;

	if (run(*state, "", "echo ignored >&2; " CREDENTIAL("{\"token\":\"'\"$WHO-$1-$2\"'\",\"expirationTimestamp\":"
	    "\"2030-01-01T00:00:00Z\"}"), &k, &err))
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(k.token, "me-a b-c");
	CHECK(k.expires_wall_ms == INT64_C(1893456000000));
	kubeconfig_done(&k);
	CHECK_INT(run(*state, "", CREDENTIAL("{\"clientCertificateData\":\"CERT\",\"clientKeyData\":\"KEY\"}"), &k, &err), 0);
	CHECK_TEXT(k.cert, "CERT");
	CHECK_TEXT(k.key, "KEY");
	CHECK(!k.token && k.expires_wall_ms == 0);
	kubeconfig_done(&k);
}

static void
it_is_told_of_the_cluster_when_it_shall_be(void **state)
{
	static const char script[] = "case $KUBERNETES_EXEC_INFO in *'\"interactive\":false,\"cluster\":{\"server\":"
	    "\"https://c\",\"tls-server-name\":\"n\"}'*) t=told;; *) t=not;; esac; "
	    CREDENTIAL("{\"token\":\"'$t'\"}");
	struct kubeconfig k;
	struct err err;

	CHECK_INT(run(*state, ", provideClusterInfo: true", script, &k, &err), 0);
	CHECK_TEXT(k.token, "told");
	kubeconfig_done(&k);
	CHECK_INT(run(*state, "", script, &k, &err), 0);
	CHECK_TEXT(k.token, "not");
	kubeconfig_done(&k);
}

static void
what_goes_wrong_is_said_with_its_words(void **state)
{
	static const struct {
		const char *more, *script, *says;
	} table[] = {
		{"", "echo 'session expired, log in' >&2; exit 3", "plugin ended with status 3: session expired, log in"},
		{"", "kill -9 $$", "was ended by signal 9"},
		{"", "echo hello", "printed no ExecCredential"},
		{"", "echo '{}'", "printed no kind of no apiVersion, expected ExecCredential of client.authentication.k8s.io"},
		{"", "echo '{\"kind\":\"ExecCredential\",\"apiVersion\":\"client.authentication.k8s.io/v1beta1\"}'",
		    "expected ExecCredential of client.authentication.k8s.io/v1"},
		{"", CREDENTIAL("{}"), "told neither a token nor a client certificate"},
		{"", CREDENTIAL("{\"clientKeyData\":\"K\"}"), "without the other"},
		{"", CREDENTIAL("{\"token\":\"t\",\"expirationTimestamp\":\"soon\"}"), "that is no time: \"soon\""},
		{"", "yes | head -c 100000", "printed more than 65536 bytes"},
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		struct kubeconfig k;
		struct err err = {""};

		CHECK_INT(run(*state, table[i].more, table[i].script, &k, &err), -1);
		CHECK_CONTAINS(err.text, table[i].says);
		CHECK_CONTAINS(err.text, "/config: user \"u\": exec: ");
	}
}

static void
a_plugin_that_is_not_there_is_named_with_the_hint(void **state)
{
	char *path CLEANUP_FREE = xasprintf("%s/config", (const char *)*state);
	struct kubeconfig k;
	struct err err;

	kit_write(*state, "config", "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\n"
	    "clusters: [{name: c, cluster: {server: 'https://c'}}]\nusers: [{name: u, user: {exec: {apiVersion: "
	    "client.authentication.k8s.io/v1beta1, command: strait-no-such-plugin, installHint: install it}}}]\n", 0600);
	CHECK_INT(kubeconfig_find(path, NULL, &k, &err), -1);
	CHECK_CONTAINS(err.text, "strait-no-such-plugin cannot be run: no such file or directory; install it");
}

static void
base64_is_written(void **state)
{
	static const char *const pairs[][2] = {{"", ""}, {"A", "QQ=="}, {"AB", "QUI="}, {"ABC", "QUJD"}, {"ABCD", "QUJDRA=="}};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(pairs); i++) {
		char *text CLEANUP_FREE = base64_encode(pairs[i][0], strlen(pairs[i][0]));

		CHECK_TEXT(text, pairs[i][1]);
	}
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(the_first_file_that_has_an_entry_counts),
		CASE(a_plugin_tells_who_we_are),
		CASE(it_is_told_of_the_cluster_when_it_shall_be),
		CASE(what_goes_wrong_is_said_with_its_words),
		CASE(a_plugin_that_is_not_there_is_named_with_the_hint),
		cmocka_unit_test(base64_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
