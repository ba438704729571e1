/* Golden files: unit/workflow/golden/NAME holds the text expected. */
#pragma once

/* Fails the test where 'text' differs; with STRAIT_GOLDEN=update the file is written anew. */
void golden_check(const char *name, const char *text);
/* A whole file of the tree, owned; fails the test when there is none. */
char *golden_read(const char *path);
void golden_write(const char *path, const char *text);
