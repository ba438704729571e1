/* Every recording of unit/golden/recordings, stepped by the core of this build: NAME.txt has what it orders. A bug report
 * becomes a test when its file is put there and `make golden-update` run with the bug mended. What a recording's own lines
 * say that was decided does not count here: it was another build's decision. One whose transcript ends early, since this
 * core asks otherwise, tests no more than what is left of it: record it anew.
 * restart-service is one systemd-restart-service on db-b-1 of three nodes, on the servers of e2e; the CRDs' schemas and the
 * objects' managedFields, which are large and which nobody reads, have been taken out of its answers. */
#include <dirent.h>

#include "alloc.h"
#include "buf.h"
#include "check.h"
#include "print.h"
#include "recording.h"
#include "registry.h"
#include "replay.h"

static const char folder[] = "unit/golden/recordings", restart[] = "unit/golden/recordings/restart-service.jsonl";

static char *
content(const char *path)
{
	struct buf text = BUF_INIT(BUF_MAX_ANSWER);
	FILE *file = fopen(path, "r");
	char part[4096];
	size_t len;

	if (!file)
		CHECK_FAIL("cannot read %s", path);
	while ((len = fread(part, 1, sizeof part, file)) > 0)
		buf_put(&text, part, len);
	fclose(file);
	return buf_take(&text);
}

static void
ordered(void *user, int64_t since_ms, const struct effect *effect)
{
	print_effect(user, since_ms, effect);
}

/* Where it stops before the recording's end. */
static int
replayed(struct replay *replay, const char *recording, struct err *err)
{
	for (const char *at = recording, *end; (end = strchr(at, '\n')); at = end + 1) {
		if (replay_line(replay, at, (size_t)(end - at), err) < 0)
			return -1;
	}
	return 0;
}

/* An answer to what the core does not order any more ends it: what follows would tell nothing. */
static void
transcribe(const char *recording, struct buf *out)
{
	const struct replay_watcher watcher = {.ordered = ordered, .user = out, .any_decision = true};
	struct replay *replay = replay_new(registry, builtin_workflows, &watcher);
	struct err err;

	if (replayed(replay, recording, &err) < 0)
		buf_printf(out, "%s\n", err.text);
	else
		buf_printf(out, "%zu events\n", replay_sum(replay).events);
	replay_free(replay);
}

static void
rewrite(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");

	if (!file || fputs(text, file) < 0 || fclose(file) != 0)
		CHECK_FAIL("cannot write %s", path);
}

/* The first line that is another one: the whole would be too much to look at. */
static void
compare(const char *path, const char *text, const char *expected)
{
	size_t line = 1, from = 0;

	for (size_t i = 0; text[i] == expected[i] && text[i]; i++) {
		if (text[i] == '\n') {
			line++;
			from = i + 1;
		}
	}
	if (strcmp(text, expected) != 0)
		CHECK_FAIL("%s, line %zu, is now otherwise:\n     was: %.*s\n      is: %.*s\nmake golden-update, if that is "
		    "meant", path, line, (int)strcspn(expected + from, "\n"), expected + from,
		    (int)strcspn(text + from, "\n"), text + from);
}

static void
check_recording(const char *name)
{
	const char *wish = getenv("STRAIT_GOLDEN");
	struct buf text = BUF_INIT(BUF_MAX_ANSWER);
	char path[512], *recording, *expected;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	recording = content(path);
	transcribe(recording, &text);
	snprintf(path, sizeof path, "%s/%.*s.txt", folder, (int)strcspn(name, "."), name);
	if (wish && strcmp(wish, "update") == 0)
		rewrite(path, buf_str(&text));
	expected = content(path);
	compare(path, buf_str(&text), expected);
	buf_done(&text);
	free(recording);
	free(expected);
}

