#include "model_web.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"

void
web_done(struct web *web)
{
	for (size_t i = 0; i < web->nposts; i++) {
		free(web->posts[i].where);
		free(web->posts[i].headers);
		free(web->posts[i].body);
	}
	free(web->posts);
	*web = (struct web){0};
}

static void
take(struct web *web, int64_t now, const struct effect_web *request)
{
	struct web_post *post = ARRAY_GROW(web->posts, web->nposts);

	post->at = now;
	post->where = request->url ? xstrdup(request->url)
	    : xasprintf("%s %s", request->url_from.name, request->url_from.key);
	post->headers = xstrdup(request->headers ? request->headers : "");
	post->body = xstrdup(request->body ? request->body : "");
}

int
web_serve(struct web *web, int64_t now, const struct effect_web *request, struct buf *body)
{
	enum web_mood mood = now < web->until ? web->mood : WEB_FINE;

	if (mood == WEB_AWAY)
		return WEB_REFUSED;
	if (mood == WEB_HANGS)
		return WEB_SILENT;
	if (mood == WEB_LIMITS || mood == WEB_FAILS) {
		buf_puts(body, mood == WEB_LIMITS ? "{\"message\":\"You are being rate limited.\"}" : "oh no");
		return mood == WEB_LIMITS ? 429 : 500;
	}
	if (manager_serve(&web->manager, request, body))
		return mood == WEB_SWALLOWS ? WEB_SILENT : 200;
	if (strcmp(request->method, "GET") != 0)
		take(web, now, request);
	buf_puts(body, "ok");
	return mood == WEB_SWALLOWS ? WEB_SILENT : 200;
}
