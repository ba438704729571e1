#include <stdarg.h>

#include "command.h"

int
complain(const struct args *args, struct buf *said, int status, const char *format, ...)
{
	va_list list;

	buf_printf(said, "%s: ", args->program);
	va_start(list, format);
	buf_vprintf(said, format, list);
	va_end(list);
	buf_putc(said, '\n');
	return status;
}
