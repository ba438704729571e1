/* Our own status read back: the members that it names, and those that were down for too long. */
#include <stdlib.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"
#include "target_private.h"

static void
read_members(struct target *t, const struct cJSON *list)
{
	JSON_EACH (member, list)
		if (json_str(member, "address"))
			*ARRAY_GROW(t->known, t->nknown) = (struct target_member){
				.name = xstrdup(json_str_or(member, "name", json_str(member, "address"))),
				.address = xstrdup(json_str(member, "address")),
				.host_id = xstrdup(json_str_or(member, "hostId", "")),
				.zone = xstrdup(json_str_or(member, "zone", "")),
				.listed = xstrdup(json_str_or(member, "inventoryAddress", json_str(member, "address"))),
			};
}

static void
read_outages(struct target *t, const struct cJSON *list)
{
	JSON_EACH (element, list) {
		int64_t down_ms = instant_parse(json_str_or(element, "downSince", ""));
		int64_t up_ms = instant_parse(json_str_or(element, "upSince", ""));

		if (!json_str(element, "hostId") || down_ms < 0 || up_ms < down_ms)
			continue;
		*ARRAY_GROW(t->outages, t->noutages) = (struct target_outage){
			.name = xstrdup(json_str_or(element, "name", json_str(element, "hostId"))),
			.host_id = xstrdup(json_str(element, "hostId")),
			.down_ms = down_ms,
			.up_ms = up_ms,
		};
	}
}

void
target_read_told(struct target *t, const struct cJSON *status)
{
	t->observed_generation = json_int(status, "observedGeneration", -1);
	read_members(t, json_get(status, "members"));
	read_outages(t, json_get(status, "repairNeeded"));
}

void
target_free_told(struct target *t)
{
	for (size_t i = 0; i < t->nknown; i++) {
		free(t->known[i].name);
		free(t->known[i].address);
		free(t->known[i].host_id);
		free(t->known[i].zone);
		free(t->known[i].listed);
	}
	free(t->known);
	for (size_t i = 0; i < t->noutages; i++) {
		free(t->outages[i].name);
		free(t->outages[i].host_id);
	}
	free(t->outages);
}
