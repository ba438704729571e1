/* Nodes that do not do what they are told, for a while. */
#include "fault_hands.h"

#include "breaks.h"

struct sim *
fault_sim(const struct faults *faults, const struct fault *fault)
{
	return fault->second ? faults->world->beside[0] : faults->world->sim;
}

void
hand_drain_hangs(struct faults *faults, const struct fault *fault)
{
	sim_drain_hang(fault_sim(faults, fault), faults->world->now, (size_t)fault->value, true);
}

void
hand_drain_goes_on(struct faults *faults, const struct fault *fault)
{
	sim_drain_hang(fault_sim(faults, fault), faults->world->now, (size_t)fault->value, false);
}

void
hand_drain_fails(struct faults *faults, const struct fault *fault)
{
	sim_drain_fail(fault_sim(faults, fault), faults->world->now, (size_t)fault->value, "sstable write failed");
}

void
hand_drain_works(struct faults *faults, const struct fault *fault)
{
	sim_drain_fail(fault_sim(faults, fault), faults->world->now, (size_t)fault->value, "");
}

/* Once or twice, or as often as anybody tries. */
void
hand_boot_fails(struct faults *faults, const struct fault *fault)
{
	sim_boot_fail(fault_sim(faults, fault), (size_t)fault->value, fault->luck % 2 ? 1 + fault->luck / 2 % 2 : 1000);
}

/* Who has repaired it starts it, or leaves that to others. */
void
hand_boot_works(struct faults *faults, const struct fault *fault)
{
	size_t node = (size_t)fault->value;

	sim_boot_fail(fault_sim(faults, fault), node, 0);
	if (fault->luck / 4 % 2 && !*sim_mode(fault_sim(faults, fault), faults->world->now, node))
		sim_start(fault_sim(faults, fault), faults->world->now, node);
}

void
hand_boot_slow(struct faults *faults, const struct fault *fault)
{
	sim_boot_slow(fault_sim(faults, fault), (size_t)fault->value, (int64_t)(fault->luck % 300000));
}

void
hand_boot_quick(struct faults *faults, const struct fault *fault)
{
	sim_boot_slow(fault_sim(faults, fault), (size_t)fault->value, 0);
}

void
hand_stop_hangs(struct faults *faults, const struct fault *fault)
{
	sim_stuck_stop(fault_sim(faults, fault), faults->world->now, (size_t)fault->value, true);
}

void
hand_stop_goes_on(struct faults *faults, const struct fault *fault)
{
	sim_stuck_stop(fault_sim(faults, fault), faults->world->now, (size_t)fault->value, false);
}

void
hand_mask(struct faults *faults, const struct fault *fault)
{
	sim_mask(fault_sim(faults, fault), (size_t)fault->value, true);
}

void
hand_unmask(struct faults *faults, const struct fault *fault)
{
	sim_mask(fault_sim(faults, fault), (size_t)fault->value, false);
}

void
hand_garbage(struct faults *faults, const struct fault *fault)
{
	sim_garbage(fault_sim(faults, fault), (size_t)fault->value,
	    (enum sim_garbage)(SIM_GARBAGE_HTML + fault->luck % (SIM_GARBAGE_HUGE - SIM_GARBAGE_HTML + 1)));
}

void
hand_plain(struct faults *faults, const struct fault *fault)
{
	sim_garbage(fault_sim(faults, fault), (size_t)fault->value, SIM_GARBAGE_NONE);
}
