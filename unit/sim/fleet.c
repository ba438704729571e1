#include "fleet.h"

#include <inttypes.h>
#include <stdlib.h>

#include "alloc.h"
#include "check.h"
#include "person.h"

/* About as long as an operation takes for a node without faults. */
enum { NODE_MS = 35000, TRANSCRIPT = 150, HELPS = 4, HELPS_WITH_OTHERS = 12 };

static bool
all_serve(struct world *world, const char *unused)
{
	char text[200];

	(void)unused;
	return !judge_serving(world, text, sizeof text);
}

/* When people's hands and faults have come to an end, by the world's clock. */
static int64_t
end_of(const struct fleet *fleet)
{
	int64_t faults = faults_end(&fleet->faults), others = others_end(&fleet->others, fleet->scene->world);

	return faults > others ? faults : others;
}

/* What we have taken down is brought back, or named to whom is to help. */
static void
judge_ours(struct fleet *fleet)
{
	char text[200];
	const char *wrong = judge_left(fleet->scene->world, true, text, sizeof text);

	if (wrong && !*fleet->wrong)
		snprintf(fleet->wrong, sizeof fleet->wrong, "%.3f %s", (double)fleet->scene->world->now / 1000, wrong);
}

/* Who is stuck is helped by a person, a few times. */
static void
help(struct fleet *fleet, bool (*settled)(struct world *world, const char *unused))
{
	struct world *world = fleet->scene->world;

	for (int helped = 0; helped < (fleet->others.count ? HELPS_WITH_OTHERS : HELPS); helped++) {
		bool first, others;

		world_run(world, settled, NULL, HOURS(2));
		judge_ours(fleet);
		first = person_helps(fleet->scene, fleet->wrong, sizeof fleet->wrong);
		others = others_help(&fleet->others);
		if (!first && !others)
			break;
		fleet->helped++;
		world_run(world, NULL, NULL, SECONDS(30));
	}
}

static void
play(struct fleet *fleet)
{
	struct world *world = fleet->scene->world;
	bool (*settled)(struct world *world, const char *unused) = fleet->others.count ? until_all_settled : until_settled;
	int64_t end = end_of(fleet);

	world_start(world);
	world_run(world, until_all_over, NULL, end - world->now);
	world_run(world, settled, NULL, HOURS(8));
	/* What is left in the network arrives, the last status too; strangers return, knobs are turned back. */
	world_run(world, NULL, NULL, SECONDS(30));
	if (end > world->now)
		world_run(world, NULL, NULL, end - world->now + SECONDS(30));
	help(fleet, settled);
	world_run(world, settled, NULL, HOURS(2));
	/* One that stood behind the last to end begins only now, whatever has become of others. */
	world_run(world, until_all_over, NULL, MINUTES(30));
	world_run(world, all_serve, NULL, MINUTES(30));
}

static void
joins(void *arg, int64_t number)
{
	struct world *world = arg;

	if (!world->processes[number].core)
		process_start(&world->processes[number]);
}

/* An operation on each cluster; one of the controllers joins later, and who ends may stay away for a while. */
static void
come_and_go(struct fleet *fleet, const struct fleet_config *config, int64_t within_ms)
{
	struct chance chance = {.state = config->seed ^ UINT64_C(0x5aa2d5)};
	struct world *world = fleet->scene->world;

	others_roll(&fleet->others, world, &chance, within_ms);
	world->restart_after_ms = chance_between(&chance, 500, 30000);
	world->late = (size_t)chance_between(&chance, 0, 1);
	if (world->late)
		world_at(world, world->now + chance_between(&chance, 0, within_ms), joins, world,
		    (int64_t)world->nprocesses - 1);
}

static void
judge_at_the_end(struct fleet *fleet, bool calm)
{
	struct world *world = fleet->scene->world;
	char text[600];
	const char *wrong = judge(world, text, sizeof text);

	if (!wrong)
		wrong = judge_serving(world, text, sizeof text);
	if (!wrong)
		wrong = judge_end(fleet->scene, text, sizeof text);
	if (!wrong)
		wrong = others_judge(&fleet->others, text, sizeof text);
	if (!wrong && calm && *fleet->construct.workflow && until_phase(world, "Succeeded"))
		wrong = construct_judge(&fleet->construct, fleet->scene->nfirst, scene_operation(world)->status, text,
		    sizeof text);
	if (wrong)
		snprintf(fleet->wrong, sizeof fleet->wrong, "%s", wrong);
}

