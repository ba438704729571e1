/* hiredis on libuv. What a turn of the loop has queued is written right before the loop waits, in one piece; epoll is
 * asked about writing only while connecting or when the socket is full. */
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "alloc.h"
#include "loop.h"
#include "redis_private.h"

enum { READ_SIZE = 16 << 10, ELEMENTS_MAX = 1 << 20 };

static void on_poll(uv_poll_t *handle, int status, int events);

static void
arm(struct redis_adapter *a, int events)
{
	if (events == a->armed)
		return;
	a->armed = events;
	if (events)
		uv_poll_start(&a->poll, events, on_poll);
	else
		uv_poll_stop(&a->poll);
}

/* hiredis has no bound of its own. What has come since the last whole reply counts; while we are still greeting each
 * other replies are short. */
static void
bound_reply(struct redis_adapter *a, size_t got)
{
	const redisReader *reader = a->context->c.reader;
	struct redis *redis = a->context->data;
	size_t most = redis->state == REDIS_READY ? BUF_MAX_ANSWER : BUF_MAX_GREETING;
	char why[64];

	if (a->waiting != a->context->replies.head || (reader->ridx < 0 && reader->pos == reader->len))
		a->unread = 0;
	else
		a->unread += got;
	a->waiting = a->context->replies.head;
	if (a->unread <= most)
		return;
	snprintf(why, sizeof why, "a reply is larger than %zu bytes", most);
	redis_drop(redis, why);
}

/* hiredis ends the process at a reply that nobody waits for. */
static const char unasked[] = "it says what was not asked for: this is no Redis";

bool
redis_is_unasked(redisAsyncContext *context)
{
	const redisReader *reader = context->c.reader;

	if (context->replies.head || reader->pos == reader->len)
		return false;
	redis_drop(context->data, unasked);
	return true;
}

static void
take(struct redis_adapter *a)
{
	int waiting = 0;
	char byte;

	if (!a->context->replies.head && recv(a->context->c.fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) > 0) {
		redis_drop(a->context->data, unasked);
		return;
	}
	if (ioctl(a->context->c.fd, FIONREAD, &waiting) || waiting > READ_SIZE)
		waiting = READ_SIZE;
	redisAsyncHandleRead(a->context);
	if (a->context)
		bound_reply(a, (size_t)waiting);
}

/* A refused connection and a reset arrive as an error with no events; hiredis finds the reason when it tries. Each call
 * may free the context, and with it our pointer. */
static void
on_poll(uv_poll_t *handle, int status, int events)
{
	struct redis_adapter *a = handle->data;

	if (status < 0) {
		a->armed = 0;
		events = UV_READABLE | UV_WRITABLE;
	}
	if (a->context && events & UV_WRITABLE)
		redisAsyncHandleWrite(a->context);
	if (a->context && events & UV_READABLE)
		take(a);
}

static void
on_flush(uv_prepare_t *handle)
{
	struct redis_adapter *a = handle->data;

	uv_prepare_stop(handle);
	a->flushing = true;
	if (a->context)
		redisAsyncHandleWrite(a->context);
	a->flushing = false;             /* the adapter outlives its context until its handles are closed */
}

static void
add_read(void *data)
{
	struct redis_adapter *a = data;

	arm(a, a->armed | UV_READABLE);
}

static void
del_read(void *data)
{
	struct redis_adapter *a = data;

	arm(a, a->armed & ~UV_READABLE);
}

/* hiredis takes its first write event for the connection's: it must be a real one. Asked for while flushing, the socket
 * is full. */
static void
add_write(void *data)
{
	struct redis_adapter *a = data;

	if (a->flushing || !(a->context->c.flags & REDIS_CONNECTED))
		arm(a, a->armed | UV_WRITABLE);
	else if (!(a->armed & UV_WRITABLE))
		uv_prepare_start(&a->flush, on_flush);
}

static void
del_write(void *data)
{
	struct redis_adapter *a = data;

	arm(a, a->armed & ~UV_WRITABLE);
}

static void
on_closed(uv_handle_t *handle)
{
	struct redis_adapter *a = handle->data;

	if (--a->closing == 0)
		free(a);
}

static void
cleanup(void *data)
{
	struct redis_adapter *a = data;

	a->context = NULL;
	a->closing = 2;
	uv_close((uv_handle_t *)&a->poll, on_closed);
	uv_close((uv_handle_t *)&a->flush, on_closed);
}

int
redis_attach(struct loop *loop, redisAsyncContext *context)
{
	struct redis_adapter *a = xcalloc(1, sizeof *a);

	if (uv_poll_init(&loop->uv, &a->poll, context->c.fd)) {
		free(a);
		return -1;
	}
	uv_prepare_init(&loop->uv, &a->flush);
	a->context = context;
	a->poll.data = a->flush.data = a;
#if HIREDIS_MAJOR >= 1
	context->c.reader->maxelements = ELEMENTS_MAX;
#endif
	context->ev.data = a;
	context->ev.addRead = add_read;
	context->ev.delRead = del_read;
	context->ev.addWrite = add_write;
	context->ev.delWrite = del_write;
	context->ev.cleanup = cleanup;
	return 0;
}
