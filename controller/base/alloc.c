#include "alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void *
or_abort(void *memory)
{
	if (!memory)
		abort();
	return memory;
}

void *
xmalloc(size_t size)
{
	return or_abort(malloc(size ? size : 1));
}

void *
xcalloc(size_t count, size_t size)
{
	return or_abort(count && size ? calloc(count, size) : calloc(1, 1));
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	size_t total;

	if (__builtin_mul_overflow(count, size, &total))
		abort();
	return or_abort(realloc(old, total ? total : 1));
}

char *
xstrdup(const char *text)
{
	return or_abort(strdup(text));
}

char *
xstrdup_or_null(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

char *
xstrndup(const char *text, size_t len)
{
	size_t size = strnlen(text, len);
	char *copy = xmalloc(size + 1);

	memcpy(copy, text, size);
	copy[size] = '\0';
	return copy;
}

char *
xasprintf(const char *format, ...)
{
	va_list args;
	char *text = NULL;
	int len;

	va_start(args, format);
	len = vasprintf(&text, format, args);
	va_end(args);
	return or_abort(len < 0 ? NULL : text);
}
