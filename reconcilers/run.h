/* What the types that run a command on the node's host have in common: it is run once, found again, and tidied up after
 * (host.h says how). They remember the number of the unit that they have started (key "run"), the host's boot before that
 * ("boot"), and what came of it once that is known ("outcome"). */
#pragma once

#include "host.h"

struct run {
	const char *words;           /* the command, its words separated by single blanks */
	const char *called;          /* in sentences: "salt-call" */
	bool errors_apart;           /* standard error is none of its output */
	/* What run_follow() found: */
	char name[HOST_RUN_NAME];
	const struct host_run *seen;
};

/* Run it, or find it. True: it has ended, SUCCEEDED or FAILED, and its output can be read. False: *ret is the verdict. */
bool run_follow(struct task *t, struct run *run, enum verdict *ret);
/* "exit status 3", "it was killed by signal 9", …: how a FAILED one ended; 'text' holds RUN_TEXT. */
enum { RUN_TEXT = 320 };
const char *run_end(const struct run *run, char *text);
/* The end of what it printed in one line, at most RUN_TEXT - 1 bytes; NULL: being asked. "": nothing, or it cannot be read. */
const char *run_output(struct task *t, const struct run *run, char *text);
/* What has ended has done nothing: it is to be run once more in this attempt, as another unit. */
void run_again(struct task *t, const struct run *run);
/* It has come to what it should: tidy up, then done with that sentence. */
enum verdict run_done(struct task *t, const struct run *run, const char *format, ...) __attribute__((format(printf, 3, 4)));
