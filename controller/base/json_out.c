#include "json.h"

#include <string.h>

#include "json_scan.h"

/* The length of the valid UTF-8 sequence at 'at', which has 'left' bytes, or 0: overlong forms, surrogates, and above U+10FFFF
 * are none. */
static size_t
utf8_len(const unsigned char *at, size_t left)
{
	unsigned char second_min = 0x80, second_max = 0xbf;
	size_t len;

	if (at[0] < 0x80)
		return 1;
	if (at[0] < 0xc2 || at[0] > 0xf4)
		return 0;
	len = at[0] < 0xe0 ? 2 : at[0] < 0xf0 ? 3 : 4;
	if (left < len)
		return 0;
	if (at[0] == 0xe0)
		second_min = 0xa0;
	else if (at[0] == 0xed)
		second_max = 0x9f;
	else if (at[0] == 0xf0)
		second_min = 0x90;
	else if (at[0] == 0xf4)
		second_max = 0x8f;
	if (at[1] < second_min || at[1] > second_max)
		return 0;
	for (size_t i = 2; i < len; i++) {
		if ((at[i] & 0xc0) != 0x80)
			return 0;
	}
	return len;
}

static void
put_escape(struct buf *out, unsigned char c)
{
	static const char names[] = "\"\\\b\f\n\r\t", letters[] = "\"\\bfnrt";
	const char *name = c ? strchr(names, c) : NULL;

	if (name)
		buf_put(out, (char[]){'\\', letters[name - names]}, 2);
	else
		buf_printf(out, "\\u%04x", c);
}

static bool
is_plain(unsigned char c)
{
	return c >= ' ' && c < 0x80 && c != '"' && c != '\\';
}

static bool
are_plain(const unsigned char *at)
{
	uint64_t word;

	memcpy(&word, at, sizeof word);
	return !(word & UINT64_C(0x8080808080808080)) && json_are_plain((const char *)at);
}

static void
put_string(struct buf *out, const char *text, size_t size)
{
	const unsigned char *at = (const unsigned char *)text, *plain = at, *end = at + size;

	buf_putc(out, '"');
	while (at < end) {
		size_t len;

		if (end - at >= 8 && are_plain(at)) {
			at += 8;
			continue;
		}
		if (is_plain(*at)) {
			at++;
			continue;
		}
		len = utf8_len(at, (size_t)(end - at));
		if (len && *at >= ' ' && *at != '"' && *at != '\\') {
			at += len;
			continue;
		}
		buf_put(out, plain, (size_t)(at - plain));
		if (len)
			put_escape(out, *at);
		else
			buf_puts(out, "\xef\xbf\xbd");
		plain = ++at;
	}
	buf_put(out, plain, (size_t)(at - plain));
	buf_putc(out, '"');
}

/* What comes before a value: the comma and the key. */
static void
put_key(struct json_out *out, const char *key)
{
	if (out->comma)
		buf_putc(out->buf, ',');
	if (key) {
		put_string(out->buf, key, strlen(key));
		buf_putc(out->buf, ':');
	}
	out->comma = true;
}

static void
open_with(struct json_out *out, const char *key, char bracket)
{
	put_key(out, key);
	buf_putc(out->buf, bracket);
	out->comma = false;
}

static void
close_with(struct json_out *out, char bracket)
{
	buf_putc(out->buf, bracket);
	out->comma = true;
}

void
json_open(struct json_out *out, const char *key)
{
	open_with(out, key, '{');
}

void
json_close(struct json_out *out)
{
	close_with(out, '}');
}

void
json_open_array(struct json_out *out, const char *key)
{
	open_with(out, key, '[');
}

void
json_close_array(struct json_out *out)
{
	close_with(out, ']');
}

void
json_put_str(struct json_out *out, const char *key, const char *value)
{
	if (!value)
		return;
	put_key(out, key);
	put_string(out->buf, value, strlen(value));
}

bool
json_is_text(const char *bytes, size_t len)
{
	const unsigned char *at = (const unsigned char *)bytes, *end = at + len;

	while (at < end) {
		size_t size;

		if (end - at >= 8 && are_plain(at)) {
			at += 8;
			continue;
		}
		if (*at >= ' ' && *at < 0x80) {
			at++;
			continue;
		}
		size = *at > ' ' || *at == '\t' || *at == '\n' || *at == '\r' ? utf8_len(at, (size_t)(end - at)) : 0;
		if (size == 0)
			return false;
		at += size;
	}
	return true;
}

void
json_put_text(struct json_out *out, const char *key, const char *text, size_t len)
{
	put_key(out, key);
	put_string(out->buf, text, len);
}

void
json_put_int(struct json_out *out, const char *key, int64_t value)
{
	char digits[24];
	size_t at = sizeof digits;
	uint64_t rest = value < 0 ? -(uint64_t)value : (uint64_t)value;

	do {
		digits[--at] = (char)('0' + rest % 10);
		rest /= 10;
	} while (rest > 0);
	if (value < 0)
		digits[--at] = '-';
	put_key(out, key);
	buf_put(out->buf, digits + at, sizeof digits - at);
}

void
json_put_bool(struct json_out *out, const char *key, bool value)
{
	put_key(out, key);
	buf_puts(out->buf, value ? "true" : "false");
}

void
json_put_raw(struct json_out *out, const char *key, const char *json_text)
{
	put_key(out, key);
	buf_puts(out->buf, json_text);
}