struct fleet *
fleet_play(const struct fleet_config *config)
{
	struct fleet *fleet = xcalloc(1, sizeof *fleet);
	struct chance chance = {.state = config->seed ^ UINT64_C(0x07e25)};
	int64_t within_ms;
	struct fault_choice choice = config->choice;

	fleet->scene = fleet_draw(config, fleet);
	if (fleet->policy.nkeyspaces)
		policy_tell(&fleet->policy, fleet->scene->world);
	if (construct_stands_between(&fleet->construct))
		fleet->scene->world->turns.begins_again = SCENE_OPERATION;
	if (!config->told)
		transcript_off(fleet->scene->world->log);
	fleet->scene->world->recording = config->recording;
	fleet->faults.world = fleet->scene->world;
	within_ms = NODE_MS * (int64_t)sim_nodes(fleet->scene->world->sim);
	if (!config->alone)
		others_draw(&fleet->others, fleet->scene->world, &chance, within_ms);
	if (config->clusters)
		come_and_go(fleet, config, within_ms);
	fleet->others.left_out = config->others_left_out;
	if (choice.apart && fleet->others.count + (fleet->scene->world->beside[0] != NULL) > 0)
		choice.kinds = FAULT_KINDS_BESIDE_OTHERS;
	if (!config->calm)
		faults_draw(&fleet->faults, fleet->scene->world, &choice, within_ms);
	fleet->faults.scene = fleet->scene;
	fleet->faults.left_out = config->left_out;
	faults_begin(&fleet->faults);
	others_begin(&fleet->others);
	play(fleet);
	judge_at_the_end(fleet, config->calm);
	return fleet;
}

struct fleet *
fleet_free(struct fleet *fleet)
{
	if (!fleet)
		return NULL;
	faults_done(&fleet->faults);
	scene_free(fleet->scene);
	free(fleet);
	return NULL;
}

/* Of those that are there in the end. */
static size_t
count_shipped(const struct world *world)
{
	size_t count = 0;

	for (size_t i = 0; i < world->api->nobjects; i++) {
		const struct api_object *o = &world->api->objects[i];

		count += o->kind == KIND_OPERATION && (strstr(o->content, "\"workflow\":\"rolling-restart\"") ||
		    strstr(o->content, "\"workflow\":\"restart-node\""));
	}
	return count;
}

void
fleet_add_up(const struct fleet *fleet, struct tally *tally)
{
	struct world *world = fleet->scene->world;

	tally->runs++;
	for (size_t i = 0; i < world->checker->nledgers; i++) {
		const char *phase = world->checker->ledgers[i].told_phase;

		tally->operations++;
		tally->succeeded += strcmp(phase, "Succeeded") == 0;
		tally->failed += strcmp(phase, "Failed") == 0;
		tally->cancelled += strcmp(phase, "Cancelled") == 0;
		tally->planned += strcmp(phase, "Planned") == 0;
		tally->moved += world->checker->ledgers[i].ntakeovers > 1;
	}
	tally->shipped += count_shipped(world);
	tally->given_up += world->shares.given_up;
	tally->clusters += world_clusters(world);
	tally->helped += fleet->helped > 0;
	others_add_up(&fleet->others, tally->others);
	construct_add_up(&fleet->construct, tally->constructs);
	policy_add_up(&fleet->policy, tally->policies);
	tally->tablets += fleet->tablets;
	tally->zero_token += fleet->zero_token;
	tally->two += fleet->two;
	tally->steps += world->steps;
	tally->effects += world->effects;
	tally->arrivals += world->arrivals;
	tally->lives += world->lives;
	tally->unavoidable += sim_unavoidable(world->sim);
	tally->excused += world->checker->excused;
	tally->simulated_ms += world->now - world->began;
	faults_add_up(&fleet->faults, tally->faults);
}

void
tally_print(const struct tally *tally, double seconds)
{
	size_t ended = tally->succeeded + tally->failed + tally->cancelled + tally->planned;

	printf("  %zu operations, %zu of them of shipped workflows, on %zu clusters in %zu worlds (%zu Succeeded, %zu Failed, "
	    "%zu Cancelled, %zu Planned, %zu Stalled or gone;\n  %zu worlds helped by a person), %.1f operations/s, "
	    "%.0f steps/s\n", tally->operations, tally->shipped, tally->clusters, tally->runs, tally->succeeded,
	    tally->failed, tally->cancelled, tally->planned, tally->operations - ended, tally->helped,
	    (double)tally->operations / seconds, (double)tally->steps / seconds);
	printf("  %zu effects, %zu acts arrived, %zu lives of controllers, %zu unavoidable arrivals, %zu done again after "
	    "Redis lost them,\n  %" PRId64 " simulated hours in %.1f s\n  worlds that had:", tally->effects,
	    tally->arrivals, tally->lives, tally->unavoidable, tally->excused, tally->simulated_ms / HOURS(1), seconds);
	printf(" %zu tablets, %zu a node without tokens, %zu two datacenters", tally->tablets, tally->zero_token, tally->two);
	for (size_t i = 0; fault_name(i); i++)
		printf(", %zu %s", tally->faults[i], fault_name(i));
	printf("\n  workflows with:");
	for (size_t i = 0; construct_name(i); i++)
		printf("%s %zu %s", i ? "," : "", tally->constructs[i], construct_name(i));
	printf("\n  clusters with:");
	for (size_t i = 0; policy_name(i); i++)
		printf("%s %zu %s", i ? "," : "", tally->policies[i], policy_name(i));
	printf("\n  operations beside:");
	for (size_t i = 0; other_kind_name(i); i++)
		printf("%s %zu %s", i ? "," : "", tally->others[i], other_kind_name(i));
	printf("\n");
}

