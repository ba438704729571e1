/* A seed is played by two processes whose memory differs in all that no decision may hang on: where things lie, what lies
 * there before it is written, environment, time zone. What they tell, down to every byte that they send, is the same. */
#include "check.h"

#include <fcntl.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "alloc.h"
#include "fleet.h"

enum { SEEDS = 10, BLOCKS = 40000, BLOCK_MAX = 2000, PADDING = 9000, LINES_LEAST = 1000 };

/* --- the process that plays --- */

static void *pins[BLOCKS];

/* Every other block stays, so that the holes between are filled in an order of their own. */
static void
scramble(void)
{
	struct chance chance = {.state = 4711};

	for (size_t i = 0; i < BLOCKS; i++)
		pins[i] = xcalloc(1, (size_t)chance_between(&chance, 1, BLOCK_MAX));
	for (size_t i = 0; i < BLOCKS; i++) {
		size_t at = (size_t)chance_between(&chance, 0, BLOCKS / 2 - 1) * 2;

		free(pins[at]);
		pins[at] = NULL;
	}
}

static int
play(char **args)
{
	uint64_t first = strtoull(args[1], NULL, 10), count = strtoull(args[2], NULL, 10);

	if (strcmp(args[0], "scrambled") == 0)
		scramble();
	for (uint64_t seed = first; seed < first + count; seed++) {
		struct fleet *fleet;

		printf("SEED=%" PRIu64 "\n", seed);
		fleet = fleet_play(&(struct fleet_config){.seed = seed, .told = true});
		printf("%s\n", fleet->wrong);
		fleet_free(fleet);
	}
	for (size_t i = 0; i < BLOCKS; i++)
		free(pins[i]);
	return 0;
}

/* --- the one that compares --- */

struct player {
	pid_t pid;
	FILE *tells;
	char *line;
	size_t size;
};

/* By exec, so that it is laid out anew. */
static struct player
begin(const char *how, const char *first, const char *count)
{
	struct player player = {0};
	int ends[2];

	fflush(stdout);
	if (pipe(ends) != 0 || (player.pid = fork()) < 0)
		abort();
	if (player.pid == 0) {
		char padding[PADDING] = "";

		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		setenv("VERBOSE", "2", 1);
		unsetenv("MALLOC_PERTURB_");
		if (strcmp(how, "scrambled") == 0) {
			memset(padding, 'x', sizeof padding - 1);
			setenv("PADDING", padding, 1);
			setenv("MALLOC_PERTURB_", "90", 1);
			setenv("GLIBC_TUNABLES", "glibc.malloc.tcache_count=0:glibc.malloc.mmap_threshold=16384", 1);
			setenv("TZ", "Asia/Kathmandu", 1);
		}
		execl("/proc/self/exe", "test_replay", how, first, count, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	fcntl(ends[0], F_SETFD, FD_CLOEXEC);    /* or the next one would keep it open */
	player.tells = fdopen(ends[0], "r");
	return player;
}

static bool
next_line(struct player *player)
{
	return getline(&player->line, &player->size, player->tells) >= 0;
}

/* True: it has done all that it was to do. */
static bool
end(struct player *player)
{
	int status = 0;

	fclose(player->tells);
	free(player->line);
	return waitpid(player->pid, &status, 0) == player->pid && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The number of lines; 0: they differ. */
static size_t
compare(struct player *a, struct player *b)
{
	char seed[40] = "";
	size_t lines = 0;

	for (;;) {
		bool more_a = next_line(a), more_b = next_line(b);

		if (!more_a && !more_b)
			return lines;
		if (!more_a || !more_b || strcmp(a->line, b->line) != 0) {
			printf("%s, line %zu: one tells\n%sand the other\n%s", seed, lines + 1, more_a ? a->line : "no more\n",
			    more_b ? b->line : "no more\n");
			return 0;
		}
		lines++;
		if (strncmp(a->line, "SEED=", 5) == 0)
			snprintf(seed, sizeof seed, "%.*s", (int)strcspn(a->line, "\n"), a->line);
	}
}

static void
a_seed_is_the_same_in_any_memory(void **state)
{
	char first[24], count[24];
	struct player plain, scrambled;
	size_t lines;
	bool ended;

	(void)state;
	snprintf(first, sizeof first, "%" PRIu64, seed_number(0));
	snprintf(count, sizeof count, "%zu", seeds_wanted(SEEDS));
	plain = begin("plain", first, count);
	scrambled = begin("scrambled", first, count);
	lines = compare(&plain, &scrambled);
	ended = end(&plain);
	ended = end(&scrambled) && ended;
	CHECK(lines >= LINES_LEAST);
	CHECK(ended);
	printf("  %s seeds played twice: the same %zu lines\n", count, lines);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_seed_is_the_same_in_any_memory)};

	if (argc == 4)
		return play(&argv[1]);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
