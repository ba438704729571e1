#include "shell.h"

#include <stdlib.h>

#include "carry.h"
#include "core.h"
#include "loop.h"
#include "recorder.h"

enum { JUMP_MS = 1000, EVENTS_A_TURN = 256 };

static void
carry(struct shell *shell, const struct effect *effect)
{
	pause_count(shell, effect);
	switch (effect->kind) {
	case EFFECT_KUBE:
		carry_kube(shell, effect);
		break;
	case EFFECT_REDIS:
		carry_redis(shell, effect);
		break;
	case EFFECT_REST:
		carry_rest(shell, effect);
		break;
	case EFFECT_HOST:
		carry_host(shell, effect);
		break;
	case EFFECT_WEB:
		carry_web(shell, effect);
		break;
	case EFFECT_DNS:
		carry_dns(shell, effect);
		break;
	case EFFECT_CANCEL:
		flight_cancel(shell, effect->id);
		break;
	case EFFECT_LOG:
		carry_log(shell, effect);
		break;
	case EFFECT_EXIT:
		shell->leaving = true;
		shell->status = effect->status;
		break;
	}
	crash_count(shell, effect);
}

static void
on_wake(uv_timer_t *timer)
{
	struct shell *shell = timer->data;

	shell->wake_up_ms = INT64_MAX;
	events_post(shell, &(struct event){.kind = EVENT_WAKE}, NULL);
}

static void
arm_wake(struct shell *shell, int64_t at, int64_t now)
{
	if (at == shell->wake_up_ms)
		return;
	shell->wake_up_ms = at;
	if (at == INT64_MAX)
		uv_timer_stop(&shell->wake);
	else
		loop_timer(&shell->wake, on_wake, at - now);
}

static void
step(struct shell *shell, const struct event *event, struct instant now)
{
	struct effects effects = {.wake_up_ms = INT64_MAX};

	recorder_event(shell->recorder, event, now);
	core_step(shell->core, event, now, &effects);
	recorder_decision(shell->recorder, &effects);
	uv_update_time(&shell->loop->uv);        /* deadlines count from now, not from before the step */
	for (size_t i = 0; i < effects.count; i++)
		carry(shell, &effects.list[i]);
	arm_wake(shell, effects.wake_up_ms, now.up_ms);
	effects_clear(&effects);
}

static void
deliver(struct shell *shell, const struct event *event)
{
	struct instant now = loop_now();
	int64_t offset = now.wall_ms - now.up_ms, moved = offset - shell->offset_ms;

	if (shell->offset_ms && (moved > JUMP_MS || moved < -JUMP_MS))
		step(shell, &(struct event){.kind = EVENT_JUMP}, now);
	shell->offset_ms = offset;
	step(shell, event, now);
}

int
shell_run(struct shell *shell)
{
	struct queued *queued;

	uv_timer_init(&shell->loop->uv, &shell->wake);
	uv_timer_init(&shell->loop->uv, &shell->patience);
	shell->wake.data = shell->patience.data = shell;
	shell->wake_up_ms = INT64_MAX;
	events_post(shell, &(struct event){.kind = EVENT_START}, NULL);
	while (!shell->leaving) {
		for (int i = 0; i < EVENTS_A_TURN && !shell->leaving && (queued = events_take(shell)); i++) {
			deliver(shell, &queued->event);
			events_release(shell, queued);
		}
		if (!shell->leaving)
			loop_turn(shell->loop, !shell->first);
	}
	uv_close((uv_handle_t *)&shell->wake, NULL);
	uv_close((uv_handle_t *)&shell->patience, NULL);
	return shell->status;
}
