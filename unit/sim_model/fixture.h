/* A simulated cluster with a clock, for the model's tests. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model.h"

struct fixture {
	struct sim *sim;
	int64_t now;
	uint64_t ids;
	int status;             /* of the last answer */
	char body[1 << 16];
	char error[1 << 10];
};

/* The one that a test has, and what cmocka calls before and after it: a cluster by sim_defaults(). */
extern struct fixture f;
int set_up(void **state);
int tear_down(void **state);

/* Frees what was there. */
void begin(struct fixture *f, const struct sim_config *config);
void done(struct fixture *f);
/* The answer's body, after as much time as it takes; the status is in f->status. */
const char *ask(struct fixture *f, size_t node, const char *method, const char *path);
const char *get(struct fixture *f, size_t node, const char *path);
const char *command(struct fixture *f, enum sim_source source, size_t node, const char *text);
/* Without waiting for the answer; its id. */
uint64_t send_drain(struct fixture *f, enum sim_source source, size_t node);
/* Is there an answer to 'id' by now? Others are dropped. */
bool answered(struct fixture *f, uint64_t id);
void pass(struct fixture *f, int64_t ms);
/* Pass time until the node is in the mode, or serves; fails after two minutes. */
void until_mode(struct fixture *f, size_t node, const char *mode);
void until_serving(struct fixture *f, size_t node);
/* How many lines of the audit log are of this event, at this node (SIZE_MAX: any). */
size_t noted(const struct fixture *f, enum sim_event event, size_t node);
/* The last line of this event, "" when there is none. */
const char *last_line(const struct fixture *f, enum sim_event event);
/* How many violations are of this kind, by the beginning of their text: "kind=quorum keyspace=app". */
size_t violated(const struct fixture *f, const char *kind);
