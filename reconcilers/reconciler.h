/* A task author's whole world, with scylla.h and host.h beside it.
 *
 * A reconciler compares what is desired with what is observed and says what is missing. It is an ordinary function over
 * facts: it never blocks, keeps nothing, and is called again from the top when facts change. Rules:
 *  1. A question (scylla_get(), host_show(), …) answers NULL while it is being asked: then return VERDICT_WAIT.
 *  2. Ask for independent things before testing any: they go out together.
 *  3. A pass may run many times: no static state, no effect but through these calls.
 *  4. Answers are borrowed until the function returns.
 *  5. Act labels and remembered keys are written to the journal: they are a persistent format. unit/golden/labels has all
 *     that ever were; one that is called otherwise now, or is gone, stands in .renamed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "instant.h"

struct task;      /* one attempt of one step; made by the engine */

/* Desired against observed, in a word. Returned through task_done() and its kin, which add the sentence. */
enum verdict {
	VERDICT_WAIT,    /* asked, or not there yet */
	VERDICT_DONE,    /* nothing is missing */
	VERDICT_RETRY,   /* a recoverable error: this attempt failed */
	VERDICT_HALT,    /* an unrecoverable error: a person is needed */
};

/* Read-only checks answer so; truth_unknown is also what holds while a question is being asked. */
enum truth { TRUTH_UNKNOWN, TRUTH_HOLDS, TRUTH_FAILS };

enum scope { SCOPE_NODE, SCOPE_CLUSTER, SCOPE_ANY };

/* What a task may do to the ring. */
enum impact { IMPACT_NONE, IMPACT_TAKES_NODE_DOWN, IMPACT_BRINGS_NODE_UP, IMPACT_CHANGES_TOPOLOGY };

enum parameter_type {
	PARAMETER_STRING,
	PARAMETER_INTEGER,
	PARAMETER_BOOLEAN,
	PARAMETER_DURATION,
	PARAMETER_NODE,       /* the name of a node of the target cluster */
	PARAMETER_ZONE,       /* a zone of it, "datacenter/rack" */
	PARAMETER_LIST,       /* texts with commas between them */
	PARAMETER_MANIFEST,   /* Kubernetes objects as YAML or JSON (kubernetes.h) */
	PARAMETER_YAML,       /* anything as YAML or JSON */
};

/* A row of a type's parameter table; validation, error texts, explain and the docs come from it. */
struct parameter {
	const char *name;
	enum parameter_type type;
	bool required;
	const char *fallback;     /* as text; NULL: none */
	int64_t min, max;         /* integers, and durations in ms; both 0: any */
	bool channels;            /* names of channels of the target cluster, with commas in between */
	const char *help;
	bool planned;             /* no author gives it: the plan has it, made of what the cluster declares */
};

enum { TASK_PRECONDITIONS = 6, TASK_PARAMETERS = 10, TASK_RENAMED = 4 };

/* An act label or a remembered key that an older build wrote, and what it is called now; "": it is not used any more. */
struct renamed {
	const char *was, *is;
};

/* A task or a condition type: one file, whose name is the symbol's. Exactly one of reconcile and judge is set. */
struct reconciler {
	const char *name;                                 /* "scylla-drain" */
	enum scope scope;
	enum impact impact;
	bool opaque;                                      /* only the workflow knows what it does: it states the impact, else
	                                                   * the worst is assumed; 'impact' is NONE here */
	bool needs_host;                                  /* commands the node's host: access.host must allow it */
	bool needs_member;                                /* means nothing to a node that is not in the ring yet */
	const char *title;                                /* of a condition, as people say it: "Node is quorum safe"; or NULL */
	bool needs_prometheus;                            /* asks spec.access.prometheus */
	bool arguments;                                   /* 'command' names one of spec.commands; further keys fill its gaps */
	bool sets_variable;                               /* it ends with task_set(), of the variable that 'variable' names */
	const char *summary;                              /* one sentence, for explain */
	const char *preconditions[TASK_PRECONDITIONS];    /* condition types checked right before every act */
	struct parameter parameters[TASK_PARAMETERS];     /* ended by a NULL name */
	int64_t timeout_ms;                               /* of one attempt, when the workflow names none */
	struct renamed renamed[TASK_RENAMED];             /* ended by a NULL name */
	enum verdict (*reconcile)(struct task *t);
	enum truth (*judge)(struct task *t);
};

