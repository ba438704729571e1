/* The outbox in the journal: members "told" and "outbox" of the field "op". A build that does not know them leaves them
 * out, and what waits is lost with that; nothing else is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "op.h"
#include "outbox.h"

static const char *const states[] = {"waiting", "sending", "sent", "givenUp"};

static void
put_post(struct json_out *out, const struct post *post)
{
	json_open(out, NULL);
	json_put_str(out, "to", post->channel);
	json_put_str(out, "state", states[post->state]);
	if (post->tries)
		json_put_int(out, "tries", post->tries);
	if (post->doubted)
		json_put_bool(out, "doubted", true);
	json_close(out);
}

/* The first of 'count' that is among the newest. */
static size_t
first_of(size_t count, size_t kept)
{
	return count > kept ? count - kept : 0;
}

void
outbox_record(const struct op *op, struct json_out *out, size_t most, size_t kept)
{
	struct outbox *box = op->outbox;

	if (!box || (box->count == 0 && box->ntold == 0))
		return;
	box->left_out = first_of(box->ntold, kept) + first_of(box->count, kept);
	json_open_array(out, "told");
	for (size_t i = first_of(box->ntold, kept); i < box->ntold; i++)
		json_put_str(out, NULL, box->told[i]);
	json_close_array(out);
	json_open_array(out, "outbox");
	for (size_t i = first_of(box->count, kept); i < box->count; i++) {
		const struct notice *notice = box->list[i];
		CLEANUP_FREE char *text = xstrndup(notice->text, most);

		json_open(out, NULL);
		json_put_str(out, "key", notice->key);
		json_put_int(out, "event", notice->event);
		json_put_int(out, "at", notice->wall_ms);
		json_put_str(out, "text", text);
		json_open_array(out, "posts");
		for (size_t p = 0; p < notice->nposts; p++)
			put_post(out, &notice->posts[p]);
		json_close_array(out);
		json_close(out);
	}
	json_close_array(out);
}

/* One that was being sent had no answer, as far as anybody knows now. */
static void
read_post(struct notice *notice, const struct cJSON *value)
{
	struct post *post = ARRAY_GROW(notice->posts, notice->nposts);
	const char *state = json_str_or(value, "state", "");

	post->channel = xstrdup(json_str_or(value, "to", ""));
	for (size_t i = 0; i < ARRAY_LEN(states); i++)
		if (strcmp(states[i], state) == 0)
			post->state = (enum post_state)i;
	post->tries = json_int(value, "tries", 0);
	post->doubted = json_bool(value, "doubted", false) || post->state == POST_SENDING;
	if (post->state == POST_SENDING)
		post->state = POST_WAITING;
}

void
outbox_read(struct op *op, const struct cJSON *value)
{
	JSON_EACH (key, json_get(value, "told"))
		outbox_told(op, json_text(key));
	JSON_EACH (element, json_get(value, "outbox")) {
		struct notice *notice = outbox_add(op, json_str_or(element, "key", ""), (unsigned)json_int(element, "event", 0),
		    json_int(element, "at", 0), json_str_or(element, "text", ""));

		JSON_EACH (post, json_get(element, "posts"))
			read_post(notice, post);
	}
}

static bool
post_fits(const struct cJSON *post)
{
	const struct cJSON *tries = json_get(post, "tries");
	int64_t number;

	return json_is_object(post) && json_str(post, "to") && json_str(post, "state") &&
	    (!tries || json_to_int(tries, &number));
}

bool
outbox_fits(const struct cJSON *value)
{
	const struct cJSON *told = json_get(value, "told"), *list = json_get(value, "outbox");

	if ((told && !json_is_array(told)) || (list && !json_is_array(list)))
		return false;
	JSON_EACH (key, told)
		if (!json_text(key))
			return false;
	JSON_EACH (notice, list) {
		int64_t number;

		if (!json_str(notice, "key") || !json_str(notice, "text") || !json_to_int(json_get(notice, "at"), &number) ||
		    !json_to_int(json_get(notice, "event"), &number) || !json_is_array(json_get(notice, "posts")))
			return false;
		JSON_EACH (post, json_get(notice, "posts"))
			if (!post_fits(post))
				return false;
	}
	return true;
}
