/* --record: each event before the core is stepped with it, each decision after it, as lines of a file. Where it cannot be
 * written any more the recording ends, with one warning, and the controller goes on. */
#pragma once

#include <stdint.h>

#include "err.h"
#include "instant.h"

struct core_config;
struct effects;
struct event;
struct log;
struct recorder;

/* A file of the owner's alone, which must not exist yet; it ends before it is larger than 'limit' bytes. 'log' is borrowed.
 * NULL and 'err' when there is none. */
struct recorder *recorder_open(const char *path, int64_t limit, const struct core_config *config, const char *version,
    const struct log *log, struct err *err);
/* Without a recorder nothing happens. */
void recorder_event(struct recorder *recorder, const struct event *event, struct instant now);
void recorder_decision(struct recorder *recorder, const struct effects *effects);
struct recorder *recorder_close(struct recorder *recorder);
