#include "instant.h"

#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* The calendar by hand: libc's looks for time zone files, which pure code must not. */

enum { DAY_S = 86400, LAST_YEAR = 9999, DURATION_MAX_DAYS = 3650 };

struct date {
	int year, month, day;
	int hour, minute, second, ms;
};

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return days[month - 1] + (month == 2 && is_leap(year));
}

/* Days since 1970-01-01 of the first of January. */
static int64_t
days_before_year(int year)
{
	int64_t y = year - 1;

	return y * 365 + y / 4 - y / 100 + y / 400 - 719162;
}

static struct date
date_of(int64_t wall_ms)
{
	int64_t last = days_before_year(LAST_YEAR + 1) * DAY_S * 1000 - 1;
	int64_t ms = wall_ms < 0 ? 0 : wall_ms > last ? last : wall_ms;
	int64_t days = ms / 1000 / DAY_S;
	int second = (int)(ms / 1000 % DAY_S);
	struct date d = {
		.year = 1970 + (int)(days / 366), .month = 1,
		.hour = second / 3600, .minute = second / 60 % 60, .second = second % 60, .ms = (int)(ms % 1000),
	};

	while (days_before_year(d.year + 1) <= days)
		d.year++;
	days -= days_before_year(d.year);
	for (; days >= days_in_month(d.year, d.month); d.month++)
		days -= days_in_month(d.year, d.month);
	d.day = (int)days + 1;
	return d;
}

/* The last 'count' digits of 'value', and what follows them; the place behind. */
static char *
put_digits(char *at, int count, int value, char after)
{
	for (int i = count; i-- > 0; value /= 10)
		at[i] = (char)('0' + value % 10);
	at[count] = after;
	return at + count + 1;
}

char *
instant_rfc3339(int64_t wall_ms, char *text)
{
	struct date d = date_of(wall_ms);
	char *at = put_digits(text, 4, d.year, '-');

	at = put_digits(at, 2, d.month, '-');
	at = put_digits(at, 2, d.day, 'T');
	at = put_digits(at, 2, d.hour, ':');
	at = put_digits(at, 2, d.minute, ':');
	*put_digits(at, 2, d.second, 'Z') = '\0';
	return text;
}

char *
instant_micro(int64_t wall_ms, char *text)
{
	struct date d = date_of(wall_ms);

	snprintf(text, INSTANT_TEXT, "%04d-%02d-%02dT%02d:%02d:%02d.%03d000Z", d.year, d.month, d.day, d.hour, d.minute,
	    d.second, d.ms);
	return text;
}

char *
instant_clock(int64_t wall_ms, char *text)
{
	struct date d = date_of(wall_ms);

	snprintf(text, INSTANT_TEXT, "%02d:%02d", d.hour, d.minute);
	return text;
}

/* 'count' digits at *at, within low..high; *at goes past them. */
static bool
digits(const char **at, int count, int low, int high, int *ret)
{
	int value = 0;

	for (; count > 0; count--, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		value = value * 10 + (**at - '0');
	}
	*ret = value;
	return value >= low && value <= high;
}

static bool
literal(const char **at, char c)
{
	return *(*at)++ == c;
}

/* ".441" and finer; what is below a millisecond is dropped. */
static bool
fraction(const char **at, int *ms)
{
	int weight = 100;

	*ms = 0;
	if (**at != '.')
		return true;
	(*at)++;
	if (**at < '0' || **at > '9')
		return false;
	for (; **at >= '0' && **at <= '9'; (*at)++, weight /= 10)
		*ms += (**at - '0') * weight;
	return true;
}

static bool
date_parse(const char *at, struct date *d)
{
	return digits(&at, 4, 1970, LAST_YEAR, &d->year) && literal(&at, '-') && digits(&at, 2, 1, 12, &d->month) &&
	    literal(&at, '-') && digits(&at, 2, 1, days_in_month(d->year, d->month), &d->day) && literal(&at, 'T') &&
	    digits(&at, 2, 0, 23, &d->hour) && literal(&at, ':') && digits(&at, 2, 0, 59, &d->minute) &&
	    literal(&at, ':') && digits(&at, 2, 0, 59, &d->second) && fraction(&at, &d->ms) && strcmp(at, "Z") == 0;
}

int64_t
instant_parse(const char *text)
{
	struct date d;
	int64_t days;

	if (!text || !date_parse(text, &d))
		return -1;
	days = days_before_year(d.year) + d.day - 1;
	for (int month = 1; month < d.month; month++)
		days += days_in_month(d.year, month);
	return ((days * 24 + d.hour) * 60 + d.minute) * SECONDS(60) + SECONDS(d.second) + d.ms;
}

static const struct unit {
	const char *name;
	int64_t ms;
} units[] = {{"h", HOURS(1)}, {"m", MINUTES(1)}, {"s", SECONDS(1)}, {"ms", 1}};

enum { UNITS = sizeof units / sizeof *units };

/* The unit at 'at', from 'from' on: each at most once, larger ones first. UNITS: none. */
static size_t
unit_at(const char *at, size_t len, size_t from)
{
	for (; from < UNITS; from++) {
		if (strlen(units[from].name) == len && memcmp(units[from].name, at, len) == 0)
			break;
	}
	return from;
}

int64_t
duration_parse(const char *text)
{
	static const char number[] = "0123456789";
	const int64_t max = DURATION_MAX_DAYS * HOURS(24);
	int64_t total = 0;
	size_t unit = 0;

	if (!text || !*text)
		return -1;
	if (strcmp(text, "0") == 0)
		return 0;
	while (*text) {
		size_t len = strspn(text, number);
		size_t name = strcspn(text + len, number);
		int64_t value = 0;

		unit = unit_at(text + len, name, unit);
		if (len == 0 || len > 12 || unit == UNITS)
			return -1;
		for (size_t i = 0; i < len; i++)
			value = value * 10 + (text[i] - '0');
		/* At most 10^12, so that the product stays within 64 bits. */
		total += value * units[unit++].ms;
		if (total > max)
			return -1;
		text += len + name;
	}
	return total;
}

char *
duration_text(int64_t ms, char *text)
{
	uint64_t rest = ms < 0 ? -(uint64_t)ms : (uint64_t)ms;
	int len = 0;

	text[0] = '\0';
	if (ms < 0)
		len = snprintf(text, INSTANT_TEXT, "-");
	for (size_t i = 0; i < UNITS; i++) {
		uint64_t count = rest / (uint64_t)units[i].ms;

		rest %= (uint64_t)units[i].ms;
		if (count > 0)
			len += snprintf(text + len, (size_t)(INSTANT_TEXT - len), "%llu%s", (unsigned long long)count,
			    units[i].name);
	}
	if (len == 0)
		snprintf(text, INSTANT_TEXT, "0s");
	return text;
}

int64_t
backoff_ms(int64_t first_ms, int64_t most_ms, int64_t failures)
{
	int64_t wait_ms = first_ms;

	for (int64_t i = 0; i < failures && wait_ms < most_ms; i++)
		wait_ms = wait_ms * 2 < most_ms ? wait_ms * 2 : most_ms;
	return wait_ms;
}
