/* ssh's model in the simulation, and io's client with a real sshd: the same random sequences befall both. Of each command
 * the outcome is compared, its status and texts, and whether it ran in truth; where the real ones do not let themselves be
 * told when exactly a connection ends, the outcome must be one that the model has for such a connection. The model must
 * never be kinder: what a host really does to a command, the simulation's cores have to live with. STRAIT_STEPS=n or
 * STRAIT_SEEDS=n (2 steps a seed) runs more; STRAIT_SEED=n begins elsewhere.
 *
 * Not here: a host that is told of as unreachable (SSH_GONE), a connection whose packets are lost (a host that stands
 * still is the same but for the kernel's acknowledgements), one that was being made when its host went on, and what comes
 * of those after minutes. */
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "child.h"
#include "loop.h"
#include "sshd_pair.h"

enum { STEPS = 40, QUICK_STEPS = 20, A_SEED = 2, LONG_MS = 15000, SHORT_MS = 350, TEXT_MAX = 300000 };

struct steps {
	struct sshd_pair *pair;
	uint64_t chance;
	char body[TEXT_MAX], error[8192];
	struct ssh_said said;
};

static size_t
draw(struct steps *s, size_t below)
{
	s->chance ^= s->chance << 13;
	s->chance ^= s->chance >> 7;
	s->chance ^= s->chance << 17;
	return (size_t)(s->chance % below);
}

static int
set_up(void **state)
{
	void *fixture;
	struct steps *s = xcalloc(1, sizeof *s);
	const char *seed = getenv("STRAIT_SEED");

	ssh_kit_up(&fixture);
	s->pair = sshd_open(fixture);
	s->chance = 88172645463325252u + (seed ? strtoull(seed, NULL, 10) : 1);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct steps *s = *state;
	void *fixture = s->pair->real;

	sshd_close(s->pair);
	free(s);
	return ssh_kit_down(&fixture);
}

/* --- what the host prints --- */

static void
draw_words(struct steps *s)
{
	static const char *const errors[] = {"", "Unit x not found.\n", "\n \t\n", "Failed to stop x: Connection timed out\n",
	    "Zugriff verweigert: Schlüssel gehört ö ä ü\r\n"};
	static const int statuses[] = {0, 0, 0, 1, 3, 5, 127, 254, 255, SSH_SIGNALLED};
	size_t len = draw(s, 4) == 0 ? draw(s, TEXT_MAX) : draw(s, 300), long_error = draw(s, 6) == 0 ? draw(s, 3000) : 0;

	for (size_t i = 0; i < len; i++)
		s->body[i] = (char)('a' + (i * 7 + i / 26) % 26);
	snprintf(s->error, sizeof s->error, "%s", errors[draw(s, ARRAY_LEN(errors))]);
	/* Of two bytes each: a cut that does not look falls into the middle of one. */
	for (size_t i = 0, at = strlen(s->error); i < long_error; i++, at += 2)
		snprintf(s->error + at, sizeof s->error - at, "ü");
	s->said = (struct ssh_said){.status = statuses[draw(s, ARRAY_LEN(statuses))], .body = s->body, .len = len,
	    .error = s->error};
	sshd_says(s->pair, &s->said);
}

/* The model's side of a command: what is heard of it, and whether it runs. */
static bool
model(struct steps *s, struct ssh_line *line, enum ssh_way way, const struct ssh_said *said, int64_t deadline_ms,
    struct ssh_end *end)
{
	const struct sshd_pair *pair = s->pair;
	bool runs = ssh_line_carry(line, pair->host, way, pair->now, end);

	if (runs)
		ssh_line_answer(line, way, said, pair->now, end);
	ssh_end_by(end, deadline_ms);
	return runs;
}

static const struct ssh_said nothing = {.body = "", .error = ""};

/* --- steps --- */

static void
step_command(struct steps *s)
{
	struct sshd_pair *pair = s->pair;
	int64_t deadline = pair->host == SSH_SILENT ? SHORT_MS : LONG_MS;
	struct sshd_command command;
	struct ssh_end end;
	bool ran, given_up;

	draw_words(s);
	ran = model(s, &pair->line, SSH_WHOLE, &s->said, deadline, &end);
	given_up = end.outcome == OUTCOME_TIMEOUT;
	sshd_begin(pair, &command, "run", deadline, 0);
	sshd_compare(pair, &command, &end, s->body, ran);
	if (given_up)
		sshd_cut(pair, true);
}

/* A connection that is there; false: none can be had. */
static bool
connected(struct steps *s)
{
	if (s->pair->host == SSH_SILENT || (s->pair->host == SSH_DENIES && !s->pair->line.up))
		return false;
	step_command(s);
	return s->pair->line.up;
}

