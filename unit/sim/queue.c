#include "queue.h"

#include <stdlib.h>

#include "alloc.h"

static bool
before(const struct item *a, const struct item *b)
{
	return a->at != b->at ? a->at < b->at : a->order < b->order;
}

static void
swap(struct item *a, struct item *b)
{
	struct item was = *a;

	*a = *b;
	*b = was;
}

void
queue_done(struct queue *queue)
{
	for (size_t i = 0; i < queue->count; i++)
		free(queue->items[i].line);
	free(queue->items);
	*queue = (struct queue){0};
}

void
queue_put(struct queue *queue, struct item item)
{
	size_t at = queue->count++;

	if (at == queue->room) {
		queue->room = queue->room ? queue->room * 2 : 64;
		queue->items = xreallocarray(queue->items, queue->room, sizeof *queue->items);
	}
	item.order = queue->orders++;
	queue->items[at] = item;
	for (; at > 0 && before(&queue->items[at], &queue->items[(at - 1) / 2]); at = (at - 1) / 2)
		swap(&queue->items[at], &queue->items[(at - 1) / 2]);
}

int64_t
queue_next(const struct queue *queue)
{
	return queue->count ? queue->items[0].at : INT64_MAX;
}

struct item
queue_take(struct queue *queue)
{
	struct item first = queue->items[0];
	size_t at = 0;

	queue->items[0] = queue->items[--queue->count];
	for (;;) {
		size_t child = at * 2 + 1;

		if (child + 1 < queue->count && before(&queue->items[child + 1], &queue->items[child]))
			child++;
		if (child >= queue->count || !before(&queue->items[child], &queue->items[at]))
			return first;
		swap(&queue->items[child], &queue->items[at]);
		at = child;
	}
}
