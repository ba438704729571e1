/* What straitctl plan prints. Pure, for its tests. */
#pragma once

#include "buf.h"

struct plan;
struct plan_cluster;
struct plan_step;
struct plan_times;
struct rehearsal;
struct workflow;

/* All of it borrowed; 'rehearsal' NULL: nothing is said of times. */
struct plan_report {
	const struct plan *plan;
	const struct workflow *workflow;
	const struct plan_cluster *cluster;
	const struct rehearsal *rehearsal;
	const char *stable_window;
};

void plan_text(const struct plan_report *report, struct buf *out);
/* How long it takes, what that was counted with, and who is at work when. */
void plan_estimate(const struct plan_report *report, const struct plan_times *times, struct buf *out);
/* Of a live cluster: what would hold an operation up now. */
void plan_now(const struct plan_cluster *cluster, struct buf *out);
void plan_json(const struct plan_report *report, struct buf *out);
/* What was not said and is assumed, each a sentence. */
void plan_assumptions(const struct plan_report *report, void (*say)(void *user, const char *sentence), void *user);
/* "+zone+ is dc1/a, and step 1.1 is not skipped" */
struct plan_when;
void plan_whens_text(const struct plan_when *whens, size_t count, struct buf *out);
/* "scylla-drain", "wait is-up-normal for 30s, compactions-nominal", "approval": what a step does. */
void plan_step_text(const struct plan_step *step, struct buf *out);
