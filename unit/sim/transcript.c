#include "transcript.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "alloc.h"

enum { LINES = 4096, LINE = 360 };

struct transcript {
	char (*lines)[LINE];
	size_t added;
	int loud;
	bool off;
};

struct transcript *
transcript_new(void)
{
	struct transcript *t = xcalloc(1, sizeof *t);
	const char *verbose = getenv("VERBOSE");

	t->lines = xcalloc(LINES, sizeof *t->lines);
	t->loud = verbose ? (int)strtol(verbose, NULL, 10) : 0;
	return t;
}

struct transcript *
transcript_free(struct transcript *t)
{
	if (t)
		free(t->lines);
	free(t);
	return NULL;
}

void
transcript_off(struct transcript *t)
{
	t->off = t->loud == 0;
}

bool
transcript_is_off(const struct transcript *t)
{
	return t->off;
}

bool
transcript_shows_minor(const struct transcript *t)
{
	return t->loud >= 2;
}

void
transcript_minor(struct transcript *t, int64_t up_ms, const char *format, ...)
{
	va_list args;

	if (t->loud < 2)
		return;
	printf("%9.3f ", (double)up_ms / 1000);
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void
transcript_add(struct transcript *t, int64_t up_ms, const char *format, ...)
{
	char *line = t->lines[t->added % LINES];
	va_list args;
	int len;

	if (t->off)
		return;
	t->added++;
	len = snprintf(line, LINE, "%9.3f ", (double)up_ms / 1000);
	va_start(args, format);
	vsnprintf(line + len, (size_t)(LINE - len), format, args);
	va_end(args);
	if (t->loud)
		puts(line);
}

static size_t
kept(const struct transcript *t)
{
	return t->added < LINES ? t->added : LINES;
}

void
transcript_print(const struct transcript *t, size_t lines)
{
	size_t count = lines < kept(t) ? lines : kept(t);

	if (t->loud)
		return;
	for (size_t i = t->added - count; i < t->added; i++)
		puts(t->lines[i % LINES]);
	fflush(stdout);
}

size_t
transcript_count(const struct transcript *t, const char *text)
{
	size_t found = 0;

	for (size_t i = t->added - kept(t); i < t->added; i++)
		found += strstr(t->lines[i % LINES], text) != NULL;
	return found;
}
