/* Prometheus text of the core's counters and of what stands now. No label has unbounded values. */
#include <inttypes.h>
#include <stddef.h>

#include "buf.h"
#include "cluster.h"
#include "op.h"
#include "outbox.h"
#include "state.h"

static void
put(struct buf *out, const char *name, const char *type, const char *help, uint64_t value)
{
	buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRIu64 "\n", name, help, name, type, name, value);
}

static void
put_phases(const struct core *core, struct buf *out)
{
	buf_puts(out, "# HELP strait_operations Operations of the shards led here that have not ended, by phase.\n"
	    "# TYPE strait_operations gauge\n");
	for (enum phase phase = PHASE_PENDING; phase <= PHASE_PLANNED; phase++) {
		unsigned n = 0;

		for (const struct op *op = core->ops; op; op = op->hh.next)
			n += op->phase == phase && shard_is_led(core, op->shard);
		buf_printf(out, "strait_operations{phase=\"%s\"} %u\n", phase_name(phase), n);
	}
}

static void
put_nodes(const struct core *core, struct buf *out)
{
	uint64_t held = 0, lost = 0, ready = 0;

	for (const struct op *op = core->ops; op; op = op->hh.next)
		for (size_t i = 0; i < op->nlanes; i++) {
			held += op->lanes[i].held;
			lost += op->lanes[i].out_of_service;
		}
	for (const struct cluster *cluster = core->clusters; cluster; cluster = cluster->hh.next)
		ready += cluster->ready;
	put(out, "strait_nodes_held_down", "gauge", "Nodes that operations hold down now.", held);
	put(out, "strait_nodes_out_of_service", "gauge", "Nodes that could not be brought back.", lost);
	put(out, "strait_clusters_ready", "gauge", "Target clusters that may be operated.", ready);
}

static void
put_notices(const struct core *core, struct buf *out)
{
	const struct core_counters *c = &core->counters;
	uint64_t waiting = 0;

	for (const struct op *op = core->ops; op; op = op->hh.next)
		waiting += outbox_waiting(op);
	put(out, "strait_notifications_sent_total", "counter", "Messages that a channel has taken.", c->notices_sent);
	put(out, "strait_notifications_failed_total", "counter", "Tries that came to nothing, each to be repeated.",
	    c->notices_retried);
	put(out, "strait_notifications_given_up_total", "counter", "Messages that no channel has taken for too long.",
	    c->notices_given_up);
	put(out, "strait_notifications_waiting", "gauge", "Messages that are not delivered yet.", waiting);
}

void
core_metrics(const struct core *core, struct buf *out)
{
	const struct core_counters *c = &core->counters;

	put(out, "strait_leader", "gauge", "1 while this controller acts.", core->leading);
	put(out, "strait_shards", "gauge", "Shards of the fleet.", core->shards.count);
	put(out, "strait_shards_led", "gauge", "Shards whose clusters this controller acts on.", shards_led(core));
	put(out, "strait_journal_up", "gauge", "1 while Redis answers.", journal_is_up(core));
	put(out, "strait_journal_durable", "gauge", "1 once Redis' settings are known, or stated, to lose no journaled step.",
	    core->journal_judged && !core->journal_risk[0]);
	put(out, "strait_journal_durability_unknown", "gauge",
	    "1 while Redis hides its settings, and nobody states them.",
	    core->journal_unknown);
	put(out, "strait_core_steps_total", "counter", "Events taken by the core.", c->steps);
	put(out, "strait_acts_sent_total", "counter", "Requests sent that may change a cluster.", c->acts_sent);
	put(out, "strait_gate_checks_total", "counter", "Judgements of the gate.", c->gate_checks);
	put(out, "strait_gate_closed_total", "counter", "Judgements that found the gate closed.", c->gate_closed);
	put(out, "strait_overrides_used_total", "counter", "Steps let through because of spec.overrides.", c->overrides_used);
	put(out, "strait_sweeps_total", "counter", "Sweeps over all members of a cluster.", c->sweeps);
	put(out, "strait_journal_writes_total", "counter", "Acknowledged journal writes.", c->journal_writes);
	put(out, "strait_journal_errors_total", "counter", "Journal requests without an answer.", c->journal_errors);
	put(out, "strait_status_writes_total", "counter", "Acknowledged status writes.", c->status_writes);
	put(out, "strait_operations_succeeded_total", "counter", "Operations that succeeded.", c->ops_succeeded);
	put(out, "strait_operations_failed_total", "counter", "Operations that failed.", c->ops_failed);
	put(out, "strait_operations_cancelled_total", "counter", "Operations that were cancelled.", c->ops_cancelled);
	put_notices(core, out);
	put_phases(core, out);
	put_nodes(core, out);
}
