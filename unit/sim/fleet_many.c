#include "fleet.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* One process for each processor, each with seeds of its own; what they count comes back by a pipe. */

enum { WORKERS_MAX = 16 };

struct worker {
	pid_t pid;
	int pipe;
};

/* Each by itself, so that all of them can be added up. */
static void
tally_add(struct tally *sum, const struct tally *one)
{
	size_t *to = (size_t *)sum;
	const size_t *from = (const size_t *)one;

	_Static_assert(sizeof *sum % sizeof *to == 0 && sizeof(size_t) == sizeof(int64_t), "a tally is made of numbers");
	for (size_t i = 0; i < sizeof *sum / sizeof *to; i++)
		to[i] += from[i];
}

/* 'operations' or, if that is 0, until the time has come. */
static int
work(uint64_t from, uint64_t step, size_t operations, time_t until, int out)
{
	struct tally tally = {0};
	bool right = true;

	for (uint64_t seed = from; right && (operations ? tally.operations < operations : time(NULL) < until); seed += step)
		right = fleet_is_right(&(struct fleet_config){.seed = seed}, &tally);
	if (write(out, &tally, sizeof tally) != sizeof tally)
		return 2;
	return right ? 0 : 1;
}

static struct worker
hire(uint64_t from, uint64_t step, size_t operations, time_t until)
{
	struct worker worker = {.pipe = -1};
	int ends[2];

	fflush(stdout);
	if (pipe(ends) != 0)
		abort();
	worker.pid = fork();
	if (worker.pid < 0)
		abort();
	if (worker.pid == 0) {
		int status = work(from, step, operations, until, ends[1]);

		fflush(stdout);
		_exit(status);
	}
	close(ends[1]);
	worker.pipe = ends[0];
	return worker;
}

/* Whoever finds something ends the others. True: nobody did. */
static bool
wait_for_all(const struct worker *workers, size_t count)
{
	bool right = true;

	for (size_t left = count; left > 0; left--) {
		int status = 0;
		pid_t pid = wait(&status);

		if (pid < 0)
			abort();
		if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
			continue;
		for (size_t i = 0; right && i < count; i++)
			if (workers[i].pid != pid)
				kill(workers[i].pid, SIGTERM);
		right = false;
	}
	return right;
}

bool
fleet_many(uint64_t from, size_t operations, unsigned seconds, struct tally *tally)
{
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	size_t nworkers = processors < 1 ? 1 : processors < WORKERS_MAX ? (size_t)processors : WORKERS_MAX;
	struct worker workers[WORKERS_MAX];
	time_t until = operations ? 0 : time(NULL) + (time_t)seconds;
	struct tally one;
	bool right;

	for (size_t i = 0; i < nworkers; i++)
		workers[i] = hire(from + i, nworkers, (operations + nworkers - 1) / nworkers, until);
	right = wait_for_all(workers, nworkers);
	for (size_t i = 0; i < nworkers; i++) {
		if (read(workers[i].pipe, &one, sizeof one) == (ssize_t)sizeof one)
			tally_add(tally, &one);
		close(workers[i].pipe);
	}
	return right;
}
