#include "world.h"

#include <stdlib.h>

#include "alloc.h"

/* Commands and the hosts: a process has one connection to each host, as model_ssh.h has it; Scylla's model is the host. */

enum { EACH = 64 };      /* each cluster's hosts are numbered from so many times its own number */

static int64_t
back(struct world *world)
{
	return world_delay(world, world->weather.net_max);
}

/* What left a process that has ended since goes its way all the same, on a connection of its own. */
static struct ssh_line *
line_of(struct flight *flight, size_t node, struct ssh_line *other)
{
	struct process *process = flight->process;

	if (!process->core || process->life != flight->life)
		return other;
	if (node >= process->nlines) {
		process->lines = xreallocarray(process->lines, node + 1, sizeof *process->lines);
		for (; process->nlines <= node; process->nlines++)
			process->lines[process->nlines] = (struct ssh_line){0};
	}
	return &process->lines[node];
}

/* The host's cluster and, among all hosts, its number; NULL and -1: there is no such host. */
static struct sim *
host_of(const struct world *world, const struct flight *flight, size_t *ret_node, int *ret_number)
{
	struct sim *sim = world_find(world, flight->effect.host.address, ret_node);

	*ret_number = !sim ? -1 : (int)(*ret_node + EACH * world_number(world, sim));
	return sim;
}

static enum ssh_way
way_of(const struct world *world, const struct flight *flight, int node)
{
	if (flight->fate == FATE_LOST_REQUEST)
		return SSH_CUT_BEFORE;
	if (flight->fate == FATE_LOST_ANSWER || (node >= 0 && node < 64 && (world->ssh_lost >> node & 1)))
		return SSH_CUT_AFTER;
	return SSH_WHOLE;
}

static void
hear(struct world *world, struct flight *flight, struct ssh_end *end, const char *body)
{
	world_answer(world, flight, end->after_ms + back(world), end->outcome, end->status, body, end->len, end->error);
	ssh_end_done(end);
}

void
host_arrive(struct world *world, struct flight *flight)
{
	CLEANUP_BUF struct buf command = BUF_INIT(BUF_MAX_LINE);
	const struct effect_host *host = &flight->effect.host;
	size_t node;
	int number;
	struct sim *sim = host_of(world, flight, &node, &number);
	enum ssh_host at = sim && sim_host_reachable(sim, node) ? SSH_LISTENS :
	    !sim || !world->away_silently ? SSH_GONE : SSH_SILENT;
	struct ssh_line none = {0}, *line = !sim ? &none : line_of(flight, (size_t)number, &none);
	struct ssh_end end;

	/* A lost request is lost without a word, or with the connection. */
	if (flight->fate == FATE_LOST_REQUEST && flight->number % 2)
		return;
	if (!ssh_line_carry(line, at, way_of(world, flight, number), world->now, &end)) {
		hear(world, flight, &end, "");
		return;
	}
	for (size_t i = 0; i < EFFECT_ARGS && host->args[i]; i++)
		buf_printf(&command, "%s%s", i ? " " : "", host->args[i]);
	flight->held = true;
	sim_command(sim, world->now, SIM_CONTROLLER, node, buf_str(&command), flight->number);
}

void
host_answered(struct world *world, struct flight *flight, const struct sim_reply *reply)
{
	const struct ssh_said said = {.status = reply->status, .body = reply->body, .len = reply->len,
	    .error = reply->error};
	size_t node;
	int number;
	struct sim *sim = host_of(world, flight, &node, &number);
	struct ssh_line none = {0}, *line = !sim ? &none : line_of(flight, (size_t)number, &none);
	struct ssh_end end;

	ssh_line_answer(line, way_of(world, flight, number), &said, world->now, &end);
	hear(world, flight, &end, reply->body);
}

void
host_forget(struct process *process)
{
	free(process->lines);
	process->lines = NULL;
	process->nlines = 0;
}
