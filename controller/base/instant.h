/* A moment on both clocks, read once per event by the shell. Timers, windows and leases use 'up_ms'
 * (CLOCK_BOOTTIME); the journal and the status use 'wall_ms' (CLOCK_REALTIME, since 1970). */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct instant {
	int64_t up_ms;
	int64_t wall_ms;
};

#define SECONDS(n) ((int64_t)(n) * 1000)
#define MINUTES(n) ((int64_t)(n) * 60000)
#define HOURS(n) ((int64_t)(n) * 3600000)

enum { INSTANT_TEXT = 32 };

/* "2026-01-28T18:29:02Z"; 'text' holds INSTANT_TEXT bytes and is returned. */
char *instant_rfc3339(int64_t wall_ms, char *text);
/* "2026-01-28T18:29:02.441000Z", as MicroTime wants it. */
char *instant_micro(int64_t wall_ms, char *text);
/* "10:02", UTC, for short texts. */
char *instant_clock(int64_t wall_ms, char *text);
/* Parse RFC 3339 in UTC ("…Z", optional fraction); -1 when it is none. */
int64_t instant_parse(const char *text);

/* "90s", "5m", "24h", "250ms", "1h30m" to milliseconds; -1 when it is none or above 10 years. */
int64_t duration_parse(const char *text);
/* The shortest exact form, "1h30m"; 'text' holds INSTANT_TEXT bytes and is returned. */
char *duration_text(int64_t ms, char *text);

/* How long to wait after so many failures in a row: 'first_ms' doubled as often, until it has reached 'most_ms'. */
int64_t backoff_ms(int64_t first_ms, int64_t most_ms, int64_t failures);
