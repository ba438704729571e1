#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "buf.h"
#include "instant.h"
#include "json.h"

static const char *const level_names[] = {"debug", "info", "warn", "error"};

/* A value is cut at VALUE_MAX, which fits into a line even when each byte takes an escape of six; a line that is full
 * ends early, with a mark for which MARK_ROOM is kept. */
enum { LEVELS = sizeof level_names / sizeof *level_names, VALUE_MAX = 1200, MARK_ROOM = 64 };

struct line {
	struct buf text;
	bool json;
};

int
log_level_parse(const char *text)
{
	for (int i = 0; i < LEVELS; i++) {
		if (strcmp(text, level_names[i]) == 0)
			return i;
	}
	return -1;
}

/* A value of logfmt; quoted, with JSON's escapes, unless it is a plain word. */
static void
put_word(struct buf *text, const char *value)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:/@+,%";
	struct json_out out = JSON_OUT(text);

	if (*value && value[strspn(value, plain)] == '\0')
		buf_puts(text, value);
	else
		json_put_str(&out, NULL, value);
}

static void
put_pair(struct line *line, const char *key, const char *value)
{
	struct json_out out = {.buf = &line->text, .comma = line->text.len > 1};
	char cut[VALUE_MAX + sizeof "..."];

	if (strlen(value) > VALUE_MAX) {
		snprintf(cut, sizeof cut, "%.*s...", VALUE_MAX, value);
		value = cut;
	}
	if (line->json) {
		json_put_str(&out, key, value);
	} else {
		buf_printf(&line->text, "%s%s=", line->text.len ? " " : "", key);
		put_word(&line->text, value);
	}
}

/* Half a pair would make the whole line unreadable: a field that has no room is taken back, and those after it stay
 * out. */
static void
put_fields(struct line *line, const struct log_field *fields)
{
	for (; fields && fields->key; fields++) {
		size_t before = line->text.len;

		if (fields->value)
			put_pair(line, fields->key, fields->value);
		if (buf_ok(&line->text))
			continue;
		line->text.overflow = false;
		line->text.len = before;
		line->text.max += MARK_ROOM;
		put_pair(line, "truncated", "true");
		return;
	}
}

static void
write_all(int fd, const char *bytes, size_t len)
{
	while (len > 0) {
		ssize_t n = write(fd, bytes, len);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return;    /* nobody to tell */
		bytes += n;
		len -= (size_t)n;
	}
}

void
log_line(const struct log *log, enum log_level level, const char *message, const struct log_field *fields)
{
	struct line line = {.text = BUF_INIT(BUF_MAX_LINE), .json = log->json};
	char when[INSTANT_TEXT];
	struct timespec now;
	int saved = errno;

	if (level < log->level)
		return;
	clock_gettime(CLOCK_REALTIME, &now);
	if (line.json)
		buf_putc(&line.text, '{');
	put_pair(&line, "time", instant_micro(SECONDS(now.tv_sec) + now.tv_nsec / 1000000, when));
	put_pair(&line, "level", level_names[level]);
	put_pair(&line, "msg", message);
	put_fields(&line, fields);
	line.text.max += MARK_ROOM;
	buf_puts(&line.text, line.json ? "}\n" : "\n");
	write_all(log->fd, buf_str(&line.text), line.text.len);
	buf_done(&line.text);
	errno = saved;
}

void
log_say(const struct log *log, enum log_level level, const char *format, ...)
{
	char message[VALUE_MAX + 2];    /* one more than fits, so that log_line() sees that it was cut */
	va_list args;

	if (level < log->level)
		return;
	va_start(args, format);
	vsnprintf(message, sizeof message, format, args);
	va_end(args);
	log_line(log, level, message, NULL);
}
