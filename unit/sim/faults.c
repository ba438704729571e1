#include "faults.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "fault_hands.h"

/* One row a kind: how often it is drawn, how long it lasts, whom it befalls. Those of the weather are lowest and highest
 * values of a member of struct weather, and hold from the beginning to the end of the faults. */

enum whom { NOBODY, NODE, PROCESS, OTHER_THAN_ONE, WEATHER, AMOUNT, LEASE };

static const struct fault_kind {
	const char *name;
	enum whom whom;
	int permille, most;              /* drawn at all; then 1 to so many */
	int64_t low, high;               /* span in ms; or the weather's value */
	void (*begin)(struct faults *faults, const struct fault *fault);
	void (*end)(struct faults *faults, const struct fault *fault);
	size_t member;
	int64_t amount;                  /* AMOUNT: -amount to amount */
} kinds[] = {
#define SET(field) .begin = NULL, .member = offsetof(struct weather, field)
	{"lost requests", WEATHER, 500, 1, 1, 6, SET(lost_request)},
	{"lost answers", WEATHER, 500, 1, 1, 6, SET(lost_answer)},
	{"slow", WEATHER, 500, 1, 1, 8, SET(slow)},
	{"slow acts", WEATHER, 500, 1, 1, 150, SET(slow_act)},
	{"lost acts", WEATHER, 400, 1, 1, 80, SET(lost_act)},
	{"429 with Retry-After", WEATHER, 250, 1, 1, 60, SET(throttled)},
	{"409 conflict", WEATHER, 250, 1, 1, 60, SET(conflict)},
	{"503 unavailable", WEATHER, 250, 1, 1, 60, SET(unavailable)},
	{"request twice", WEATHER, 200, 1, 1, 20, SET(twice)},
	{"slow watch lines", WEATHER, 250, 1, 1, 200, SET(slow_line)},
	{"watch lines twice", WEATHER, 200, 1, 1, 60, SET(line_twice)},
#undef SET
	{"crash", PROCESS, 700, 3, 100, 20000, hand_crash, NULL, 0, 0},
	{"SIGTERM", PROCESS, 250, 1, 0, 0, hand_stop, NULL, 0, 0},
	{"SIGSTOP", PROCESS, 350, 2, 50, 60000, hand_pause, NULL, 0, 0},
	{"API server away", NOBODY, 400, 2, 500, 60000, hand_api_away, NULL, 0, 0},
	{"API server restarts", NOBODY, 200, 1, 500, 5000, hand_api_restart, NULL, 0, 0},
	{"cut from the API server", OTHER_THAN_ONE, 300, 2, 500, 60000, hand_api_cut, NULL, 0, 0},
	{"410 Gone", NOBODY, 300, 1, 0, 0, hand_compact, NULL, 0, 0},
	{"Redis away", NOBODY, 400, 2, 500, 60000, hand_redis_away, NULL, 0, 0},
	{"Redis connection breaks", NOBODY, 600, 3, 0, 0, hand_redis_break, NULL, 0, 0},
	{"cut from Redis", OTHER_THAN_ONE, 300, 2, 500, 60000, hand_redis_cut, NULL, 0, 0},
	{"Redis fails over", NOBODY, 150, 1, 5, 3000, hand_redis_falls_behind, hand_redis_fails_over, 0, 0},
	{"Redis flushed", NOBODY, 40, 1, 0, 0, hand_redis_flush, NULL, 0, 0},
	{"clock set", AMOUNT, 200, 2, 0, 0, hand_jump, NULL, 0, 7200000},
	{"node crashes", NODE, 500, 2, 30000, 150000, hand_node_crashes, hand_node_returns, 0, 0},
	{"REST hangs", NODE, 250, 1, 1000, 90000, hand_hang, hand_unhang, 0, 0},
	{"REST slow", NODE, 250, 1, 1000, 90000, hand_slow, hand_quick, 0, 0},
	{"gossip lags", NODE, 250, 1, 1000, 90000, hand_lag, hand_unlag, 0, 0},
	{"host away", NODE, 250, 1, 1000, 90000, hand_host_away, hand_host_back, 0, 0},
	{"ssh lost midway", NODE, 250, 1, 1000, 90000, hand_ssh_lost, hand_ssh_found, 0, 0},
	{"schema change", NOBODY, 200, 1, 0, 0, hand_schema, NULL, 0, 0},
	{"node restarted by hand", NODE, 300, 1, 0, 0, hand_restart, NULL, 0, 0},
	{"cluster frozen", NOBODY, 150, 1, 1000, 120000, hand_freeze, hand_thaw, 0, 0},
	{"suspended", NOBODY, 200, 2, 500, 120000, hand_suspend, hand_resume, 0, 0},
	{"retried", NOBODY, 150, 2, 0, 0, hand_retry, NULL, 0, 0},
	{"cancelled", NOBODY, 40, 1, 0, 0, hand_cancel, NULL, 0, 0},
	{"drain hangs", NODE, 40, 1, 5000, 400000, hand_drain_hangs, hand_drain_goes_on, 0, 0},
	{"drain fails", NODE, 25, 1, 5000, 400000, hand_drain_fails, hand_drain_works, 0, 0},
	{"boot fails", NODE, 80, 1, 5000, 400000, hand_boot_fails, hand_boot_works, 0, 0},
	{"boot slow", NODE, 80, 1, 5000, 400000, hand_boot_slow, hand_boot_quick, 0, 0},
	{"stop hangs", NODE, 25, 1, 5000, 400000, hand_stop_hangs, hand_stop_goes_on, 0, 0},
	{"unit masked", NODE, 60, 1, 5000, 400000, hand_mask, hand_unmask, 0, 0},
	{"REST garbage", NODE, 150, 2, 1000, 90000, hand_garbage, hand_plain, 0, 0},
	{"repair of vnodes", NODE, 150, 2, 1000, 90000, hand_repair, NULL, 0, 0},
	{"cleanup or rebuild", NODE, 120, 1, 1000, 90000, hand_cleanup, NULL, 0, 0},
	{"schema of one node strays", NODE, 120, 1, 1000, 90000, hand_stray, hand_unstray, 0, 0},
	{"node cut off from all", NODE, 120, 1, 1000, 90000, hand_cut_off, hand_joined_again, 0, 0},
	{"line between two nodes cut", NODE, 120, 1, 1000, 90000, hand_cut_line, hand_mend_lines, 0, 0},
	{"zones cut from each other", NOBODY, 80, 1, 1000, 60000, hand_cut_zones, hand_mend_zones, 0, 0},
	{"node decommissioned", NODE, 100, 1, 1000, 90000, hand_decommission, NULL, 0, 0},
	{"node added", NODE, 100, 1, 0, 0, hand_add, NULL, 0, 0},
	{"node replaced", NODE, 25, 1, 0, 0, hand_remake, NULL, 0, 0},
	{"node lost and removed", NODE, 60, 1, 30000, 90000, hand_node_lost, hand_remove, 0, 0},
	{"tablet migrates", NODE, 150, 2, 1000, 60000, hand_migrate, NULL, 0, 0},
	{"node re-addressed", NODE, 60, 1, 0, 0, hand_readdress, NULL, 0, 0},
#define SET(field) .begin = NULL, .member = offsetof(struct weather, field)
	{"answers cut off", WEATHER, 150, 1, 1, 20, SET(cut_answer)},
	{"watches cut within a line", WEATHER, 200, 1, 1, 100, SET(cut_line)},
#undef SET
	{"Redis lost, and all controllers", NOBODY, 60, 1, 500, 20000, hand_redis_lost, NULL, 0, 0},
	{"Lease deleted", LEASE, 200, 2, 0, 0, hand_lease_deleted, NULL, 0, 0},
	{"Lease annotated", LEASE, 200, 2, 0, 0, hand_lease_annotated, NULL, 0, 0},
};
_Static_assert(ARRAY_LEN(kinds) <= FAULT_KINDS_MAX, "too many kinds");

