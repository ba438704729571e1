/* The journal's scripts on a real Redis and their model in the simulation (unit/sim/model_redis): the same random
 * sequences, the same answers, the same content. What differs between the two is a hole in every proof made on the
 * model. STRAIT_STEPS=n runs so many; STRAIT_SEED=n begins elsewhere. */
#include <hiredis/hiredis.h>
#include <stdlib.h>
#include <unistd.h>

#include "alloc.h"
#include "check.h"
#include "json.h"
#include "kit.h"
#include "model_redis.h"
#include "redis.h"

enum { STEPS = 12000, QUICK_STEPS = 3000, BATCH = 40, OPERATIONS = 3, ARGS_MAX = 16, TEXT = 64 };

enum kind { TAKEOVER, WRITE, REPEAT, EXPIRE, KINDS };

struct fixture {
	struct loop loop;
	struct redis *redis;
	redisContext *beside;            /* a second connection, to look and to break */
	pid_t server;
	int port, ups;
	struct store *store;
	uint64_t chance;
	unsigned unknown;                /* scripts, one bit each, that the server has forgotten */
	size_t count[KINDS], ok, stale, gap, errors, lost, flushes;
};

/* One command: asked of both. */
struct ask {
	char texts[ARGS_MAX][TEXT];
	char *args[ARGS_MAX];
	struct effect_redis call;
	struct buf expected;
	int status;
	struct kit_answer answer;
	bool lost;                       /* its answer never comes */
};

static void
on_state(void *user, bool connected, const char *reason)
{
	struct fixture *f = user;

	(void)reason;
	f->ups += connected;
}

static size_t
draw(struct fixture *f, size_t below)
{
	f->chance ^= f->chance << 13;
	f->chance ^= f->chance >> 7;
	f->chance ^= f->chance << 17;
	return (size_t)(f->chance % below);
}

static int
set_up(void **state)
{
	struct fixture *f = xcalloc(1, sizeof *f);
	const char *seed = getenv("STRAIT_SEED");
	char port[16], url[64];
	struct err err;

	kit_loop(&f->loop);
	f->port = kit_port();
	snprintf(port, sizeof port, "%d", f->port);
	f->server = kit_spawn((const char *const[]){"redis-server", "--port", port, "--bind", "127.0.0.1", "--save", "",
	    "--appendonly", "no", NULL});
	for (int i = 0; i < 200 && !kit_listening(f->port); i++)
		usleep(20000);
	snprintf(url, sizeof url, "redis://127.0.0.1:%d", f->port);
	f->redis = redis_new(&f->loop, url, on_state, f, &err);
	CHECK(kit_until(&f->loop, &f->ups, 1, 5000));
	f->beside = redisConnect("127.0.0.1", f->port);
	CHECK(f->beside && !f->beside->err);
	f->store = store_new();
	f->chance = 88172645463325252u + (seed ? strtoull(seed, NULL, 10) : 1);
	*state = f;
	return 0;
}

static int
tear_down(void **state)
{
	struct fixture *f = *state;

	redisFree(f->beside);
	redis_free(f->redis);
	kit_stop(f->server);
	kit_loop_done(&f->loop);
	store_free(f->store);
	free(f);
	return 0;
}

/* --- a random command --- */

