#include "kubeconfig.h"

#include "alloc.h"
#include "base64.h"
#include "check.h"
#include "kit.h"

static int
set_up(void **state)
{
	*state = kit_directory();
	kit_write(*state, "ca.pem", "CA FILE\n", 0600);
	kit_write(*state, "token", " \n", 0600);
	kit_write(*state, "good-token", "from-file\n", 0600);
	return 0;
}

static int
tear_down(void **state)
{
	kit_remove(*state);
	return 0;
}

/* A file of the usual form around the three entries. */
static char *
write_config(const char *directory, const char *cluster, const char *user)
{
	char *text = xasprintf(
	    "apiVersion: v1\nkind: Config\nextensions: [{name: x, extension: {y: z}}]\ncurrent-context: here\n"
	    "contexts:\n- {name: here, context: {cluster: c, user: u, namespace: ops}}\n"
	    "- {name: nowhere, context: {cluster: missing, user: u}}\n- {name: nobody, context: {cluster: c, user: missing}}\n"
	    "- {name: anonymous, context: {cluster: c}}\n"
	    "clusters:\n- name: c\n  cluster: %s\nusers:\n- name: u\n  user: %s\n", cluster, user);

	kit_write(directory, "config", text, 0600);
	free(text);
	return xasprintf("%s/config", directory);
}

static void
everything_is_read(void **state)
{
	struct kubeconfig k;
	struct err err;
	char *path = write_config(*state, "{server: 'https://api:6443/prefix/', certificate-authority: ca.pem, "
	    "tls-server-name: kubernetes}", "{token: abc, client-certificate-data: Q0VSVA==, client-key-data: \"S0VZ\"}");

	if (kubeconfig_load(path, NULL, &k, &err))
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(k.server, "https://api:6443/prefix");
	CHECK_TEXT(k.ca, "CA FILE");
	CHECK_CONTAINS(k.ca_file, "/ca.pem");
	CHECK_TEXT(k.token, "abc");
	CHECK_TEXT(k.cert, "CERT");
	CHECK_TEXT(k.key, "KEY");
	CHECK_TEXT(k.namespace_, "ops");
	CHECK_TEXT(k.tls_server_name, "kubernetes");
	CHECK(!k.insecure);
	kubeconfig_done(&k);
	CHECK_INT(kubeconfig_load(path, "anonymous", &k, &err), 0);
	CHECK_TEXT(k.token, NULL);
	kubeconfig_done(&k);
	free(path);
}

static void
a_tokens_file_beats_the_token(void **state)
{
	struct kubeconfig k;
	struct err err;
	char *path = write_config(*state, "{server: \"http://127.0.0.1:1\", insecure-skip-tls-verify: true}",
	    "{token: abc, tokenFile: good-token}");

	CHECK_INT(kubeconfig_load(path, NULL, &k, &err), 0);
	CHECK_TEXT(k.token, "from-file");
	CHECK(k.insecure);
	kubeconfig_done(&k);
	free(path);
}

static void
mistakes_are_named(void **state)
{
	static const struct {
		const char *context, *cluster, *user, *says;
	} table[] = {
		{"other", "{server: 'https://x'}", "{}", "no context \"other\""},
		{"nowhere", "{server: 'https://x'}", "{}", "no cluster \"missing\""},
		{"nobody", "{server: 'https://x'}", "{}", "no user \"missing\""},
		{NULL, "{}", "{}", "cluster \"c\": server: expected https://host:port"},
		{NULL, "{server: 'x:6443'}", "{}", "found \"x:6443\""},
		{NULL, "{server: 'https://x', certificate-authority: none.pem}", "{}", "none.pem: No such file"},
		{NULL, "{server: 'https://x', certificate-authority-data: '!'}", "{}", "is not base64"},
		{NULL, "{server: 'https://x', certificate-authority: ca.pem, certificate-authority-data: QQ==}", "{}",
		    "has both"},
		{NULL, "{server: 'https://x', certificate-authority: ca.pem, insecure-skip-tls-verify: true}", "{}",
		    "keep one"},
		{NULL, "{server: 'https://x', proxy-url: 'ftp://p'}", "{}", "proxy-url: expected http://"},
		{NULL, "{server: 'https://x'}", "{client-certificate-data: QQ==}", "client-key is missing"},
		{NULL, "{server: 'https://x'}", "{client-key-data: QQ==}", "client-certificate is missing"},
		{NULL, "{server: 'https://x'}", "{tokenFile: token}", "the file is empty"},
		{NULL, "{server: 'https://x'}", "{exec: {command: aws}}", "user \"u\": exec: apiVersion: expected "
		    "client.authentication.k8s.io/v1 or client.authentication.k8s.io/v1beta1, found \"\""},
		{NULL, "{server: 'https://x'}", "{exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: aws}}",
		    "found \"client.authentication.k8s.io/v1alpha1\""},
		{NULL, "{server: 'https://x'}", "{exec: {apiVersion: client.authentication.k8s.io/v1, command: aws}}",
		    "interactiveMode: expected Never, IfAvailable or Always, found \"\""},
		{NULL, "{server: 'https://x'}", "{exec: {apiVersion: client.authentication.k8s.io/v1beta1}}",
		    "command is missing"},
		{NULL, "{server: 'https://x'}", "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: a, "
		    "args: [{}]}}", "args: expected texts"},
		{NULL, "{server: 'https://x'}", "{exec: {apiVersion: client.authentication.k8s.io/v1beta1, command: a, "
		    "env: [{value: x}]}}", "env: expected a list of name and value"},
		{NULL, "{server: 'https://x'}", "{token: x, exec: {apiVersion: client.authentication.k8s.io/v1beta1, "
		    "command: a}}", "together with a token"},
		{NULL, "{server: 'https://x'}", "{username: a, password: b}", "\"username\" is not supported yet"},
		{NULL, "{server: 'https://x'}", "{as: somebody}", "\"as\" is not supported yet"},
		{NULL, "{server: 'https://x'", "{}", "not YAML"},
	};

	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		char *path = write_config(*state, table[i].cluster, table[i].user);
		struct kubeconfig k = {0};
		struct err err = {0};

		CHECK_INT(kubeconfig_load(path, table[i].context, &k, &err), -1);
		CHECK_CONTAINS(err.text, table[i].says);
		CHECK_CONTAINS(err.text, "/config: ");
		CHECK(!k.server);
		free(path);
	}
}

