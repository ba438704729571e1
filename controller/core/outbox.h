/* What people outside are told of one operation: an outbox in its journal. A notice is put in together with the transition
 * that it tells of; each of its posts leaves when that is acknowledged, and is tried until its receiver has taken it.
 *
 * A post whose try had no answer may have arrived. To a json channel it is repeated as it was, under the same id. Discord
 * and Slack know no id: there it is repeated without calling the owner, so that nobody is called twice. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "counts.h"
#include "timer.h"

struct cJSON;
struct core;
struct json_out;
struct lane;
struct op;
struct step;

/* More notices at once wait for nothing: the oldest is given up. Keys are forgotten, oldest first, beyond TOLD_MAX. */
enum { OUTBOX_MAX = COUNT_MAX_NOTICES, TOLD_MAX = 48, NOTICE_TEXT = 700 };

/* SENDING: the intent is in the journal, or on its way there. Persistent by name. */
enum post_state { POST_WAITING, POST_SENDING, POST_SENT, POST_GIVEN_UP };

struct post {
	char *channel;
	enum post_state state;
	bool doubted;            /* a try had no answer */
	bool probed;             /* the receiver has answered a question just now */
	bool refused;            /* the last try was, for good */
	int64_t tries;
	int64_t next_up_ms;
	uint64_t ticket;         /* the journal batch that holds the intent; 0: of a controller before this one */
	uint64_t request;
	char problem[160];       /* of the last try; "" */
};

struct notice {
	unsigned number;         /* in this process */
	char *key;               /* of the transition, once in an operation: "halted/0", "approval/2.1" */
	unsigned event;          /* of enum target_notify; 0: what a step says */
	int64_t wall_ms;
	char *text;
	struct post *posts;
	size_t nposts;
	int64_t attempt;         /* of the step whose message it is, which asked last; 0: it has not, in this life */
	char why[240];
};

struct outbox {
	struct op *op;
	struct notice **list;
	size_t count;
	char **told;             /* the keys of those that are delivered, or given up */
	size_t ntold;
	size_t left_out;         /* of both, those for which the journal had no room when it was written last */
	size_t left_out_said;
	unsigned numbers;
	struct timer timer;
};

/* outbox.c */
/* Its outbox, made when there is none. */
struct outbox *outbox_open(struct op *op);
/* Tell 'event' to every channel that wants it, once for 'key'. Put into the batch that is open. */
void outbox_tell(struct core *core, struct op *op, unsigned event, const char *key, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* What a step says, to the channels by name (separated by commas); each once for 'key'. */
struct notice *outbox_say(struct core *core, struct op *op, const char *key, const char *channels, const char *text);
struct notice *outbox_find(const struct op *op, const char *key);
bool outbox_has_told(const struct op *op, const char *key);
/* The step at work whose message it is; NULL: none is. */
struct step *outbox_step(const struct op *op, const struct notice *notice);
/* Take it out, whatever has become of it. */
void outbox_remove(struct core *core, struct op *op, struct notice *notice);
/* Send what may be sent now; and again when there is more to do. */
void outbox_run(struct core *core, struct op *op);
/* Posts that are not delivered yet. */
size_t outbox_waiting(const struct op *op);
/* Its status tells that some wait: it is to tell that none does, before its journal is let go. */
bool outbox_is_told(const struct op *op);
bool outbox_has_request(const struct op *op);
void outbox_drop(struct core *core, struct op *op);
/* For the files of the outbox. */
struct notice *outbox_add(struct op *op, const char *key, unsigned event, int64_t wall_ms, const char *text);
void outbox_told(struct op *op, const char *key);

/* outbox_send.c: carry one post on. */
void post_run(struct core *core, struct op *op, struct notice *notice, struct post *post);

/* outbox_record.c: as members of the journal's field "op". 'most' bytes of each text; of the notices, and of the keys, so many
 * of the newest. */
void outbox_record(const struct op *op, struct json_out *out, size_t most, size_t kept);
void outbox_read(struct op *op, const struct cJSON *value);
bool outbox_fits(const struct cJSON *value);

/* web_tell.c: what a step says is told under this key. */
#define OUTBOX_MESSAGE "message/"

/* notices.c: which transitions are told. */
void notices_of_phase(struct core *core, struct op *op);
void notices_of_lane(struct core *core, struct lane *lane);
/* The gate has been closed for long, with the operation under way. */
void notices_of_gate(struct core *core, struct op *op);
