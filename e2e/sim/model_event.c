/* What is due, and when: a heap. */
#include "alloc.h"
#include "model_inside.h"

static bool
before(const struct event *a, const struct event *b)
{
	return a->at != b->at ? a->at < b->at : a->seq < b->seq;
}

static void
swap(struct event *a, struct event *b)
{
	struct event event = *a;

	*a = *b;
	*b = event;
}

struct event *
sim_event_top(struct sim *sim)
{
	return sim->nevents ? &sim->events[0] : NULL;
}

void
sim_event_pop(struct sim *sim)
{
	struct event *heap = sim->events;
	size_t at = 0;

	heap[0] = heap[--sim->nevents];
	for (;;) {
		size_t child = 2 * at + 1;

		if (child + 1 < sim->nevents && before(&heap[child + 1], &heap[child]))
			child++;
		if (child >= sim->nevents || !before(&heap[child], &heap[at]))
			return;
		swap(&heap[child], &heap[at]);
		at = child;
	}
}

void
sim_event_push(struct sim *sim, struct event event)
{
	size_t at = sim->nevents;

	if (sim->nevents == sim->events_cap) {
		sim->events_cap = sim->events_cap ? 2 * sim->events_cap : 64;
		sim->events = xreallocarray(sim->events, sim->events_cap, sizeof *sim->events);
	}
	event.seq = sim->seq++;
	sim->events[sim->nevents++] = event;
	for (; at && before(&sim->events[at], &sim->events[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&sim->events[at], &sim->events[(at - 1) / 2]);
}
