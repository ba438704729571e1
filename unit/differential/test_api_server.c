/* The API server's model in the simulation and a real kube-apiserver: the same random sequences, the same answers, the
 * same watch events. Without STRAIT_KUBECONFIG (an administrator's) there is no server to ask and the tests are skipped;
 * e2e/scenarios/differential.sh runs them, in the namespace of STRAIT_NAMESPACE. STRAIT_STEPS=n runs so many;
 * STRAIT_SEED=n begins elsewhere. */
#include <stdlib.h>

#include "alloc.h"
#include "api_steps.h"
#include "check.h"

enum { STEPS = 1500, LOOK_EACH = 25 };

static int
set_up(void **state)
{
	const char *kubeconfig = getenv("STRAIT_KUBECONFIG"), *seed = getenv("STRAIT_SEED"), *in = getenv("STRAIT_NAMESPACE");
	struct steps *f = xcalloc(1, sizeof *f);

	*state = f;
	if (!kubeconfig)
		return 0;
	in = in ? in : "default";
	f->pair = pair_open(kubeconfig, in);
	snprintf(f->operations, sizeof f->operations, "/apis/strait.dev/v1alpha1/namespaces/%s/clusteroperations", in);
	snprintf(f->leases, sizeof f->leases, "/apis/coordination.k8s.io/v1/namespaces/%s/leases", in);
	f->chance = 88172645463325252u + (seed ? strtoull(seed, NULL, 10) : 1);
	return 0;
}

static int
tear_down(void **state)
{
	struct steps *f = *state;

	if (f->pair)
		pair_close(f->pair);
	free(f);
	return 0;
}

static struct steps *
with_a_server(void **state)
{
	struct steps *f = *state;

	if (!f->pair)
		skip();
	return f;
}

static void
the_model_answers_as_the_server(void **state)
{
	struct steps *f = with_a_server(state);
	const char *text = getenv("STRAIT_STEPS");
	size_t steps = text ? strtoul(text, NULL, 10) : STEPS;
	CLEANUP_FREE char *operations = xasprintf("%s?watch=1&resourceVersion=@version@", f->operations);
	CLEANUP_FREE char *leases = xasprintf("%s?watch=1&labelSelector=strait.dev/lease%%3Dstrait"
	    "&resourceVersion=@version@", f->leases);
	struct pair_watch *watches[2];

	pair_ask(f->pair, NULL, "GET", f->operations, NULL, NULL);
	watches[0] = pair_watch(f->pair, operations);
	pair_ask(f->pair, NULL, "GET", f->leases, NULL, NULL);
	watches[1] = pair_watch(f->pair, leases);
	for (; f->step < steps; f->step++) {
		if (draw(f, 4) == 0)
			step_lease(f);
		else
			step_operation(f);
		f->refused += f->pair->status >= 400;
		for (size_t i = 0; f->step % LOOK_EACH == 0 && i < ARRAY_LEN(watches); i++)
			f->told += (size_t)pair_watched(f->pair, watches[i]);
	}
	for (size_t i = 0; i < ARRAY_LEN(watches); i++)
		pair_unwatch(f->pair, watches[i]);
	printf("  API server: %zu steps, %zu requests answered alike, %zu of them refusals, %zu watch events alike\n", steps,
	    f->pair->requests, f->refused, f->told);
}

/* A version from before what the server remembers: the stream begins, and its one line says 410. */
static void
an_old_version_is_gone(void **state)
{
	struct steps *f = with_a_server(state);
	CLEANUP_FREE char *old = xasprintf("%s?watch=1&resourceVersion=1", f->operations);
	CLEANUP_FREE char *token = xasprintf("%s?limit=1&continue=bm9uc2Vuc2U", f->operations);
	struct pair_watch *watch;

	pair_ask(f->pair, NULL, "GET", f->operations, NULL, NULL);
	api_compact(f->pair->model);
	watch = pair_watch(f->pair, old);
	CHECK_INT(pair_watched(f->pair, watch), 1);
	pair_unwatch(f->pair, watch);
	CHECK_INT(pair_ask(f->pair, NULL, "GET", token, NULL, NULL), 400);
}

/* What is compared is told apart here; this runs everywhere. */
static void
bodies_are_compared_but_for_what_must_differ(void **state)
{
	static const char *const alike[] = {
		"{\"kind\":\"ClusterOperation\",\"metadata\":{\"name\":\"a\",\"uid\":\"1\",\"generation\":2},"
		"\"status\":{\"a\":1,\"b\":2}}",
		"{\"status\":{\"b\":2,\"a\":1},\"metadata\":{\"generation\":2,\"uid\":\"2\",\"name\":\"a\"},"
		"\"kind\":\"ClusterOperation\"}",
	};
	CLEANUP_FREE char *first = pair_plain(alike[0]), *second = pair_plain(alike[1]);
	CLEANUP_FREE char *refusal = pair_plain("{\"kind\":\"Status\",\"status\":\"Failure\",\"reason\":\"Conflict\"}");

	(void)state;
	CHECK_TEXT(first, second);
	CHECK_TEXT(first, "{\"kind\":\"ClusterOperation\",\"generation\":2,\"metadata\":{\"name\":\"a\"},"
	    "\"status\":{\"a\":1,\"b\":2}}");
	CHECK_TEXT(refusal, "Conflict");
}

int
main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bodies_are_compared_but_for_what_must_differ),
		CASE(an_old_version_is_gone),
		CASE(the_model_answers_as_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
