/* Requests on their way: what waits for an answer, and answers that wait to be fetched. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

struct sim_text *
sim_text_new(const char *data, size_t len)
{
	struct sim_text *text = xmalloc(sizeof *text + len + 1);

	text->refs = 1;
	text->len = len;
	memcpy(text->data, data, len);
	text->data[len] = '\0';
	return text;
}

struct sim_text *
sim_text_ref(struct sim_text *text)
{
	text->refs++;
	return text;
}

struct sim_text *
sim_text_unref(struct sim_text *text)
{
	if (text && !--text->refs)
		free(text);
	return NULL;
}

struct sim_text *
sim_text_error(int status, const char *message)
{
	char *body = xasprintf("{\"message\": \"%s\", \"code\": %d}", message, status);
	struct sim_text *text = sim_text_new(body, strlen(body));

	free(body);
	return text;
}

struct call *
sim_call_new(struct sim *sim, enum sim_source source, size_t node, uint64_t id)
{
	struct call *call = xcalloc(1, sizeof *call);

	*call = (struct call){.next = sim->waiting, .id = id, .serial = sim->serial++, .node = node, .source = source,
	    .subject = node};
	return sim->waiting = call;
}

static struct call *
call_free(struct call *call)
{
	if (!call)
		return NULL;
	sim_text_unref(call->text);
	free(call->error);
	free(call->method);
	free(call->path);
	free(call);
	return NULL;
}

/* From the waiting to the ready ones, or away when nobody wants the answer. */
static void
ready(struct sim *sim, struct call *call)
{
	struct call **at = &sim->waiting;

	while (*at != call)
		at = &(*at)->next;
	*at = call->next;
	call->next = NULL;
	call->kind = CALL_ANSWERED;
	if (call->forgotten) {
		call_free(call);
		return;
	}
	*sim->ready_end = call;
	sim->ready_end = &call->next;
}

void
sim_call_answer(struct sim *sim, struct call *call, int status, struct sim_text *text, bool slowly)
{
	const struct node *n = &sim->nodes[call->node];

	if (slowly)
		text = sim_text_garbled(text, n->garbage, &status);
	call->status = status;
	call->text = text;
	if (!slowly || !n->slow) {
		ready(sim, call);
		return;
	}
	call->kind = CALL_DELAYED;
	sim_event_push(sim, (struct event){.at = sim->now + n->slow, .kind = EVENT_REPLY, .node = call->node,
	    .value = call->serial});
}

void
sim_call_say(struct sim *sim, struct call *call, int status, const char *body)
{
	sim_call_answer(sim, call, status, sim_text_new(body, strlen(body)), true);
}

void
sim_calls_delayed(struct sim *sim, uint64_t serial)
{
	for (struct call *call = sim->waiting; call; call = call->next) {
		if (call->serial == serial && call->kind == CALL_DELAYED) {
			ready(sim, call);
			return;
		}
	}
}

void
sim_calls_reset(struct sim *sim, size_t node)
{
	for (struct call *call = sim->waiting, *next; call; call = next) {
		next = call->next;
		if (call->node != node || call->kind == CALL_JOB)
			continue;
		call->text = sim_text_unref(call->text);
		sim_call_answer(sim, call, 0, sim_text_new("", 0), false);
	}
}

void
sim_calls_end(struct sim *sim, enum call_kind kind, size_t node, size_t subject, int status, const char *text)
{
	for (struct call *call = sim->waiting, *next; call; call = next) {
		next = call->next;
		if (call->kind != kind || (node != SIZE_MAX && call->node != node) || call->subject != subject)
			continue;
		sim_call_answer(sim, call, status, status == 200 ? sim_text_new(text, strlen(text)) :
		    sim_text_error(status, text), true);
	}
}

void
sim_calls_unpark(struct sim *sim, size_t node)
{
	struct call *oldest;

	/* In the order in which they came; what they do may answer others. */
	do {
		oldest = NULL;
		for (struct call *call = sim->waiting; call; call = call->next)
			if (call->node == node && call->kind == CALL_PARKED)
				oldest = call;
		if (oldest) {
			oldest->kind = CALL_ANSWERED;
			sim_rest(sim, oldest, oldest->method, oldest->path);
		}
	} while (oldest);
}

void
sim_calls_job_done(struct sim *sim, size_t node, uint32_t job, int status, const char *error)
{
	for (struct call *call = sim->waiting, *next; call; call = next) {
		next = call->next;
		if (call->node != node || call->kind != CALL_JOB || call->job != job)
			continue;
		call->error = xstrdup(error);
		sim_call_answer(sim, call, status, sim_text_new("", 0), false);
	}
}

void
sim_forget(struct sim *sim, uint64_t request_id)
{
	for (struct call *call = sim->waiting; call; call = call->next)
		if (call->id == request_id)
			call->forgotten = true;
	for (struct call *call = sim->ready; call; call = call->next)
		if (call->id == request_id)
			call->forgotten = true;
}

static struct call *
take_ready(struct sim *sim)
{
	struct call *call = sim->ready;

	if (!call)
		return NULL;
	sim->ready = call->next;
	if (!sim->ready)
		sim->ready_end = &sim->ready;
	return call;
}

bool
sim_next(struct sim *sim, int64_t now, struct sim_reply *ret)
{
	sim_advance(sim, now);
	do {
		sim->last = call_free(sim->last);
		sim->last = take_ready(sim);
	} while (sim->last && sim->last->forgotten);
	if (!sim->last)
		return false;
	*ret = (struct sim_reply){.request_id = sim->last->id, .status = sim->last->status,
	    .body = sim->last->text->data, .len = sim->last->text->len, .text = sim->last->text,
	    .error = sim->last->error ? sim->last->error : ""};
	return true;
}

void
sim_calls_free(struct sim *sim)
{
	struct call *call;

	call_free(sim->last);
	while ((call = take_ready(sim)))
		call_free(call);
	while ((call = sim->waiting)) {
		sim->waiting = call->next;
		call_free(call);
	}
}
