/* The plan of a workflow for a cluster, by what the command line says besides. Pure, for its tests. */
#pragma once

#include "args.h"
#include "err.h"
#include "plan.h"

struct at_hand;
struct plan_cluster;

/* 'hand' is where workflows are found that it runs as steps. NULL and a sentence. */
struct plan *plan_make(const struct args *args, const struct workflow *workflow, const struct plan_cluster *cluster,
    struct at_hand *hand, struct err *err);
