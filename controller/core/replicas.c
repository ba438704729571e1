/* Who shows signs of life. Of more replicas than COUNT_MAX_REPLICAS those count that come first by identity: all keep the
 * same, so that all deal alike. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "log.h"
#include "shards.h"
#include "state.h"

bool
replica_is_alive(const struct core *core, const struct replica *replica)
{
	return core->now.up_ms - replica->seen_up_ms < replica->duration_ms;
}

struct replica *
replica_of(struct shards *shards, const char *name)
{
	for (size_t i = 0; i < shards->nreplicas; i++)
		if (strcmp(shards->replicas[i].name, name) == 0)
			return &shards->replicas[i];
	return NULL;
}

void
replica_done(struct replica *replica)
{
	free(replica->name);
	free(replica->identity);
	free(replica->record);
}

static bool
divides_alike(const struct core *core, const char *shards)
{
	return strcmp(shards, core->shards.presence.shards) == 0;
}

/* Whoever takes part in no deal comes last. */
static int
compare(const struct core *core, const struct replica *a, const struct replica *b)
{
	int unlike = divides_alike(core, b->shards) - divides_alike(core, a->shards);

	return unlike ? unlike : strcmp(a->identity, b->identity);
}

static struct replica *
last(const struct core *core, struct shards *shards)
{
	struct replica *ret = &shards->replicas[0];

	for (size_t i = 1; i < shards->nreplicas; i++)
		if (compare(core, &shards->replicas[i], ret) > 0)
			ret = &shards->replicas[i];
	return ret;
}

/* Whoever is left out is so at each of its signs of life. Said when that has gone on for as long as one counts: a controller
 * that starts sees the Leases of some that died long ago, too, and takes them for living until then. */
static void
tell_crowded(struct core *core, const struct replica *left_out)
{
	struct crowd *crowd = &core->shards.crowd;

	if (!crowd->begun || core->now.up_ms - crowd->last_up_ms >= left_out->duration_ms)
		*crowd = (struct crowd){.begun = true, .since_up_ms = core->now.up_ms};
	crowd->last_up_ms = core->now.up_ms;
	if (crowd->told || core->now.up_ms - crowd->since_up_ms < left_out->duration_ms)
		return;
	say(core, LOG_LEVEL_ERROR, NULL, NULL, NULL, "there are more than %d replicas: %s and whoever comes after it by name "
	    "get no shard: run at most %d", COUNT_MAX_REPLICAS, left_out->identity, COUNT_MAX_REPLICAS);
	crowd->told = true;
}

/* Room for the new one: the dead make way, then who comes after it, so that all replicas keep the same. NULL: there is
 * none. */
static struct replica *
room_for(struct core *core, const struct replica *fresh)
{
	struct shards *shards = &core->shards;
	struct replica *least;

	for (size_t i = 0; i < shards->nreplicas; i++)
		if (!replica_is_alive(core, &shards->replicas[i])) {
			replica_done(&shards->replicas[i]);
			return &shards->replicas[i];
		}
	if (shards->nreplicas < COUNT_MAX_REPLICAS)
		return &shards->replicas[shards->nreplicas++];
	least = last(core, shards);
	if (compare(core, fresh, least) > 0) {
		tell_crowded(core, fresh);
		return NULL;
	}
	tell_crowded(core, least);
	replica_done(least);
	return least;
}

/* Whoever divides the fleet in another way takes part in no deal: the Leases do not even have the same names. */
bool
replica_divides_alike(struct core *core, struct replica *replica)
{
	if (divides_alike(core, replica->shards))
		return true;
	if (!replica->told)
		say(core, LOG_LEVEL_ERROR, NULL, NULL, NULL, "replica %s runs with --shards %s, this one with --shards %s: "
		    "give all replicas the same", replica->identity, replica->shards, core->shards.presence.shards);
	replica->told = true;
	return false;
}

static void
replica_read(struct replica *replica, const char *name, const struct cJSON *object)
{
	const struct cJSON *spec = json_get(object, "spec");
	const struct cJSON *labels = json_get(json_get(object, "metadata"), "labels");
	const char *identity = json_str_or(spec, "holderIdentity", "");

	*replica = (struct replica){
		.name = xstrdup(name),
		.identity = xstrdup(identity),
		.record = xasprintf("%s %s", identity, json_str_or(spec, "renewTime", "")),
		.duration_ms = *identity ? json_int(spec, "leaseDurationSeconds", 0) * 1000 : 0,
	};
	snprintf(replica->shards, sizeof replica->shards, "%s", json_str_or(labels, LEASE_LABEL_SHARDS, "?"));
}

void
replica_seen(struct core *core, const char *name, const struct cJSON *object)
{
	struct replica *replica = replica_of(&core->shards, name), fresh;

	replica_read(&fresh, name, object);
	fresh.seen_up_ms = core->now.up_ms;
	if (replica) {
		if (strcmp(replica->record, fresh.record) == 0)
			fresh.seen_up_ms = replica->seen_up_ms;
		fresh.told = replica->told;
		replica_done(replica);
	} else {
		replica = room_for(core, &fresh);
	}
	if (replica)
		*replica = fresh;
	else
		replica_done(&fresh);
}
