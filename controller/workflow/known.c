#include "known.h"

#include <stdarg.h>

enum { LISTED = 8, REFUSAL_MAX = 512 };

void
known_init(struct known *known, const char *written)
{
	*known = (struct known){.nearest = NEAREST_INIT(written), .list = BUF_INIT(REFUSAL_MAX)};
}

void
known_done(struct known *known)
{
	buf_done(&known->list);
}

void
known_offer(struct known *known, const char *name)
{
	nearest_offer(&known->nearest, name);
	if (known->count++ < LISTED)
		buf_printf(&known->list, "%s%s", known->count > 1 ? ", " : "", name);
}

int
known_refuse(struct known *known, struct err *err, const char *format, ...)
{
	struct err sentence = {""};
	char hint[NEAREST_TEXT];
	va_list args;

	va_start(args, format);
	err_vset(&sentence, format, args);
	va_end(args);
	nearest_text(&known->nearest, hint);
	if (known->count > LISTED)
		buf_printf(&known->list, " and %zu more", known->count - LISTED);
	if (known->count == 0)
		err_set(err, "%s; there is none", sentence.text);
	else if (*hint && known->brief)
		err_set(err, "%s%s", sentence.text, hint);
	else
		err_set(err, "%s%s%s%s", sentence.text, hint, *hint ? " Known: " : "; known: ", buf_str(&known->list));
	known_done(known);
	return -1;
}
