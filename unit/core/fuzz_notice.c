/* Any template, owner and text: the body is JSON, not too long, and calls nobody but the owner. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "notice_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char *
take_line(const char **at)
{
	size_t len = strcspn(*at, "\n");
	char *line = xstrndup(*at, len);

	*at += len + ((*at)[len] != '\0');
	return line;
}

static void
insist(bool good)
{
	if (!good)
		abort();
}

static void
look_at_discord(const struct cJSON *body, const struct notice_text *n)
{
	const struct cJSON *allowed = json_get(body, "allowed_mentions");
	size_t called = json_count(json_get(allowed, "users")) + json_count(json_get(allowed, "roles"));

	insist(json_count(json_get(allowed, "parse")) == 0);
	insist(called == (n->tag && notice_can_tag(n->type, n->owner)));
}

/* The first line is the template, the second the owner, the rest the text. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_FREE char *input = xstrndup((const char *)data, size);
	const char *at = input;
	CLEANUP_FREE char *template_ = take_line(&at), *owner = take_line(&at);

	for (int i = 0; i < 6; i++) {
		const struct notice_text n = {.type = (enum target_channel_type)(i / 2),
		    .template_ = *template_ ? template_ : NULL, .event = "halted",
		    .text = at, .operation = "roll", .namespace_ = "ops", .uid = "u", .cluster = "c",
		    .owner = *owner ? owner : NULL, .id = "i", .tag = i % 2, .again = !(i % 2)};
		CLEANUP_FREE char *body = notice_body(&n);
		CLEANUP_JSON struct cJSON *json = json_parse(body, strlen(body), NULL);
		CLEANUP_BUF struct buf escaped = BUF_INIT(BUF_MAX_OBJECT);

		insist(json != NULL);
		if (n.type == TARGET_CHANNEL_DISCORD)
			look_at_discord(json, &n);
		notice_escape(n.type, at, &escaped);
		insist(n.type != TARGET_CHANNEL_SLACK || !strpbrk(buf_str(&escaped), "<>"));
		insist(n.type != TARGET_CHANNEL_DISCORD || !strstr(buf_str(&escaped), "<@"));
	}
	return 0;
}
