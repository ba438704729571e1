/* The Secrets of a TargetCluster: what is known of one that vanishes while nobody watches. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "desk.h"
#include "hooks.h"
#include "registry.h"
#include "state.h"

#define SECRETS "GET /api/v1/namespaces/ops/secrets"
#define SSH "%3Dssh"
#define HOOKS "%3Dhooks"

static struct desk
open_desk(void)
{
	static const char *const none[] = {NULL};
	const struct core_config config = {
		.identity = "strait-0",
		.fact_age_ms = 2000,
		.rest_timeout_ms = 2000,
		.connect_timeout_ms = 2000,
		.types = registry,
		.workflows = none,
	};
	struct desk desk = desk_open(&config);

	desk_event(&desk, EVENT_START);
	desk_sync(&desk, "{\"metadata\":{\"name\":\"prd\",\"namespace\":\"ops\",\"uid\":\"uid-prd\","
	    "\"resourceVersion\":\"110\",\"generation\":1},\"spec\":{\"clusterName\":\"prd\",\"contactPoints\":"
	    "[\"10.0.0.1\"],\"access\":{\"host\":{\"type\":\"ssh\",\"user\":\"ops\",\"sshSecretRef\":{\"name\":"
	    "\"ssh\"}}},\"channels\":[{\"name\":\"ops\",\"type\":\"discord\",\"urlSecretRef\":{\"name\":\"hooks\","
	    "\"key\":\"ops\"},\"notify\":[\"halted\"]}]}}", "", "");
	return desk;
}

/* The open request for the Secret whose selector ends so. */
static struct desk_request *
find(struct desk *desk, const char *verb, const char *selector)
{
	for (size_t i = 0; i < desk->nrequests; i++) {
		struct desk_request *request = &desk->requests[i];

		if (request->open && strncmp(request->what, SECRETS, strlen(SECRETS)) == 0 && strstr(request->what, verb) &&
		    strstr(request->what, selector))
			return request;
	}
	CHECK_FAIL("there is no open request %s%s", verb, selector);
	return NULL;
}

static void
list(struct desk *desk, const char *selector, const char *items)
{
	CLEANUP_FREE char *body = xasprintf("{\"metadata\":{\"resourceVersion\":\"200\"},\"items\":[%s]}", items);

	desk_answer(desk, find(desk, "?limit", selector), 200, body);
}

/* Longer than the API server keeps its changes. */
static void
lose_the_watch(struct desk *desk, const char *selector)
{
	desk_pass(desk, 2000);
	desk_answer(desk, find(desk, "?watch", selector), 410, "{\"message\":\"too old resource version\"}");
}

static struct cluster *
cluster_of(struct desk *desk)
{
	return cluster_find(desk->core, "ops", "prd");
}

#define SSH_SECRET "{\"metadata\":{\"name\":\"ssh\",\"resourceVersion\":\"7\"},\"keys\":[\"ssh-privatekey\",\"known_hosts\"]}"
#define HOOKS_SECRET "{\"metadata\":{\"name\":\"hooks\",\"resourceVersion\":\"7\"},\"keys\":[\"ops\"]}"

static void
a_key_that_vanished_unseen_is_missed(void **state)
{
	struct desk desk = open_desk();

	(void)state;
	list(&desk, SSH, SSH_SECRET);
	CHECK(cluster_of(&desk)->secret_fits);
	lose_the_watch(&desk, SSH);
	list(&desk, SSH, SSH_SECRET);
	CHECK(cluster_of(&desk)->secret_fits);
	lose_the_watch(&desk, SSH);
	list(&desk, SSH, "");
	CHECK(!cluster_of(&desk)->secret_fits);
	CHECK_TEXT(cluster_of(&desk)->reason, "SecretMissing");
	CHECK_CONTAINS(cluster_of(&desk)->problem, "is not there");
	lose_the_watch(&desk, SSH);
	list(&desk, SSH, SSH_SECRET);
	CHECK(cluster_of(&desk)->secret_fits);
	desk_close(&desk);
}

static void
a_channel_that_vanished_unseen_is_missed(void **state)
{
	struct desk desk = open_desk();
	char text[400];

	(void)state;
	list(&desk, HOOKS, HOOKS_SECRET);
	lose_the_watch(&desk, HOOKS);
	list(&desk, HOOKS, HOOKS_SECRET);
	CHECK(hooks_judge(cluster_of(&desk), text, sizeof text));
	lose_the_watch(&desk, HOOKS);
	list(&desk, HOOKS, "");
	CHECK(!hooks_judge(cluster_of(&desk), text, sizeof text));
	CHECK_CONTAINS(text, "Secret \"hooks\" is not there");
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_that_vanished_unseen_is_missed),
		cmocka_unit_test(a_channel_that_vanished_unseen_is_missed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
