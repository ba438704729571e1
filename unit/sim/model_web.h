/* Somebody's web server: it takes posts, or is in another mood. What it has taken it keeps; its answer may be lost. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "effect.h"
#include "model_manager.h"

enum web_mood {
	WEB_FINE,
	WEB_LIMITS,      /* 429, with Retry-After */
	WEB_FAILS,       /* 500, and nothing is taken */
	WEB_HANGS,       /* reads it and says nothing; nothing is taken */
	WEB_SWALLOWS,    /* takes it and says nothing */
	WEB_AWAY,        /* nobody listens */
	WEB_MOODS,
};

enum { WEB_SILENT = 0, WEB_REFUSED = -1, WEB_RETRY_AFTER_MS = 2000 };

struct web_post {
	int64_t at;
	char *where;             /* the URL, or "namespace/name key" */
	char *headers, *body;
};

struct web {
	enum web_mood mood;
	int64_t until;           /* then it is fine again */
	struct web_post *posts;  /* taken */
	size_t nposts;
	struct manager manager;
};

void web_done(struct web *web);
/* The status and the answer's body; WEB_SILENT, WEB_REFUSED. */
int web_serve(struct web *web, int64_t now, const struct effect_web *request, struct buf *body);
