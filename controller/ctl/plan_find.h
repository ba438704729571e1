/* What a plan is made of, from files or from the API server. */
#pragma once

#include "api.h"
#include "args.h"
#include "at_hand.h"
#include "plan_cluster.h"

struct workflow;

struct plan_found {
	struct workflow *workflow;
	struct plan_cluster cluster;
	struct at_hand hand;     /* workflows that it may run as steps */
	const struct args *args; /* for 'hand', which asks the API server while it is open */
	struct buf *said;
	struct api api;
	bool online;             /* 'api' is open */
};

/* args->words[0] is the workflow; the exit status, with what is wrong told. plan_found_done() in any case. */
int plan_find(struct plan_found *ret, const struct args *args, struct buf *said);
/* Of args->cluster_file. The exit status; plan_cluster_done() in any case, of what was zeroed before. */
int plan_find_cluster(struct plan_cluster *ret, const struct args *args, struct buf *said);
void plan_found_done(struct plan_found *found);
