#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "carry.h"
#include "dns.h"
#include "http.h"
#include "kube_client.h"
#include "loop.h"
#include "redis.h"
#include "secret.h"
#include "ssh.h"
#include "tunnel.h"

/* The shell hands io's words on as the core's. */
_Static_assert((int)IO_ANSWERED == OUTCOME_ANSWERED && (int)IO_REFUSED == OUTCOME_REFUSED &&
    (int)IO_NOT_SENT == OUTCOME_NOT_SENT && (int)IO_TIMEOUT == OUTCOME_TIMEOUT && (int)IO_BROKEN == OUTCOME_BROKEN,
    "enum io_outcome and enum outcome are the same list");

struct flight *
flight_begin(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = shell->spare_flights;

	if (flight)
		shell->spare_flights = flight->next;
	else
		flight = xmalloc(sizeof *flight);
	*flight = (struct flight){.id = effect->id, .shell = shell, .kind = effect->kind,
	    .secret = effect->kind == EFFECT_KUBE && effect->kube.secret};
	HASH_ADD(hh, shell->flights, id, sizeof flight->id, flight);
	return flight;
}

static void
end(struct flight *flight)
{
	struct shell *shell = flight->shell;

	HASH_DELETE(hh, shell->flights, flight);
	flight->flown = true;
	free(flight->hidden);
	flight->hidden = NULL;
	flight->next = shell->spare_flights;
	shell->spare_flights = flight;
}

/* Without the data, and no copy of it left behind in memory. */
static char *
filtered(struct shell *shell, const char *text, size_t len, size_t *ret_len)
{
	struct buf out CLEANUP_BUF = BUF_INIT(BUF_MAX_ANSWER);

	secrets_filter(shell->secrets, text, len, &out);
	*ret_len = out.len;
	return buf_take(&out);
}

void
flight_done(void *user, struct io_answer *answer)
{
	struct flight *flight = user;
	struct shell *shell = flight->shell;
	struct event event = {
		.kind = EVENT_ANSWER,
		.id = flight->id,
		.outcome = (enum outcome)answer->outcome,
		.status = answer->status,
		.len = answer->body->len,
		.error = answer->error,
		.sent = answer->sent,
		.retry_after_ms = answer->retry_after_ms,
	};
	char *body = NULL, *error CLEANUP_FREE = NULL;

	if (flight->kind == EFFECT_KUBE && answer->status == 401) {
		kube_client_unauthorized(shell->kube);
		if (*kube_client_problem(shell->kube))
			log_say(&shell->log, LOG_LEVEL_WARN, "the API server knows us no more: %s",
			    kube_client_problem(shell->kube));
	}
	if (flight->secret && answer->body->len) {
		body = filtered(shell, buf_str(answer->body), answer->body->len, &event.len);
		explicit_bzero(answer->body->data, answer->body->len);
	} else if (answer->body->len) {
		body = buf_take(answer->body);
	}
	if (flight->hidden && body)
		mask_url(body, event.len, flight->hidden);
	if (flight->hidden && event.error) {
		event.error = error = xstrdup(event.error);
		mask_url(error, strlen(error), flight->hidden);
	}
	events_post(shell, &event, body);
	end(flight);
}

void
flight_line(void *user, const char *line, size_t len)
{
	struct flight *flight = user;
	struct event event = {.kind = EVENT_LINE, .id = flight->id, .len = len};
	char *body = flight->secret ? filtered(flight->shell, line, len, &event.len) : xstrndup(line, len);

	events_post(flight->shell, &event, body);
}

void
flight_refuse(struct flight *flight, const char *why)
{
	struct buf none = BUF_INIT(0);

	flight_done(flight, &(struct io_answer){.outcome = IO_NOT_SENT, .body = &none, .error = why,
	    .sent = loop_now()});
}

/* Its lines and its answer may be queued already: they must not come either. */
static void
void_events(struct shell *shell, uint64_t id)
{
	for (struct queued **at = &shell->first, *before = NULL, *queued; (queued = *at);) {
		if (queued->event.id != id) {
			before = queued;
			at = &queued->next;
			continue;
		}
		*at = queued->next;
		if (shell->last == queued)
			shell->last = before;
		events_release(shell, queued);
	}
}

void
flight_cancel(struct shell *shell, uint64_t id)
{
	struct flight *flight;

	HASH_FIND(hh, shell->flights, &id, sizeof id, flight);
	/* Nothing of one that is under way is queued, unless it is a stream. */
	if (!flight || flight->kind == EFFECT_KUBE)
		void_events(shell, id);
	if (!flight)
		return;
	if (flight->kind == EFFECT_REDIS)
		redis_cancel(flight->request);
	else if (flight->kind == EFFECT_HOST)
		ssh_cancel(flight->request);
	else if (flight->kind == EFFECT_DNS)
		dns_cancel(flight->request);
	else if (flight->tunnelled)
		tunnel_cancel(flight->request);
	else
		http_cancel(flight->request);
	end(flight);
}
