#include "hooks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "json.h"

/* So many tries in a row that came to nothing are no accident. */
enum { KEEPS_FAILING = 3 };

static void
forget_keys(struct hook_secret *secret)
{
	for (size_t i = 0; i < secret->nkeys; i++)
		free(secret->keys[i]);
	free(secret->keys);
	secret->keys = NULL;
	secret->nkeys = 0;
}

static void
seen(struct core *core, void *owner, const struct cJSON *object, uint64_t round)
{
	struct hook_secret *secret = owner;

	forget_keys(secret);
	secret->round = round;
	JSON_EACH (key, json_get(object, "keys"))
		if (json_text(key))
			*ARRAY_GROW(secret->keys, secret->nkeys) = xstrdup(json_text(key));
	cluster_kick(core, secret->cluster);
}

static void
gone(struct core *core, void *owner, const struct cJSON *object)
{
	struct hook_secret *secret = owner;

	(void)object;
	forget_keys(secret);
	cluster_kick(core, secret->cluster);
}

static void
swept(struct core *core, void *owner, uint64_t round)
{
	struct hook_secret *secret = owner;

	if (secret->round != round)
		forget_keys(secret);            /* it vanished while nobody watched */
	cluster_kick(core, secret->cluster);
}

static const struct informer_kind secret_kind = {
	.plural = "secrets",
	.secret = true,
	.seen = seen,
	.swept = swept,
	.gone = gone,
};

static struct hook_secret *
find(const struct hooks *hooks, const char *name)
{
	for (size_t i = 0; i < hooks->nsecrets; i++)
		if (strcmp(hooks->secrets[i]->name, name) == 0)
			return hooks->secrets[i];
	return NULL;
}

static void
watch(struct core *core, struct cluster *cluster, const char *name)
{
	CLEANUP_FREE char *path = NULL, *selector = NULL;
	struct hook_secret *secret;

	if (!name || find(&cluster->hooks, name))
		return;
	secret = xcalloc(1, sizeof *secret);
	*ARRAY_GROW(cluster->hooks.secrets, cluster->hooks.nsecrets) = secret;
	secret->name = xstrdup(name);
	secret->cluster = cluster;
	path = xasprintf("/api/v1/namespaces/%s/secrets", cluster->target->meta.namespace_);
	selector = xasprintf("fieldSelector=metadata.name%%3D%s", name);
	informer_open(core, &secret->informer, &secret_kind, secret, path, selector);
}

static void
secret_free(struct core *core, struct hook_secret *secret)
{
	informer_close(core, &secret->informer);
	forget_keys(secret);
	free(secret->name);
	free(secret);
}

static bool
is_named(const struct target *target, const char *name)
{
	for (size_t i = 0; i < target->nchannels; i++)
		if (strcmp(target->channels[i].url.name, name) == 0 ||
		    (target->channels[i].hmac.name && strcmp(target->channels[i].hmac.name, name) == 0))
			return true;
	return false;
}

static struct hook_health *
health_of(const struct hooks *hooks, const char *channel)
{
	for (size_t i = 0; i < hooks->nhealth; i++)
		if (strcmp(hooks->health[i].channel, channel) == 0)
			return &hooks->health[i];
	return NULL;
}

void
hooks_watch(struct core *core, struct cluster *cluster)
{
	const struct target *target = cluster->target;
	struct hooks *hooks = &cluster->hooks;

	for (size_t i = hooks->nsecrets; i-- > 0;)
		if (!is_named(target, hooks->secrets[i]->name)) {
			secret_free(core, hooks->secrets[i]);
			hooks->secrets[i] = hooks->secrets[--hooks->nsecrets];
		}
	for (size_t i = 0; i < target->nchannels; i++) {
		watch(core, cluster, target->channels[i].url.name);
		watch(core, cluster, target->channels[i].hmac.name);
	}
}

const char **
hooks_names(const struct cluster *cluster)
{
	const struct target *target = cluster->target;
	const char **names = xcalloc(target->nchannels + 1, sizeof *names);

	for (size_t i = 0; i < target->nchannels; i++)
		names[i] = target->channels[i].name;
	return names;
}

void
hooks_drop(struct core *core, struct cluster *cluster)
{
	struct hooks *hooks = &cluster->hooks;

	for (size_t i = 0; i < hooks->nsecrets; i++)
		secret_free(core, hooks->secrets[i]);
	for (size_t i = 0; i < hooks->nhealth; i++)
		free(hooks->health[i].channel);
	free(hooks->secrets);
	free(hooks->health);
	*hooks = (struct hooks){0};
}

void
hook_works(struct core *core, struct cluster *cluster, const char *channel)
{
	struct hook_health *health = health_of(&cluster->hooks, channel);

	if (!health || health->failures == 0)
		return;
	health->failures = 0;
	cluster_kick(core, cluster);
}

void
hook_failed(struct core *core, struct cluster *cluster, const char *channel, const char *problem)
{
	struct hook_health *health = health_of(&cluster->hooks, channel);

	if (!health) {
		health = ARRAY_GROW(cluster->hooks.health, cluster->hooks.nhealth);
		health->channel = xstrdup(channel);
	}
	health->failures++;
	snprintf(health->problem, sizeof health->problem, "%s", problem);
	if (health->failures >= KEEPS_FAILING)
		cluster_kick(core, cluster);
}

static bool
has_key(const struct hooks *hooks, const struct target_secret *wanted)
{
	const struct hook_secret *secret = wanted->name ? find(hooks, wanted->name) : NULL;

	if (!secret || !secret->informer.synced)
		return true;         /* not known yet */
	for (size_t i = 0; i < secret->nkeys; i++)
		if (strcmp(secret->keys[i], wanted->key) == 0)
			return true;
	return false;
}

bool
hooks_judge(const struct cluster *cluster, char *text, size_t size)
{
	const struct target *target = cluster->target;

	text[0] = '\0';
	for (size_t i = 0; i < target->nchannels; i++) {
		const struct target_channel *channel = &target->channels[i];
		const struct hook_health *health = health_of(&cluster->hooks, channel->name);
		const struct target_secret *lacking = !has_key(&cluster->hooks, &channel->url) ? &channel->url
		    : !has_key(&cluster->hooks, &channel->hmac) ? &channel->hmac : NULL;

		if (lacking)
			snprintf(text, size, "channel %s: Secret \"%s\" is not there or lacks the key %s", channel->name,
			    lacking->name, lacking->key);
		else if (health && health->failures >= KEEPS_FAILING)
			snprintf(text, size, "channel %s does not take messages: %s", channel->name, health->problem);
		if (text[0])
			return false;
	}
	return true;
}
