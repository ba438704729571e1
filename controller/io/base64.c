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
