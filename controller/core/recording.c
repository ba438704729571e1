#include "recording.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "json.h"

/* As text where it is one, since people read recordings; else in hexadecimal. Neither is more than twice as long. */
static void
put_bytes(struct json_out *out, const char *key, const char *key_hex, const char *bytes, size_t len)
{
	static const char digits[] = "0123456789abcdef";

	if (json_is_text(bytes, len)) {
		json_put_text(out, key, bytes, len);
		return;
	}
	json_put_raw(out, key_hex, "\"");
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)bytes[i];

		buf_putc(out->buf, digits[c >> 4]);
		buf_putc(out->buf, digits[c & 15]);
	}
	buf_putc(out->buf, '"');
}

static void
put_int(struct json_out *out, const char *key, int64_t value)
{
	if (value)
		json_put_int(out, key, value);
}

void
recording_put_event(struct buf *buf, const struct event *event, struct instant now)
{
	struct json_out out = JSON_OUT(buf);
	char id[24];

	snprintf(id, sizeof id, "%" PRIu64, event->id);
	json_open(&out, NULL);
	json_put_int(&out, "up", now.up_ms);
	json_put_int(&out, "wall", now.wall_ms);
	json_put_str(&out, "event", event_kind_name(event->kind));
	/* An id has 64 bits, of which a number in JSON keeps 53. */
	if (event->id)
		json_put_str(&out, "id", id);
	if (event->outcome)
		json_put_str(&out, "outcome", outcome_name(event->outcome));
	put_int(&out, "status", event->status);
	put_int(&out, "sentUp", event->sent.up_ms);
	put_int(&out, "sentWall", event->sent.wall_ms);
	put_int(&out, "retryAfterMs", event->retry_after_ms);
	if (event->error)
		put_bytes(&out, "error", "errorHex", event->error, strlen(event->error));
	if (event->body)
		put_bytes(&out, "body", "bodyHex", event->body, event->len);
	json_close(&out);
	buf_putc(buf, '\n');
}

void
recording_put_decision(struct buf *buf, const struct effects *effects)
{
	struct json_out out = JSON_OUT(buf);
	char mark[EFFECT_MARK];

	json_open(&out, NULL);
	json_open_array(&out, "decided");
	for (size_t i = 0; i < effects->count; i++) {
		if (effects->list[i].kind != EFFECT_LOG)
			json_put_str(&out, NULL, effect_mark(&effects->list[i], mark));
	}
	json_close_array(&out);
	if (effects->wake_up_ms != INT64_MAX)
		json_put_int(&out, "wake", effects->wake_up_ms);
	json_close(&out);
	buf_putc(buf, '\n');
}
