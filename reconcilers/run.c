#include "run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "systemd.h"

enum { RUNS_MOST = 50, SENTENCE = 512, EXIT_EXEC = 203, EXIT_STDOUT = 209 };

static const int64_t look_ms = SECONDS(2);

/* --- it is not there --- */

static bool
is_rebooted(struct task *t, const struct host_run *seen)
{
	const char *before = task_recall(t, "boot");

	return before && seen->boot[0] && strcmp(before, seen->boot);
}

static enum verdict
start(struct task *t, const struct run *run, unsigned number)
{
	const struct act *prepare = host_run_upkeep(t, "prepare", HOST_PREPARE, run->name);
	char text[16];

	if (prepare->state == ACT_REFUSED)
		return task_retry(t, "the directory for the output of %s cannot be made (exit status %d): %s", run->called,
		    prepare->status, prepare->answer);
	if (prepare->state == ACT_UNKNOWN)
		return task_wait(t, look_ms, "whether the directory for the output of %s was made is not known yet",
		    run->called);
	if (prepare->state != ACT_ANSWERED)
		return task_wait(t, look_ms, "a directory for the output of %s is being made", run->called);
	snprintf(text, sizeof text, "%u", number);
	task_remember(t, "run", text);
	task_remember(t, "boot", run->seen->boot);
	host_run_start(t, "run", run->name, run->words, run->errors_apart);
	return task_wait(t, look_ms, "%s is to be started", run->called);
}

static enum verdict
refused(struct task *t, const struct run *run, const struct act *act)
{
	if (systemd_is_hopeless(act->answer))
		return task_halt(t, "systemd-run refused %s (exit status %d): %s", run->called, act->status, act->answer);
	return task_retry(t, "systemd-run failed to start %s (exit status %d): %s", run->called, act->status, act->answer);
}

static enum verdict
lost(struct task *t, const struct run *run)
{
	if (is_rebooted(t, run->seen))
		return task_retry(t, "the host was rebooted while %s ran: what came of it is not known", run->called);
	return task_retry(t, "the unit %s is gone: somebody stopped %s, and what came of it is not known", run->name,
	    run->called);
}

static enum verdict
absent(struct task *t, const struct run *run, const struct act *act, unsigned number)
{
	switch (act ? act->state : ACT_NONE) {
	case ACT_NONE:
	case ACT_NOT_SENT:
		return start(t, run, number);
	case ACT_REFUSED:
		return refused(t, run, act);
	case ACT_ANSWERED:
		return lost(t, run);
	case ACT_UNKNOWN:
		if (!act->settled)
			return task_wait(t, SECONDS(1), "whether %s was started is not known yet", run->called);
		if (is_rebooted(t, run->seen)) {
			act_happened(t, act);
			return lost(t, run);
		}
		/* Asked for, so that it may leave anew: a controller before this one may have ordered it. */
		host_run_start(t, "run", run->name, run->words, run->errors_apart);
		act_refuted(t, act);
		return task_wait(t, SECONDS(1), "the order to start %s did not arrive", run->called);
	default:
		return task_wait(t, look_ms, "the order to start %s is on its way", run->called);
	}
}

/* --- it is there --- */

static bool
is_ours(const struct act *act)
{
	return act && act->state != ACT_NONE && act->state != ACT_INTENDED && act->state != ACT_NOT_SENT;
}

/* The newest of the step's units that is not what an earlier attempt has left behind. False: being asked, or *ret. */
static bool
find(struct task *t, struct run *run, const struct act *act, unsigned *number, enum verdict *ret)
{
	const char *kept = task_recall(t, "run");

	*ret = VERDICT_WAIT;
	for (*number = kept ? (unsigned)strtoul(kept, NULL, 10) : 1; *number <= RUNS_MOST; ++*number) {
		host_run_name(t, *number, run->name);
		run->seen = host_run_look(t, run->name);
		if (!run->seen)
			return false;
		if (!run->seen->reached) {
			*ret = task_wait(t, look_ms, "the host does not tell of %s: %s", run->called, run->seen->error);
			return false;
		}
		if (run->seen->state != HOST_RUN_FAILED || is_ours(act))
			return true;
	}
	*ret = task_halt(t, "%s has failed %d times on this host: see systemctl list-units %s there, then systemctl "
	    "reset-failed", run->called, RUNS_MOST, "strait-*");
	return false;
}

static enum verdict tidy(struct task *t, const struct run *run, const char *outcome);

