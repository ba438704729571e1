#include "loop.h"

#include <curl/curl.h>
#include <malloc.h>
#include <signal.h>
#include <time.h>

enum { TRIM_FIRST_MS = 10000, TRIM_MS = 30000 };

static int64_t
clock_ms(clockid_t clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t
loop_up_ms(void)
{
	return clock_ms(CLOCK_BOOTTIME);
}

struct instant
loop_now(void)
{
	return (struct instant){.up_ms = clock_ms(CLOCK_BOOTTIME), .wall_ms = clock_ms(CLOCK_REALTIME)};
}

int
loop_init(struct loop *loop, struct err *err)
{
	int rc;

	*loop = (struct loop){.trim_up_ms = loop_up_ms() + TRIM_FIRST_MS};
	/* hiredis writes with plain write(): a peer that has gone must be an error, not our end. */
	signal(SIGPIPE, SIG_IGN);
	rc = uv_loop_init(&loop->uv);
	if (rc)
		return err_set(err, "cannot make an event loop: %s", uv_strerror(rc));
	uv_idle_init(&loop->uv, &loop->again);
	if (curl_global_init(CURL_GLOBAL_DEFAULT))
		return err_set(err, "cannot start libcurl");
	return 0;
}

static void
on_uv_signal(uv_signal_t *handle, int signo)
{
	struct loop *loop = handle->data;

	(void)signo;
	loop->on_signal(loop->user);
}

int
loop_catch(struct loop *loop, void (*on_signal)(void *user), void *user, struct err *err)
{
	int rc;

	loop->on_signal = on_signal;
	loop->user = user;
	uv_signal_init(&loop->uv, &loop->terminate);
	uv_signal_init(&loop->uv, &loop->interrupt);
	loop->terminate.data = loop->interrupt.data = loop;
	rc = uv_signal_start(&loop->terminate, on_uv_signal, SIGTERM);
	if (!rc)
		rc = uv_signal_start(&loop->interrupt, on_uv_signal, SIGINT);
	return rc ? err_set(err, "cannot catch signals: %s", uv_strerror(rc)) : 0;
}

void
loop_turn(struct loop *loop, bool wait)
{
	uv_run(&loop->uv, wait ? UV_RUN_ONCE : UV_RUN_NOWAIT);
	/* What a burst of requests needed would stay ours for ever: the C library gives back the end of its heap alone. */
	if (wait && loop_up_ms() >= loop->trim_up_ms) {
		malloc_trim(0);
		loop->trim_up_ms = loop_up_ms() + TRIM_MS;
	}
	uv_idle_stop(&loop->again);
}

static void
on_again(uv_idle_t *again)
{
	(void)again;
}

void
loop_again(struct loop *loop)
{
	uv_idle_start(&loop->again, on_again);
}

int
loop_drain(struct loop *loop)
{
	enum { TURNS = 1000 };

	if (loop->on_signal) {
		loop->on_signal = NULL;
		uv_close((uv_handle_t *)&loop->terminate, NULL);
		uv_close((uv_handle_t *)&loop->interrupt, NULL);
	}
	if (!uv_is_closing((uv_handle_t *)&loop->again))
		uv_close((uv_handle_t *)&loop->again, NULL);
	/* Closing takes a few turns and never waits for a peer; what is left after so many is a bug to report. */
	for (int i = 0; i < TURNS && uv_loop_alive(&loop->uv); i++)
		uv_run(&loop->uv, UV_RUN_NOWAIT);
	return uv_loop_alive(&loop->uv);
}

void
loop_done(struct loop *loop)
{
	uv_loop_close(&loop->uv);
	curl_global_cleanup();
	uv_library_shutdown();
}

void
loop_timer(uv_timer_t *timer, uv_timer_cb callback, int64_t in_ms)
{
	uv_update_time(timer->loop);
	uv_timer_start(timer, callback, in_ms > 0 ? (uint64_t)in_ms : 0, 0);
}