static void
every_recording_is_decided_as_it_was(void **state)
{
	DIR *dir = opendir(folder);
	struct dirent *entry;
	size_t count = 0;

	(void)state;
	CHECK(dir != NULL);
	while ((entry = readdir(dir))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (!dot || strcmp(dot, ".jsonl") != 0)
			continue;
		check_recording(entry->d_name);
		count++;
	}
	closedir(dir);
	CHECK(count > 0);
	print_message("  recordings: %zu replayed\n", count);
}

/* --- the replay notices --- */

static void
replace(char *text, const char *old, const char *new)
{
	char *at = strstr(text, old);

	CHECK(at && strlen(old) == strlen(new));
	memcpy(at, new, strlen(new));
}

static void
put_decision(void *user, const struct effects *effects)
{
	recording_put_decision(user, effects);
}

/* What this build decides on its own 'recording', written as it would be recorded now. */
static char *
recorded_anew(const char *recording)
{
	struct buf out = BUF_INIT(BUF_MAX_ANSWER);
	const struct replay_watcher watcher = {.any_decision = true, .decided = put_decision, .user = &out};
	struct replay *replay = replay_new(registry, builtin_workflows, &watcher);
	struct err err;
	size_t kept;

	for (const char *at = recording, *end; (end = strchr(at, '\n')); at = end + 1) {
		if (strncmp(at, "{\"decided\":", 11) == 0)
			continue;
		kept = out.len;
		buf_put(&out, at, (size_t)(end + 1 - at));
		if (replay_line(replay, at, (size_t)(end - at), &err) < 0) {
			/* As far as this core still asks what is answered. */
			out.data[out.len = kept] = '\0';
			break;
		}
	}
	replay_free(replay);
	return buf_take(&out);
}

static void
must_differ(const char *recording, const char *sentence)
{
	struct replay *replay = replay_new(registry, builtin_workflows, &(struct replay_watcher){0});
	struct err err = {"it is as it was"};

	CHECK_INT(replayed(replay, recording, &err), -1);
	CHECK_CONTAINS(err.text, sentence);
	CHECK(strncmp(err.text, "line ", 5) == 0);
	replay_free(replay);
}

static void
the_same_core_decides_the_same(void **state)
{
	char *golden = content(restart), *recording = recorded_anew(golden);
	struct replay *replay = replay_new(registry, builtin_workflows, &(struct replay_watcher){0});
	struct replay_sum sum;
	struct err err;

	(void)state;
	if (replayed(replay, recording, &err) < 0)
		CHECK_FAIL("%s", err.text);
	sum = replay_sum(replay);
	CHECK(sum.events > 20);
	CHECK_INT(sum.decisions, sum.events);
	replay_free(replay);
	free(recording);
	free(golden);
}

/* A core with a defect, or one that is told something else. */
static void
another_decision_is_noticed(void **state)
{
	static const char *const changes[][3] = {
		{"\"gate\":true", "\"gate\":0   ", "this build decides otherwise: effect "},
		{"\"restTimeoutMs\":10000", "\"restTimeoutMs\":10001", "this build decides otherwise: "},
		{"\\\"NORMAL\\\"", "\\\"JOINED\\\"", "this build decides otherwise: "},
		{"\"decided\":[\"1 kube ", "\"decided\":[\"1 rest ", "effect 1 was 1 rest "},
		{"\"decided\":[\"1 kube ", "\"decided\":[\"0 kube ", "effect 1 was 0 kube "},
		{"\"event\":\"answer\",\"id\":\"1\"", "\"event\":\"answer\",\"id\":\"0\"", "it answers effect 0, which"},
	};
	char *golden = content(restart), *recording = recorded_anew(golden);

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(changes); i++) {
		char *changed = xstrdup(recording);

		replace(changed, changes[i][0], changes[i][1]);
		must_differ(changed, changes[i][2]);
		free(changed);
	}
	free(recording);
	free(golden);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_recording_is_decided_as_it_was),
		cmocka_unit_test(the_same_core_decides_the_same),
		cmocka_unit_test(another_decision_is_noticed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
