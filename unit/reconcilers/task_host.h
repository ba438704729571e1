/* Commands on hosts, in the short words of transcripts. */
#pragma once

#include "task_world.h"

/* What the words of a host command are called, owned; NULL: it is a strange one.
 *	"show UNIT", "stop UNIT"         systemctl's
 *	"run", "run:2"                   how the step's own unit stands, the second one
 *	"output", "output 3", "output:2 0"   the end of what it printed, part 3 of it; of the second one
 *	"process 4711"                   is it there?
 *	"prepare", "run WORDS", "forget", "remove"       acts around it */
char *host_key(const char *words);
/* The words of an effect, with blanks between, owned. */
char *host_words_of(const struct effect *effect);
/* "none", "running", "succeeded", "failed 3 [signal]", each with " boot=ID" or without. */
struct reply host_run_reply(const char *words);
/* What is answered when a scenario says nothing of it; NULL: it must. */
const char *host_default(const char *key);
