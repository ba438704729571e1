/* The controller with one defect at a time: does the simulation notice, and by the invariant that is there for it? The
 * defects are put in by the linker (-Wl,--wrap, see MUTATED in the Makefile), so that the core knows nothing of them; the
 * same program without a mutant passes. */
#include "check.h"

#include <inttypes.h>

#include "alloc.h"
#include "cluster.h"
#include "fleet.h"
#include "op.h"
#include "state.h"
#include "story.h"

enum { SEEDS_MOST = 200 };

/* --- the defects --- */

enum mutant {
	SOUND,
	NO_FENCE,                /* Redis takes a write of any epoch */
	SAME_EPOCH,              /* a takeover does not raise it */
	NO_GATE,
	NO_RESERVATION,          /* nodes that are being taken down are not counted until they are seen down */
	NO_INTENTS,              /* an act leaves before its intent is acknowledged */
	NO_SETTLE_TIME,
	UNKNOWN_IS_FAILED,       /* after a takeover an act without a result counts as never sent */
	OLD_FACTS,               /* the gate takes facts of any age */
	WINDOW_OVER_A_GAP,       /* a success window goes on over a failure */
	STATUS_FIRST,            /* before the journal is acknowledged */
	FREEZE_BLOCKS_STARTS,
	DONE_AGAIN,              /* a finished lane is read as one to be done */
	HASH_ORDER,              /* nodes in the order of a hash */
};
static enum mutant mutant;

struct core *__real_core_new(const struct core_config *config);
struct core *__wrap_core_new(const struct core_config *config);
enum gate __real_gate_check(struct core *core, struct op *op, struct step *step);
enum gate __wrap_gate_check(struct core *core, struct op *op, struct step *step);
bool *__real_roll_held(const struct op *op);
bool *__wrap_roll_held(const struct op *op);
bool __real_journal_is_durable(const struct op *op, uint64_t ticket);
bool __wrap_journal_is_durable(const struct op *op, uint64_t ticket);
bool __real_journal_is_quiet(const struct op *op);
bool __wrap_journal_is_quiet(const struct op *op);
void __real_acts_resume(struct core *core, struct step *step);
void __wrap_acts_resume(struct core *core, struct step *step);
bool __real_acts_run(struct core *core, struct op *op, struct step *step);
bool __wrap_acts_run(struct core *core, struct op *op, struct step *step);
enum verdict __real_wait_for_conditions(struct task *t);
enum verdict __wrap_wait_for_conditions(struct task *t);
bool __real_record_read(struct core *core, struct op *op, const char *field, const char *value);
bool __wrap_record_read(struct core *core, struct op *op, const char *field, const char *value);
void __real_roll_start(struct core *core, struct op *op);
void __wrap_roll_start(struct core *core, struct op *op);
int __real_store_run(struct store *store, const struct effect_redis *call, struct buf *reply);
int __wrap_store_run(struct store *store, const struct effect_redis *call, struct buf *reply);

struct core *
__wrap_core_new(const struct core_config *config)
{
	struct core_config changed = *config;

	if (mutant == NO_SETTLE_TIME)
		changed.settle_ms = 0;
	if (mutant == OLD_FACTS)
		changed.fact_age_ms = HOURS(1);
	return __real_core_new(&changed);
}

enum gate
__wrap_gate_check(struct core *core, struct op *op, struct step *step)
{
	return mutant == NO_GATE ? GATE_OPEN : __real_gate_check(core, op, step);
}

bool *
__wrap_roll_held(const struct op *op)
{
	bool *held = __real_roll_held(op);

	for (size_t i = 0; mutant == NO_RESERVATION && i < op->cluster->ring->nmembers; i++)
		held[i] = false;
	return held;
}

bool
__wrap_journal_is_durable(const struct op *op, uint64_t ticket)
{
	return mutant == NO_INTENTS || __real_journal_is_durable(op, ticket);
}

bool
__wrap_journal_is_quiet(const struct op *op)
{
	return mutant == STATUS_FIRST || __real_journal_is_quiet(op);
}

void
__wrap_acts_resume(struct core *core, struct step *step)
{
	__real_acts_resume(core, step);
	for (size_t i = 0; mutant == UNKNOWN_IS_FAILED && i < step->nacts; i++)
		if (step->acts[i].view.state == ACT_UNKNOWN)
			step->acts[i].view.state = ACT_NOT_SENT;
}

bool
__wrap_acts_run(struct core *core, struct op *op, struct step *step)
{
	if (mutant == FREEZE_BLOCKS_STARTS && op->cluster->target->frozen)
		return false;
	return __real_acts_run(core, op, step);
}

