/* What a plan is made of, from files or from the API server. */
#pragma once

#include "args.h"
#include "plan_cluster.h"

struct workflow;

struct plan_found {
	struct workflow *workflow;
	struct plan_cluster cluster;
};

/* args->words[0] is the workflow; the exit status, with what is wrong told. plan_found_done() in any case. */
int plan_find(struct plan_found *ret, const struct args *args, struct buf *said);
/* Of args->cluster_file. The exit status; plan_cluster_done() in any case, of what was zeroed before. */
int plan_find_cluster(struct plan_cluster *ret, const struct args *args, struct buf *said);
void plan_found_done(struct plan_found *found);
