#include "notice_text.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "instant.h"
#include "json.h"

/* Discord refuses a content of more than 2000 characters. */
enum { TEXT_MOST = 1500, CONTENT_MOST = 1900 };

/* An invisible space: what stands behind it is no name any more. */
#define APART "\xe2\x80\x8b"

static const char usual[] = "+text+ (+operation+ on +cluster+) +owner+";
static const char repeated[] = " (sent again: nobody answered the first time)";

const char *
notice_event_name(unsigned notify)
{
	switch (notify) {
	case TARGET_NOTIFY_HALTED:
		return "halted";
	case TARGET_NOTIFY_FROZEN:
		return "frozen";
	case TARGET_NOTIFY_APPROVAL:
		return "approval";
	case TARGET_NOTIFY_OUT_OF_SERVICE:
		return "outOfService";
	case TARGET_NOTIFY_FINISHED:
		return "finished";
	default:
		return "message";
	}
}

/* The whole of 'text' is 'open', letters of 'letters', and ">". */
static bool
is_mention(const char *text, const char *open, const char *letters)
{
	size_t len = strlen(open), id;

	if (strncmp(text, open, len) != 0)
		return false;
	id = strspn(text + len, letters);
	return id >= 2 && id <= 20 && strcmp(text + len + id, ">") == 0;
}

static const char digits[] = "0123456789", upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

bool
notice_can_tag(enum target_channel_type type, const char *owner)
{
	if (!owner)
		return false;
	switch (type) {
	case TARGET_CHANNEL_DISCORD:
		return is_mention(owner, "<@", digits) || is_mention(owner, "<@!", digits) || is_mention(owner, "<@&", digits);
	case TARGET_CHANNEL_SLACK:
		return is_mention(owner, "<@", upper) || is_mention(owner, "<!subteam^", upper);
	case TARGET_CHANNEL_JSON:
		return true;
	}
	return false;
}

static void
escape_discord(const char *at, struct buf *out)
{
	for (; *at; at++) {
		buf_putc(out, *at);
		if (*at == '@' || (*at == '<' && at[1] && strchr("@#:/!&", at[1])))
			buf_puts(out, APART);
	}
}

static void
escape_slack(const char *at, struct buf *out)
{
	for (; *at; at++) {
		if (*at == '&')
			buf_puts(out, "&amp;");
		else if (*at == '<')
			buf_puts(out, "&lt;");
		else if (*at == '>')
			buf_puts(out, "&gt;");
		else
			buf_putc(out, *at);
		if (*at == '@')
			buf_puts(out, APART);
	}
}

void
notice_escape(enum target_channel_type type, const char *text, struct buf *out)
{
	if (type == TARGET_CHANNEL_DISCORD)
		escape_discord(text, out);
	else if (type == TARGET_CHANNEL_SLACK)
		escape_slack(text, out);
	else
		buf_puts(out, text);
}

/* --- templates --- */

/* What calls somebody is said once, in a message that has not been said before. */
static void
put_owner(const struct notice_text *n, struct buf *out)
{
	if (!n->owner)
		return;
	if (!notice_can_tag(n->type, n->owner))
		notice_escape(n->type, n->owner, out);
	else if (n->tag || n->type == TARGET_CHANNEL_JSON)
		buf_puts(out, n->owner);
}

static void
put_text(const struct notice_text *n, size_t most, struct buf *out)
{
	CLEANUP_FREE char *cut = NULL;
	size_t len = strlen(n->text);

	if (len <= most) {
		notice_escape(n->type, n->text, out);
		return;
	}
	for (len = most; len > 0 && ((unsigned char)n->text[len] & 0xc0) == 0x80; len--)
		;
	cut = xstrndup(n->text, len);
	notice_escape(n->type, cut, out);
	buf_puts(out, "…");
}

