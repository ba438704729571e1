/* Whatever befalls it, a controller's life is recorded and replayed: another core of the same build, elsewhere in memory, told
 * the same at the same times, decides the same. Nothing of it depends on addresses, on what memory held, or on a clock. */
#include "replay.h"

#include <inttypes.h>

#include "buf.h"
#include "check.h"
#include "fleet.h"
#include "registry.h"

struct sum {
	size_t events, decisions, bytes;
};

static void
replay_all(const struct buf *recording, uint64_t seed, struct sum *sum)
{
	struct replay *replay = replay_new(registry, builtin_workflows, &(struct replay_watcher){0});
	struct err err;

	CHECK(buf_ok(recording));
	for (const char *at = buf_str(recording), *end; (end = strchr(at, '\n')); at = end + 1) {
		if (replay_line(replay, at, (size_t)(end - at), &err) < 0)
			CHECK_FAIL("seed %" PRIu64 ": %s", seed, err.text);
	}
	CHECK_INT(replay_sum(replay).decisions, replay_sum(replay).events);
	sum->events += replay_sum(replay).events;
	sum->decisions += replay_sum(replay).decisions;
	sum->bytes += recording->len;
	replay_free(replay);
}

static void
every_life_is_replayed(void **state)
{
	const char *only = getenv("SEED");
	uint64_t first = only ? strtoull(only, NULL, 10) : 1, count = only ? 1 : seeds_wanted(20);
	struct buf recording = BUF_INIT(BUF_MAX_RECORDED);
	struct sum sum = {0};

	(void)state;
	for (uint64_t seed = first; seed < first + count; seed++) {
		fleet_free(fleet_play(&(struct fleet_config){.seed = seed, .recording = &recording}));
		replay_all(&recording, seed, &sum);
		buf_clear(&recording);
	}
	buf_done(&recording);
	CHECK(sum.events > 0);
	print_message("  replayed: %" PRIu64 " controllers' lives, %zu events, %zu decisions, all equal; %zu KiB\n", count,
	    sum.events, sum.decisions, sum.bytes >> 10);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(every_life_is_replayed)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
