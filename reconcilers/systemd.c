#include "systemd.h"

#include <string.h>

#include "before.h"

static bool
is(const struct host_unit *seen, const char *state)
{
	return !strcmp(seen->active, state);
}

bool
systemd_is_active(const struct host_unit *seen)
{
	return is(seen, "active") && !seen->job;
}

bool
systemd_is_stopped(const struct host_unit *seen)
{
	return (is(seen, "inactive") || is(seen, "failed")) && !seen->job;
}

/* What is seen now stays so until somebody orders something. */
static bool
is_settled(const struct host_unit *seen)
{
	return systemd_is_stopped(seen) || systemd_is_active(seen);
}

/* A name, and neither an option nor a pattern: systemctl takes those, too. */
static bool
is_unit_name(const char *unit)
{
	size_t len = strspn(unit, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._@-");

	return len > 0 && unit[len] == '\0' && unit[0] != '-';
}

const struct host_unit *
systemd_look(struct task *t, const char *unit, enum verdict *ret)
{
	const struct host_unit *seen;

	if (!is_unit_name(unit)) {
		*ret = task_halt(t, "service \"%s\" is no unit's name: expected letters, digits and . _ @ -, and not "
		    "a dash first", unit);
		return NULL;
	}
	*ret = VERDICT_WAIT;
	seen = host_show(t, unit);
	if (!seen || seen->reached)
		return seen;
	*ret = task_wait(t, SECONDS(2), "the host does not tell of %s: %s", unit, seen->error);
	return NULL;
}

bool
systemd_restarted(struct task *t, const struct host_unit *seen)
{
	const char *before = task_recall(t, "invocation");

	return before && seen->invocation[0] && strcmp(before, seen->invocation);
}

/* The host has been booted since the act was ordered. */
static bool
is_rebooted(struct task *t, const struct host_unit *seen)
{
	const char *before = task_recall(t, "boot");

	return before && before[0] && seen->boot[0] && strcmp(before, seen->boot);
}

/* What is ordered anew after a reboot is another act, with an intent of its own. */
static const char *
label_of(struct task *t, const char *verb)
{
	if (!task_recall(t, "rebooted"))
		return verb;
	return !strcmp(verb, "start") ? "start-again" : !strcmp(verb, "stop") ? "stop-again" : "restart-again";
}

/* The key is written together with the act's intent: with it there is an act to follow, and asking for the act finds
 * that one. An act of ours that may still arrive would undo what comes after this step, so it is waited for. */
enum verdict
systemd_satisfied(struct task *t, const char *verb, const char *unit, const struct host_unit *seen)
{
	const struct act *act;

	if (task_recall(t, "invocation")) {
		act = host_systemctl(t, label_of(t, verb), ACT_ONCE, verb, unit);
		if (act->state == ACT_SENT || (act->state == ACT_UNKNOWN && !act->settled))
			return task_wait(t, SECONDS(1), "%s is %s, but our systemctl %s may still arrive", unit,
			    seen->active, verb);
		if (act->state == ACT_UNKNOWN)
			act_happened(t, act);
	}
	return task_done(t, "%s is %s", unit, seen->active);
}

bool
systemd_is_hopeless(const char *answer)
{
	static const char *const texts[] = {
		"not found", "not loaded", "masked", "nvalid unit name", "not a valid unit", "ccess denied",
		"ermission denied", "uthentication", "assword is required", "not allowed", "ot permitted",
		"not in the sudoers file", "ailed to find executable",
	};

	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		if (strstr(answer, texts[i]))
			return true;
	}
	return false;
}

static enum verdict
refused(struct task *t, const char *verb, const char *unit, const struct act *act)
{
	if (systemd_is_hopeless(act->answer))
		return task_halt(t, "systemctl %s %s was refused (exit status %d): %s", verb, unit, act->status,
		    act->answer);
	return task_retry(t, "systemctl %s %s failed (exit status %d): %s", verb, unit, act->status, act->answer);
}

