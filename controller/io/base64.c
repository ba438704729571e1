#include "base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

static int
digit(char c)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c) : NULL;

	return at ? (int)(at - digits) : -1;
}

char *
base64_decode(const char *text, size_t *ret_len)
{
	char *out = xmalloc(strlen(text) / 4 * 3 + 4);
	size_t len = 0, count = 0;
	uint32_t bits = 0;

	for (; *text && *text != '='; text++) {
		int value = digit(*text);

		if (strchr(" \t\r\n", *text))
			continue;
		if (value < 0)
			goto none;
		bits = bits << 6 | (uint32_t)value;
		if (++count % 4 == 1)
			continue;
		out[len++] = (char)(bits >> (6 - 2 * ((count - 1) % 4)));
	}
	if (count % 4 == 1 || text[strspn(text, "= \t\r\n")])
		goto none;
	out[len] = '\0';
	*ret_len = len;
	return out;
none:
	free(out);
	return NULL;
}

char *
base64_encode(const void *bytes, size_t len)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const unsigned char *in = bytes;
	char *text = xmalloc((len + 2) / 3 * 4 + 1), *to = text;

	for (size_t i = 0; i < len; i += 3) {
		unsigned second = i + 1 < len ? in[i + 1] : 0, third = i + 2 < len ? in[i + 2] : 0;
		unsigned group = (unsigned)in[i] << 16 | second << 8 | third;

		*to++ = digits[group >> 18];
		*to++ = digits[group >> 12 & 63];
		*to++ = i + 1 < len ? digits[group >> 6 & 63] : '=';
		*to++ = i + 2 < len ? digits[group & 63] : '=';
	}
	*to = '\0';
	return text;
}
