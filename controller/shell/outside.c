/* What the world says to the shell outside of effects: signals, Redis' comings and goings, probes and scrapes; and the
 * shell's end. */
#include <stdlib.h>
#include <string.h>

#include "carry.h"
#include "core.h"
#include "loop.h"

enum { PATIENCE_MS = 10000 };

static void
on_patience_over(uv_timer_t *timer)
{
	struct shell *shell = timer->data;

	log_say(&shell->log, LOG_LEVEL_WARN, "the hand-over took longer than %d s: leaving without it",
	    PATIENCE_MS / 1000);
	shell->leaving = true;
	shell->status = 1;
	loop_again(shell->loop);
}

void
shell_on_signal(void *user)
{
	struct shell *shell = user;

	if (shell->stopping) {
		log_say(&shell->log, LOG_LEVEL_WARN, "a second signal: leaving at once, without a hand-over");
		shell->leaving = true;
		shell->status = 1;
		loop_again(shell->loop);
		return;
	}
	shell->stopping = true;
	events_post(shell, &(struct event){.kind = EVENT_STOP}, NULL);
	loop_timer(&shell->patience, on_patience_over, PATIENCE_MS);
}

void
shell_on_redis(void *user, bool connected, const char *reason)
{
	const struct shell *shell = user;

	if (connected)
		log_say(&shell->log, LOG_LEVEL_INFO, "connected to Redis");
	else
		log_say(&shell->log, LOG_LEVEL_WARN, "not connected to Redis, trying again: %s", reason);
}

int
shell_page(void *user, const char *path, struct buf *out, const char **type)
{
	const struct shell *shell = user;
	bool good;

	if (strcmp(path, "/metrics") == 0) {
		*type = "text/plain; version=0.0.4; charset=utf-8";
		core_metrics(shell->core, out);
		return 200;
	}
	if (strcmp(path, "/healthz") == 0) {
		good = true;            /* whoever answers at all is alive */
	} else if (strcmp(path, "/readyz") == 0) {
		good = core_ready(shell->core);
	} else {
		buf_puts(out, "not found: there are /metrics, /healthz and /readyz\n");
		return 404;
	}
	buf_puts(out, good ? "ok\n" : "not ok\n");
	return good ? 200 : 503;
}

void
shell_done(struct shell *shell)
{
	struct flight *flight, *next_flight;
	struct queued *queued;

	while ((queued = events_take(shell)))
		events_release(shell, queued);
	while ((queued = shell->spare)) {
		shell->spare = queued->next;
		free(queued);
	}
	HASH_ITER(hh, shell->flights, flight, next_flight) {
		HASH_DELETE(hh, shell->flights, flight);
		free(flight->hidden);
		free(flight);
	}
	while ((flight = shell->spare_flights)) {
		shell->spare_flights = flight->next;
		free(flight);
	}
}
