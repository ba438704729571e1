/* --record as a file: whose it is, when it ends, and that no Secret's data is ever in it. */
#include "recorder.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "alloc.h"
#include "carry.h"
#include "check.h"
#include "core.h"
#include "loop.h"
#include "recording.h"
#include "secret.h"

enum { NO_LIMIT = 1 << 20 };

static const struct core_config config = {.identity = "a", .lease_name = "strait-controller"};

/* Of this process' shell: it leaves when it is told to start, which is after all that was queued before. */
struct core {
	size_t steps;
};

void
core_step(struct core *core, const struct event *event, struct instant now, struct effects *out)
{
	(void)now;
	core->steps++;
	if (event->kind == EVENT_START)
		effects_add(out, EFFECT_EXIT, 0)->status = 3;
}

bool
core_ready(const struct core *core)
{
	return core->steps > 0;
}

void
core_metrics(const struct core *core, struct buf *out)
{
	buf_printf(out, "steps %zu\n", core->steps);
}

struct fixture {
	char folder[32], path[64], warnings[64];
	struct log log;
};

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);

	snprintf(f->folder, sizeof f->folder, "/tmp/strait-recorder.XXXXXX");
	CHECK(mkdtemp(f->folder) != NULL);
	snprintf(f->path, sizeof f->path, "%s/recording", f->folder);
	snprintf(f->warnings, sizeof f->warnings, "%s/log", f->folder);
	f->log = (struct log){.level = LOG_LEVEL_WARN, .fd = open(f->warnings, O_RDWR | O_CREAT | O_CLOEXEC, 0600)};
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	close(f->log.fd);
	unlink(f->path);
	unlink(f->warnings);
	CHECK_INT(rmdir(f->folder), 0);
	free(f);
	return 0;
}

static char *
content(const char *path)
{
	struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	FILE *file = fopen(path, "r");
	char part[4096];
	size_t len;

	CHECK(file != NULL);
	while ((len = fread(part, 1, sizeof part, file)) > 0)
		buf_put(&text, part, len);
	fclose(file);
	return buf_take(&text);
}

static struct recorder *
opened(struct fixture *f, int64_t limit)
{
	struct err err = {""};
	struct recorder *recorder = recorder_open(f->path, limit, &config, "0.1.0", &f->log, &err);

	if (!recorder)
		CHECK_FAIL("%s", err.text);
	return recorder;
}

static void
step(struct recorder *recorder, const char *body)
{
	struct effects effects = {.wake_up_ms = INT64_MAX};

	recorder_event(recorder, &(struct event){.kind = EVENT_LINE, .id = 1, .body = body, .len = strlen(body)},
	    (struct instant){.up_ms = 1, .wall_ms = 2});
	effects_add(&effects, EFFECT_CANCEL, 1);
	recorder_decision(recorder, &effects);
	effects_clear(&effects);
}

/* The lines that are whole can all be read; returns how many events there are. */
static size_t
events_of(const char *path, size_t *ret_decisions)
{
	char *text = content(path), *rest = text, *end;
	struct recording_head head;
	struct recorded line;
	struct err err = {""};
	size_t events = 0;

	*ret_decisions = 0;
	for (bool first = true; (end = strchr(rest, '\n')); rest = end + 1, first = false) {
		int r = first ? recording_read_head(rest, (size_t)(end - rest), &head, &err)
		    : recording_read(rest, (size_t)(end - rest), &line, &err);

		if (r < 0)
			CHECK_FAIL("%s: %s", rest, err.text);
		if (first) {
			recording_head_done(&head);
			continue;
		}
		events += line.is_event;
		*ret_decisions += !line.is_event;
		recorded_done(&line);
	}
	free(text);
	return events;
}

static void
it_is_the_owners_and_each_event_is_there_before_its_step(void **state)
{
	struct fixture *f = *state;
	struct recorder *recorder = opened(f, NO_LIMIT);
	struct stat about;
	size_t decisions;

	step(recorder, "one");
	step(recorder, "two");
	/* As after kill -9: no close. */
	CHECK_INT(events_of(f->path, &decisions), 2);
	CHECK_INT(decisions, 1);
	CHECK_INT(stat(f->path, &about), 0);
	CHECK_INT(about.st_mode & 0777, 0600);
	recorder_close(recorder);
	CHECK_INT(events_of(f->path, &decisions), 2);
	CHECK_INT(decisions, 2);
}

static void
what_is_there_is_not_overwritten(void **state)
{
	struct fixture *f = *state;
	struct recorder *recorder = opened(f, NO_LIMIT);
	struct err err;

	CHECK(!recorder_open(f->path, NO_LIMIT, &config, "0.1.0", &f->log, &err));
	CHECK_CONTAINS(err.text, f->path);
	CHECK_CONTAINS(err.text, "File exists: it would be overwritten; move it away, or name another");
	CHECK(!recorder_open("/nowhere/recording", NO_LIMIT, &config, "0.1.0", &f->log, &err));
	CHECK_CONTAINS(err.text, "--record /nowhere/recording: No such file or directory; name a file in a folder");
	recorder_close(recorder);
}

static size_t
warnings(struct fixture *f, const char *sentence)
{
	char *text CLEANUP_FREE = content(f->warnings);
	size_t count = 0;

	for (const char *at = text; (at = strstr(at, "the recording ends here")); at++)
		count++;
	CHECK_CONTAINS(text, sentence);
	CHECK_CONTAINS(text, f->path);
	return count;
}

