/* One line per fact, logfmt or JSON, to standard error. Only the shell, main and the tools log; the core orders lines
 * as effects. The fields are pairs of texts: log.c renders either form from them. A value is cut at 1,200 bytes. */
#pragma once

#include <stdbool.h>

enum log_level { LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARN, LOG_LEVEL_ERROR };

/* A field of a line; the list ends with a NULL key. */
struct log_field {
	const char *key;
	const char *value;
};

struct log {
	enum log_level level;    /* the least that is printed */
	bool json;
	int fd;
};

/* "debug", "info", "warn", "error"; -1 when unknown. */
int log_level_parse(const char *text);
void log_line(const struct log *log, enum log_level level, const char *message, const struct log_field *fields);
void log_say(const struct log *log, enum log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
