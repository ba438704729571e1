/* --not-done-by: which nodes another operation has done, as the controller would find. Pure, for its tests. */
#pragma once

#include "err.h"

struct cJSON;
struct plan_cluster;

/* Mark in 'cluster' whom the ClusterOperation has done. -1 and a sentence: it does not tell, or has not ended. */
int plan_earlier_read(struct plan_cluster *cluster, const struct cJSON *operation, struct err *err);
