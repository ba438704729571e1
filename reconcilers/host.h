/* A node's host and its systemd, for task authors: observe and act side by side. */
#pragma once

#include "reconciler.h"

/* What `systemctl show` says of a unit. */
struct host_unit {
	bool reached;             /* else 'error' says why not */
	const char *error;        /* never NULL */
	char active[24];          /* active inactive activating deactivating failed */
	char invocation[40];      /* InvocationID: a new one for each start of the process */
	char boot[40];            /* a new one for each boot of the host; "" where systemd does not tell */
	bool job;                 /* a job is queued or running */
};

/* NULL: being asked. */
const struct host_unit *host_show(struct task *t, const char *unit);
/* `systemctl --no-block VERB UNIT`; never NULL. 'verb': start, stop, restart. */
const struct act *host_systemctl(struct task *t, const char *label, enum act_kind kind, const char *verb,
    const char *unit);
