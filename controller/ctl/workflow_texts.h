/* The workflows of a file, which may hold other objects too. Pure, for its tests. */
#pragma once

#include "buf.h"
#include "err.h"

/* 'text' begins with as many empty lines as come before it in the file, so that places in it are places in the file. */
typedef void workflow_text_fn(void *user, const char *text, size_t len);

/* Calls 'found' for each document that is a workflow, or is not known to be anything else; the only document of a file is
 * taken for a workflow whatever it says. How many there were. */
size_t workflow_texts_each(const char *text, size_t len, workflow_text_fn *found, void *user);
/* The only one stands in *text in place of the file. -1: there is none, or there are several. */
int workflow_texts_only(struct buf *text, struct err *err);
