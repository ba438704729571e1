#include "trail.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "answer.h"
#include "base64.h"
#include "json.h"
#include "redis.h"

enum { CONNECT_MS = 3000, ANSWER_MS = 5000 };

static char *
url_of_secret(struct api *api, const char *namespace_, struct err *err)
{
	CLEANUP_FREE char *path = xasprintf("/api/v1/namespaces/%s/secrets/strait-redis", namespace_);
	CLEANUP_JSON struct cJSON *secret = NULL;
	const char *coded;
	size_t len;
	bool missing;
	char *url;

	secret = api_get(api, path, &missing, err);
	coded = json_str(json_get(secret, "data"), "url");
	url = coded ? base64_decode(coded, &len) : NULL;
	if (secret && !url)
		err_set(err, "the Secret strait-redis of namespace %s has no key url", namespace_);
	return url;
}

char *
trail_find_redis(struct api *api, const struct args *args, struct err *err)
{
	const char *said = args->redis_url ? args->redis_url : getenv("STRAIT_REDIS_URL");
	char *url;

	if (said && *said)
		return xstrdup(said);
	url = url_of_secret(api, api->namespace_, err);
	return url ? url : url_of_secret(api, "strait", err);
}

struct asking {
	struct loop *loop;
	bool changed;            /* connected, or cannot be */
	bool connected;
	bool done;
	enum io_outcome outcome;
	int status;
	char *text;              /* of the answer, or why there is none */
};

static void
on_state(void *user, bool connected, const char *reason)
{
	struct asking *a = user;

	a->changed = true;
	a->connected = connected;
	if (!connected && reason && !a->done) {
		free(a->text);
		a->text = xstrdup(reason);
	}
	loop_again(a->loop);
}

static void
answered(void *user, struct io_answer *answer)
{
	struct asking *a = user;

	a->done = true;
	a->outcome = answer->outcome;
	a->status = answer->status;
	free(a->text);
	a->text = answer->outcome == IO_ANSWERED ? xstrdup(buf_str(answer->body)) : xstrdup(answer->error ? answer->error : "");
	loop_again(a->loop);
}

static int
ask(struct api *api, struct asking *a, struct redis *redis, const char *uid, struct buf *out, struct err *err)
{
	int64_t until = loop_up_ms() + CONNECT_MS;

	while (!a->connected && loop_up_ms() < until && !(a->changed && a->text))
		api_sleep(api, 10);
	if (!a->connected)
		return err_set(err, "Redis: %s", a->text ? a->text : "it does not answer");
	redis_start(redis, &(struct redis_ask){.kind = REDIS_ASK_TRAIL, .uid = uid, .deadline_ms = ANSWER_MS, .done = answered,
	    .user = a});
	while (!a->done)
		loop_turn(&api->loop, true);
	if (a->outcome != IO_ANSWERED || a->status != 0)
		return err_set(err, "Redis: %.400s", a->text);
	buf_puts(out, a->text);
	return 0;
}

int
trail_read(struct api *api, const char *url, const char *uid, struct buf *out, struct err *err)
{
	struct asking a = {.loop = &api->loop};
	struct redis *redis = redis_new(&api->loop, url, on_state, &a, err);
	int status;

	if (!redis)
		return -1;
	status = ask(api, &a, redis, uid, out, err);
	redis_free(redis);
	free(a.text);
	return status;
}
