/* Files that are named on the command line. */
#pragma once

#include "buf.h"
#include "err.h"

/* Appended to 'out', as much as it may hold; "-" is the standard input. -1 and "FILE: reason". */
int text_file_read(const char *file, struct buf *out, struct err *err);
/* "x" of "dir/x.yaml": what a workflow is called whose text does not say; owned. */
char *text_file_stem(const char *file);
