/* What the author's calls (pass.c, channels.c) need of an attempt. */
#pragma once

#include <stdbool.h>

#include "op.h"
#include "request.h"


struct effect;

/* The target that systemd reaches once in each boot: its InvocationID tells one boot from another, in the same answer as the
 * unit's own. */
#define HOST_BOOT_UNIT "sysinit.target"

enum question_channel { QUESTION_REST, QUESTION_HOST, QUESTION_COMMAND, QUESTION_WEB, QUESTION_KUBE };

struct question {
	enum question_channel channel;
	char address[64];
	char *what;                   /* path; or unit; or a host command's words; or URL, newline, headers */
	uint64_t request;             /* 0: answered */
	int64_t asked_up_ms;
	struct answer answer;         /* body and error owned */
	bool used;                    /* in the last pass */
};

/* The answer of this round, or NULL while it is being asked. */
const struct answer *task_question(struct task *t, enum question_channel channel, const char *address,
    const char *what);
/* The value of "Key=value" among the lines of one unit of `systemctl show`, cut at 'size'; and the boot, which is said of the
 * second unit. */
bool host_property(const char *text, const char *key, char *ret, size_t size);
void host_boot(const char *text, char *ret, size_t size);
/* What an act on the host runs; owned. */
char *host_act_words(const char *target);
/* A host effect of words that are separated by blanks. */
void host_words(const struct cluster *cluster, struct effect *effect, const char *address, const char *words);
/* A complete sweep of this round is there. */
bool task_has_ring(struct task *t);
/* Fill in what is to be got of 'what', a URL, a newline and headers. */
void web_fill_question(struct effect *effect, const char *what);
/* ... and what an act sends, with its deadline. */
void web_fill_act(struct effect *effect, const struct act_record *act);
/* The author asks for an act; 'channel' is 'r' for REST, 'h' for the host, 'w' for the web, 'k' for the API
 * server. */
const struct act *task_act(struct task *t, const char *label, enum act_kind kind, char channel, const char *target);
/* act_effect.c: order it; the caller says until when it may leave. */
struct effect *act_effect(struct core *core, struct step *step, struct act_record *act, request_done *done);
