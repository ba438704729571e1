/* The one error convention: a function that may fail returns 0 or -1 and says why in a struct err, which names what
 * failed, where, what was expected and the remedy. Outputs are untouched on failure. Library code never logs. */
#pragma once

#include <stdarg.h>

struct err {
	char text[512];
};

/* Always -1, so that "return err_set(...)" reads well. 'err' may be NULL. */
int err_set(struct err *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
int err_vset(struct err *err, const char *format, va_list args) __attribute__((format(printf, 2, 0)));
