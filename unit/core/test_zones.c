/* In which zone a member is: asked of one, or of all at once. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "registry.h"
#include "small.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

static void
all_at_once_they_are_the_same(void **state)
{
	static const enum target_zone ways[] = {TARGET_ZONE_RACK, TARGET_ZONE_DATACENTER, TARGET_ZONE_INVENTORY};

	(void)state;
	for (size_t way = 0; way < ARRAY_LEN(ways); way++)
		for (size_t named = 0; named <= SMALL_NODES; named++) {
			struct small small = small_begun(registry, workflow, NULL);
			CLEANUP_FREE struct cluster_zone *zones = NULL;
			char zone[2 * RING_NAME + 2];

			small.cluster->target->zone_from = ways[way];
			if (named < SMALL_NODES)
				small.cluster->target->nodes[named].zone = xstrdup("east/named");
			zones = cluster_zones(small.cluster);
			for (size_t i = 0; i < small.cluster->ring->nmembers; i++)
				CHECK_TEXT(zones[i].text, cluster_zone(small.cluster, i, zone));
			if (named < SMALL_NODES)
				CHECK_TEXT(zones[ring_find_address(small.cluster->ring, small_nodes[named].address)].text,
				    "east/named");
			small_close(&small);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_at_once_they_are_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
