#include "timer.h"

#include <stddef.h>

#include "utlist.h"

void
timer_arm(struct timers *timers, struct timer *timer, int64_t due_up_ms, timer_fire *fire, void *owner)
{
	struct timer *later;

	timer_disarm(timers, timer);
	timer->due_up_ms = due_up_ms;
	timer->fire = fire;
	timer->owner = owner;
	timer->armed = true;
	DL_FOREACH (timers->head, later) {
		if (later->due_up_ms > due_up_ms) {
			DL_PREPEND_ELEM(timers->head, later, timer);
			return;
		}
	}
	DL_APPEND(timers->head, timer);
}

void
timer_arm_earlier(struct timers *timers, struct timer *timer, int64_t due_up_ms, timer_fire *fire, void *owner)
{
	if (!timer->armed || timer->due_up_ms > due_up_ms)
		timer_arm(timers, timer, due_up_ms, fire, owner);
}

void
timer_disarm(struct timers *timers, struct timer *timer)
{
	if (!timer->armed)
		return;
	DL_DELETE(timers->head, timer);
	timer->armed = false;
}

int64_t
timers_next(const struct timers *timers)
{
	return timers->head ? timers->head->due_up_ms : INT64_MAX;
}

void
timers_run(struct core *core, struct timers *timers, int64_t up_ms)
{
	while (timers->head && timers->head->due_up_ms <= up_ms) {
		struct timer *timer = timers->head;

		timer_disarm(timers, timer);
		timer->fire(core, timer->owner);
	}
}
