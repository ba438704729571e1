#include "task_test.h"

#include "alloc.h"
#include "check.h"
#include "reconciler.h"
#include "registry.h"
#include "task_labels.h"
#include "task_run.h"

static const char folder[] = "unit/golden";

enum { RESTARTS = 50, PATIENCE_MS = 6000 };

static const char *const ends[] = {
	[RUN_DONE] = "done", [RUN_FAILED] = "failed", [RUN_HELD] = "held back", [RUN_VOIDED] = "void",
};

/* Under valgrind: fewer turns of each kind. */
static bool
is_quick(void)
{
	return getenv("STRAIT_QUICK") != NULL;
}

struct subject {
	const struct reconciler *type;
	const struct scenario *scenario;
	const struct run_result *base;
	unsigned once;            /* how often an act that is ONCE takes effect as written, at least 1 */
};

/* Run it turned; 'same': as good an end as written is expected. */
static void
run_turned(const struct subject *s, struct variation *v, bool same)
{
	struct run_result result;

	v->once = s->once;
	result = run_scenario(s->type, s->scenario, v);
	if (same && s->base->end == RUN_DONE && result.end != RUN_DONE)
		CHECK_FAIL("%s, scenario \"%s\", %s: ends %s instead of done: %s\n%s", s->type->name, s->scenario->name,
		    v->name, ends[result.end], result.message, result.trace);
	run_result_done(&result);
}

static void
turn_acts(const struct subject *s)
{
	static const char *const names[] = {
		[TWIST_UNKNOWN_APPLIED] = "unknown, applied",
		[TWIST_UNKNOWN_LATE] = "unknown, applied at the last moment",
		[TWIST_UNKNOWN_LOST] = "unknown, not applied", [TWIST_NOT_SENT] = "not sent",
	};

	for (size_t act = 0; act < s->base->sent; act++)
		for (enum twist twist = TWIST_UNKNOWN_APPLIED; twist <= TWIST_NOT_SENT; twist++) {
			struct variation v = {.twist = twist, .act = act};

			snprintf(v.name, sizeof v.name, "act %zu %s", act + 1, names[twist]);
			run_turned(s, &v, !s->scenario->unknowable || twist == TWIST_NOT_SENT);
		}
}

static void
turn_facts(const struct subject *s)
{
	static const char *const names[] = {
		[FAULT_REFUSED] = "refused", [FAULT_TIMEOUT] = "timed out", [FAULT_404] = "404",
		    [FAULT_GARBAGE] = "garbage",
		[FAULT_EMPTY] = "empty",
	};

	for (size_t i = 0; i < s->base->nasked; i++)
		for (enum fault fault = FAULT_REFUSED; fault <= FAULT_EMPTY; fault++) {
			if (is_quick() && (fault != FAULT_GARBAGE || i % 6))
				continue;
			/* A fault that passes is forgotten; one that stays may end otherwise. */
			struct variation v = {.fact = s->base->asked[i], .fault = fault,
			    .times = fault == FAULT_TIMEOUT ? 1 : 2};

			snprintf(v.name, sizeof v.name, "%s %s for a while", v.fact, names[fault]);
			run_turned(s, &v, true);
			v.times = UINT32_MAX;
			v.timeout_ms = PATIENCE_MS;
			snprintf(v.name, sizeof v.name, "%s %s for good", v.fact, names[fault]);
			run_turned(s, &v, false);
		}
}

static void
turn_restarts(const struct subject *s)
{
	size_t most = is_quick() ? RESTARTS / 16 : RESTARTS, stride = s->base->events / most + 1;

	for (size_t event = 1; event <= s->base->events; event += event < most / 2 ? 1 : stride)
		for (int lost = 0; lost < 2; lost++) {
			struct variation v = {.restart = event, .lost = lost};

			snprintf(v.name, sizeof v.name, "restarted %s event %zu", lost ? "in" : "after", event);
			run_turned(s, &v, !s->scenario->unknowable);
		}
}

static unsigned
most_applied(const struct run_result *result)
{
	unsigned most = 1;

	for (size_t i = 0; i < result->nacts; i++)
		if (result->acts[i].applied > most)
			most = result->acts[i].applied;
	return most;
}

static void
test_scenario(const struct reconciler *type, const struct scenario *scenario, struct buf *out)
{
	const struct variation written = {.name = "as written"};
	struct run_result base = run_scenario(type, scenario, &written);
	const struct subject subject = {type, scenario, &base, most_applied(&base)};

	buf_printf(out, "%s    ---\n%s\n", scenario->source, base.trace);
	turn_acts(&subject);
	turn_facts(&subject);
	turn_restarts(&subject);
	run_result_done(&base);
}

/* The first line that differs: the whole would be longer than cmocka shows. */
static void
compare_lines(const char *path, const char *got, const char *expected)
{
	for (int number = 1; *got || *expected; number++) {
		size_t a = strcspn(got, "\n"), b = strcspn(expected, "\n");

		if (a != b || strncmp(got, expected, a) != 0)
			CHECK_FAIL("%s:%d\n      is: %.*s\nexpected: %.*s", path, number, (int)a, got, (int)b, expected);
		got += a + (got[a] != '\0');
		expected += b + (expected[b] != '\0');
	}
}

static void
compare(const char *path, const char *text)
{
	CLEANUP_FREE char *expected = script_updates() ? NULL : script_file(path);

	if (script_updates())
		script_rewrite(path, text);
	else
		compare_lines(path, text, expected ? expected : "");
}

void
task_test(const struct reconciler *type)
{
	CLEANUP_FREE char *path = xasprintf("%s/tasks/%s.transcript", folder, type->name);
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	struct script script = script_read(path);

	if (script.count == 0)
		CHECK_FAIL("%s has no scenario", path);
	buf_puts(&out, script.head);
	for (size_t i = 0; i < script.count; i++)
		test_scenario(type, &script.list[i], &out);
	/* One blank line between two scenarios, none at the end. */
	out.data[--out.len] = '\0';
	compare(path, buf_str(&out));
	script_done(&script);
}

void
task_test_labels(void)
{
	CLEANUP_FREE char *path = xasprintf("%s/labels", folder), *seen = run_labels(), *all = NULL;
	CLEANUP_FREE char *kept = script_file(path), *lost = labels_lost(registry, kept ? kept : "", seen);

	/* Not even to be updated away: journals hold them. */
	if (lost)
		CHECK_FAIL("%s: %s", path, lost);
	all = labels_union(kept ? kept : "", seen);
	compare(path, all);
}