static void
put(struct ask *ask, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void
put(struct ask *ask, const char *format, ...)
{
	char *text = ask->texts[ask->call.nargs];
	va_list args;

	va_start(args, format);
	vsnprintf(text, TEXT, format, args);
	va_end(args);
	ask->args[ask->call.nargs++] = text;
}

/* Mostly the right number, sometimes one beside it. */
static long long
near(struct fixture *f, int64_t right)
{
	size_t what = draw(f, 12);

	return (long long)(what == 0 ? right - 1 : what == 1 ? right + 1 : what == 2 ? 0 : right);
}

static void
make_write(struct fixture *f, struct ask *ask, const struct store_journal *journal)
{
	static const char *const values[] = {"{}", "{\"state\":\"running\"}", "", "ü \" quoted\n", "x"};

	put(ask, "%lld", near(f, journal ? journal->epoch : 0));
	put(ask, "%lld", near(f, journal ? journal->seq + 1 : 1));
	put(ask, "d%zu", draw(f, 5));
	put(ask, "%s", draw(f, 6) == 0 ? "{\"plan\":1}" : "");
	put(ask, "%s", draw(f, 2) ? "began" : "");
	for (size_t n = draw(f, 5); n > 0; n--) {
		put(ask, "1.%zu/db-a-%zu", draw(f, 3), draw(f, 3));
		put(ask, "%s", values[draw(f, ARRAY_LEN(values))]);
	}
	if (draw(f, 40) == 0)
		put(ask, "half a pair");
}

static void
make(struct fixture *f, struct ask *ask, const struct ask *before)
{
	static char uids[OPERATIONS][8] = {"u-1", "u-2", "u-3"};
	size_t what = draw(f, 100);
	const struct store_journal *journal;

	ask->expected = (struct buf)BUF_INIT(BUF_MAX_RING);
	ask->call = (struct effect_redis){.uid = uids[draw(f, OPERATIONS)], .args = ask->args};
	journal = store_find(f->store, ask->call.uid);
	ask->lost = draw(f, 10) == 0;
	if (before && what < 15 && before->call.script == REDIS_WRITE) {
		ask->call.uid = before->call.uid;
		ask->call.script = REDIS_WRITE;
		for (size_t i = 0; i < before->call.nargs; i++)
			put(ask, "%s", before->texts[i]);
		f->count[REPEAT]++;
	} else if (what < 22) {
		put(ask, "%zu", 1 + draw(f, 6) / 5);
		if (draw(f, 4) > 0)
			put(ask, "%lld", near(f, journal ? journal->epoch : 0) + (draw(f, 8) == 0 ? 999999999 : 0));
		f->count[TAKEOVER]++;
	} else if (what < 27) {
		ask->call.script = REDIS_EXPIRE;
		put(ask, "%lld", near(f, journal ? journal->epoch : 0));
		put(ask, "1000");
		f->count[EXPIRE]++;
	} else {
		ask->call.script = REDIS_WRITE;
		make_write(f, ask, journal);
		f->count[WRITE]++;
	}
}

static void
begin(struct fixture *f, struct ask *ask)
{
	struct redis_request *request;

	ask->status = store_run(f->store, &ask->call, &ask->expected);
	request = redis_start(f->redis, &(struct redis_ask){.kind = (enum redis_ask_kind)ask->call.script,
	    .uid = ask->call.uid, .args = ask->call.args, .nargs = ask->call.nargs, .deadline_ms = 10000,
	    .done = kit_done, .user = &ask->answer});
	CHECK(request != NULL);
	if (ask->lost)
		redis_cancel(request);
}

/* --- the answers --- */

static int
compare_pairs(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Redis gives a hash's fields in any order: after the plan, pairs are sorted. */
static char *
sorted(const char *body)
{
	CLEANUP_JSON struct cJSON *reply = json_parse(body, strlen(body), NULL);
	struct buf out = BUF_INIT(BUF_MAX_RING);
	char **pairs = NULL;
	const struct cJSON *at = json_first(reply);
	size_t n = 0;

	for (int i = 0; at && i < 5; at = json_next(at), i++) {
		json_print(at, &out);
		buf_putc(&out, ' ');
	}
	for (; at; at = json_next(json_next(at)))
		*ARRAY_GROW(pairs, n) = xasprintf("%s=%s", json_text(at), json_text(json_next(at)));
	if (n)
		qsort(pairs, n, sizeof *pairs, compare_pairs);
	for (size_t i = 0; i < n; i++) {
		buf_printf(&out, "%s ", pairs[i]);
		free(pairs[i]);
	}
	free(pairs);
	return buf_take(&out);
}

static void
count_answer(struct fixture *f, const struct ask *ask)
{
	const char *body = buf_str(&ask->expected);

	f->lost += ask->lost;
	f->errors += ask->status != 0;
	f->ok += strncmp(body, "[\"OK\"", 5) == 0;
	f->stale += strncmp(body, "[\"STALE\"", 8) == 0;
	f->gap += strncmp(body, "[\"GAP\"", 6) == 0;
}

static void
compare(struct fixture *f, struct ask *ask)
{
	const char *expected = buf_str(&ask->expected);

	count_answer(f, ask);
	if (!ask->lost) {
		CHECK_INT(ask->answer.outcome, IO_ANSWERED);
		if (ask->call.script == REDIS_TAKEOVER && ask->status == 0) {
			CLEANUP_FREE char *model = sorted(expected), *real = sorted(ask->answer.body);

			CHECK_TEXT(real, model);
		} else {
			CHECK_TEXT(ask->answer.body, expected);
		}
		CHECK_INT(ask->answer.status, ask->status);
	}
	kit_free(&ask->answer);
	buf_done(&ask->expected);
}

/* --- what is stored --- */

static redisReply *
look(struct fixture *f, const char *command, const char *uid, const char *key)
{
	char name[64];
	redisReply *reply;

	snprintf(name, sizeof name, "strait:{%s}:%s", uid, key);
	reply = redisCommand(f->beside, command, name);
	CHECK(reply && reply->type != REDIS_REPLY_ERROR);
	return reply;
}

static void
check_text(struct fixture *f, const char *command, const struct store_journal *journal, const char *key, const char *expected)
{
	redisReply *reply = look(f, command, journal->uid, key);

	CHECK_TEXT(reply->str ? reply->str : "", expected);
	freeReplyObject(reply);
}

static void
check_fields(struct fixture *f, const struct store_journal *journal)
{
	redisReply *reply = look(f, "HGETALL %s", journal->uid, "steps");

	CHECK_INT(reply->elements, 2 * journal->nfields);
	for (size_t i = 0; i + 1 < reply->elements; i += 2) {
		const char *value = store_value(journal, reply->element[i]->str);

		CHECK(value != NULL);
		CHECK_TEXT(reply->element[i + 1]->str, value);
	}
	freeReplyObject(reply);
}

static void
check_expiry(struct fixture *f, const struct store_journal *journal)
{
	redisReply *reply = look(f, "TTL %s", journal->uid, "meta");

	CHECK_INT(reply->integer > 0, journal->expiring);
	freeReplyObject(reply);
}

static void
check_content(struct fixture *f)
{
	char number[32];

	for (size_t i = 0; i < f->store->njournals; i++) {
		const struct store_journal *journal = &f->store->journals[i];

		if (journal->epoch == 0)
			continue;                /* refused before anybody took it over: nothing is there */
		snprintf(number, sizeof number, "%lld", (long long)journal->epoch);
		check_text(f, "HGET %s epoch", journal, "meta", number);
		snprintf(number, sizeof number, "%lld", (long long)journal->seq);
		check_text(f, "HGET %s seq", journal, "meta", journal->seq ? number : "");
		check_text(f, "HGET %s digest", journal, "meta", journal->digest);
		check_text(f, "HGET %s format", journal, "meta", journal->format);
		check_text(f, "GET %s", journal, "plan", journal->plan);
		check_fields(f, journal);
		check_expiry(f, journal);
	}
}

/* What people and machines do to Redis meanwhile; the model knows only the flush. */
static void
disturb(struct fixture *f)
{
	size_t what = draw(f, 40);
	int ups = f->ups;

	if (what == 0) {
		freeReplyObject(redisCommand(f->beside, "FLUSHALL"));
		store_flush(f->store);
		f->flushes++;
	} else if (what == 1) {
		freeReplyObject(redisCommand(f->beside, "SCRIPT FLUSH"));
		f->unknown = 1u << REDIS_TAKEOVER | 1u << REDIS_WRITE | 1u << REDIS_EXPIRE;
	} else if (what == 2) {
		freeReplyObject(redisCommand(f->beside, "CLIENT KILL TYPE normal SKIPME yes"));
		CHECK(kit_until(&f->loop, &f->ups, ups + 1, 5000));
		f->unknown = 0;
	}
}

/* How many at once. One whose script is unknown is sent again, after those that were sent behind it: the journal has one
 * on its way for each operation, and so have we until every script is known again. */
static size_t
batch(struct fixture *f, struct ask *asks)
{
	size_t n = f->unknown ? 1 : 1 + draw(f, BATCH - 1);

	memset(asks, 0, BATCH * sizeof *asks);
	for (size_t i = 0; i < n; i++) {
		make(f, &asks[i], i > 0 ? &asks[i - 1] : NULL);
		asks[i].lost &= i + 1 < n;         /* the last one says that all are through */
		begin(f, &asks[i]);
		f->unknown &= ~(1u << asks[i].call.script);
	}
	CHECK(kit_until(&f->loop, &asks[n - 1].answer.count, 1, 10000));
	for (size_t i = 0; i < n; i++)
		compare(f, &asks[i]);
	return n;
}

static void
the_model_answers_and_keeps_what_redis_does(void **state)
{
	struct fixture *f = *state;
	struct ask *asks = xcalloc(BATCH, sizeof *asks);
	size_t steps = 0, wanted = getenv("STRAIT_QUICK") ? QUICK_STEPS : STEPS;

	if (getenv("STRAIT_STEPS"))
		wanted = strtoul(getenv("STRAIT_STEPS"), NULL, 10);
	while (steps < wanted) {
		steps += batch(f, asks);
		check_content(f);
		disturb(f);
	}
	free(asks);
	print_message("  %zu steps (%zu takeovers, %zu writes, %zu repeats, %zu expiries; %zu answers lost): "
	    "%zu OK, %zu STALE, %zu GAP, %zu errors, %zu flushes\n", steps, f->count[TAKEOVER], f->count[WRITE],
	    f->count[REPEAT], f->count[EXPIRE], f->lost, f->ok, f->stale, f->gap, f->errors, f->flushes);
	CHECK(f->ok > 0 && f->stale > 0 && f->gap > 0 && f->errors > 0 && f->lost > 0 && f->flushes > 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(the_model_answers_and_keeps_what_redis_does, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
