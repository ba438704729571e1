/* How long a task takes, for an estimate. */
#pragma once

#include <stdint.h>

#include "args.h"
#include "err.h"
#include "plan.h"

struct plan_times {
	const struct args_list *said;    /* "TYPE=TIME", before the table; borrowed */
	bool used[64];                   /* rows of the table that were asked for */
};

/* -1: 'said' has one that cannot be understood. */
int plan_times_check(const struct plan_times *times, const struct reconciler *const *types, struct err *err);
/* A rehearse_time_fn; 'user' is a struct plan_times. */
int64_t plan_times_of(void *user, const struct reconciler *type, const struct plan_value *with, size_t nwith);
/* "scylla-drain 30s, systemd-start-service 1m30s": what was counted with. */
void plan_times_text(const struct plan_times *times, struct buf *out);
