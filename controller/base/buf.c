#include "buf.h"

#include <stdio.h>
#include <string.h>

#include "alloc.h"

enum { FIRST_CAP = 64 };

void
buf_init(struct buf *b, size_t max)
{
	*b = (struct buf)BUF_INIT(max);
}

void
buf_done(struct buf *b)
{
	free(b->data);
	buf_init(b, b->max);
}

void
buf_clear(struct buf *b)
{
	b->len = 0;
	b->overflow = false;
	if (b->data)
		b->data[0] = '\0';
}

bool
buf_ok(const struct buf *b)
{
	return !b->overflow;
}

const char *
buf_str(const struct buf *b)
{
	return b->data ? b->data : "";
}

char *
buf_take(struct buf *b)
{
	char *text = b->data ? b->data : xstrdup("");

	buf_init(b, b->max);
	return text;
}

/* Room for 'more' bytes and the NUL. False when the maximum forbids it, and from then on: a text with a hole in it
 * would be worse than a short one. */
static bool
reserve(struct buf *b, size_t more)
{
	size_t cap = b->cap ? b->cap : FIRST_CAP;

	if (b->overflow || more > b->max - b->len) {
		b->overflow = true;
		return false;
	}
	if (b->data && b->len + more <= b->cap)
		return true;
	while (cap < b->len + more)
		cap = cap > b->max / 2 ? b->max : cap * 2;
	b->data = xreallocarray(b->data, cap + 1, 1);
	b->data[b->len] = '\0';
	b->cap = cap;
	return true;
}

void
buf_put(struct buf *b, const void *bytes, size_t len)
{
	if (!len || !reserve(b, len))
		return;
	memcpy(b->data + b->len, bytes, len);
	b->len += len;
	b->data[b->len] = '\0';
}

void
buf_puts(struct buf *b, const char *text)
{
	buf_put(b, text, strlen(text));
}

void
buf_putc(struct buf *b, char c)
{
	buf_put(b, &c, 1);
}

void
buf_vprintf(struct buf *b, const char *format, va_list args)
{
	char small[256];
	va_list again;
	int len;

	va_copy(again, args);
	len = vsnprintf(small, sizeof small, format, args);
	if (len >= 0 && (size_t)len < sizeof small) {
		buf_put(b, small, (size_t)len);
	} else if (len < 0) {
		b->overflow = true;
	} else if (reserve(b, (size_t)len)) {
		vsnprintf(b->data + b->len, (size_t)len + 1, format, again);
		b->len += (size_t)len;
	}
	va_end(again);
}

void
buf_printf(struct buf *b, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(b, format, args);
	va_end(args);
}

void
buf_put_escaped(struct buf *b, const char *text)
{
	static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

	for (; *text; text++) {
		if (strchr(plain, *text))
			buf_putc(b, *text);
		else
			buf_printf(b, "%%%02X", (unsigned char)*text);
	}
}

void
buf_consume(struct buf *b, size_t len)
{
	if (len > b->len)
		len = b->len;
	if (!len)
		return;
	memmove(b->data, b->data + len, b->len - len + 1);
	b->len -= len;
}
