/* The ring as a TargetCluster's status tells it. */
#pragma once

#include "command.h"

struct cJSON;

/* Its members, as a table or as JSON; what a reader must know of them besides goes to 'said'. The exit status. */
int nodes_print(const struct args *args, const struct cJSON *cluster, struct buf *out, struct buf *said);
