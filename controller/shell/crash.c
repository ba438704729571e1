/* For tests: the controller's end, or its pause, at a chosen effect. At its end the effect has left, its answer may have
 * come, and the core has heard nothing of either; at its pause the act has been decided and has not left. */
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "carry.h"
#include "loop.h"

enum { REQUEST_MS = 500, HOST_MS = 2000, TICK_MS = 5 };

static void
on_tick(uv_timer_t *timer)
{
	(void)timer;
}

static bool
in_flight(const struct shell *shell, uint64_t id)
{
	struct flight *flight;

	HASH_FIND(hh, shell->flights, &id, sizeof id, flight);
	return flight;
}

void
crash_count(struct shell *shell, const struct effect *effect)
{
	bool reads = effect->kind == EFFECT_KUBE && strcmp(effect->kube.method, "GET") == 0;
	bool counts = effect->kind == EFFECT_REDIS || effect->kind == EFFECT_REST || effect->kind == EFFECT_HOST ||
	    effect->kind == EFFECT_KUBE || effect->kind == EFFECT_WEB;
	int64_t until = loop_up_ms() + (effect->kind == EFFECT_HOST ? HOST_MS : REQUEST_MS);
	uv_timer_t tick;

	if (!shell->crash_after || reads || !counts || ++shell->carried < shell->crash_after)
		return;
	log_say(&shell->log, LOG_LEVEL_WARN, "--crash-after-effects: ending after a %s effect",
	    effect_kind_name(effect->kind));
	uv_timer_init(&shell->loop->uv, &tick);
	uv_timer_start(&tick, on_tick, TICK_MS, TICK_MS);
	while (in_flight(shell, effect->id) && loop_up_ms() < until)
		loop_turn(shell->loop, true);
	raise(SIGKILL);
}

void
pause_count(struct shell *shell, const struct effect *effect)
{
	/* Only what may change a node has a time after which it must not leave. */
	if (!shell->pause_before || !effect->not_after_up || ++shell->acts < shell->pause_before)
		return;
	shell->pause_before = 0;
	log_say(&shell->log, LOG_LEVEL_WARN, "--pause-before-act: stopping before a %s effect", effect_kind_name(effect->kind));
	raise(SIGSTOP);
	log_say(&shell->log, LOG_LEVEL_WARN, "--pause-before-act: continued");
}
