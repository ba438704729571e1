/* What Redis can lose, asked of its own settings. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"
#include "redis_private.h"

static const char *const probes[REDIS_PROBES][3] = {
	{"CONFIG", "GET", "appendonly"},
	{"CONFIG", "GET", "appendfsync"},
	{"CONFIG", "GET", "maxmemory-policy"},
	{"INFO", "replication", NULL},
};

void
redis_probe_send(struct redis_request *r, redisCallbackFn *done)
{
	r->replies = REDIS_PROBES;
	for (size_t i = 0; i < REDIS_PROBES; i++) {
		const char *argv[3] = {probes[i][0], probes[i][1], probes[i][2]};

		redisAsyncCommandArgv(r->redis->context, done, r, argv[2] ? 3 : 2, argv, NULL);
	}
}

static void
take_replication(struct redis_settings *settings, const redisReply *reply)
{
	const char *text = reply->type == REDIS_REPLY_STRING ? reply->str : "";
	const char *role = strstr(text, "role:"), *replicas = strstr(text, "connected_slaves:");

	if (role)
		snprintf(settings->role, sizeof settings->role, "%.*s", (int)strcspn(role + 5, "\r\n"), role + 5);
	settings->replicas = replicas ? strtoll(replicas + 17, NULL, 10) : -1;
}

void
redis_probe_take(struct redis_request *r, const redisReply *reply)
{
	struct redis_settings *s = &r->settings;
	char (*const texts[REDIS_PROBES])[32] = {&s->appendonly, &s->appendfsync, &s->eviction, &s->role};
	size_t which = (size_t)(REDIS_PROBES - r->replies);

	snprintf(*texts[which], sizeof *texts[which], "unknown");
	if (which == REDIS_PROBES - 1)
		take_replication(s, reply);
	else if (reply->type == REDIS_REPLY_ARRAY && reply->elements == 2 && reply->element[1]->type == REDIS_REPLY_STRING)
		snprintf(*texts[which], sizeof *texts[which], "%s", reply->element[1]->str);
}

/* A statement stands in for what is hidden, never for what is seen. */
static const char *
shown(const struct redis_request *r, const char *setting)
{
	return r->redis->url.durable && strcmp(setting, "unknown") == 0 ? "stated" : setting;
}

void
redis_probe_print(const struct redis_request *r, struct buf *out)
{
	const struct redis_settings *s = &r->settings;
	struct json_out json = JSON_OUT(out);

	json_open_array(&json, NULL);
	json_put_str(&json, NULL, shown(r, s->appendonly));
	json_put_str(&json, NULL, shown(r, s->appendfsync));
	json_put_str(&json, NULL, shown(r, s->eviction));
	json_put_str(&json, NULL, shown(r, s->role));
	json_put_int(&json, NULL, s->replicas);
	json_put_int(&json, NULL, r->redis->url.wait);
	json_close_array(&json);
}
