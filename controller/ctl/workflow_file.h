/* A workflow in a file, as an object that operations can name. */
#pragma once

#include "args.h"
#include "buf.h"

struct workflow_file {
	char *name;              /* its own and a hash of what it says: another text is another object */
	char *body;              /* the Workflow's JSON text */
};

/* Checked as by lint: what is found is said with line and column. The exit status; anything but EXIT_DONE: there is nothing
 * in *ret. workflow_file_done() in any case. */
int workflow_file_read(struct workflow_file *ret, const struct args *args, const char *file, struct buf *said);
void workflow_file_done(struct workflow_file *file);
/* A word that names a file, and not an object. */
bool workflow_file_is_meant(const char *word);