static void
a_pod_is_its_service_account(void **state)
{
	struct kubeconfig k;
	struct err err;

	setenv("KUBERNETES_SERVICE_HOST", "fd00::1", 1);
	unsetenv("KUBERNETES_SERVICE_PORT");
	unsetenv("POD_NAMESPACE");
	CHECK_INT(kubeconfig_in_cluster(*state, &k, &err), -1);
	CHECK_CONTAINS(err.text, "token: the file is empty");
	kit_write(*state, "token", "t1\n", 0600);
	kit_write(*state, "ca.crt", "CA\n", 0600);
	kit_write(*state, "namespace", "strait", 0600);
	CHECK_INT(kubeconfig_in_cluster(*state, &k, &err), -1);
	CHECK_CONTAINS(err.text, "KUBERNETES_SERVICE_PORT");
	setenv("KUBERNETES_SERVICE_PORT", "443", 1);
	CHECK_INT(kubeconfig_in_cluster(*state, &k, &err), 0);
	CHECK_TEXT(k.server, "https://[fd00::1]:443");
	CHECK_TEXT(k.token, "t1");
	CHECK_TEXT(k.ca, "CA");
	CHECK_TEXT(k.namespace_, "strait");
	kubeconfig_done(&k);
	unsetenv("KUBERNETES_SERVICE_HOST");
}

static void
where_it_is_looked_for(void **state)
{
	struct kubeconfig k;
	struct err err;
	char *path = write_config(*state, "{server: 'https://x'}", "{}");

	setenv("HOME", *state, 1);
	unsetenv("KUBECONFIG");
	CHECK_INT(kubeconfig_find(NULL, NULL, &k, &err), -1);
	CHECK_CONTAINS(err.text, "no API server is configured");
	setenv("KUBECONFIG", "a:b", 1);
	CHECK_INT(kubeconfig_find(NULL, NULL, &k, &err), -1);
	CHECK_CONTAINS(err.text, "none of the files of $KUBECONFIG is there: a:b");
	setenv("KUBECONFIG", path, 1);
	CHECK_INT(kubeconfig_find(NULL, NULL, &k, &err), 0);
	kubeconfig_done(&k);
	CHECK_INT(kubeconfig_find("missing", NULL, &k, &err), -1);
	CHECK_CONTAINS(err.text, "missing: No such file");
	free(path);
}

static void
base64_is_decoded_or_refused(void **state)
{
	static const char *const good[][2] = {{"", ""}, {"QQ==", "A"}, {"QUI=", "AB"}, {"QUJD", "ABC"}, {"QQ", "A"},
	    {" QU\nJD\n", "ABC"}, {"QUJDRA==", "ABCD"}};
	static const char *const bad[] = {"Q", "Q===Q", "QU!D", "QUJDR", "QQ==QQ=="};
	size_t len;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		char *text = base64_decode(good[i][0], &len);

		CHECK_TEXT(text, good[i][1]);
		CHECK_INT(len, strlen(good[i][1]));
		free(text);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		CHECK(base64_decode(bad[i], &len) == NULL);
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		CASE(everything_is_read),
		CASE(a_tokens_file_beats_the_token),
		CASE(mistakes_are_named),
		CASE(a_pod_is_its_service_account),
		CASE(where_it_is_looked_for),
		cmocka_unit_test(base64_is_decoded_or_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
