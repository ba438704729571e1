/* A cluster's channels: the Secrets that hold their URLs, watched so that io has them, and how each does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "informer.h"

struct cluster;
struct core;

struct hook_secret {
	char *name;
	struct informer informer;
	struct cluster *cluster;
	uint64_t round;          /* the list, or its watch, that has last shown it */
	char **keys;
	size_t nkeys;
};

struct hook_health {
	char *channel;
	unsigned failures;       /* tries in a row */
	char problem[160];
};

struct hooks {
	struct hook_secret **secrets;
	size_t nsecrets;
	struct hook_health *health;
	size_t nhealth;
};

/* The target has changed: watch the Secrets that it names now. */
void hooks_watch(struct core *core, struct cluster *cluster);
void hooks_drop(struct core *core, struct cluster *cluster);
void hook_works(struct core *core, struct cluster *cluster, const char *channel);
void hook_failed(struct core *core, struct cluster *cluster, const char *channel, const char *problem);
/* Its channels' names, NULL-ended; free() the list, the names are the target's. */
const char **hooks_names(const struct cluster *cluster);
/* Condition ChannelsReady of a cluster that has channels; its message, "" when all is well. False: something is wrong. */
bool hooks_judge(const struct cluster *cluster, char *text, size_t size);