bool
run_follow(struct task *t, struct run *run, enum verdict *ret)
{
	const struct act *act = task_acted(t, "run");
	const char *outcome = task_recall(t, "outcome"), *kept = task_recall(t, "run");
	unsigned number;

	if (outcome) {
		host_run_name(t, kept ? (unsigned)strtoul(kept, NULL, 10) : 1, run->name);
		*ret = tidy(t, run, outcome);
		return false;
	}
	if (!find(t, run, act, &number, ret))
		return false;
	if (run->seen->state == HOST_RUN_NONE) {
		*ret = absent(t, run, act, number);
		return false;
	}
	if (act && (act->state == ACT_UNKNOWN || act->state == ACT_SENT))
		act_happened(t, act);
	*ret = VERDICT_WAIT;
	if (run->seen->state == HOST_RUN_RUNNING)
		*ret = task_wait(t, look_ms, "%s runs, as unit %s", run->called, run->name);
	return run->seen->state != HOST_RUN_RUNNING;
}

void
run_again(struct task *t, const struct run *run)
{
	const char *number = strrchr(run->name, ':');
	char text[16];

	snprintf(text, sizeof text, "%lu", number ? strtoul(number + 1, NULL, 10) + 1 : 2);
	task_remember(t, "run", text);
	act_renew(t, task_acted(t, "run"));
}

/* --- it has ended --- */

const char *
run_end(const struct run *run, char *text)
{
	const struct host_run *seen = run->seen;

	if (!strcmp(seen->result, "timeout"))
		snprintf(text, RUN_TEXT, "systemd ended it at the step's timeout");
	else if (!strcmp(seen->result, "signal") || !strcmp(seen->result, "core-dump"))
		snprintf(text, RUN_TEXT, "it was killed by signal %d", seen->status);
	else if (seen->status == EXIT_EXEC)
		snprintf(text, RUN_TEXT, "exit status %d: there is no such program on the host, or it cannot be run",
		    seen->status);
	else if (seen->status == EXIT_STDOUT)
		snprintf(text, RUN_TEXT, "exit status %d: its output could not be opened", seen->status);
	else if (strcmp(seen->result, "exit-code") && seen->result[0])
		snprintf(text, RUN_TEXT, "%s", seen->result);
	else
		snprintf(text, RUN_TEXT, "exit status %d", seen->status);
	return text;
}

/* Lines become parts of one, and what is no text is left out: it goes to a status and to terminals. */
static void
put_line(char *out, const char *body, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len && n + 3 < RUN_TEXT; i++) {
		unsigned char c = (unsigned char)body[i];

		if (c == '\n' && n > 1 && i + 1 < len && strncmp(out + n - 2, "; ", 2) != 0) {
			out[n++] = ';';
			out[n++] = ' ';
		} else if (c >= ' ' && c < 0x7f) {
			out[n++] = (char)c;
		}
	}
	out[n] = '\0';
}

const char *
run_output(struct task *t, const struct run *run, char *text)
{
	const struct answer *answer = host_run_tail(t, run->name, RUN_TEXT - 20);

	if (!answer)
		return NULL;
	put_line(text, answer_ok(answer) ? answer->body : "", answer_ok(answer) ? answer->len : 0);
	return text;
}

/* What was ordered before and is on its way, or unknown, is asked for again; what did not get there is left: nothing depends
 * on it, and a reboot clears it up. */
static bool
is_tidied(struct task *t, const char *label, enum host_upkeep what, const char *name)
{
	const struct act *act = task_acted(t, label);

	if (act && (act->state == ACT_ANSWERED || act->state == ACT_REFUSED || act->state == ACT_NOT_SENT))
		return true;
	host_run_upkeep(t, label, what, name);
	return false;
}

static enum verdict
tidy(struct task *t, const struct run *run, const char *outcome)
{
	/* One after the other: each new round gives up what is being asked of the host. */
	if (is_tidied(t, "stop", HOST_STOP, run->name) && is_tidied(t, "remove", HOST_REMOVE, run->name))
		return task_done(t, "%s", outcome);
	return task_wait(t, look_ms, "%s; tidying up", outcome);
}

enum verdict
run_done(struct task *t, const struct run *run, const char *format, ...)
{
	char outcome[SENTENCE];
	va_list args;

	va_start(args, format);
	vsnprintf(outcome, sizeof outcome, format, args);
	va_end(args);
	task_remember(t, "outcome", outcome);
	return tidy(t, run, outcome);
}
