/* The Secret with a cluster's SSH key: whether it is there and has its keys. What it holds never gets here; io keeps it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "state.h"

static void
secret_judge(struct core *core, struct cluster *cluster, const struct cJSON *object)
{
	bool key = false, hosts = false;

	JSON_EACH (name, json_get(object, "keys")) {
		key |= strcmp(json_text(name), "ssh-privatekey") == 0;
		hosts |= strcmp(json_text(name), "known_hosts") == 0;
	}
	const char *version = json_str_or(json_get(object, "metadata"), "resourceVersion", "");

	if (strcmp(version, cluster->secret_version) != 0)
		hosts_drop(core, cluster);      /* another key, perhaps: it has to be tried */
	snprintf(cluster->secret_version, sizeof cluster->secret_version, "%s", version);
	cluster->secret_seen = object != NULL;
	cluster->secret_fits = key && hosts;
	cluster_kick(core, cluster);
}

static void
secret_seen(struct core *core, void *owner, const struct cJSON *object, uint64_t round)
{
	struct cluster *cluster = owner;

	cluster->secret_round = round;
	secret_judge(core, cluster, object);
}

static void
secret_gone(struct core *core, void *owner, const struct cJSON *object)
{
	(void)object;
	secret_judge(core, owner, NULL);
}

static void
secret_swept(struct core *core, void *owner, uint64_t round)
{
	struct cluster *cluster = owner;

	if (cluster->secret_seen && cluster->secret_round != round)
		secret_judge(core, cluster, NULL);      /* it vanished while nobody watched */
	if (cluster->target && cluster->target->api_ssh && cluster_is_led(core, cluster))
		sweep_want(core, cluster, core->now.up_ms);
	cluster_kick(core, cluster);
}

static const struct informer_kind secret_kind = {
	.plural = "secrets",
	.secret = true,
	.seen = secret_seen,
	.swept = secret_swept,
	.gone = secret_gone,
};

void
secret_watch(struct core *core, struct cluster *cluster)
{
	const struct target *target = cluster->target;
	CLEANUP_FREE char *selector = NULL, *path = NULL;

	if (!target->host_ssh || !target->host_secret) {
		informer_close(core, &cluster->secret);
		return;
	}
	selector = xasprintf("fieldSelector=metadata.name%%3D%s", target->host_secret);
	if (cluster->secret.selector && strcmp(cluster->secret.selector, selector) == 0)
		return;
	informer_close(core, &cluster->secret);
	cluster->secret_seen = cluster->secret_fits = false;
	path = xasprintf("/api/v1/namespaces/%s/secrets", target->meta.namespace_);
	informer_open(core, &cluster->secret, &secret_kind, cluster, path, selector);
}
