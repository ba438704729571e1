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

/* A command of ours on the host. It runs as a transient systemd unit that bears the step's name, strait-UID-STEP: so it
 * outlives the connection that ordered it, any later one reads how it stands and what it printed, and the name refuses a
 * second start. systemd keeps the unit when the command has ended, until it is stopped, or reset when it failed, or the host
 * boots. What it prints goes to a file that only root reads, beside it in /run. */
enum { HOST_RUN_NAME = 256, HOST_RUN_PART = 49152 };

enum host_run_state {
	HOST_RUN_NONE,            /* there is no such unit */
	HOST_RUN_RUNNING,
	HOST_RUN_SUCCEEDED,
	HOST_RUN_FAILED,
};

struct host_run {
	bool reached;             /* else 'error' says why not */
	const char *error;        /* never NULL */
	enum host_run_state state;
	char result[24];          /* of FAILED, as systemd calls it: exit-code signal timeout oom-kill … */
	int status;               /* of FAILED: exit status, or the signal's number */
	char boot[40];            /* as in struct host_unit */
};

/* The unit's name, of the step's run 'number', from 1: a failed one keeps its own. 'name' holds HOST_RUN_NAME. */
void host_run_name(struct task *t, unsigned number, char *name);
/* NULL: being asked. */
const struct host_run *host_run_look(struct task *t, const char *name);
/* Start 'words', separated by single blanks, once; never NULL. systemd ends it with the step's timeout. 'errors_apart': what
 * it says on standard error goes to the host's journal and not to its output. */
const struct act *host_run_start(struct task *t, const char *label, const char *name, const char *words, bool errors_apart);
/* The end of its output, of about 'bytes'; or part 'number' of it, from 0, of HOST_RUN_PART bytes each. NULL: being asked. */
const struct answer *host_run_tail(struct task *t, const char *name, int bytes);
const struct answer *host_run_part(struct task *t, const char *name, unsigned number);

/* Is there a process of that number on the host? Exit status 0: yes. NULL: being asked. */
const struct answer *host_process(struct task *t, const char *pid);

/* Housekeeping around it, which no gate holds back: repeatable, never NULL. */
enum host_upkeep {
	HOST_PREPARE,             /* the directory of its output */
	HOST_STOP,                /* the unit is forgotten: once it has succeeded */
	HOST_REMOVE,              /* its output */
};
const struct act *host_run_upkeep(struct task *t, const char *label, enum host_upkeep what, const char *name);