enum verdict
__wrap_wait_for_conditions(struct task *t)
{
	struct window before[ARRAY_LEN(t->step->windows)];
	enum verdict verdict;

	memcpy(before, t->step->windows, sizeof before);
	for (size_t i = 0; mutant == WINDOW_OVER_A_GAP && i < ARRAY_LEN(before); i++)
		t->step->windows[i].seen_up_ms = 0;
	verdict = __real_wait_for_conditions(t);
	for (size_t i = 0; mutant == WINDOW_OVER_A_GAP && i < ARRAY_LEN(before); i++)
		if (before[i].since_up_ms >= 0)
			t->step->windows[i].since_up_ms = before[i].since_up_ms;
	return verdict;
}

bool
__wrap_record_read(struct core *core, struct op *op, const char *field, const char *value)
{
	bool read = __real_record_read(core, op, field, value);

	for (size_t i = 0; mutant == DONE_AGAIN && i < op->nlanes; i++)
		if (op->lanes[i].state == LANE_DONE) {
			op->lanes[i].state = LANE_WAITING;
			op->lanes[i].at = 0;
		}
	return read;
}

void
__wrap_roll_start(struct core *core, struct op *op)
{
	__real_roll_start(core, op);
	for (size_t i = 0; mutant == HASH_ORDER && i + 1 < op->nlanes; i++)
		for (size_t j = i + 1; j < op->nlanes; j++)
			if (core_jitter(core, op->uid, op->lanes[j].node->name, 0, 1000) <
			    core_jitter(core, op->uid, op->lanes[i].node->name, 0, 1000)) {
				struct lane other = op->lanes[i];

				op->lanes[i] = op->lanes[j];
				op->lanes[j] = other;
			}
}

/* What the scripts do without the line that matters. */
int
__wrap_store_run(struct store *store, const struct effect_redis *call, struct buf *reply)
{
	struct store_journal *journal = store_find(store, call->uid);
	int64_t epoch = journal ? journal->epoch : 0;
	int status;

	if (mutant == NO_FENCE && journal && call->script == REDIS_WRITE) {
		journal->epoch = strtoll(call->args[0], NULL, 10);
		if (journal->seq + 1 != strtoll(call->args[1], NULL, 10))
			journal->seq = strtoll(call->args[1], NULL, 10) - 1;
	}
	status = __real_store_run(store, call, reply);
	journal = store_find(store, call->uid);
	if (mutant == NO_FENCE && journal && journal->epoch < epoch)
		journal->epoch = epoch;
	if (mutant == SAME_EPOCH && epoch > 0 && call->script == REDIS_TAKEOVER) {
		struct buf same = BUF_INIT(BUF_MAX_OBJECT);

		journal->epoch = epoch;
		buf_printf(&same, "[%" PRId64 "%s", epoch, strchr(buf_str(reply), ','));
		buf_done(reply);
		*reply = same;
	}
	return status;
}

/* --- runs in which they show --- */

/* The whole of it, with faults. */
static void
with_faults(uint64_t seed, char *wrong, size_t size)
{
	struct fleet *fleet = fleet_play(&(struct fleet_config){.seed = seed});

	snprintf(wrong, size, "%s", fleet->wrong);
	fleet_free(fleet);
}

static void
with_faults_and_two(uint64_t seed, char *wrong, size_t size)
{
	struct fleet *fleet = fleet_play(&(struct fleet_config){.seed = seed, .controllers = 2});

	snprintf(wrong, size, "%s", fleet->wrong);
	fleet_free(fleet);
}

static struct scene *
begin_seeded(struct scene_config config, uint64_t seed)
{
	struct scene *scene;

	config.seed = seed;
	scene = scene_new(&config);
	world_start(scene->world);
	return scene;
}

static void
finish(struct scene *scene, const char *own, char *wrong, size_t size)
{
	char text[400];
	const char *judged;

	world_run(scene->world, until_over, NULL, HOURS(4));
	judged = judge(scene->world, text, sizeof text);
	if (!judged && !own)
		judged = judge_order(scene->world, sim_nodes(scene->world->sim), 1, text, sizeof text);
	snprintf(wrong, size, "%s", own ? own : judged ? judged : "");
	scene_free(scene);
}

static void
calmly(uint64_t seed, char *wrong, size_t size)
{
	finish(begin_seeded((struct scene_config){.operation = ROLLING}, seed), NULL, wrong, size);
}

/* Of any zone, two at once, in a ring where that is one too many. */
static void
two_at_once(uint64_t seed, char *wrong, size_t size)
{
	static const char workflow[] = "\"spec\":{\"steps\":[{\"eachNode\":{\"concurrencyUnit\":\"all\",\"concurrencyLimit\":2,"
	    "\"steps\":[{\"task\":\"scylla-drain\",\"retries\":3},{\"task\":\"systemd-restart-service\",\"with\":"
	    "{\"service\":\"scylla-server\"}},{\"wait\":[{\"condition\":\"is-up-normal\",\"successWindow\":\"3s\","
	    "\"pollInterval\":\"1s\"}]}]}}]}";
	struct scene *scene = begin_seeded((struct scene_config){.operation = "\"workflow\":\"own\"", .workflow = workflow}, seed);

	finish(scene, "", wrong, size);
	if (!*wrong)
		return;
}

