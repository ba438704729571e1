/* What a step says to the target cluster's channels: a notice in the operation's outbox, under the step's name. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "op.h"
#include "outbox.h"
#include "web.h"

/* The first that is not delivered; NULL: all are. A refused one comes first. */
static struct post *
find_open(struct notice *notice)
{
	struct post *open = NULL;

	for (size_t i = 0; i < notice->nposts; i++) {
		struct post *post = &notice->posts[i];

		if (post->state == POST_SENT)
			continue;
		if (!open || ((post->refused || post->state == POST_GIVEN_UP) && !open->refused))
			open = post;
	}
	return open;
}

/* Another attempt: what was refused is tried again. */
static void
rearm(struct notice *notice, int64_t attempt)
{
	for (size_t i = 0; i < notice->nposts; i++) {
		struct post *post = &notice->posts[i];

		if (post->state == POST_SENT || post->request)
			continue;
		post->state = post->state == POST_GIVEN_UP ? POST_WAITING : post->state;
		post->refused = false;
		post->tries = 0;
		post->next_up_ms = 0;
	}
	notice->attempt = attempt;
}

enum told
web_tell(struct task *t, const char *channels, const char *message, const char **ret_why)
{
	CLEANUP_FREE char *key = xasprintf(OUTBOX_MESSAGE "%s", t->step->id);
	struct notice *notice;
	struct post *open;

	*ret_why = "";
	if (outbox_has_told(t->op, key))
		return TOLD_SENT;
	notice = outbox_say(t->core, t->op, key, channels, message);
	if (notice->attempt != t->step->attempt)
		rearm(notice, t->step->attempt);
	open = find_open(notice);
	if (!open) {
		outbox_told(t->op, key);
		outbox_remove(t->core, t->op, notice);
		op_record(t->op);
		return TOLD_SENT;
	}
	snprintf(notice->why, sizeof notice->why, "%s: %s", open->channel, open->problem[0] ? open->problem : "being told");
	*ret_why = notice->why;
	return open->refused || open->state == POST_GIVEN_UP ? TOLD_REFUSED : TOLD_WAITING;
}