static void
draw_one(struct faults *faults, struct chance *chance, int number, int64_t within_ms, bool second)
{
	const struct fault_kind *kind = &kinds[number];
	const struct world *world = faults->world;
	struct chance luck = {.state = ~chance->state};
	struct fault fault = {.kind = number, .luck = chance_next(&luck), .second = second};

	fault.at_ms = chance_between(chance, 0, within_ms);
	/* Short ones are as likely as long ones. */
	fault.span_ms = chance_between(chance, kind->low, chance_of(chance, 500) ? kind->high : (kind->low + kind->high) / 8);
	switch (kind->whom) {
	case NODE:
		fault.value = chance_between(chance, 0, (int64_t)sim_nodes(second ? world->beside[0] : world->sim) - 1);
		break;
	case PROCESS:
	case OTHER_THAN_ONE:
		fault.value = chance_between(chance, 0, (int64_t)world->nprocesses - 1);
		break;
	case AMOUNT:
		fault.value = chance_between(chance, -kind->amount, kind->amount);
		break;
	case WEATHER:
		fault.at_ms = 0;
		fault.value = chance_between(chance, kind->low, kind->high);
		break;
	case NOBODY:
	case LEASE:
		break;
	}
	if (faults->count < FAULTS_MAX)
		faults->list[faults->count++] = fault;
}

static bool
is_drawn(struct chance *chance, const struct fault_kind *kind, const char *only)
{
	return only ? strcmp(kind->name, only) == 0 : chance_of(chance, kind->permille);
}

/* Of kinds that other operations may meet, once each; after the others and from a stream of its own, which leaves
 * those as they are. Connections to hosts are numbered for the first cluster alone. */
static void
draw_second(struct faults *ret, struct world *world, int64_t within_ms)
{
	struct chance stream = {.state = world->chance.state ^ UINT64_C(0x5ec0d)};

	for (size_t i = 0; i < FAULT_KINDS_BESIDE_OTHERS; i++) {
		struct chance own = {.state = chance_next(&stream)};

		if (kinds[i].whom == NODE && kinds[i].begin != hand_ssh_lost && chance_of(&own, kinds[i].permille / 2))
			draw_one(ret, &own, (int)i, within_ms, true);
	}
}