/* Where a connection ends so soon that nobody can tell whether the command had left. */
static struct ssh_end
never_left(void)
{
	return (struct ssh_end){.outcome = OUTCOME_REFUSED};
}

/* It runs, and then the connection ends. */
static void
step_cut_after(struct steps *s)
{
	struct sshd_pair *pair = s->pair;
	struct sshd_command command;
	struct ssh_end end;
	bool ran;

	if (!connected(s))
		return;
	ran = model(s, &pair->line, SSH_CUT_AFTER, &nothing, LONG_MS, &end);
	sshd_begin(pair, &command, "held", LONG_MS, 0);
	sshd_await_start(pair, &command);
	sshd_cut(pair, draw(s, 2) == 0);
	sshd_let_go(pair, &command);
	sshd_compare(pair, &command, &end, "", ran);
}

/* It leaves, to a host that stands still; the connection ends, and the host goes on. */
static void
step_cut_before(struct steps *s)
{
	struct sshd_pair *pair = s->pair;
	struct sshd_command command;
	struct ssh_end ends[2] = {{0}, never_left()};
	bool ran[2] = {false};

	if (!connected(s) || pair->host != SSH_LISTENS)
		return;
	ran[0] = model(s, &pair->line, SSH_CUT_BEFORE, &nothing, LONG_MS, &ends[0]);
	sshd_host(pair, SSH_SILENT, false);
	sshd_begin(pair, &command, "run", LONG_MS, 0);
	kit_sleep(&pair->real->loop, 50);
	kill(ssh_kit_master(getpid()), SIGKILL);
	CHECK(kit_until(&pair->real->loop, &command.answer.count, 1, LONG_MS));
	sshd_host(pair, SSH_LISTENS, false);
	sshd_cut(pair, true);
	sshd_compare_any(pair, &command, ends, ran, ARRAY_LEN(ends));
}

/* The connection ends somewhere between the command's leaving and its answer. */
static void
step_cut_anywhere(struct steps *s)
{
	struct sshd_pair *pair = s->pair;
	bool ours = draw(s, 2) == 0, ran[SSH_WAYS + 1];
	struct ssh_end ends[SSH_WAYS + 1];
	struct sshd_command command;
	size_t count = 0;

	if (!connected(s))
		return;
	draw_words(s);
	for (; count < SSH_WAYS; count++) {
		struct ssh_line line = pair->line;

		ran[count] = model(s, &line, (enum ssh_way)count, &s->said, LONG_MS, &ends[count]);
	}
	ends[count] = never_left();
	ran[count++] = false;
	sshd_begin(pair, &command, "run", LONG_MS, 0);
	for (size_t turns = draw(s, 8); turns > 0; turns--)
		kit_sleep(&pair->real->loop, (int)draw(s, 4));
	sshd_cut(pair, ours);
	sshd_compare_any(pair, &command, ends, ran, count);
}

/* Nobody waits for its end any more: the deadline, or a cancel. It runs to its end all the same. */
static void
step_given_up_running(struct steps *s, bool cancel)
{
	struct sshd_pair *pair = s->pair;
	struct ssh_end end = {.outcome = OUTCOME_ANSWERED, .after_ms = INT64_MAX, .sent = true};
	struct sshd_command command;
	int64_t began = loop_up_ms(), enough;

	if (!connected(s))
		return;
	/* To start; as fast as this machine is. */
	enough = SHORT_MS + 4 * (loop_up_ms() - began);
	ssh_end_by(&end, enough);
	sshd_begin(pair, &command, "held", cancel ? LONG_MS : enough, 0);
	sshd_await_start(pair, &command);
	if (cancel) {
		ssh_cancel(command.run);
		sshd_compare_none(pair, &command, true);
		ssh_end_done(&end);
	} else {
		sshd_compare(pair, &command, &end, "", true);
	}
	sshd_let_go(pair, &command);
}

/* Likewise of a host that stands still: it must not run when the host goes on. */
static void
step_given_up_waiting(struct steps *s, bool cancel)
{
	struct sshd_pair *pair = s->pair;
	struct ssh_end ends[2] = {{0}, never_left()};
	struct sshd_command command;
	bool ran[2] = {false};

	if (!connected(s) || pair->host != SSH_LISTENS)
		return;
	sshd_host(pair, SSH_SILENT, false);
	ran[0] = model(s, &pair->line, SSH_WHOLE, &nothing, SHORT_MS, &ends[0]);
	sshd_begin(pair, &command, "run", cancel ? LONG_MS : SHORT_MS, 0);
	if (cancel) {
		kit_sleep(&pair->real->loop, 50);
		ssh_cancel(command.run);
	} else {
		CHECK(kit_until(&pair->real->loop, &command.answer.count, 1, LONG_MS));
	}
	sshd_host(pair, SSH_LISTENS, false);
	sshd_cut(pair, true);
	if (!cancel) {
		sshd_compare_any(pair, &command, ends, ran, ARRAY_LEN(ends));
		return;
	}
	sshd_compare_none(pair, &command, ran[0]);
	ssh_end_done(&ends[0]);
}

