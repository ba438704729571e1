/* What the types that order systemd about have in common. They all remember the unit's InvocationID before their act
 * (key "invocation"): it changes with each start of the process, so it tells an act that took effect from one that
 * did not. With it they remember the host's boot (key "boot"): after another one systemd has neither the job nor the
 * InvocationID any more, so that nothing is left of the act and nothing to be learnt of it. */
#pragma once

#include "host.h"

/* The unit; NULL: *ret is the verdict (it is being asked, its name is none, or the host does not tell). With a unit
 * *ret is VERDICT_WAIT, for what else is still being asked. */
const struct host_unit *systemd_look(struct task *t, const char *unit, enum verdict *ret);
bool systemd_is_active(const struct host_unit *seen);       /* and systemd has no more to do */
bool systemd_is_stopped(const struct host_unit *seen);

/* What is desired is observed: done with the unit's state, once nothing of our own act can arrive any more. */
enum verdict systemd_satisfied(struct task *t, const char *verb, const char *unit, const struct host_unit *seen);

/* What is desired is not observed: order it with 'verb', which is also the act's label, once; and follow that act. */
enum verdict systemd_order(struct task *t, const char *verb, const char *unit, const struct host_unit *seen);

/* No systemctl or systemd-run will do it however often it is asked. */
bool systemd_is_hopeless(const char *answer);

/* The unit runs in another invocation than when the act was ordered. */
bool systemd_restarted(struct task *t, const struct host_unit *seen);

/* The whole of both types that stop a unit. */
enum verdict systemd_stop(struct task *t, const char *unit);
