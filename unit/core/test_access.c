/* By which way a node's REST API is asked, as its TargetCluster says. */
#include "check.h"

#include "cluster.h"
#include "registry.h"
#include "small.h"

#include <stdlib.h>

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static struct effect
order(const char *api)
{
	struct small small;
	struct effect *effect, copy;

	small_open(&small, &(struct small_config){.core = small_core_config(registry), .api = api, .workflow = workflow});
	effects_clear(small.out);
	effect = effects_add(small.out, EFFECT_REST, 7);
	cluster_rest_effect(small.cluster, effect, "10.0.0.2", "POST", strdup("/storage_service/drain"));
	copy = *effect;
	free(small.out->list);
	*small.out = (struct effects){.wake_up_ms = INT64_MAX};
	small_close(&small);
	return copy;
}

static void
directly_unless_it_is_said(void **state)
{
	struct effect effect = order("{\"port\":10001}");

	(void)state;
	CHECK_TEXT(effect.rest.address, "10.0.0.2");
	CHECK_TEXT(effect.rest.method, "POST");
	CHECK_TEXT(effect.rest.path, "/storage_service/drain");
	CHECK_INT(effect.rest.port, 10001);
	CHECK(!effect.rest.through);
	effect_done(&effect);
}

static void
through_the_login_of_its_host(void **state)
{
	struct effect effect = order("{\"type\":\"ssh\"}");

	(void)state;
	CHECK_TEXT(effect.rest.address, "10.0.0.2");
	CHECK_INT(effect.rest.port, 10000);
	CHECK(effect.rest.through);
	CHECK_INT(effect.rest.through->port, 22);
	CHECK_TEXT(effect.rest.through->user, "ops");
	CHECK_TEXT(effect.rest.through->secret, "ops/ops-ssh");
	effect_done(&effect);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(directly_unless_it_is_said),
		cmocka_unit_test(through_the_login_of_its_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
