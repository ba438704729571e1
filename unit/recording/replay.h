/* A recording, stepped again by the core of this build: what it orders must be what was decided then. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "err.h"
#include "instant.h"

struct effect;
struct effects;
struct event;
struct reconciler;
struct replay;

/* Whoever watches; each may be NULL. 'since' is the time since the first event. */
struct replay_watcher {
	bool any_decision;       /* what was decided then is not compared */
	void (*told)(void *user, int64_t since_ms, size_t line, const struct event *event);
	void (*ordered)(void *user, int64_t since_ms, const struct effect *effect);
	void (*decided)(void *user, const struct effects *effects);      /* after each step, all of it */
	void *user;
};

struct replay *replay_new(const struct reconciler *const *types, const char *const *workflows,
    const struct replay_watcher *watcher);
struct replay *replay_free(struct replay *replay);
/* The next line, without its end. -1 and 'err', with the line's number, when it is none of a recording's, when this core
 * decides otherwise, or when it has never asked what the line answers: nothing that follows would tell anything then. */
int replay_line(struct replay *replay, const char *line, size_t len, struct err *err);

struct replay_sum {
	const char *version;             /* that recorded; NULL before the first line */
	size_t lines, events, decisions; /* decisions: those that were compared, all equal */
};
struct replay_sum replay_sum(const struct replay *replay);
