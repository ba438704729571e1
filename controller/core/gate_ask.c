/* Where every act comes by: is it the cluster that is meant at all, and, if the act takes a node down or changes the topology,
 * does the ring bear it? Apart from gate.c, so that a test can put a defect into the gate. */
#include "cluster.h"
#include "gate.h"
#include "op.h"

enum gate
gate_ask(struct core *core, struct op *op, struct step *step, bool disruptive)
{
	char why[MESSAGE];

	if (cluster_is_another(core, op->cluster, why, sizeof why))
		return gate_close(core, op, step, NULL, why);
	return disruptive ? gate_check(core, op, step) : GATE_OPEN;
}
