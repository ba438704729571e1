/* The texts of notifications: templates, what tags and what must not, the bodies that Discord, Slack and others take. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "target.h"

struct buf;

/* One message to one channel. Texts are borrowed. */
struct notice_text {
	enum target_channel_type type;
	const char *template_;           /* NULL: the usual one */
	const char *event;               /* "halted", "message" */
	const char *text;
	const char *operation, *namespace_, *uid, *cluster;
	const char *owner;               /* spec.owner; NULL: nobody */
	const char *id;                  /* the same for each try */
	int64_t wall_ms;                 /* of the transition */
	bool tag;                        /* the owner is to be called */
	bool again;                      /* an earlier try may have arrived */
};

/* "halted"; "message" for none of them. */
const char *notice_event_name(unsigned notify);
/* Does the channel's service call this owner by what stands in spec.owner: <@80351110224678912>, <@U024BE7LH>? */
bool notice_can_tag(enum target_channel_type type, const char *owner);
/* 'text' so that nobody is called by it, and nothing of it is markup. */
void notice_escape(enum target_channel_type type, const char *text, struct buf *out);
/* The POST's body, JSON, owned. */
char *notice_body(const struct notice_text *notice);