/* The row of its table; NULL: there is none of that name. */
const struct parameter *parameter_find(const struct reconciler *type, const char *name);

/* Verdicts and truths, each with a sentence that a person reads in kubectl. */
enum verdict task_done(struct task *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Look again after 'ms', and sooner right after an act: every question of this pass is asked anew. */
enum verdict task_wait(struct task *t, int64_t ms, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Done: the variable that the step sets has this value from now on, journaled with the step's end. HALT, with a sentence, when
 * it may not: its type, enum, min or max forbid it. Of a type with 'sets_variable' alone. */
enum verdict task_set(struct task *t, const char *value);
enum verdict task_retry(struct task *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum verdict task_halt(struct task *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum truth task_holds(struct task *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* As task_holds(), for want of anything to look at: where that opens the gate, people are told the sentence. */
enum truth task_holds_unproven(struct task *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum truth task_fails(struct task *t, const char *format, ...) __attribute__((format(printf, 2, 3)));
enum truth task_unknown(struct task *t, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Parameters, checked and defaulted before the plan was made. */
const char *task_text(struct task *t, const char *parameter);      /* "" when unset */
int64_t task_integer(struct task *t, const char *parameter);       /* durations: ms; booleans: 0 or 1 */

/* The node the step is bound to. */
struct task_node {
	const char *name;
	const char *address;
	const char *host_id;      /* "" while unknown */
};
const struct task_node *task_node(struct task *t);

/* A value kept in the journal for this step, written together with the next act's intent; the first 512 bytes of it.
 * recall: NULL if never. */
void task_remember(struct task *t, const char *key, const char *value);
const char *task_recall(struct task *t, const char *key);
/* As remember, but kept for the whole lane, over its steps, and set only once: its value before we touched the node. */
void task_remember_first(struct task *t, const char *key, const char *value);

/* How much is left, in ms, of a time of 'ms' that begins when this is first called: its end, told as 10:02 in 'ret', is
 * remembered as 'key' at once, and stays over restarts. One such time per step. */
int64_t task_left(struct task *t, const char *key, int64_t ms, char ret[INSTANT_TEXT]);

/* An answer to a question. Refused, timed out, 404 and unreadable are answers too. */
struct answer {
	bool reached;             /* the peer answered; else 'error' says why not */
	int status;               /* HTTP status or exit status; 0 unless reached */
	const char *body;         /* never NULL */
	size_t len;
	const char *error;        /* never NULL */
};
bool answer_ok(const struct answer *answer);                          /* reached, and 200 or exit 0 */
/* An answer for a sentence: its body without quotes, or its error; at most 120 characters. */
const char *answer_text(struct task *t, const struct answer *answer);

/* How often an act may arrive. */
enum act_kind { ACT_ONCE, ACT_REPEATABLE };

enum act_state {
	ACT_NONE,         /* asked for in this pass: the engine journals its intent after the pass */
	ACT_INTENDED,     /* being journaled, or held back by the gate */
	ACT_SENT,         /* on its way; a blocking call may stay here for long */
	ACT_ANSWERED,     /* the peer said yes */
	ACT_REFUSED,      /* the peer said no: 'status' and 'answer' tell; nothing happened unless they say so */
	ACT_NOT_SENT,     /* never delivered: no connection, or withdrawn */
	ACT_UNKNOWN,      /* delivered perhaps. Left by observation only: act_happened() or act_refuted() */
};

struct act {
	enum act_state state;
	int status;
	const char *answer;      /* the peer's words or the error; at most 4 KiB; never NULL */
	int retry_after_ms;      /* REFUSED: how long the peer wants to be left alone (Retry-After); 0: it did not say */
	bool settled;            /* UNKNOWN, and nothing of it can arrive any more: a fact seen now may refute it */
};

/* The act of that label in this attempt, without wanting it; NULL: it was never asked for. */
const struct act *task_acted(struct task *t, const char *label);
/* One that was ANSWERED has led to nothing, and is to be asked for once more: under an intent of its own. */
void act_renew(struct task *t, const struct act *act);
/* Say what an observation proved of an UNKNOWN (or SENT) act. Refuting needs 'settled' and is ignored before. */
void act_happened(struct task *t, const struct act *act);
void act_refuted(struct task *t, const struct act *act);
