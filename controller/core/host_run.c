/* Commands as transient units on the host: what is ordered and asked of systemd for reconcilers/host.h. All of it is made of
 * fixed words; what comes from a manifest was checked when the plan was made, and is checked again before it leaves. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "effect.h"
#include "hash.h"
#include "host.h"
#include "op.h"
#include "question.h"

#define DIRECTORY "/run/strait"

enum { NAME_LEFT = 200, SHORTEST_S = 1 };

void
host_words(const struct cluster *cluster, struct effect *effect, const char *address, const char *words)
{
	const char *args[EFFECT_ARGS];
	CLEANUP_FREE char *copy = xstrdup(words);
	size_t n = 0;

	for (char *word = copy, *blank; *word && n < EFFECT_ARGS; word = blank) {
		blank = word + strcspn(word, " ");
		if (*blank)
			*blank++ = '\0';
		args[n++] = word;
	}
	cluster_host_effect(cluster, effect, address, args, n);
}

/* "stop scylla-server" is systemctl's, and read so in journals; all else is whole. */
char *
host_act_words(const char *target)
{
	static const char *const verbs[] = {"start ", "stop ", "restart "};

	for (size_t i = 0; i < ARRAY_LEN(verbs); i++)
		if (strncmp(target, verbs[i], strlen(verbs[i])) == 0)
			return xasprintf("systemctl --no-block %s", target);
	return xstrdup(target);
}

/* A unit's name has no '/', and an '@' would make it an instance of a template. */
void
host_run_name(struct task *t, unsigned number, char *name)
{
	char digest[HASH_TEXT], suffix[16] = "";

	if (number > 1)
		snprintf(suffix, sizeof suffix, ":%u", number);
	snprintf(name, HOST_RUN_NAME, "strait-%s-%s", t->op->uid, t->step->id);
	if (strlen(name) > NAME_LEFT)
		snprintf(name, HOST_RUN_NAME, "strait-%s-%s", t->op->uid, hash_text(hash_str(HASH_SEED, t->step->id), digest));
	for (char *at = name; *at; at++)
		*at = *at == '/' ? '-' : *at == '@' ? '_' : *at;
	snprintf(name + strlen(name), HOST_RUN_NAME - strlen(name), "%s", suffix);
}

static enum host_run_state
state_of(const char *text)
{
	char active[24] = "", load[24] = "", sub[24] = "", job[24] = "";

	host_property(text, "ActiveState", active, sizeof active);
	host_property(text, "LoadState", load, sizeof load);
	host_property(text, "SubState", sub, sizeof sub);
	host_property(text, "Job", job, sizeof job);
	if (strcmp(load, "not-found") == 0)
		return HOST_RUN_NONE;
	if (strcmp(active, "failed") == 0)
		return HOST_RUN_FAILED;
	if (strcmp(active, "active") == 0 && strcmp(sub, "exited") == 0)
		return HOST_RUN_SUCCEEDED;
	/* Loaded and at rest: it was stopped, and is about to be forgotten. */
	return strcmp(active, "inactive") == 0 && (!job[0] || strcmp(job, "0") == 0) ? HOST_RUN_NONE : HOST_RUN_RUNNING;
}

const struct host_run *
host_run_look(struct task *t, const char *name)
{
	CLEANUP_FREE char *words = xasprintf("systemctl show %s.service %s --property=Id,LoadState,ActiveState,SubState,"
	    "InvocationID,Job,Result,ExecMainStatus", name, HOST_BOOT_UNIT);
	const struct answer *answer = task_question(t, QUESTION_COMMAND, t->node.address ? t->node.address : "", words);
	struct host_run *run;
	char text[24] = "", active[24];

	if (!answer)
		return NULL;
	run = xcalloc(1, sizeof *run);
	*ARRAY_GROW(t->units, t->nunits) = run;
	run->error = answer->error;
	if (!answer->reached)
		return run;
	host_boot(answer->body, run->boot, sizeof run->boot);
	/* Whole only with both units' lines: half of an answer must not pass for a unit that is not there. */
	if (!host_property(answer->body, "ActiveState", active, sizeof active) || !run->boot[0]) {
		run->error = answer->error[0] ? answer->error : "systemctl show printed no ActiveState or no boot";
		return run;
	}
	run->reached = true;
	run->state = state_of(answer->body);
	host_property(answer->body, "Result", run->result, sizeof run->result);
	if (host_property(answer->body, "ExecMainStatus", text, sizeof text))
		run->status = (int)strtol(text, NULL, 10);
	return run;
}

const struct act *
host_run_start(struct task *t, const char *label, const char *name, const char *words, bool errors_apart)
{
	int64_t seconds = t->step->plan->timeout_ms / 1000;
	CLEANUP_FREE char *target = xasprintf("systemd-run --no-block --quiet --unit=%s.service --service-type=oneshot "
	    "--remain-after-exit --property=TimeoutStartSec=%" PRId64 " --property=StandardOutput=file:" DIRECTORY "/%s.out "
	    "--property=StandardError=%s -- %s", name, seconds > SHORTEST_S ? seconds : SHORTEST_S, name,
	    errors_apart ? "journal" : "inherit", words);

	return task_act(t, label, ACT_ONCE, 'h', target);
}

static const struct answer *
output(struct task *t, const char *words)
{
	return task_question(t, QUESTION_COMMAND, t->node.address ? t->node.address : "", words);
}

const struct answer *
host_run_tail(struct task *t, const char *name, int bytes)
{
	CLEANUP_FREE char *words = xasprintf("tail --bytes=%d " DIRECTORY "/%s.out", bytes, name);

	return output(t, words);
}

const struct answer *
host_run_part(struct task *t, const char *name, unsigned number)
{
	CLEANUP_FREE char *words = xasprintf("dd if=" DIRECTORY "/%s.out bs=%d skip=%u count=1 status=none", name,
	    HOST_RUN_PART, number);

	return output(t, words);
}

const struct answer *
host_process(struct task *t, const char *pid)
{
	CLEANUP_FREE char *words = xasprintf("ps --pid %s --format comm=", pid);

	return output(t, words);
}

const struct act *
host_run_upkeep(struct task *t, const char *label, enum host_upkeep what, const char *name)
{
	CLEANUP_FREE char *target = what == HOST_PREPARE ? xstrdup("install --directory --mode=0700 " DIRECTORY)
	    : what == HOST_STOP ? xasprintf("systemctl --no-block stop %s.service", name)
	    : xasprintf("rm --force " DIRECTORY "/%s.out", name);
	const struct act *view = task_act(t, label, ACT_REPEATABLE, 'h', target);

	act_find(t->step, label)->upkeep = true;
	return view;
}
