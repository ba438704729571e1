/* What can be told of an operation while its journal cannot be read or written: its last status stands, and only the
 * reason why nothing moves is added. */
#include "status_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "explain.h"
#include "json.h"
#include "kube.h"
#include "op.h"
#include "reasons.h"
#include "shards.h"
#include "state.h"

/* AGAIN_MS: what stays true is said again. NEXT_MS: something else is said, no sooner. */
enum { AGAIN_MS = 10000, NEXT_MS = 1000, RETRY_MS = 1000 };

void
status_put_why(struct json_out *out, const char *message)
{
	char text[WHY + 4];
	size_t cut = WHY - 3;

	if (strlen(message) <= WHY) {
		json_put_str(out, "message", message);
		return;
	}
	while (cut > 0 && ((unsigned char)message[cut] & 0xc0) == 0x80)
		cut--;
	snprintf(text, sizeof text, "%.*s...", (int)cut, message);
	json_put_str(out, "message", text);
}

static void
message_answered(struct core *core, void *owner, uint64_t arg, const struct event *event)
{
	struct op *op = owner;
	bool answer = event->outcome == OUTCOME_ANSWERED;

	(void)arg;
	op->status.request = 0;
	/* It is said again while it stays true; before long if nobody has heard it. */
	if (answer && event->status == 200) {
		/* The timer says from now on when to say it again: a status that has failed before need not wait for that. */
		op->status.failed = false;
		kube_take_answered(&op->object->meta, event);
	} else {
		op->lost_told = false;
		timer_arm(&core->timers, &op->status.timer, core->now.up_ms + RETRY_MS, op_look, op);
	}
	op_kick(core, op);
}

/* A merge patch of the object as it was seen last begins: what its status does not name stays. */
static void
open_merge(const struct op *op, struct json_out *out)
{
	json_open(out, NULL);
	json_open(out, "metadata");
	json_put_str(out, "resourceVersion", op->object->meta.resource_version);
	json_close(out);
	json_open(out, "status");
}

static void
merge(struct core *core, struct op *op, char *body, int64_t next_ms)
{
	timer_arm(&core->timers, &op->status.timer, core->now.up_ms + next_ms, op_look, op);
	op->status.request = kube_request(core, "PATCH", kube_path(op->namespace_, "clusteroperations", op->name, "status"),
	    KUBE_MERGE, body, message_answered, op, 0)->id;
}

void
op_write_message(struct core *core, struct op *op)
{
	struct buf body = BUF_INIT(BUF_MAX_LINE);
	struct json_out out = JSON_OUT(&body);
	char why[MESSAGE];

	if (op->status.request || op->status.timer.armed || !asking_explain_journal(core, op, why, sizeof why) ||
	    !shard_is_valid(core, op->shard))
		return;
	open_merge(op, &out);
	status_put_why(&out, why);
	json_close(&out);
	json_close(&out);
	merge(core, op, buf_take(&body), AGAIN_MS);
}

void
op_write_lost(struct core *core, struct op *op)
{
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&body);
	int64_t now = core->now.wall_ms;

	if (op->status.request || op->status.timer.armed || op->lost_told || !shard_is_valid(core, op->shard))
		return;
	op->lost_told = true;
	conditions_set(op->status.conditions, "Reconciling", "False", op->reason, op->message, now);
	conditions_set(op->status.conditions, "Ready", "False", op->reason, op->message, now);
	conditions_set(op->status.conditions, "Stalled", "True", op->reason, op->message, now);
	open_merge(op, &out);
	status_put_why(&out, op->message);
	if (op->acknowledged)
		json_put_str(&out, "acknowledged", op->acknowledged);
	json_put_int(&out, "observedGeneration", op->object->meta.generation);
	conditions_write(op->status.conditions, &out, op->object->meta.generation);
	json_close(&out);
	json_close(&out);
	merge(core, op, buf_take(&body), NEXT_MS);
}

/* The journal is away: what it told last still stands, heard or not, but for the reason why nothing moves. */
char *
status_body_while_away(struct core *core, struct op *op)
{
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&body);
	const char *stands = op->status.unheard ? op->status.unheard : op->status.written;
	CLEANUP_JSON struct cJSON *last = json_parse(stands, strlen(stands), NULL);
	struct buf value = BUF_INIT(BUF_MAX_OBJECT);
	char away[MESSAGE] = "";

	asking_explain_journal(core, op, away, sizeof away);
	json_open(&out, NULL);
	JSON_EACH (member, last) {
		if (strcmp(json_key(member), "message") == 0) {
			/* Its end is not in the journal yet. */
			status_put_why(&out, op->ended ? away : op->message);
			continue;
		}
		buf_clear(&value);
		json_print(member, &value);
		json_put_raw(&out, json_key(member), buf_str(&value));
	}
	json_close(&out);
	buf_done(&value);
	return buf_take(&body);
}