/* They came last, and from a stream of their own, too. */
static void
draw_lease(struct faults *ret, struct world *world, const struct fault_choice *choice, int64_t within_ms)
{
	struct chance stream = {.state = world->chance.state ^ UINT64_C(0x1ea5e)};

	for (size_t i = 0; i < ARRAY_LEN(kinds) && world->config.lease_namespace; i++) {
		if (kinds[i].whom != LEASE || (choice->kinds > 0 && i >= choice->kinds) ||
		    !is_drawn(&stream, &kinds[i], choice->only))
			continue;
		for (int64_t n = chance_between(&stream, 1, kinds[i].most); n > 0; n--)
			draw_one(ret, &stream, (int)i, within_ms, false);
	}
}

void
faults_draw(struct faults *ret, struct world *world, const struct fault_choice *choice, int64_t within_ms)
{
	struct chance *chance = &world->chance;

	*ret = (struct faults){.world = world};
	world->weather = (struct weather){
		.io_max = chance_between(chance, 0, 10),
		.net_max = chance_between(chance, 1, 40),
		.slow_max = 2500,
		.late_act = 1000,        /* what is later is nobody's to blame: test_restart does that */
	};
	world->away_silently = chance_of(chance, 500);
	for (size_t i = 0; i < ARRAY_LEN(kinds) && (choice->kinds == 0 || i < choice->kinds); i++) {
		if (kinds[i].whom == LEASE)
			continue;
		/* One stream of luck for each kind: another weight for one leaves the others as they are. */
		struct chance own = {.state = chance_next(chance)};

		if (!is_drawn(&own, &kinds[i], choice->only) || (kinds[i].whom == OTHER_THAN_ONE && world->nprocesses < 2))
			continue;
		for (int64_t n = chance_between(&own, 1, kinds[i].most); n > 0; n--)
			draw_one(ret, &own, (int)i, within_ms, false);
	}
	if (world->beside[0] && !choice->only)
		draw_second(ret, world, within_ms);
	draw_lease(ret, world, choice, within_ms);
}

static void
fault_begins(void *arg, int64_t value)
{
	struct faults *faults = arg;
	const struct fault *fault = &faults->list[value];

	transcript_add(faults->world->log, faults->world->now, "---- fault %" PRId64 ": %s (%" PRId64 ") for %" PRId64 " ms",
	    value, kinds[fault->kind].name, fault->value, fault->span_ms);
	faults->happened[fault->kind]++;
	kinds[fault->kind].begin(faults, fault);
}

static void
fault_ends(void *arg, int64_t value)
{
	struct faults *faults = arg;
	const struct fault *fault = &faults->list[value];

	kinds[fault->kind].end(faults, fault);
}

/* The sky clears. */
static void
weather_ends(void *arg, int64_t value)
{
	struct world *world = arg;

	(void)value;
	world->weather = (struct weather){.io_max = world->weather.io_max, .net_max = world->weather.net_max};
}

void
faults_begin(struct faults *faults)
{
	struct world *world = faults->world;

	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *fault = &faults->list[i];
		const struct fault_kind *kind = &kinds[fault->kind];

		if (faults->left_out >> i & 1)
			continue;
		if (kind->whom == WEATHER) {
			*(int *)((char *)&world->weather + kind->member) = (int)fault->value;
			faults->happened[fault->kind]++;
			continue;
		}
		world_at(world, world->now + fault->at_ms, fault_begins, faults, (int64_t)i);
		if (kind->end)
			world_at(world, world->now + fault->at_ms + fault->span_ms, fault_ends, faults, (int64_t)i);
	}
	world_at(world, faults_end(faults), weather_ends, world, 0);
}

void
faults_done(struct faults *faults)
{
	faults->replica = store_free(faults->replica);
}

int64_t
faults_end(const struct faults *faults)
{
	int64_t end = 0;

	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *fault = &faults->list[i];
		int64_t over = fault->at_ms + fault->span_ms;

		if (!(faults->left_out >> i & 1) && over > end)
			end = over;
	}
	return faults->world->began + (end > 1 ? end : 1);
}

void
faults_print(const struct faults *faults)
{
	for (size_t i = 0; i < faults->count; i++) {
		const struct fault *fault = &faults->list[i];

		if (!(faults->left_out >> i & 1))
			printf("fault %zu: %s, at %.3f s for %.3f s, of/by %" PRId64 "%s\n", i, kinds[fault->kind].name,
			    (double)(faults->world->began + fault->at_ms) / 1000, (double)fault->span_ms / 1000,
			    fault->value, fault->second ? " of the second cluster" : "");
	}
}

void
faults_add_up(const struct faults *faults, size_t *sum)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		sum[i] += faults->happened[i] > 0;
}

const char *
fault_name(size_t kind)
{
	return kind < ARRAY_LEN(kinds) ? kinds[kind].name : NULL;
}
