/* A defect of adding nodes, and the run in which it shows. */
#include "defects.h"

#include "newcomers.h"
#include "story.h"

bool __real_newcomers_allow(const struct op *op, const struct lane *lane, char *why, size_t size);
bool __wrap_newcomers_allow(const struct op *op, const struct lane *lane, char *why, size_t size);

bool
__wrap_newcomers_allow(const struct op *op, const struct lane *lane, char *why, size_t size)
{
	return mutant == JOINS_AT_ONCE || __real_newcomers_allow(op, lane, why, size);
}

void
nodes_are_added(uint64_t seed, char *wrong, size_t size)
{
	static const char workflow[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyUnit\":\"datacenter\","
	    "\"concurrencyLimit\":2,\"steps\":[{\"task\":\"salt-highstate\"},{\"wait\":[{\"condition\":"
	    "\"is-up-normal\",\"pollInterval\":\"1s\",\"timeout\":\"24h\"}]}]}}]}";
	struct scene *scene = play_begin((struct scene_config){.operation = "\"workflow\":\"own\","
	    "\"targets\":{\"nodes\":[\"db-a-3\",\"db-b-3\"]}",
	    .workflow = workflow, .spares = 2}, seed);

	play_end(scene, "", wrong, size);
}
