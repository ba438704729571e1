/* Columns as wide as their widest cell, as kubectl prints them. */
#pragma once

#include <stddef.h>

#include "buf.h"

enum { TABLE_COLUMNS = 12 };

struct table {
	size_t columns;
	size_t hidden;           /* so many of them, from the left, are not printed */
	char **cells;            /* row by row; counted */
	size_t ncells;
};

/* The head: as many names as there are columns, ended by NULL. table_done() in any case. */
void table_head(struct table *table, ...) __attribute__((sentinel));
/* As many texts as the head has; a NULL among them is shown as "-". Copied. */
void table_row(struct table *table, ...);
void table_print(const struct table *table, struct buf *out);
void table_done(struct table *table);
