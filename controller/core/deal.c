/* Dealing out shards among replicas: rendezvous hashing with a bound, so that every replica computes the same from the
 * same list, each gets its share, and one that comes or goes moves little besides its own. */
#include <stdbool.h>
#include <stddef.h>

#include "hash.h"
#include "shards.h"

static uint64_t
weight(const char *identity, size_t shard)
{
	return hash_u64(hash_str(HASH_SEED, identity), shard + 1);
}

void
shards_deal(const char *const *identities, size_t nidentities, size_t nshards, size_t *ret)
{
	size_t share = nidentities ? (nshards + nidentities - 1) / nidentities : 0;
	size_t has[COUNT_MAX_REPLICAS] = {0};

	for (size_t shard = 0; shard < nshards && nidentities > 0; shard++) {
		size_t best = COUNT_MAX_REPLICAS;

		for (size_t i = 0; i < nidentities && i < COUNT_MAX_REPLICAS; i++)
			if (has[i] < share && (best == COUNT_MAX_REPLICAS ||
			    weight(identities[i], shard) > weight(identities[best], shard)))
				best = i;
		ret[shard] = best;
		has[best]++;
	}
}
