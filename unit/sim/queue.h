/* What is to happen, by time and then by the order in which it was put in: a heap. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct flight;

enum item_kind {
	ITEM_LEAVE,        /* the request leaves the process */
	ITEM_ARRIVE,       /* and reaches its peer */
	ITEM_ANSWER,       /* the completion reaches the core */
	ITEM_DEADLINE,
	ITEM_LINE,         /* a watch's line reaches the core */
	ITEM_RESTART,      /* a new core after a crash; 'value': of which process */
	ITEM_CONTINUE,     /* SIGCONT, likewise, if it still lives the same life */
	ITEM_HAND,         /* a human hand or a fault: world.h */
};

struct item {
	int64_t at;
	uint64_t order;
	enum item_kind kind;
	struct flight *flight;
	unsigned life;
	char *line;
	void (*hand)(void *arg, int64_t value);
	void *arg;
	int64_t value;
};

struct queue {
	struct item *items;
	size_t count, room;
	uint64_t orders;
};

void queue_done(struct queue *queue);
void queue_put(struct queue *queue, struct item item);
/* The next one's time; INT64_MAX: empty. */
int64_t queue_next(const struct queue *queue);
struct item queue_take(struct queue *queue);