/* Its time is over before it could leave: as unit/sim/flight.c has it, whatever the host. */
static void
step_not_after(struct steps *s)
{
	struct sshd_pair *pair = s->pair;
	struct ssh_end end = {.outcome = OUTCOME_NOT_SENT};
	struct sshd_command command;

	if (!connected(s))
		return;
	if (draw(s, 2) && pair->host == SSH_LISTENS)
		sshd_cut(pair, true);
	ssh_line_carry(&pair->line, pair->host, SSH_WHOLE, pair->now, &(struct ssh_end){0});
	sshd_begin(pair, &command, "run", LONG_MS, loop_up_ms() - 1);
	sshd_compare(pair, &command, &end, "", false);
}

static void
step_host(struct steps *s)
{
	static const enum ssh_host hosts[] = {SSH_LISTENS, SSH_LISTENS, SSH_DENIES, SSH_SILENT};
	enum ssh_host host = hosts[draw(s, ARRAY_LEN(hosts))];

	sshd_host(s->pair, host, host == SSH_DENIES && draw(s, 2) == 0);
	if (draw(s, 3) == 0 && host != SSH_SILENT)
		sshd_cut(s->pair, draw(s, 2) == 0);
}

static void
step(struct steps *s)
{
	static const struct {
		const char *name;
		size_t weight;
	} kinds[] = {
		{"a command", 10}, {"the host changes", 6}, {"a connection ends while the command runs", 2},
		{"a connection ends before the command arrives", 2}, {"a connection ends", 6}, {"a deadline while it runs", 1},
		{"a cancel while it runs", 1}, {"a deadline of a host that stands still", 1},
		{"a cancel of a host that stands still", 1}, {"a command that may leave no more", 2},
	};
	size_t sum = 0, kind = 0, at;

	/* Most kinds need a host that listens. */
	if (s->pair->host != SSH_LISTENS && draw(s, 3) == 0)
		sshd_host(s->pair, SSH_LISTENS, false);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++)
		sum += kinds[i].weight;
	for (at = draw(s, sum); at >= kinds[kind].weight; kind++)
		at -= kinds[kind].weight;
	snprintf(s->pair->doing, sizeof s->pair->doing, "%s (host %d, connection %s)", kinds[kind].name, (int)s->pair->host,
	    s->pair->line.up ? "kept" : "none");
	switch (kind) {
	case 0: step_command(s); break;
	case 1: step_host(s); break;
	case 2: step_cut_after(s); break;
	case 3: step_cut_before(s); break;
	case 4: step_cut_anywhere(s); break;
	case 5: case 6: step_given_up_running(s, kind == 6); break;
	case 7: case 8: step_given_up_waiting(s, kind == 8); break;
	default: step_not_after(s);
	}
}

static void
the_model_hears_what_sshd_lets_hear(void **state)
{
	struct steps *s = *state;
	const char *text = getenv("STRAIT_STEPS"), *seeds = getenv("STRAIT_SEEDS");
	size_t steps = text ? strtoul(text, NULL, 10) : getenv("STRAIT_QUICK") ? QUICK_STEPS : STEPS;
	const struct sshd_pair *pair = s->pair;

	if (seeds && strtoul(seeds, NULL, 10) * A_SEED > steps)
		steps = strtoul(seeds, NULL, 10) * A_SEED;
	for (size_t i = 0; i < steps; i++) {
		step(s);
		if (getenv("VERBOSE"))
			printf("%lld %zu: up to command %u: %s\n", (long long)loop_up_ms() % 1000000, i, pair->number,
			    pair->doing);
	}
	if (pair->host != SSH_LISTENS)
		sshd_host(s->pair, SSH_LISTENS, false);
	kit_sleep(&pair->real->loop, 200);
	sshd_compare_logs(pair);
	printf("  sshd: %zu steps, %u commands alike: %zu answered, %zu refused, %zu not sent, %zu timed out, %zu broken; "
	    "%zu of them one of several\n", steps, pair->number, pair->heard[0], pair->heard[1], pair->heard[2], pair->heard[3],
	    pair->heard[4], pair->of_several);
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_model_hears_what_sshd_lets_hear, set_up, tear_down),
	};
	int child = child_main(argc, argv);

	/* The master is this program once more, see child.h. */
	if (child >= 0)
		return child;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
