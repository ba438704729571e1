/* The one event loop: libuv with our clocks, signals and an orderly end. Modules of io hang their handles on 'uv'. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <uv.h>

#include "err.h"
#include "instant.h"

struct loop {
	uv_loop_t uv;
	uv_signal_t terminate;
	uv_signal_t interrupt;
	int64_t trim_up_ms;      /* when memory is given back next */
	uv_idle_t again;
	void (*on_signal)(void *user);
	void *user;
};

/* Both clocks, now. */
struct instant loop_now(void);
/* Only CLOCK_BOOTTIME: milliseconds of up time. */
int64_t loop_up_ms(void);

/* Make the loop, start libcurl, ignore SIGPIPE. */
int loop_init(struct loop *loop, struct err *err);
/* Call 'on_signal' on each SIGTERM and SIGINT. */
int loop_catch(struct loop *loop, void (*on_signal)(void *user), void *user, struct err *err);
/* One turn: wait for something to happen (or not), call its callbacks. */
void loop_turn(struct loop *loop, bool wait);
/* Called from a callback: there is work, this turn must not wait any more. libuv calls timers first and then waits for
 * a descriptor all the same. */
void loop_again(struct loop *loop);
/* Run until every handle is closed. The caller has closed its own; returns how many were left open (0 is right). */
int loop_drain(struct loop *loop);
/* After loop_drain(): free the loop and what the libraries keep for the process. */
void loop_done(struct loop *loop);

/* (Re)arm a one-shot timer by the present time; libuv's own idea of now may be old. */
void loop_timer(uv_timer_t *timer, uv_timer_cb callback, int64_t in_ms);
