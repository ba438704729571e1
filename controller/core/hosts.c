/* Can the hosts be commanded? Asked of every member that answers, before its cluster is ready: a node must not be taken
 * down that could not be brought back, and a wrong key or host key is a mistake to be told at once. A member that does
 * not answer is the gate's business, not ours. A few are asked at a time: each costs an ssh process while it is kept. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "log.h"
#include "state.h"

enum { AT_ONCE = 8, MARGIN_MS = 5000 };

static void ask_more(struct core *core, struct cluster *cluster);

static struct host *
find(struct hosts *hosts, const char *host_id)
{
	for (size_t i = 0; i < hosts->count; i++)
		if (strcmp(hosts->list[i].host_id, host_id) == 0)
			return &hosts->list[i];
	return NULL;
}

static void
look_again(struct core *core, void *owner)
{
	cluster_kick(core, ((struct hosts *)owner)->cluster);
}

static void
answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct hosts *hosts = owner;
	struct host *host = &hosts->list[arg];

	hosts->pending--;
	host->asking = false;
	host->good = event->outcome == OUTCOME_ANSWERED;
	host->asked_up_ms = core->now.up_ms;
	snprintf(host->problem, sizeof host->problem, "%s", host->good ? "" : event->error ? event->error
	    : outcome_name(event->outcome));
	if (!host->good)
		timer_arm_earlier(&core->timers, &hosts->again, core->now.up_ms + HOSTS_AGAIN_MS, look_again, hosts);
	ask_more(core, hosts->cluster);
	cluster_kick(core, hosts->cluster);
}

static void
ask(struct core *core, struct cluster *cluster, size_t index)
{
	struct host *host = &cluster->hosts.list[index];
	struct effect *effect = request_new(core, EFFECT_HOST, answered, &cluster->hosts, index);
	static const char *const words[] = {"systemctl", "show", "scylla-server", "--property=Id"};

	host->asking = true;
	cluster->hosts.pending++;
	cluster_host_effect(cluster, effect, host->address, words, ARRAY_LEN(words));
	effect->deadline_ms = core->config.connect_timeout_ms + MARGIN_MS;
}

static void
ask_more(struct core *core, struct cluster *cluster)
{
	struct hosts *hosts = &cluster->hosts;

	for (size_t i = 0; i < hosts->count && hosts->pending < AT_ONCE; i++) {
		const struct host *host = &hosts->list[i];
		int64_t again = host->asked_up_ms == INT64_MIN ? INT64_MIN : host->asked_up_ms + HOSTS_AGAIN_MS;

		if (host->answers && !host->good && !host->asking && core->now.up_ms >= again)
			ask(core, cluster, i);
	}
}

/* The members of now, with what is known of those that were members before. */
static void
take_members(struct core *core, struct cluster *cluster)
{
	struct hosts *hosts = &cluster->hosts, old = *hosts;
	const struct ring *ring = cluster->ring;

	if (hosts->pending > 0)
		return;         /* their answers name a place in the list */
	(void)core;
	hosts->list = xcalloc(ring->nmembers ? ring->nmembers : 1, sizeof *hosts->list);
	hosts->count = 0;
	for (size_t i = 0; i < ring->nmembers; i++) {
		struct host *known = find(&old, ring->members[i].host_id), *host;

		/* One that is down for a while is remembered: it is not asked anew when it is back. */
		if (!ring->members[i].answered && !known)
			continue;
		host = &hosts->list[hosts->count++];
		host->asked_up_ms = INT64_MIN;
		if (known && strcmp(known->address, ring->members[i].address) == 0)
			*host = *known;
		host->answers = ring->members[i].answered;
		snprintf(host->host_id, sizeof host->host_id, "%s", ring->members[i].host_id);
		snprintf(host->address, sizeof host->address, "%s", ring->members[i].address);
		snprintf(host->name, sizeof host->name, "%s", ring->members[i].name);
	}
	free(old.list);
}

enum hosts_state
hosts_judge(struct core *core, struct cluster *cluster, char *problem, size_t size)
{
	struct hosts *hosts = &cluster->hosts;

	if (!cluster->target->host_ssh)
		return HOSTS_GOOD;
	hosts->cluster = cluster;
	take_members(core, cluster);
	ask_more(core, cluster);
	for (size_t i = 0; i < hosts->count; i++) {
		const struct host *host = &hosts->list[i];

		if (host->good || !host->answers || host->asked_up_ms == INT64_MIN)
			continue;
		snprintf(problem, size, "spec.access.host: the host of %s cannot be commanded: %s", host->name,
		    host->problem);
		return HOSTS_BAD;
	}
	for (size_t i = 0; i < hosts->count; i++)
		if (hosts->list[i].answers && !hosts->list[i].good)
			return HOSTS_ASKING;
	return HOSTS_GOOD;
}

void
hosts_drop(struct core *core, struct cluster *cluster)
{
	struct hosts *hosts = &cluster->hosts;

	requests_drop(core, hosts);
	timer_disarm(&core->timers, &hosts->again);
	free(hosts->list);
	*hosts = (struct hosts){.cluster = cluster};
}