static void
it_ends_at_its_limit(void **state)
{
	struct fixture *f = *state;
	struct recorder *recorder = opened(f, 2000);
	size_t decisions, events;
	struct stat about;

	for (int i = 0; i < 100; i++)
		step(recorder, "a hundred of these are more than there is room for");
	recorder_close(recorder);
	CHECK_INT(stat(f->path, &about), 0);
	CHECK(about.st_size <= 2000 && about.st_size > 1700);
	events = events_of(f->path, &decisions);
	CHECK(events > 3 && events < 100);
	CHECK_INT(warnings(f, "it has come to its --record-limit"), 1);
}

static void
a_full_disk_ends_it_and_nothing_else(void **state)
{
	struct fixture *f = *state;
	struct rlimit before, full;
	struct recorder *recorder = opened(f, NO_LIMIT);
	size_t decisions, events;

	CHECK_INT(getrlimit(RLIMIT_FSIZE, &before), 0);
	full = (struct rlimit){.rlim_cur = 1000, .rlim_max = before.rlim_max};
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &full), 0);
	for (int i = 0; i < 100; i++)
		step(recorder, "a hundred of these are more than there is room for");
	recorder_close(recorder);
	CHECK_INT(setrlimit(RLIMIT_FSIZE, &before), 0);
	/* The last line is cut, and those before it are whole. */
	events = events_of(f->path, &decisions);
	CHECK(events > 1 && events < 100);
	CHECK_INT(warnings(f, "File too large"), 1);
}

/* --- secrets: what the shell keeps to itself is not recorded either --- */

static void
tell(struct shell *shell, const struct effect *effect, const char *hidden, const char *line, const char *answer,
    const char *error)
{
	struct flight *flight = flight_begin(shell, effect);
	struct buf body = BUF_INIT(BUF_MAX_OBJECT);

	flight->hidden = xstrdup_or_null(hidden);
	if (line)
		flight_line(flight, line, strlen(line));
	buf_puts(&body, answer);
	flight_done(flight, &(struct io_answer){.outcome = IO_ANSWERED, .status = 200, .body = &body, .error = error});
	buf_done(&body);
}

#define DATA "\"data\":{\"ssh-privatekey\":\"U0VDUkVUS0VZ\"},\"stringData\":{\"token\":\"SECRETKEY\"}"
#define SECRET(more) "{\"apiVersion\":\"v1\",\"kind\":\"Secret\",\"metadata\":{\"name\":\"ssh\",\"namespace\":\"ops\"," \
	"\"annotations\":{\"kubectl.kubernetes.io/last-applied-configuration\":\"U0VDUkVUS0VZ\"}}," DATA more "}"

static void
no_secret_is_ever_in_it(void **state)
{
	static const char hook[] = "https://chat/api/webhooks/123/U0VDUkVUS0VZ-token?key=U0VDUkVUS0VZ";
	struct fixture *f = *state;
	struct loop loop;
	struct core core = {0};
	struct shell shell = {.loop = &loop, .core = &core, .log = f->log, .secrets = secrets_new(),
	    .recorder = opened(f, NO_LIMIT)};
	const struct effect list = {.kind = EFFECT_KUBE, .id = 1, .kube = {.method = "GET", .secret = true, .stream = true}};
	const struct effect web = {.kind = EFFECT_WEB, .id = 2, .web = {.method = "POST"}};
	char *text;

	CHECK_INT(loop_init(&loop, NULL), 0);
	tell(&shell, &list, NULL, "{\"type\":\"ADDED\",\"object\":" SECRET("") "}",
	    "{\"kind\":\"SecretList\",\"apiVersion\":\"v1\",\"metadata\":{},\"items\":[" SECRET("") "]}", NULL);
	tell(&shell, &list, NULL, SECRET(",\"cut"), SECRET(""), NULL);
	tell(&shell, &web, hook, NULL, "no webhook U0VDUkVUS0VZ-token",
	    "cannot reach https://chat/api/webhooks/123/U0VDUkVUS0VZ-token");
	CHECK_INT(shell_run(&shell), 3);
	CHECK_INT(core.steps, 6);
	CHECK_TEXT(secrets_get(shell.secrets, "ops/ssh", "ssh-privatekey"), "SECRETKEY");
	recorder_close(shell.recorder);
	text = content(f->path);
	CHECK_CONTAINS(text, "ops");
	CHECK_CONTAINS(text, "ssh-privatekey");
	CHECK_CONTAINS(text, "no webhook ***");
	CHECK(!strstr(text, "U0VDUkVUS0VZ") && !strstr(text, "SECRETKEY"));
	free(text);
	CHECK_INT(loop_drain(&loop), 0);
	shell_done(&shell);
	secrets_free(shell.secrets);
	loop_done(&loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(it_is_the_owners_and_each_event_is_there_before_its_step, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_there_is_not_overwritten, set_up, tear_down),
		cmocka_unit_test_setup_teardown(it_ends_at_its_limit, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_full_disk_ends_it_and_nothing_else, set_up, tear_down),
		cmocka_unit_test_setup_teardown(no_secret_is_ever_in_it, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
