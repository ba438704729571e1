#include <stdio.h>
#include <string.h>

#include "before.h"
#include "json.h"
#include "run.h"

enum { PARTS_MOST = 64, NAMES_MOST = 300, NAME_MOST = 60, COMMENT_MOST = 100, CHANGES_DEPTH = 3, PID = 16 };

/* What salt says of a highstate. */
struct seen {
	unsigned states, failed;
	char failures[NAMES_MOST];       /* "ID (comment); …" */
	char pid[PID];                   /* of one that runs already; "": none does */
	char problem[NAMES_MOST];        /* why there are no states; "" */
	bool garbled;                    /* by what was read of its output */
};

static bool
is_word(const char *text)
{
	static const char safe[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";

	return text[strspn(text, safe)] == '\0' && text[0] != '-';
}

/* Its whole output. False: being asked. */
static bool
read_output(struct task *t, const struct run *run, struct buf *out, struct seen *seen)
{
	for (unsigned i = 0; i < PARTS_MOST; i++) {
		const struct answer *part = host_run_part(t, run->name, i);

		if (!part)
			return false;
		if (!answer_ok(part)) {
			snprintf(seen->problem, sizeof seen->problem, "its output cannot be read: %s", answer_text(t, part));
			seen->garbled = true;
			return true;
		}
		buf_put(out, part->body, part->len);
		if (part->len < HOST_RUN_PART)
			return true;
	}
	snprintf(seen->problem, sizeof seen->problem, "its output is longer than 3 MiB");
	return true;
}

static int
first_line(const char *text, int most)
{
	int len = (int)strcspn(text, "\n");

	return len < most ? len : most;
}

/* A result of null is a change that a test would make. */
static void
take_state(struct seen *seen, const struct cJSON *state)
{
	const char *id = json_str_or(state, "__id__", json_key(state)), *comment = json_str_or(state, "comment", "");
	size_t len = strlen(seen->failures);

	seen->states++;
	if (json_bool(state, "result", true))
		return;
	seen->failed++;
	snprintf(seen->failures + len, sizeof seen->failures - len, "%s%.*s%s%.*s%s", len ? "; " : "", NAME_MOST, id,
	    *comment ? " (" : "", first_line(comment, COMMENT_MOST), comment, *comment ? ")" : "");
}

/* Texts instead of states: it could not be compiled, or another one is at work. */
static void
take_refusal(struct seen *seen, const char *text)
{
	static const char running[] = "is running as PID ";
	const char *pid = strstr(text, running);

	if (pid)
		snprintf(seen->pid, sizeof seen->pid, "%.*s", (int)strspn(pid + strlen(running), "0123456789"),
		    pid + strlen(running));
	snprintf(seen->problem, sizeof seen->problem, "%.*s", first_line(text, NAMES_MOST - 1), text);
}

/* {"local": {STATE: {"result": …}}}, or {"local": ["text", …]}, or a text. What states have changed may be long, and is not
 * read. */
static void
understand(const struct buf *out, struct seen *seen)
{
	static const struct json_cut changes[] = {{.key = "changes"}, {.key = NULL}};
	struct err err = {""};
	CLEANUP_JSON struct cJSON *json = json_parse_cut(buf_str(out), out->len, changes, CHANGES_DEPTH, &err);
	const struct cJSON *local = json_is_object(json) ? json_first(json) : NULL;

	seen->garbled = !local;
	if (!local)
		snprintf(seen->problem, sizeof seen->problem, "it printed no JSON: %.*s", first_line(err.text, COMMENT_MOST),
		    err.text);
	else if (json_is_object(local))
		JSON_EACH (state, local)
			take_state(seen, state);
	else if (json_text(local) || json_text(json_first(local)))
		take_refusal(seen, json_text(local) ? json_text(local) : json_text(json_first(local)));
	else
		snprintf(seen->problem, sizeof seen->problem, "it printed neither states nor why not");
}

/* Ours has done nothing: when that one has ended, ours is for once more. */
static enum verdict
wait_for_other(struct task *t, struct run *run, const char *pid)
{
	const struct answer *process = host_process(t, pid);

	if (!process)
		return VERDICT_WAIT;
	if (!process->reached)
		return task_wait(t, SECONDS(2), "the host does not tell of PID %s: %s", pid, process->error);
	if (process->status == 0)
		return task_wait(t, SECONDS(5), "another highstate runs there as PID %s: waiting for its end", pid);
	run_again(t, run);
	return task_wait(t, SECONDS(1), "the other highstate, PID %s, has ended", pid);
}

/* What cannot be read is looked at again, a few times: the file is what it is, but the way to it may be at fault. */
static bool
may_read_again(struct task *t)
{
	const char *before = task_recall(t, "unread");
	char count[2] = {before ? (char)(before[0] + 1) : '1', '\0'};

	task_remember(t, "unread", count);
	return count[0] <= '3';
}

static enum verdict
judge(struct task *t, struct run *run, const struct seen *seen)
{
	char end[RUN_TEXT];

	if (seen->garbled && may_read_again(t))
		return task_wait(t, SECONDS(2), "salt-call has ended, but %s", seen->problem);
	if (seen->pid[0] && run->seen->state == HOST_RUN_FAILED)
		return wait_for_other(t, run, seen->pid);
	if (seen->failed)
		return task_retry(t, "%u of %u states failed: %s", seen->failed, seen->states, seen->failures);
	if (run->seen->state == HOST_RUN_FAILED)
		return task_retry(t, "salt-call failed, %s%s%s", run_end(run, end), seen->problem[0] ? ": " : "",
		    seen->problem);
	if (seen->problem[0])
		return run_done(t, run, "salt-call has ended without a failure, but %s", seen->problem);
	return run_done(t, run, "%u states are as they should be", seen->states);
}

/* Desired: a highstate has been carried out on the host, and none of its states has failed. */
static enum verdict
highstate(struct task *t)
{
	const char *saltenv = task_text(t, "saltenv");
	char words[256];
	struct run run = {.words = words, .called = "salt-call", .errors_apart = true};
	CLEANUP_BUF struct buf out = BUF_INIT(PARTS_MOST * HOST_RUN_PART);
	struct seen seen = {0};
	enum verdict verdict;
	bool noted = before_touching(t);

	if (!is_word(saltenv))
		return task_halt(t, "saltenv \"%s\" is no environment's name: expected letters, digits and . _ -, and not a "
		    "dash first", saltenv);
	snprintf(words, sizeof words, "salt-call%s --out=json --out-indent=-1 --no-color --log-level=warning "
	    "--retcode-passthrough state.highstate%s%s%s", task_integer(t, "local") ? " --local" : "",
	    *saltenv ? " saltenv=" : "", saltenv, task_integer(t, "test") ? " test=True" : "");
	if (!run_follow(t, &run, &verdict))
		return verdict;
	if (!read_output(t, &run, &out, &seen) || !noted)
		return VERDICT_WAIT;
	if (!seen.problem[0])
		understand(&out, &seen);
	return judge(t, &run, &seen);
}

const struct reconciler salt_highstate = {
	.name = "salt-highstate",
	.scope = SCOPE_NODE,
	.opaque = true,
	.needs_host = true,
	.summary = "Run salt-call state.highstate on the node's host, as a systemd unit; done when no state fails.",
	.preconditions = {"cluster-normal", "quorum-safe", "schema-agreed", "topology-idle", "raft-quorum"},
	.parameters = {
		{.name = "local", .type = PARAMETER_BOOLEAN, .fallback = "false", .help = "without a master: --local"},
		{.name = "saltenv", .type = PARAMETER_STRING, .fallback = "", .help = "the environment; salt's own when empty"},
		{.name = "test", .type = PARAMETER_BOOLEAN, .fallback = "false", .help = "test=True: nothing is changed"},
	},
	.timeout_ms = HOURS(2),
	.reconcile = highstate,
};
