#include <stdlib.h>

#include "alloc.h"
#include "carry.h"
#include "loop.h"

void
events_post(struct shell *shell, const struct event *event, char *body)
{
	struct queued *queued = shell->spare;

	if (queued)
		shell->spare = queued->next;
	else
		queued = xmalloc(sizeof *queued);
	*queued = (struct queued){.event = *event, .body = body, .error = xstrdup_or_null(event->error)};
	queued->event.body = body ? body : "";
	queued->event.error = queued->error;
	*(shell->last ? &shell->last->next : &shell->first) = queued;
	shell->last = queued;
	loop_again(shell->loop);
}

struct queued *
events_take(struct shell *shell)
{
	struct queued *queued = shell->first;

	if (!queued)
		return NULL;
	shell->first = queued->next;
	if (!shell->first)
		shell->last = NULL;
	return queued;
}

void
events_release(struct shell *shell, struct queued *queued)
{
	free(queued->body);
	free(queued->error);
	queued->next = shell->spare;
	shell->spare = queued;
}