/* Nobody knows whether it arrived: the invocation does, as soon as nothing of it can arrive any more. */
static enum verdict
unknown(struct task *t, const char *verb, const char *unit, const struct host_unit *seen, const struct act *act)
{
	if (act->settled && systemd_restarted(t, seen)) {
		act_happened(t, act);
		return task_wait(t, SECONDS(1), "systemctl %s took effect, %s is %s", verb, unit, seen->active);
	}
	if (act->settled && is_settled(seen)) {
		act_refuted(t, act);
		return task_wait(t, SECONDS(1), "systemctl %s did not arrive, %s is still %s", verb, unit,
		    seen->active);
	}
	return task_wait(t, SECONDS(1), "the outcome of systemctl %s is unknown, %s is %s: looking on", verb, unit,
	    seen->active);
}

static enum verdict
answered(struct task *t, const char *verb, const char *unit, const struct host_unit *seen)
{
	/* A new process, and yet systemd is at rest without what was ordered. */
	if (systemd_restarted(t, seen) && is_settled(seen))
		return task_retry(t, "%s is %s after systemctl %s: it was started, and did not stay as ordered", unit,
		    seen->active, verb);
	return task_wait(t, SECONDS(1), "systemctl %s was accepted, %s is %s", verb, unit, seen->active);
}

/* The act was carried out or not; what is left of it is the same. So it is over, and another one is ordered, once: a host
 * that is booted over and over is no place to try on. */
static enum verdict
after_reboot(struct task *t, const char *verb, const char *unit, const struct host_unit *seen, const struct act *act)
{
	if (act->state == ACT_SENT || (act->state == ACT_UNKNOWN && !act->settled))
		return task_wait(t, SECONDS(1), "the host was rebooted, but our systemctl %s may still arrive", verb);
	act_happened(t, act);
	if (task_recall(t, "rebooted"))
		return task_retry(t, "%s is %s: the host was rebooted again after systemctl %s", unit, seen->active, verb);
	task_remember(t, "rebooted", seen->boot);
	return systemd_order(t, verb, unit, seen);
}

enum verdict
systemd_order(struct task *t, const char *verb, const char *unit, const struct host_unit *seen)
{
	const struct act *act = host_systemctl(t, label_of(t, verb), ACT_ONCE, verb, unit);

	if (act->state >= ACT_SENT && act->state != ACT_REFUSED && act->state != ACT_NOT_SENT && is_rebooted(t, seen))
		return after_reboot(t, verb, unit, seen, act);
	switch (act->state) {
	case ACT_NONE:
	case ACT_NOT_SENT:
		task_remember(t, "invocation", seen->invocation);
		task_remember(t, "boot", seen->boot);
		return task_wait(t, SECONDS(1), "%s is %s, systemctl %s is to be sent%s%s", unit, seen->active, verb,
		    act->answer[0] ? ", last time: " : "", act->answer);
	case ACT_UNKNOWN:
		return unknown(t, verb, unit, seen, act);
	case ACT_ANSWERED:
		return answered(t, verb, unit, seen);
	case ACT_REFUSED:
		return refused(t, verb, unit, act);
	case ACT_INTENDED:
	case ACT_SENT:
		break;
	}
	return task_wait(t, SECONDS(1), "%s is %s, systemctl %s is on its way", unit, seen->active, verb);
}

enum verdict
systemd_stop(struct task *t, const char *unit)
{
	enum verdict verdict;
	bool noted = before_touching(t);
	const struct host_unit *seen = systemd_look(t, unit, &verdict);

	if (!seen || !noted)
		return verdict;
	if (systemd_is_stopped(seen))
		return systemd_satisfied(t, "stop", unit, seen);
	if (is(seen, "deactivating"))
		return task_wait(t, SECONDS(1), "%s is stopping", unit);
	return systemd_order(t, "stop", unit, seen);
}
