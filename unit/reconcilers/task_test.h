/* The kit for task and condition types. Each has a transcript, unit/golden/tasks/TYPE.transcript: scenarios, written by
 * hand, and below each what the type was seen to do, written by the kit (make golden-update) and read by a person.
 *
 *	scenario drains a node that serves
 *	    with service=scylla-server         a parameter; also: timeout 2m, retries 1, backoff 30s, window 5s, poll 1s, gate
 *	    holds db-a-1                       that node is held down by the operation; also: cluster step
 *	    fact /path = 200 "NORMAL"          what the step's node answers; also "db-a-1 /path", "show UNIT"
 *	    fact api /path = 200 {...}         what the API server answers
 *	    fact down db-c-1                   crashed, as the others see it; also: up, unseen, seen
 *	    at 5s /path = refused no route     the same, later
 *	    act POST /path after 3s = 200      the answer to the first such act, a second line to the second; "stop UNIT"
 *	        then 1s /path = 200 "DRAINED"  what it does, if it arrives
 *	    ---
 *
 * Answers: "200 BODY", "exit 0 TEXT", "unit STATE INVOCATION [job]", "refused WHY", "timeout", "broken".
 * What nobody states is a healthy ring of db-a-1, db-b-1 (the step's node) and db-c-1, units that run, and 404.
 *
 * It drives core/step.c and what is below it with these answers, and runs each scenario again: with every pass made
 * twice, with the journal read back after each pass, with a restart at each event, with every act turned into unknown
 * (applied, applied late, not applied) and not sent, with every fact refused, late, 404 and unreadable, for a while
 * and for good.
 * Each run must end in a verdict with a sentence, and no act that is ONCE may take effect twice. */
#pragma once

struct reconciler;

/* Fails the test where anything of this is not so. */
void task_test(const struct reconciler *type);
/* Act labels and remembered keys of all types that were tested are those of unit/golden/labels. */
void task_test_labels(void);
