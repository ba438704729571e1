#include "err.h"

#include <stdio.h>
#include <string.h>

int
err_vset(struct err *err, const char *format, va_list args)
{
	static const char cut[] = "...";
	struct err text;    /* apart from 'err', whose old text may be among the arguments */
	int len;

	if (!err)
		return -1;
	len = vsnprintf(text.text, sizeof text.text, format, args);
	if (len < 0)
		text.text[0] = '\0';
	if (len >= (int)sizeof text.text) {
		size_t at = sizeof text.text - sizeof cut;

		/* Not in the middle of a UTF-8 sequence. */
		while (at > 0 && (text.text[at] & 0xc0) == 0x80)
			at--;
		memcpy(text.text + at, cut, sizeof cut);
	}
	memcpy(err->text, text.text, strlen(text.text) + 1);
	return -1;
}

int
err_set(struct err *err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	err_vset(err, format, args);
	va_end(args);
	return -1;
}
