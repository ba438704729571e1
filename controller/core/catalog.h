/* The workflows: Workflow objects of every namespace, and the built-in ones below them. */
#pragma once

#include <stdbool.h>

struct core;
struct informer_kind;
struct workflow;
struct err;

extern const struct informer_kind catalog_kind;

void catalog_start(struct core *core);
/* The workflow 'name' as an operation in 'namespace' means it: an object there, else a built-in one. NULL and a
 * sentence when there is none ('*ret_missing' becomes true) or it cannot be read. Borrowed until the next event. */
const struct workflow *catalog_find(struct core *core, const char *namespace_, const char *name, bool *ret_missing,
    struct err *err);
/* The same, and the sentence does not say where the name stands. */
const struct workflow *catalog_look(struct core *core, const char *namespace_, const char *name, bool *ret_missing,
    struct err *err);
void catalog_done(struct core *core);