/* "I10", or whatever the first word is after the time; -1: nothing is wrong. */
static int
invariant_of(const char *wrong, char *ret, size_t size)
{
	wrong += strspn(wrong, " 0123456789.");
	return *wrong ? snprintf(ret, size, "%.*s", (int)strcspn(wrong, ": "), wrong) : -1;
}

/* In the same way? A smaller world that goes wrong in another one is another finding. */
static bool
is_bad(const struct fleet_config *config, const char *wrong)
{
	struct fleet *fleet = fleet_play(config);
	char one[40], other[40];
	bool bad = invariant_of(fleet->wrong, one, sizeof one) >= 0 && invariant_of(wrong, other, sizeof other) >= 0 &&
	    strcmp(one, other) == 0;

	fleet_free(fleet);
	return bad;
}

/* Leave out as many of the other operations as possible. */
static void
shrink_others(struct fleet_config *config, const char *wrong, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct fleet_config fewer = *config;

		fewer.others_left_out |= 1u << i;
		if (is_bad(&fewer, wrong))
			*config = fewer;
	}
}

/* Do without variety, and leave out as many faults as possible: halves, quarters, … single ones, again while that helps. */
static void
shrink(struct fleet_config *config, const char *wrong, size_t count)
{
	struct fleet_config plain = *config;
	bool helped = true;

	plain.variety = VARIETY_PLAIN;
	plain.policies = POLICY_NONE;
	if (is_bad(&plain, wrong))
		*config = plain;
	for (size_t size = (count + 1) / 2; size > 0; size = helped && size == 1 ? 1 : size / 2) {
		helped = false;
		for (size_t from = 0; from < count; from += size) {
			struct fleet_config fewer = *config;

			for (size_t i = from; i < from + size && i < count; i++)
				fewer.left_out |= UINT64_C(1) << i;
			if (fewer.left_out == config->left_out || !is_bad(&fewer, wrong))
				continue;
			*config = fewer;
			helped = true;
		}
	}
}

bool
fleet_is_right(const struct fleet_config *config, struct tally *tally)
{
	struct fleet *fleet = fleet_play(config);
	struct fleet_config least = *config;
	bool right = *fleet->wrong == '\0';

	fleet_add_up(fleet, tally);
	if (right) {
		fleet_free(fleet);
		return true;
	}
	printf("SEED=%" PRIu64 ": %s\n", config->seed, fleet->wrong);
	if (!getenv("VERBOSE")) {
		if (!getenv("LEFT_OUT")) {
			shrink_others(&least, fleet->wrong, fleet->others.count);
			shrink(&least, fleet->wrong, fleet->faults.count);
			shrink_others(&least, fleet->wrong, fleet->others.count);
		}
		fleet_free(fleet);
		least.told = true;
		fleet = fleet_play(&least);
	}
	others_print(&fleet->others);
	faults_print(&fleet->faults);
	transcript_print(fleet->scene->world->log, TRANSCRIPT);
	if (config->choice.only)
		printf("ONLY=\"%s\" ", config->choice.only);
	if (least.variety != VARIETY_DRAWN)
		printf("VARIETY=%d ", (int)least.variety);
	if (least.policies != POLICY_DRAWN)
		printf("POLICY=%d ", (int)least.policies);
	printf("%sSEED=%" PRIu64 " LEFT_OUT=%" PRIu64 " OTHERS_LEFT_OUT=%u VERBOSE=1 build/unit/sim/test_%s plays it "
	    "again: %s\n", config->alone ? "ALONE=1 " : "", least.seed, least.left_out, least.others_left_out,
	    config->clusters ? "shards" : "fleet", fleet->wrong);
	fflush(stdout);
	fleet_free(fleet);
	return false;
}
