#include "api_pair.h"

#include <string.h>
#include <time.h>

#include "alloc.h"
#include "check.h"
#include "http.h"
#include "json.h"

enum { DEADLINE_MS = 10000, TOLD_MS = 5000, TRIES = 20 };

struct pair *
pair_open(const char *kubeconfig, const char *namespace_)
{
	struct pair *pair = xcalloc(1, sizeof *pair);
	struct err err;

	kit_loop(&pair->loop);
	if (kubeconfig_load(kubeconfig, NULL, &pair->config, &err))
		CHECK_FAIL("%s", err.text);
	pair->client = kube_client_new(&pair->loop, &pair->config, "differential", 5000);
	pair->model = api_new();
	pair->namespace_ = namespace_;
	return pair;
}

void
pair_close(struct pair *pair)
{
	kube_client_free(pair->client);
	kit_loop_done(&pair->loop);
	kubeconfig_done(&pair->config);
	api_free(pair->model);
	for (size_t side = 0; side < SIDES; side++)
		free(pair->said[side]);
	free(pair);
}

struct pair_known *
pair_known(struct pair *pair, const char *name)
{
	for (size_t i = 0; i < PAIR_NAMES; i++) {
		struct pair_known *known = &pair->known[i];

		if (!*known->name)
			snprintf(known->name, sizeof known->name, "%s", name);
		if (strcmp(known->name, name) == 0)
			return known;
	}
	CHECK_FAIL("more than %d names", PAIR_NAMES);
	return NULL;
}

static void
put_value(const struct pair *pair, const struct pair_known *known, enum pair_side side, char word, struct buf *out)
{
	const char *value = "none";

	if (word == 't')
		value = pair->token[side];
	else if (known && word == 'u')
		value = known->uid[side];
	else if (known)
		value = word == 'v' ? known->version[side] : known->stale[side];
	buf_puts(out, *value ? value : "1");
}

/* '@word@' becomes what the side knows. */
static char *
expand(const struct pair *pair, const struct pair_known *known, enum pair_side side, const char *text)
{
	struct buf out = BUF_INIT(BUF_MAX_OBJECT);
	const char *end;

	while (text && *text) {
		end = strchr(text, '@');
		buf_put(&out, text, end ? (size_t)(end - text) : strlen(text));
		if (!end)
			break;
		text = end + 1;
		put_value(pair, known, side, *text, &out);
		text = strchr(text, '@') + 1;
	}
	return buf_take(&out);
}

static void
learn(struct pair *pair, struct pair_known *known, enum pair_side side, const char *body)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, strlen(body), NULL);
	const struct cJSON *metadata = json_get(json, "metadata");
	const char *version = json_str_or(metadata, "resourceVersion", ""), *uid = json_str(metadata, "uid");

	snprintf(pair->token[side], sizeof pair->token[side], "%s", json_str_or(metadata, "continue", ""));
	if (!known || !*version || strcmp(version, known->version[side]) == 0)
		return;
	memcpy(known->stale[side], known->version[side], PAIR_TEXT);
	snprintf(known->version[side], PAIR_TEXT, "%s", version);
	if (uid)
		snprintf(known->uid[side], PAIR_TEXT, "%s", uid);
}

static int
ask_model(struct pair *pair, const char *method, char *path, const char *type, char *body)
{
	CLEANUP_BUF struct buf answer = BUF_INIT(BUF_MAX_ANSWER);
	struct effect_kube request = {.path = path, .content_type = type, .body = *body ? body : NULL};
	struct timespec now;
	int status;

	clock_gettime(CLOCK_REALTIME, &now);
	pair->model->wall_ms = (int64_t)now.tv_sec * 1000;
	snprintf(request.method, sizeof request.method, "%s", method);
	status = api_serve(pair->model, &request, &answer);
	free(pair->said[MODEL]);
	pair->said[MODEL] = xstrdup(buf_str(&answer));
	return status;
}

static int
ask_once(struct pair *pair, const char *method, const char *path, const char *type, const char *body)
{
	struct kit_answer answer = {0};
	int status;

	pair->requests++;
	kube_client_start(pair->client, &(struct kube_ask){.lane = KUBE_LANE_SHORT, .method = method, .path = path,
	    .content_type = type, .body = *body ? body : NULL, .deadline_ms = DEADLINE_MS, .done = kit_done,
	    .user = &answer});
	CHECK(kit_until(&pair->loop, &answer.count, 1, DEADLINE_MS + 1000));
	if (answer.outcome != IO_ANSWERED)
		CHECK_FAIL("%s: %s", pair->doing, answer.error);
	free(pair->said[REAL]);
	pair->said[REAL] = xstrdup(answer.body ? answer.body : "");
	status = answer.status;
	if (getenv("VERBOSE"))
		printf("%s: %d\n", pair->doing, status);
	kit_free(&answer);
	return status;
}

