/* Looking after clusters that no operation asks about, so that their status is true and trouble is seen early. It is
 * paced: a fleet asked all at once would be a storm of requests, and what an operation asks meanwhile would stand
 * behind them. */
#include <stddef.h>

#include "cluster.h"
#include "state.h"

enum { REFRESH_MS = 15000, NOT_READY_REFRESH_MS = 1500, A_MEMBER_MS = 1 };

static void
ask(struct core *core, void *owner)
{
	struct cluster *cluster = owner;
	int64_t in_ms = NOT_READY_REFRESH_MS;

	if (!cluster->target || cluster->gone || !cluster_is_led(core, cluster))
		return;
	sweep_want(core, cluster, core->now.up_ms);
	/* Spread: those that were asked together at the start are not asked together for ever. */
	if (cluster->ready)
		in_ms = REFRESH_MS / 2 + core_jitter(core, cluster->key, "refresh", core->counters.sweeps, REFRESH_MS);
	timer_arm(&core->timers, &cluster->refresh, core->now.up_ms + in_ms, cluster_refresh, cluster);
}

/* As many members as are known, or were when the status was last written. */
static size_t
members_of(const struct cluster *cluster)
{
	size_t most = cluster->ring->nmembers;

	if (most < cluster->target->nknown)
		most = cluster->target->nknown;
	return most > cluster->target->nnodes ? most : cluster->target->nnodes;
}

void
cluster_refresh(struct core *core, void *owner)
{
	struct cluster *cluster = owner;
	int64_t at = core->refresh_up_ms > core->now.up_ms ? core->refresh_up_ms : core->now.up_ms;

	if (!cluster->target || cluster->gone || !cluster_is_led(core, cluster))
		return;
	core->refresh_up_ms = at + 1 + (int64_t)members_of(cluster) * A_MEMBER_MS;
	if (at > core->now.up_ms)
		timer_arm(&core->timers, &cluster->refresh, at, ask, cluster);
	else
		ask(core, cluster);
}

void
cluster_refresh_soon(struct core *core, struct cluster *cluster)
{
	timer_arm_earlier(&core->timers, &cluster->refresh, core->now.up_ms + NOT_READY_REFRESH_MS, cluster_refresh, cluster);
}