/* 'word' is what stands between two pluses. */
static void
put_word(const struct notice_text *n, const char *word, size_t len, size_t most, struct buf *out)
{
	const struct {
		const char *name, *value;
	} words[] = {{"event", n->event}, {"operation", n->operation}, {"namespace", n->namespace_}, {"cluster", n->cluster},
	    {"", "+"}};

	if (len == 4 && strncmp(word, "text", len) == 0)
		put_text(n, most, out);
	else if (len == 5 && strncmp(word, "owner", len) == 0)
		put_owner(n, out);
	for (size_t i = 0; i < ARRAY_LEN(words); i++)
		if (strlen(words[i].name) == len && strncmp(words[i].name, word, len) == 0)
			notice_escape(n->type, words[i].value, out);
}

/* The template's own words are its author's: Slack calls a group that is named there, Discord the owner alone. */
static void
expand(const struct notice_text *n, size_t most, struct buf *out)
{
	const char *at = n->template_ ? n->template_ : usual;

	for (;;) {
		size_t literal = strcspn(at, "+"), word;

		buf_put(out, at, literal);
		at += literal;
		if (!*at++)
			return;
		word = strcspn(at, "+");
		put_word(n, at, word, most, out);
		at += word;
		if (!*at++)
			return;
	}
}

static void
trim(struct buf *out)
{
	while (out->len > 0 && (out->data[out->len - 1] == ' ' || out->data[out->len - 1] == '\n'))
		out->data[--out->len] = '\0';
}

/* Whole but for the text, of which as much is left as fits. */
static void
render(const struct notice_text *n, struct buf *out)
{
	bool again = n->again && n->type != TARGET_CHANNEL_JSON;
	size_t most = TEXT_MOST, room = CONTENT_MOST - (again ? sizeof repeated - 1 : 0);

	expand(n, most, out);
	while (out->len > room && most > 0) {
		size_t less = (out->len - room) / 5 + 1;         /* a letter becomes five at most */

		most = most > less ? most - less : 0;
		buf_clear(out);
		expand(n, most, out);
	}
	trim(out);
	if (again)
		buf_puts(out, repeated);
}

/* --- bodies --- */

/* Nobody is called but whom 'users' or 'roles' name, whatever the content says. */
static void
put_discord(const struct notice_text *n, const char *content, struct json_out *out)
{
	bool tag = n->tag && notice_can_tag(n->type, n->owner), role = tag && n->owner[2] == '&';
	CLEANUP_FREE char *id = tag ? xstrndup(n->owner + strcspn(n->owner, digits), strspn(n->owner +
	    strcspn(n->owner, digits), digits)) : NULL;

	json_put_str(out, "content", content);
	json_open(out, "allowed_mentions");
	json_open_array(out, "parse");
	json_close_array(out);
	if (tag) {
		json_open_array(out, role ? "roles" : "users");
		json_put_str(out, NULL, id);
		json_close_array(out);
	}
	json_close(out);
}

static void
put_json(const struct notice_text *n, const char *text, struct json_out *out)
{
	char at[INSTANT_TEXT];

	json_put_str(out, "id", n->id);
	json_put_str(out, "event", n->event);
	json_put_str(out, "text", text);
	json_open(out, "operation");
	json_put_str(out, "namespace", n->namespace_);
	json_put_str(out, "name", n->operation);
	json_put_str(out, "uid", n->uid);
	json_close(out);
	json_put_str(out, "cluster", n->cluster);
	json_put_str(out, "owner", n->owner);
	json_put_str(out, "time", instant_rfc3339(n->wall_ms, at));
}

char *
notice_body(const struct notice_text *n)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_LINE);
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&body);

	if (n->type == TARGET_CHANNEL_JSON && !n->template_)
		put_text(n, TEXT_MOST, &text);
	else
		render(n, &text);
	json_open(&out, NULL);
	if (n->type == TARGET_CHANNEL_DISCORD)
		put_discord(n, buf_str(&text), &out);
	else if (n->type == TARGET_CHANNEL_SLACK)
		json_put_str(&out, "text", buf_str(&text));
	else
		put_json(n, buf_str(&text), &out);
	json_close(&out);
	return buf_take(&body);
}