/* Somebody restarts a node in the middle of its window: it begins again, and holds whole. */
static void
restart_in_a_window(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = begin_seeded((struct scene_config){.operation = ROLLING, .stable_ms = SECONDS(20)}, seed);
	struct world *world = scene->world;
	int64_t served = 0;
	char text[200] = "";

	if (world_run(world, until_done, "1.4/db-a-1", HOURS(1))) {
		world_run(world, NULL, NULL, SECONDS(8));
		sim_crash(world->sim, world->now, scene_node(world, "db-a-1"));
		sim_start(world->sim, world->now, scene_node(world, "db-a-1"));
		world_run(world, until_done, "1.stable/db-a-1", HOURS(1));
	}
	for (size_t i = 0; i < sim_audit_count(world->sim); i++) {
		const struct sim_entry *entry = sim_audit(world->sim, i);

		if (entry->node == scene_node(world, "db-a-1") && entry->event == SIM_SERVING)
			served = entry->t;
	}
	if (world->now - served < SECONDS(20))
		snprintf(text, sizeof text, "window: db-a-1 is told stable %" PRId64 " ms after it came back", world->now - served);
	finish(scene, text, wrong, size);
}

/* A node is down on our account when limits.frozen is set: it is brought back all the same. */
static void
frozen_with_a_node_down(uint64_t seed, char *wrong, size_t size)
{
	struct scene *scene = begin_seeded((struct scene_config){.operation = ROLLING}, seed);
	struct world *world = scene->world;
	char text[200] = "";

	world_run(world, until_stopped, "db-a-1", HOURS(1));
	scene_freeze(scene, true);
	world_run(world, NULL, NULL, MINUTES(5));
	if (!scene_all_serving(world))
		snprintf(text, sizeof text, "I8: frozen, and a node of ours is left down for 5 minutes");
	scene_freeze(scene, false);
	finish(scene, text, wrong, size);
}

/* --- the table --- */

struct defect {
	enum mutant mutant;
	const char *name;
	const char *invariant;       /* what the judgement begins with; several, separated by "|" */
	void (*play)(uint64_t seed, char *wrong, size_t size);
};

static const struct defect defects[] = {
	{NO_FENCE, "no fence", "I3|I1", with_faults_and_two},
	{SAME_EPOCH, "takeover without raising the epoch", "I3|I1", with_faults_and_two},
	{NO_GATE, "no gate", "I2", with_faults},
	{NO_RESERVATION, "no reservation", "I2", two_at_once},
	{NO_INTENTS, "no intents", "I5", with_faults},
	{NO_SETTLE_TIME, "settle time 0", "I3|I1", with_faults},
	{UNKNOWN_IS_FAILED, "unknown treated as failed", "I1", with_faults},
	{OLD_FACTS, "fact age ignored", "I2", with_faults},
	{WINDOW_OVER_A_GAP, "window over a gap", "window", restart_in_a_window},
	{STATUS_FIRST, "status first", "I6", with_faults},
	{FREEZE_BLOCKS_STARTS, "freeze that also blocks starts", "I8", frozen_with_a_node_down},
	{DONE_AGAIN, "finished lane redone", "I4", with_faults},
	{HASH_ORDER, "hash-order scheduling", "out of order|two zones", calmly},
};

static bool
names(const char *invariants, const char *wrong)
{
	for (const char *at = invariants; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL) {
		CLEANUP_FREE char *one = xstrndup(at, strcspn(at, "|"));

		if (strstr(wrong, one))
			return true;
	}
	return false;
}

static void
each_defect_is_caught(void **state)
{
	size_t caught = 0;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(defects); i++) {
		const struct defect *defect = &defects[i];
		char wrong[1200] = "", other[100] = "";
		uint64_t seed = 0;
		bool good = false;

		mutant = defect->mutant;
		while (!good && seed < SEEDS_MOST) {
			defect->play(++seed, wrong, sizeof wrong);
			good = names(defect->invariant, wrong);
			if (!good && *wrong && !*other)
				snprintf(other, sizeof other, "%.99s", wrong);
		}
		printf("  %-36s %s by seed %" PRIu64 ": %.90s\n", defect->name, good ? "caught" : "SURVIVES",
		    seed, good ? wrong : other);
		caught += good;
	}
	mutant = SOUND;
	printf("  %zu of %zu mutants caught\n", caught, ARRAY_LEN(defects));
	CHECK_INT(caught, ARRAY_LEN(defects));
}

/* Else a run that always complains would catch everything. */
static void
the_sound_core_passes(void **state)
{
	char wrong[1200];

	(void)state;
	mutant = SOUND;
	for (size_t i = 0; i < ARRAY_LEN(defects); i++)
		for (uint64_t seed = 1; seed <= 3; seed++) {
			defects[i].play(seed, wrong, sizeof wrong);
			CHECK_TEXT(wrong, "");
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_sound_core_passes),
		cmocka_unit_test(each_defect_is_caught),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
