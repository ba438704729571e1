/* systemd's view of the process: scylla-server.service with one job at a time, as systemctl's default mode "replace"
 * leads to. */
#include <stdio.h>

#include "hash.h"
#include "model_inside.h"

enum { STOP_TIMEOUT = 900000 };

#define UNIT "scylla-server.service"

void
sim_invocation(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];
	uint64_t hash = sim_hash(sim, "invocation", node, n->life);

	snprintf(n->invocation, sizeof n->invocation, "%016llx%016llx", (unsigned long long)hash,
	    (unsigned long long)hash_u64(hash, 1));
}

static void
become(struct sim *sim, size_t node, enum unit unit)
{
	sim->nodes[node].unit = unit;
	sim->nodes[node].unit_changed = sim->now;
}

static void
job_done(struct sim *sim, size_t node, int status, const char *error)
{
	struct node *n = &sim->nodes[node];
	uint32_t job = n->job;

	n->job = 0;
	n->again = false;
	if (job)
		sim_calls_job_done(sim, node, job, status, error);
}

/* A new job takes the place of the one that is pending, unless it is the same. */
static void
job_new(struct sim *sim, size_t node, enum verb verb)
{
	struct node *n = &sim->nodes[node];

	if (n->job && n->job_verb == verb)
		return;
	if (n->job)
		job_done(sim, node, 1, "Job for " UNIT " canceled.\n");
	n->job = ++sim->jobs;
	n->job_verb = verb;
}

static void
activate(struct sim *sim, size_t node, enum sim_source source)
{
	struct node *n = &sim->nodes[node];

	n->starter = source;
	n->again = false;
	sim_process_start(sim, node, source);
	sim_invocation(sim, node);
	become(sim, node, UNIT_ACTIVATING);
}

static void
deactivate(struct sim *sim, size_t node, enum sim_source source)
{
	struct node *n = &sim->nodes[node];

	become(sim, node, UNIT_DEACTIVATING);
	sim_event_push(sim, (struct event){.at = sim->now + sim_scaled(sim, STOP_TIMEOUT), .kind = EVENT_KILL,
	    .node = node, .stamp = n->life});
	sim_process_terminate(sim, node, source);
}

uint32_t
sim_unit_order(struct sim *sim, size_t node, enum verb verb, enum sim_source source)
{
	struct node *n = &sim->nodes[node];
	bool dead = n->unit == UNIT_INACTIVE || n->unit == UNIT_FAILED;

	if ((verb == VERB_STOP && dead) || (verb == VERB_START && n->unit == UNIT_ACTIVE))
		return 0;
	if (verb == VERB_RESTART && dead)
		verb = VERB_START;
	job_new(sim, node, verb);
	if (verb != VERB_STOP) {
		n->again = verb == VERB_RESTART || n->unit == UNIT_DEACTIVATING;
		n->starter = source;
	}
	if (dead)
		activate(sim, node, source);
	else if (verb != VERB_START && n->unit != UNIT_DEACTIVATING)
		deactivate(sim, node, source);
	return n->job;
}

void
sim_unit_ready(struct sim *sim, size_t node)
{
	become(sim, node, UNIT_ACTIVE);
	job_done(sim, node, 0, "");
}

void
sim_unit_gone(struct sim *sim, size_t node, bool failed)
{
	struct node *n = &sim->nodes[node];
	bool starting = n->unit == UNIT_ACTIVATING;

	become(sim, node, failed ? UNIT_FAILED : UNIT_INACTIVE);
	if (n->again)
		activate(sim, node, n->starter);
	else
		job_done(sim, node, starting, starting ? "Job for " UNIT " failed because a fatal signal was delivered "
		    "to the control process.\n" : "");
}

void
sim_unit_forget(struct sim *sim, size_t node)
{
	struct node *n = &sim->nodes[node];

	job_done(sim, node, 255, "Connection closed by remote host.\n");
	sim_process_kill(sim, node);
	become(sim, node, UNIT_INACTIVE);
	sim_runs_forget(sim, node);
	n->invocation[0] = '\0';
	n->boots++;
}

void
sim_unit_booted(struct sim *sim, size_t node)
{
	sim->nodes[node].away = false;
	if (!sim->nodes[node].disabled)
		sim_unit_order(sim, node, VERB_START, SIM_HAND);
}

/* TimeoutStopSec is over: SIGKILL. */
void
sim_unit_timeout(struct sim *sim, size_t node)
{
	if (sim->nodes[node].unit == UNIT_DEACTIVATING)
		sim_process_kill(sim, node);
}
