/* The channel of reconcilers/web.h. */
#include "web.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "op.h"
#include "question.h"
#include "request.h"

enum { ANSWER_WITHIN_MS = 10000 };

const struct answer *
web_get(struct task *t, const char *url, const char *headers)
{
	CLEANUP_FREE char *what = xasprintf("%s\n%s", url, headers ? headers : "");

	return task_question(t, QUESTION_WEB, "", what);
}

static void
replace(char **text, const char *by)
{
	free(*text);
	*text = xstrdup_or_null(by);
}

const struct act *
web_send(struct task *t, const char *label, enum act_kind kind, const struct web_request *request)
{
	CLEANUP_FREE char *target = xasprintf("%s %s", request->method, request->url);
	const struct act *view = task_act(t, label, kind, 'w', target);
	struct act_record *act = act_find(t->step, label);

	replace(&act->headers, request->headers);
	replace(&act->body, request->body);
	return view;
}

void
web_fill_question(struct effect *effect, const char *what)
{
	const char *end = strchr(what, '\n');

	snprintf(effect->web.method, sizeof effect->web.method, "GET");
	effect->web.url = xstrndup(what, (size_t)(end - what));
	effect->web.headers = end[1] ? xstrdup(end + 1) : NULL;
	effect->deadline_ms = ANSWER_WITHIN_MS;
}

void
web_fill_act(struct effect *effect, const struct act_record *act)
{
	const char *url = strchr(act->target, ' ') + 1;

	snprintf(effect->web.method, sizeof effect->web.method, "%.*s", (int)(url - act->target - 1), act->target);
	effect->web.url = xstrdup(url);
	effect->web.headers = xstrdup_or_null(act->headers);
	effect->web.body = xstrdup_or_null(act->body);
	effect->deadline_ms = ANSWER_WITHIN_MS;
}
