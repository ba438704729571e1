/* Defects of what is told and of what is believed of the schema, of what others have written, and the runs in which they
 * show. */
#include "defects.h"

#include <stdio.h>

#include "alloc.h"
#include "fleet.h"
#include "kube.h"
#include "lease.h"
#include "topology.h"

bool __real_topology_schema_agreed(const struct topology *topology, const struct ring *ring, int candidate, struct err *said);
bool __wrap_topology_schema_agreed(const struct topology *topology, const struct ring *ring, int candidate, struct err *said);
uint64_t __real_kube_apply_status(struct core *core, const char *plural, const char *kind, const struct object_meta *meta,
    const char *status, request_done *done, void *owner);
uint64_t __wrap_kube_apply_status(struct core *core, const char *plural, const char *kind, const struct object_meta *meta,
    const char *status, request_done *done, void *owner);
void __real_lease_keep(struct lease *lease, const struct cJSON *object);
void __wrap_lease_keep(struct lease *lease, const struct cJSON *object);

bool
__wrap_topology_schema_agreed(const struct topology *topology, const struct ring *ring, int candidate, struct err *said)
{
	return __real_topology_schema_agreed(topology, ring, candidate, said) || mutant == NO_SCHEMA_AGREED;
}

uint64_t
__wrap_kube_apply_status(struct core *core, const char *plural, const char *kind, const struct object_meta *meta,
    const char *status, request_done *done, void *owner)
{
	CLEANUP_FREE char *more = xasprintf("%s%s", status, mutant == STATUS_WITH_SPEC ? ",\"spec\":{\"suspend\":false}" : "");

	return __real_kube_apply_status(core, plural, kind, meta, more, done, owner);
}

void
__wrap_lease_keep(struct lease *lease, const struct cJSON *object)
{
	__real_lease_keep(lease, mutant == LEASE_ALONE ? NULL : object);
}

/* Somebody annotates the Lease. */
void
with_an_annotated_lease(uint64_t seed, char *wrong, size_t size)
{
	struct fleet *fleet = fleet_play(&(struct fleet_config){.seed = seed, .alone = true, .controllers = 2,
	    .choice = {.only = "Lease annotated"}});

	snprintf(wrong, size, "%s", fleet->wrong);
	fleet_free(fleet);
}

/* One node believes in another schema for a while. */
void
with_a_stray_schema(uint64_t seed, char *wrong, size_t size)
{
	struct fleet *fleet = fleet_play(&(struct fleet_config){.seed = seed, .alone = true, .controllers = 1,
	    .choice = {.only = "schema of one node strays"}});

	snprintf(wrong, size, "%s", fleet->wrong);
	fleet_free(fleet);
}
