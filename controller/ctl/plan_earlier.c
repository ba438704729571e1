#include "plan_earlier.h"

#include <stdlib.h>

#include "alloc.h"
#include "operation_done.h"
#include "plan_cluster.h"

int
plan_earlier_read(struct plan_cluster *cluster, const struct cJSON *operation, struct err *err)
{
	struct operation_done *done = operation_done_read(operation);
	bool told = operation_done_judge(done, cluster->name, err) == OPERATION_DONE_TOLD;

	free(cluster->unfit);
	cluster->unfit = xcalloc(cluster->nnodes + 1, sizeof *cluster->unfit);
	for (size_t i = 0; told && i < cluster->nnodes; i++)
		cluster->unfit[i] = operation_done_has(done, cluster->nodes[i].name, cluster->nodes[i].host_id);
	operation_done_free(done);
	return told ? 0 : -1;
}
