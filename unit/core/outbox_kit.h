/* An operation with channels, and what leaves for them. */
#pragma once

#include "effect.h"
#include "event.h"
#include "small.h"

#define CHANNEL(name, type, more) "{\"name\":\"" name "\",\"type\":\"" type "\",\"urlSecretRef\":{\"name\":\"hooks\"," \
	"\"key\":\"" name "\"}" more "}"
#define CHANNELS(list) ",\"channels\":[" list "]"

/* One Discord channel "chat"; one json channel "log", signed. */
extern const char outbox_chat[], outbox_log[];

/* It is under way, and <@80351110224678912> owns it. */
struct small outbox_small(const char *channels);
/* Redis has taken what was put so far. */
void outbox_acknowledge(struct small *small);
/* The newest request is answered so, and what follows from that is acknowledged. */
void outbox_answer(struct small *small, enum outcome outcome, int status, int retry_after_ms);
void outbox_succeed(struct small *small);
/* The one request that has left. */
const struct effect_web *outbox_sent(struct small *small);
