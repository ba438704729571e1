/* Leadership: one Lease. Rules: kubernetes.md §1.9: another holder's lease is over when it has not changed for its
 * duration on our own clock; ours is valid for the renew deadline after the last renewal that succeeded was
 * *sent*. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "timer.h"

struct core;

struct lease {
	char *record;             /* the last seen holder, renewTime and version, as one text to compare */
	char *version;            /* resourceVersion; NULL: there is no Lease */
	char *holder;
	int64_t seen_up_ms;       /* when the record last changed, on our clock */
	int64_t duration_ms;      /* its holder's */
	int64_t transitions;
	int64_t acquired_wall_ms;
	int64_t renewed_up_ms;    /* when our last good renewal was sent */
	int64_t sent_up_ms;
	uint64_t request;
	struct timer timer;
	bool releasing;
};

void lease_start(struct core *core);
/* Until when acts may leave; INT64_MAX without leader election. */
int64_t lease_valid_until(const struct core *core);
/* Give it up: after all guarded work has stopped. Orders EFFECT_EXIT when answered. */
void lease_release(struct core *core);
void lease_done(struct core *core);
