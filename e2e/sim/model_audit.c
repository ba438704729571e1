/* What happened, in lines that a person and a test read. */
#include <inttypes.h>
#include <stdarg.h>

#include "alloc.h"
#include "model_inside.h"
#include "oracle.h"

const char *
sim_event_name(enum sim_event event)
{
	static const char *const names[] = {
		[SIM_ARRIVED_DRAIN] = "drain", [SIM_ARRIVED_STOP] = "stop", [SIM_ARRIVED_START] = "start",
		[SIM_ARRIVED_RESTART] = "restart", [SIM_PROCESS_START] = "process-start", [SIM_NORMAL] = "normal",
		[SIM_SERVING] = "serving", [SIM_DRAINED] = "drained", [SIM_PROCESS_EXIT] = "exit",
		[SIM_CRASHED] = "crash", [SIM_HUNG] = "hang", [SIM_UNHUNG] = "unhang",
		[SIM_ISOLATED] = "isolated", [SIM_SCHEMA] = "schema",
		[SIM_MEMBER] = "member", [SIM_READDRESSED] = "readdressed", [SIM_BOOT_FAILED] = "boot-failed",
		[SIM_CUT] = "cut", [SIM_RAN] = "run",
		[SIM_MARK] = "mark", [SIM_VIOLATION] = "violation", [SIM_UNAVOIDABLE] = "unavoidable",
	};

	return names[event];
}

static struct sim_entry *
entry_new(struct sim *sim)
{
	if (sim->naudit == sim->audit_cap) {
		sim->audit_cap = sim->audit_cap ? 2 * sim->audit_cap : 64;
		sim->audit = xreallocarray(sim->audit, sim->audit_cap, sizeof *sim->audit);
	}
	return &sim->audit[sim->naudit++];
}

void
sim_note(struct sim *sim, enum sim_event event, enum sim_source source, size_t node, const char *format, ...)
{
	struct sim_entry *entry = entry_new(sim);
	struct buf line = BUF_INIT(BUF_MAX_LINE);
	va_list args;

	buf_printf(&line, "t=%" PRId64, sim->now);
	if (node != SIZE_MAX)
		buf_printf(&line, " node=%s zone=%s/%s", sim->nodes[node].name, sim->nodes[node].datacenter,
		    sim->nodes[node].rack);
	buf_printf(&line, " event=%s source=%s", sim_event_name(event), source == SIM_HAND ? "hand" : "controller");
	va_start(args, format);
	buf_vprintf(&line, format, args);
	va_end(args);
	*entry = (struct sim_entry){.t = sim->now, .event = event, .source = source, .node = node,
	    .text = buf_take(&line)};
}

void
sim_arrived(struct sim *sim, enum sim_event event, enum sim_source source, size_t node)
{
	struct node *n = &sim->nodes[node];

	sim_note(sim, event, source, node, " mode=%s down=%zu", n->stage == STAGE_OFF ? "-" : sim_mode_name(n->mode),
	    oracle_down(sim));
	if (event == SIM_ARRIVED_START || event == SIM_ARRIVED_RESTART)
		oracle_judge_join(sim, source, node);
	if (event == SIM_ARRIVED_START)
		return;
	oracle_judge(sim, source, node);
	if (source == SIM_CONTROLLER)
		n->touched = true;
}

size_t
sim_audit_count(const struct sim *sim)
{
	return sim->naudit;
}

const struct sim_entry *
sim_audit(const struct sim *sim, size_t i)
{
	return &sim->audit[i];
}

void
sim_audit_free(struct sim *sim)
{
	for (size_t i = 0; i < sim->naudit; i++)
		free(sim->audit[i].text);
	free(sim->audit);
}

size_t
sim_violations(const struct sim *sim)
{
	return sim->violations;
}

size_t
sim_unavoidable(const struct sim *sim)
{
	return sim->unavoidable;
}

void
sim_mark(struct sim *sim, int64_t now)
{
	sim_advance(sim, now);
	sim->violations = sim->unavoidable = 0;
	for (size_t i = 0; i < sim->nnodes; i++)
		sim->nodes[i].touched = sim->nodes[i].restarted = false;
	sim_note(sim, SIM_MARK, SIM_HAND, SIZE_MAX, "%s", "");
}