/* A server that has just been given the CRDs is not ready for them: 429. */
static int
ask_real(struct pair *pair, const char *method, const char *path, const char *type, const char *body)
{
	int status = 429;

	for (int i = 0; i < TRIES && status == 429; i++) {
		if (i > 0)
			kit_sleep(&pair->loop, 500);
		status = ask_once(pair, method, path, type, body);
	}
	return status;
}

static void
compare(const struct pair *pair, const int *status)
{
	char *plain[SIDES] = {pair_plain(pair->said[MODEL]), pair_plain(pair->said[REAL])};

	if (status[MODEL] != status[REAL] || strcmp(plain[MODEL], plain[REAL]) != 0)
		CHECK_FAIL("%s\nmodel: %d %s\n real: %d %s\n%s", pair->doing, status[MODEL], plain[MODEL], status[REAL],
		    plain[REAL], pair->said[REAL]);
	for (size_t side = 0; side < SIDES; side++)
		free(plain[side]);
}

int
pair_ask(struct pair *pair, const char *name, const char *method, const char *path, const char *type,
    const char *body)
{
	struct pair_known *known = name ? pair_known(pair, name) : NULL;
	int status[SIDES];

	snprintf(pair->doing, sizeof pair->doing, "%s %s %s", method, path, body ? body : "");
	for (enum pair_side side = MODEL; side < SIDES; side++) {
		CLEANUP_FREE char *where = expand(pair, known, side, path), *what = expand(pair, known, side, body);

		status[side] = side == MODEL ? ask_model(pair, method, where, type, what) :
		    ask_real(pair, method, where, type, what);
	}
	compare(pair, status);
	for (enum pair_side side = MODEL; side < SIDES && status[side] < 300; side++)
		learn(pair, known, side, pair->said[side]);
	pair->status = status[REAL];
	return status[REAL];
}

void
pair_hand(struct pair *pair, const char *method, const char *path, const char *type, const char *body, int status)
{
	int got;

	snprintf(pair->doing, sizeof pair->doing, "%s %s %s", method, path, body);
	got = ask_real(pair, method, path, type, body);
	if (got != status)
		CHECK_FAIL("%s\nexpected %d, is %d: %s", pair->doing, status, got, pair->said[REAL]);
}

/* --- watches --- */

static void
on_line(void *user, const char *line, size_t len)
{
	struct pair_watch *watch = user;
	CLEANUP_FREE char *text = xstrndup(line, len);

	if (len && watch->count < PAIR_LINES)
		watch->lines[watch->count++] = pair_plain(text);
}

static void
on_end(void *user, struct io_answer *answer)
{
	struct pair_watch *watch = user;

	(void)answer;
	watch->request = NULL;
	watch->ended++;
}

struct pair_watch *
pair_watch(struct pair *pair, const char *path)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_ANSWER);
	struct pair_watch *watch = xcalloc(1, sizeof *watch);
	struct pair_known known = {"list", .version = {"", ""}};
	struct effect_kube request = {.method = "GET", .stream = true};
	char *where;

	for (enum pair_side side = MODEL; side < SIDES; side++)
		learn(pair, &known, side, pair->said[side]);
	watch->id = ++pair->watches;
	request.path = expand(pair, &known, MODEL, path);
	CHECK_INT(api_open_watch(pair->model, watch->id, &request, &body), 200);
	free(request.path);
	where = expand(pair, &known, REAL, path);
	watch->request = kube_client_start(pair->client, &(struct kube_ask){.lane = KUBE_LANE_WATCH, .method = "GET",
	    .path = where, .line = on_line, .done = on_end, .user = watch});
	free(where);
	return watch;
}

int
pair_watched(struct pair *pair, struct pair_watch *watch)
{
	CLEANUP_BUF struct buf line = BUF_INIT(BUF_MAX_OBJECT);
	bool end = false;
	int count = 0;

	for (; !end && api_next_line(pair->model, watch->id, &line, &end); buf_clear(&line), count++) {
		CLEANUP_FREE char *plain = pair_plain(buf_str(&line));

		if (!kit_until(&pair->loop, &watch->count, count + 1, TOLD_MS))
			CHECK_FAIL("after %s: the real watch does not tell %s", pair->doing, plain);
		if (strcmp(plain, watch->lines[count]) != 0)
			CHECK_FAIL("a watch, at %s\nmodel: %s\n real: %s", pair->doing, plain, watch->lines[count]);
	}
	kit_sleep(&pair->loop, 20);
	if (watch->count > count)
		CHECK_FAIL("after %s: the model's watch does not tell %s", pair->doing, watch->lines[count]);
	CHECK_INT(watch->ended > 0, end);
	for (int i = 0; i < watch->count; i++)
		free(watch->lines[i]);
	watch->count = 0;
	return count;
}

void
pair_unwatch(struct pair *pair, struct pair_watch *watch)
{
	if (watch->request)
		http_cancel(watch->request);
	api_close_watch(pair->model, watch->id);
	for (int i = 0; i < watch->count; i++)
		free(watch->lines[i]);
	free(watch);
}
