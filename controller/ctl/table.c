#include "table.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"

enum { GAP = 3 };

static void
put(struct table *table, const char *text)
{
	*ARRAY_GROW(table->cells, table->ncells) = xstrdup(text && *text ? text : "-");
}

void
table_head(struct table *table, ...)
{
	va_list list;

	*table = (struct table){0};
	va_start(list, table);
	for (const char *name; table->columns < TABLE_COLUMNS && (name = va_arg(list, const char *)); table->columns++)
		put(table, name);
	va_end(list);
}

void
table_row(struct table *table, ...)
{
	va_list list;

	va_start(list, table);
	for (size_t i = 0; i < table->columns; i++)
		put(table, va_arg(list, const char *));
	va_end(list);
}

void
table_print(const struct table *table, struct buf *out)
{
	int widths[TABLE_COLUMNS] = {0};

	for (size_t i = 0; i < table->ncells; i++) {
		int len = (int)strlen(table->cells[i]);

		if (len > widths[i % table->columns])
			widths[i % table->columns] = len;
	}
	for (size_t i = 0; i < table->ncells; i++) {
		size_t column = i % table->columns;

		if (column < table->hidden)
			continue;
		if (column + 1 == table->columns)
			buf_printf(out, "%s\n", table->cells[i]);
		else
			buf_printf(out, "%-*s", widths[column] + GAP, table->cells[i]);
	}
}

void
table_done(struct table *table)
{
	for (size_t i = 0; i < table->ncells; i++)
		free(table->cells[i]);
	free(table->cells);
}
