#include "share.h"

#include "alloc.h"
#include "check.h"
#include "state.h"

struct desk
share_open(const char *identity)
{
	static const char *const none[] = {NULL};
	static const struct reconciler *const no_types[] = {NULL};
	const struct core_config config = {
		.identity = identity,
		.lease_namespace = "strait-system",
		.lease_name = "strait",
		.lease_ms = SHARE_LEASE_MS,
		.shards = SHARE_SHARDS,
		.fact_age_ms = 2000,
		.types = no_types,
		.workflows = none,
	};
	struct desk desk = desk_open(&config);

	desk_event(&desk, EVENT_START);
	return desk;
}

char *
share_presence(const char *identity, int renewed, int version, const char *shards)
{
	return xasprintf("{\"metadata\":{\"name\":\"strait-replica-%s\",\"resourceVersion\":\"%d\",\"labels\":"
	    "{\"strait.dev/lease\":\"strait\",\"strait.dev/shards\":\"%s\"}},\"spec\":{\"holderIdentity\":\"%s\","
	    "\"leaseDurationSeconds\":15,\"renewTime\":\"t%d\"}}", identity, version, shards, identity, renewed);
}

char *
share_lease(size_t i, const char *holder, int version)
{
	return xasprintf("{\"metadata\":{\"name\":\"strait-%zu-of-%d\",\"resourceVersion\":\"%d\"},\"spec\":"
	    "{\"holderIdentity\":\"%s\",\"leaseDurationSeconds\":15,\"renewTime\":\"t%d\"}}", i, SHARE_SHARDS, version, holder,
	    version);
}

void
share_watch_says(struct desk *desk, const char *type, const char *object)
{
	CLEANUP_FREE char *line = xasprintf("{\"type\":\"%s\",\"object\":%s}", type, object);

	desk_line(desk, desk_find(desk, "GET " SHARE_LEASES "?watch"), line);
}

void
share_show(struct desk *desk, const char *identity, int renewed, const char *shards)
{
	CLEANUP_FREE char *object = share_presence(identity, renewed, 1000 + renewed, shards);

	share_watch_says(desk, "MODIFIED", object);
}

void
share_come_to_life(struct desk *desk)
{
	CLEANUP_FREE char *own = share_presence(desk->core->config.identity, 1, 2, "6");

	desk_answer(desk, desk_find(desk, "GET " SHARE_LEASES "/strait-replica-"), 404, "{}");
	desk_answer(desk, desk_find(desk, "POST " SHARE_LEASES), 201, own);
	desk_answer(desk, desk_find(desk, "GET " SHARE_LEASES "?limit"), 200,
	    "{\"metadata\":{\"resourceVersion\":\"1\"},\"items\":[]}");
	share_watch_says(desk, "ADDED", own);
}

void
share_get_what_is_dealt(struct desk *desk)
{
	for (size_t i = 0; i < SHARE_SHARDS; i++) {
		CLEANUP_FREE char *get = xasprintf("GET " SHARE_LEASES "/strait-%zu-of-%d", i, SHARE_SHARDS);
		CLEANUP_FREE char *free_ = share_lease(i, "", 5);
		CLEANUP_FREE char *put = xasprintf("PUT " SHARE_LEASES "/strait-%zu-of-%d", i, SHARE_SHARDS);
		CLEANUP_FREE char *ours = share_lease(i, desk->core->config.identity, 6);

		if (!desk_look(desk, get))
			continue;
		desk_answer(desk, desk_find(desk, get), 200, free_);
		if (desk_look(desk, put))
			desk_answer(desk, desk_find(desk, put), 200, ours);
	}
}
