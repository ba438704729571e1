#include "print.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "effect_words.h"
#include "recording.h"

enum { WORDS = 160 };

/* It is a stranger's, and is printed on a terminal. */
static void
put_tame(struct buf *out, const char *text, size_t len)
{
	for (size_t i = 0; i < len && i < WORDS; i++)
		buf_putc(out, (unsigned char)text[i] < ' ' || text[i] == 0x7f ? ' ' : text[i]);
	buf_putc(out, '\n');
}

static void
put_time(struct buf *out, int64_t since_ms)
{
	buf_printf(out, "%+" PRId64 ".%03d ", since_ms / 1000, (int)(since_ms % 1000));
}

void
print_event(struct buf *out, int64_t since_ms, size_t line, const struct event *event)
{
	const char *text = event->body && event->len > 0 ? event->body : event->error ? event->error : "";

	put_time(out, since_ms);
	buf_printf(out, "line %zu < %s", line, event_kind_name(event->kind));
	if (event->kind == EVENT_LINE || event->kind == EVENT_ANSWER)
		buf_printf(out, " to %" PRIu64 ":", event->id);
	if (event->kind == EVENT_ANSWER)
		buf_printf(out, " %s %d", outcome_name(event->outcome), event->status);
	if (*text)
		buf_putc(out, ' ');
	put_tame(out, text, text == event->body ? event->len : strlen(text));
}

void
print_effect(struct buf *out, int64_t since_ms, const struct effect *effect)
{
	char words[WORDS + 1], mark[EFFECT_MARK];

	effect_words(effect, NULL, NULL, words, sizeof words);
	put_time(out, since_ms);
	if (effect->kind != EFFECT_LOG)
		buf_printf(out, "> %s: ", effect_mark(effect, mark));
	put_tame(out, words, strlen(words));
}
