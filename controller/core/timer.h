/* Timers of the core: a moment on the up clock and a function to call. Fired in order of due time, then of arming,
 * so that equal inputs give equal runs. A timer is embedded in its owner, who disarms it before dying. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct core;
struct timer;

typedef void timer_fire(struct core *core, void *owner);

struct timer {
	int64_t due_up_ms;
	timer_fire *fire;
	void *owner;
	struct timer *prev, *next;
	bool armed;
};

struct timers {
	struct timer *head;      /* sorted: timer::next */
};

/* (Re)arm: 'fire' is called at 'due_up_ms' or later. */
void timer_arm(struct timers *timers, struct timer *timer, int64_t due_up_ms, timer_fire *fire, void *owner);
/* As timer_arm, but an earlier due time that is already set is kept. */
void timer_arm_earlier(struct timers *timers, struct timer *timer, int64_t due_up_ms, timer_fire *fire, void *owner);
void timer_disarm(struct timers *timers, struct timer *timer);
/* INT64_MAX when none is armed. */
int64_t timers_next(const struct timers *timers);
/* Fire what is due, each once. */
void timers_run(struct core *core, struct timers *timers, int64_t up_ms);
