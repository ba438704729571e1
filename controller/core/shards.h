/* Which target clusters are ours (design §8). The fleet falls to a fixed number of shards by rendezvous hashing over the
 * clusters' names; each shard has a Lease, and who holds it acts on its clusters. With more than one shard every replica
 * shows a sign of life, a Lease of its own, and the shards are dealt out among the living so that each has its share and
 * few move when one comes or goes. The Leases alone decide: a deal that two replicas see differently for a moment costs
 * time, never a second actor. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counts.h"
#include "informer.h"
#include "lease.h"
#include "timer.h"

struct core;

/* Another controller of ours that shows signs of life. */
struct replica {
	char *name;               /* of its Lease */
	char *identity;
	char *record;             /* a change of it is a sign of life */
	int64_t seen_up_ms;       /* when it last changed, on our clock */
	int64_t duration_ms;
	char shards[8];
	bool told;                /* that it divides the fleet in another way */
};

/* Replicas are left out, because there are too many. */
struct crowd {
	bool begun, told;
	int64_t since_up_ms, last_up_ms;
};

struct shards {
	size_t count;
	struct lease list[COUNT_MAX_SHARDS];
	struct lease presence;
	struct replica replicas[COUNT_MAX_REPLICAS];
	size_t nreplicas;
	struct crowd crowd;
	struct informer watch;
	struct timer deal;
	unsigned releasing;       /* Leases that are being given up because we stop */
};

void shards_start(struct core *core);
/* Which one a cluster falls to. */
size_t shard_of(const struct core *core, const char *namespace_, const char *cluster);
/* We act on its clusters. */
bool shard_is_led(const struct core *core, size_t shard);
size_t shards_led(const struct core *core);
/* Until when acts on its clusters may leave; INT64_MAX without leader election. */
int64_t shard_valid_until(const struct core *core, size_t shard);
/* Its Lease is valid now: an operation may be taken over, and what we write to the API server is not older than what another
 * one has written. Who was stopped for a while and goes on must renew first; all of the shard is looked at again when it
 * has. */
bool shard_is_valid(const struct core *core, size_t shard);
void shard_renewed(struct core *core, size_t shard);
/* Give all of them up; EFFECT_EXIT is ordered when that is answered. */
void shards_release(struct core *core);
/* Nothing of ours on its clusters has still to be answered. */
bool shard_is_quiet(const struct core *core, size_t shard);
/* It is about to be given up: nothing new is sent. */
bool shard_is_leaving(const struct core *core, size_t shard);
void shards_released(struct core *core);
void shards_done(struct core *core);

/* replicas.c. A sign of life, or the object that has one. */
void replica_seen(struct core *core, const char *name, const struct cJSON *object);
bool replica_is_alive(const struct core *core, const struct replica *replica);
/* False, and said once: whoever divides the fleet in another way takes part in no deal. */
bool replica_divides_alike(struct core *core, struct replica *replica);
/* By the name of its Lease; or NULL. */
struct replica *replica_of(struct shards *shards, const char *name);
void replica_done(struct replica *replica);

/* deal.c: shard 'i' goes to identities[ret[i]]. The identities are sorted; nobody gets more than his share, rounded up. */
void shards_deal(const char *const *identities, size_t nidentities, size_t nshards, size_t *ret);
