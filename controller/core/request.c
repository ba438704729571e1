#include "request.h"

#include <stdlib.h>

#include "alloc.h"
#include "state.h"

struct effect *
request_new(struct core *core, enum effect_kind kind, request_done *done, void *owner, uint64_t arg)
{
	struct request *request = xcalloc(1, sizeof *request);

	request->id = ++core->last_id;
	request->done = done;
	request->owner = owner;
	request->arg = arg;
	HASH_ADD(hh, core->requests, id, sizeof request->id, request);
	return effects_add(core->out, kind, request->id);
}

void
request_cancel(struct core *core, uint64_t id)
{
	struct request *request;

	HASH_FIND(hh, core->requests, &id, sizeof id, request);
	if (!request)
		return;
	HASH_DEL(core->requests, request);
	free(request);
	effects_add(core->out, EFFECT_CANCEL, id);
}

void
requests_drop(struct core *core, const void *owner)
{
	struct request *request, *next;

	HASH_ITER (hh, core->requests, request, next)
		if (request->owner == owner)
			request_cancel(core, request->id);
}

void
request_deliver(struct core *core, const struct event *event)
{
	struct request *request, copy;

	HASH_FIND(hh, core->requests, &event->id, sizeof event->id, request);
	if (!request)
		return;
	copy = *request;
	if (event->kind == EVENT_ANSWER) {
		HASH_DEL(core->requests, request);
		free(request);
	}
	copy.done(core, copy.owner, copy.arg, event);
}

void
requests_free(struct core *core)
{
	struct request *request, *next;

	HASH_ITER (hh, core->requests, request, next) {
		HASH_DEL(core->requests, request);
		free(request);
	}
}
