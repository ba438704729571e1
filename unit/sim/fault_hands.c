#include "fault_hands.h"

#include "scene.h"

static struct process *
process_of(const struct faults *faults, const struct fault *fault)
{
	return &faults->world->processes[fault->value];
}

void
hand_crash(struct faults *faults, const struct fault *fault)
{
	process_crash(process_of(faults, fault), fault->span_ms);
}

void
hand_stop(struct faults *faults, const struct fault *fault)
{
	process_stop(process_of(faults, fault));
}

void
hand_pause(struct faults *faults, const struct fault *fault)
{
	process_pause(process_of(faults, fault), fault->span_ms);
}

void
hand_api_away(struct faults *faults, const struct fault *fault)
{
	world_api_away(faults->world, fault->span_ms);
}

/* Its watch cache begins anew. */
void
hand_api_restart(struct faults *faults, const struct fault *fault)
{
	world_api_away(faults->world, fault->span_ms);
	peers_break_watches(faults->world, NULL);
	api_compact(faults->world->api);
}

void
hand_api_cut(struct faults *faults, const struct fault *fault)
{
	struct process *process = process_of(faults, fault);

	process->api_away_until = faults->world->now + fault->span_ms;
	if (!faults->world->away_silently)
		peers_break_watches(faults->world, process);
}

void
hand_compact(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	api_compact(faults->world->api);
	peers_break_watches(faults->world, NULL);
}

void
hand_redis_away(struct faults *faults, const struct fault *fault)
{
	world_redis_away(faults->world, fault->span_ms);
}

void
hand_redis_break(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	peers_break_redis(faults->world, NULL);
}

void
hand_redis_cut(struct faults *faults, const struct fault *fault)
{
	struct process *process = process_of(faults, fault);

	process->redis_away_until = faults->world->now + fault->span_ms;
	if (!faults->world->away_silently)
		peers_break_redis(faults->world, process);
}

/* From now on the replica hears nothing. */
void
hand_redis_falls_behind(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	store_free(faults->replica);
	faults->replica = store_copy(faults->world->store);
}

void
hand_redis_fails_over(struct faults *faults, const struct fault *fault)
{
	struct world *world = faults->world;

	(void)fault;
	if (!faults->replica)
		return;
	transcript_add(world->log, world->now, "---- Redis' replica is promoted");
	checker_forget_epochs(world->checker);
	store_free(world->store);
	world->store = faults->replica;
	faults->replica = NULL;
	peers_break_redis(world, NULL);
}

void
hand_redis_flush(struct faults *faults, const struct fault *fault)
{
	struct world *world = faults->world;

	(void)fault;
	transcript_add(world->log, world->now, "---- Redis is flushed");
	checker_forget_epochs(world->checker);
	store_flush(world->store);
}

/* And whoever has it in memory dies. */
void
hand_redis_lost(struct faults *faults, const struct fault *fault)
{
	for (size_t i = 0; i < faults->world->nprocesses; i++)
		process_crash(&faults->world->processes[i], fault->span_ms);
	hand_redis_flush(faults, fault);
}

void
hand_lease_deleted(struct faults *faults, const struct fault *fault)
{
	shares_delete(faults->world, fault->luck);
}

void
hand_lease_annotated(struct faults *faults, const struct fault *fault)
{
	shares_annotate(faults->world, fault->luck, "{\"team\":\"db\"}");
}

void
hand_jump(struct faults *faults, const struct fault *fault)
{
	world_jump(faults->world, fault->value);
}

void
hand_node_crashes(struct faults *faults, const struct fault *fault)
{
	sim_crash(fault_sim(faults, fault), faults->world->now, (size_t)fault->value);
}

void
hand_node_returns(struct faults *faults, const struct fault *fault)
{
	sim_start(fault_sim(faults, fault), faults->world->now, (size_t)fault->value);
}

void
hand_hang(struct faults *faults, const struct fault *fault)
{
	sim_hang(fault_sim(faults, fault), faults->world->now, (size_t)fault->value, true);
}

void
hand_unhang(struct faults *faults, const struct fault *fault)
{
	sim_hang(fault_sim(faults, fault), faults->world->now, (size_t)fault->value, false);
}

void
hand_slow(struct faults *faults, const struct fault *fault)
{
	sim_slow(fault_sim(faults, fault), (size_t)fault->value, 1500);
}

void
hand_quick(struct faults *faults, const struct fault *fault)
{
	sim_slow(fault_sim(faults, fault), (size_t)fault->value, 0);
}

void
hand_lag(struct faults *faults, const struct fault *fault)
{
	sim_lag(fault_sim(faults, fault), (size_t)fault->value, 8000);
}

void
hand_unlag(struct faults *faults, const struct fault *fault)
{
	sim_lag(fault_sim(faults, fault), (size_t)fault->value, 0);
}

void
hand_host_away(struct faults *faults, const struct fault *fault)
{
	sim_host_away(fault_sim(faults, fault), (size_t)fault->value, true);
}

void
hand_host_back(struct faults *faults, const struct fault *fault)
{
	sim_host_away(fault_sim(faults, fault), (size_t)fault->value, false);
}

void
hand_ssh_lost(struct faults *faults, const struct fault *fault)
{
	faults->world->ssh_lost |= UINT64_C(1) << fault->value;
}

void
hand_ssh_found(struct faults *faults, const struct fault *fault)
{
	faults->world->ssh_lost &= ~(UINT64_C(1) << fault->value);
}

void
hand_schema(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	sim_schema_change(faults->world->sim, faults->world->now);
}

/* Whatever we are doing with the node. */
void
hand_restart(struct faults *faults, const struct fault *fault)
{
	sim_restart(fault_sim(faults, fault), faults->world->now, (size_t)fault->value);
}

static void
freeze(struct faults *faults, bool frozen)
{
	if (faults->scene)
		scene_freeze(faults->scene, frozen);
}

void
hand_freeze(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	freeze(faults, true);
}

void
hand_thaw(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	freeze(faults, false);
}

static void
suspend(struct faults *faults, bool suspended)
{
	struct scene *scene = faults->scene;

	if (!scene)
		return;
	scene->suspend = suspended;
	scene_turn_knobs(scene);
}

void
hand_suspend(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	suspend(faults, true);
}

void
hand_resume(struct faults *faults, const struct fault *fault)
{
	(void)fault;
	suspend(faults, false);
}

void
hand_retry(struct faults *faults, const struct fault *fault)
{
	struct scene *scene = faults->scene;

	(void)fault;
	if (!scene)
		return;
	scene->retry++;
	scene_turn_knobs(scene);
}

void
hand_cancel(struct faults *faults, const struct fault *fault)
{
	struct scene *scene = faults->scene;

	(void)fault;
	if (!scene)
		return;
	scene->cancel = true;
	scene_turn_knobs(scene);
}
