/* What is recorded comes back: every kind of event, every field, whatever bytes a peer sends. */
#include "recording.h"

#include "alloc.h"
#include "buf.h"
#include "check.h"
#include "json.h"

static struct recorded
read_back(const struct buf *line)
{
	struct recorded recorded;
	struct err err = {""};

	CHECK(buf_ok(line) && line->len > 0 && line->data[line->len - 1] == '\n');
	/* One line it is, whatever the bytes. */
	CHECK(memchr(line->data, '\n', line->len) == line->data + line->len - 1);
	if (recording_read(line->data, line->len - 1, &recorded, &err) < 0)
		CHECK_FAIL("%s: %s", line->data, err.text);
	return recorded;
}

static void
check_event(const struct event *got, const struct event *expected)
{
	CHECK_INT(got->kind, expected->kind);
	CHECK(got->id == expected->id);
	CHECK_INT(got->outcome, expected->outcome);
	CHECK_INT(got->status, expected->status);
	CHECK_TEXT(got->error, expected->error);
	CHECK_INT(got->sent.up_ms, expected->sent.up_ms);
	CHECK_INT(got->sent.wall_ms, expected->sent.wall_ms);
	CHECK_INT(got->retry_after_ms, expected->retry_after_ms);
	CHECK_INT(got->body == NULL, expected->body == NULL);
	CHECK_INT(got->len, expected->len);
	if (expected->body) {
		CHECK(memcmp(got->body, expected->body, expected->len) == 0);
		CHECK(got->body[got->len] == '\0');
	}
}

static void
round_trip(const struct event *event, struct instant now)
{
	CLEANUP_BUF struct buf line = BUF_INIT(BUF_MAX_OBJECT), again = BUF_INIT(BUF_MAX_OBJECT);
	struct recorded recorded;

	recording_put_event(&line, event, now);
	recorded = read_back(&line);
	CHECK(recorded.is_event);
	CHECK_INT(recorded.now.up_ms, now.up_ms);
	CHECK_INT(recorded.now.wall_ms, now.wall_ms);
	check_event(&recorded.event, event);
	recording_put_event(&again, &recorded.event, recorded.now);
	CHECK_TEXT(buf_str(&again), buf_str(&line));
	recorded_done(&recorded);
}

static const struct instant now = {.up_ms = 50123, .wall_ms = INT64_C(1795248000123)};

static void
every_kind_and_field_comes_back(void **state)
{
	(void)state;
	for (int kind = EVENT_START; kind <= EVENT_STOP; kind++) {
		round_trip(&(struct event){.kind = (enum event_kind)kind, .body = ""}, now);
		if (kind != EVENT_ANSWER && kind != EVENT_LINE)
			round_trip(&(struct event){.kind = (enum event_kind)kind}, now);
	}
	for (int outcome = OUTCOME_ANSWERED; outcome <= OUTCOME_BROKEN; outcome++)
		round_trip(&(struct event){.kind = EVENT_ANSWER, .id = UINT64_MAX, .outcome = (enum outcome)outcome,
		    .status = 503, .body = "{\"kind\":\"Status\"}", .len = 17, .error = "connection refused",
		    .sent = {.up_ms = 50000, .wall_ms = -5}, .retry_after_ms = 2000}, now);
	round_trip(&(struct event){.kind = EVENT_ANSWER, .id = 1, .status = -1, .body = "", .error = ""}, now);
	round_trip(&(struct event){.kind = EVENT_LINE, .id = 7, .body = "{}", .len = 2}, (struct instant){0});
	/* Whoever adds a field writes and reads it too. */
	CHECK_INT(sizeof(struct event), 72);
}

static void
every_byte_comes_back(void **state)
{
	static const char hostile[] = "\\u0000\\ud800 a\"b\\c\n{\"event\":\"stop\"}\r\t\xe2\x82\xac";
	char all[512];

	(void)state;
	for (int i = 0; i < 512; i++)
		all[i] = (char)(i < 256 ? i : 511 - i);
	/* Of the first 256 lengths every end, of text and of bytes; then each two neighbours. */
	for (size_t from = 0; from < 256; from += 16)
		for (size_t len = 0; len <= 256; len += 1 + len / 16)
			round_trip(&(struct event){.kind = EVENT_ANSWER, .body = all + from, .len = len}, now);
	for (int a = 0; a < 256; a++) {
		char two[4] = {'x', (char)a, (char)(a * 7), 'y'}, error[3] = {(char)(a ? a : 1), (char)0xc3, '\0'};

		round_trip(&(struct event){.kind = EVENT_LINE, .body = two, .len = 4, .error = error}, now);
	}
	round_trip(&(struct event){.kind = EVENT_LINE, .body = hostile, .len = sizeof hostile - 1}, now);
}

/* Neither form of a body makes a line too long that an answer of the greatest size fits in. */
static void
no_body_is_more_than_doubled(void **state)
{
	static const char *const worst[] = {"\n", "\"", "\x01", "\xff"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(worst); i++) {
		CLEANUP_BUF struct buf line = BUF_INIT(BUF_MAX_OBJECT);
		char body[10000];

		memset(body, worst[i][0], sizeof body);
		recording_put_event(&line, &(struct event){.kind = EVENT_LINE, .body = body, .len = sizeof body}, now);
		CHECK(line.len < 2 * sizeof body + 100);
	}
}

static void
the_head_comes_back(void **state)
{
	const struct core_config config = {
		.namespace_ = "db", .identity = "host_\"1\"", .lease_namespace = "strait", .lease_name = "strait-controller",
		.shards = 3, .lease_ms = 15000, .act_ttl_ms = 1000, .settle_ms = 7000, .stable_ms = 30000, .fact_age_ms = 2000,
		.rest_timeout_ms = 10000, .connect_timeout_ms = 5000, .max_operations = 4, .max_operations_per_zone = 2,
		.kubernetes_namespaces = "a,b", .kubernetes_cluster_scoped = true, .gate = true,
		.seed = UINT64_C(0xfedcba9876543210), .crd_version = "7",
	};
	CLEANUP_BUF struct buf line = BUF_INIT(BUF_MAX_LINE), again = BUF_INIT(BUF_MAX_LINE);
	struct recording_head head;
	struct err err = {""};

	(void)state;
	recording_put_head(&line, &config, "0.1.0+abc");
	if (recording_read_head(line.data, line.len - 1, &head, &err) < 0)
		CHECK_FAIL("%s", err.text);
	CHECK_TEXT(head.version, "0.1.0+abc");
	CHECK_TEXT(head.config.namespace_, "db");
	CHECK_TEXT(head.config.identity, "host_\"1\"");
	CHECK(head.config.seed == config.seed && head.config.gate && head.config.kubernetes_cluster_scoped);
	CHECK_INT(head.config.shards, 3);
	CHECK_INT(head.config.settle_ms, 7000);
	recording_put_head(&again, &head.config, head.version);
	CHECK_TEXT(buf_str(&again), buf_str(&line));
	/* All but the seed, 'types' and 'workflows'. Whoever adds a member writes and reads it too. */
	CHECK_INT(json_count(json_get(head.json, "config")), 18);
	CHECK_INT(sizeof config, 160);
	recording_head_done(&head);
}

static void
what_is_no_recording_is_refused(void **state)
{
	static const char *const heads[][2] = {
		{"", "JSON"},
		{"{}", "it is no recording"},
		{"{\"recording\":2}", "a recording of format 2, this program reads up to 1"},
		{"{\"recording\":1,\"config\":{\"identity\":\"a\",\"leaseName\":\"b\"}}", "seed"},
		{"{\"recording\":1,\"seed\":\"0123456789abcdef\",\"config\":{}}", "identity"},
		{"{\"recording\":1,\"config\":{\"shards\":1000000}}", "config.shards: expected a number from 0 to 64"},
		{"{\"recording\":1,\"config\":{\"leaseMs\":-1}}", "config.leaseMs"},
		{"{\"recording\":1,\"config\":{\"identity\":3}}", "config.identity"},
	};
	static const char *const lines[][2] = {
		{"{\"up\":1}", "expected a line with"},
		{"{\"event\":\"quake\"}", "event: \"quake\""},
		{"{\"event\":\"answer\",\"id\":\"1\"}", "expected a body"},
		{"{\"event\":\"answer\",\"body\":3}", "body: expected a text"},
		{"{\"event\":\"answer\",\"bodyHex\":\"0g\"}", "bodyHex"},
		{"{\"event\":\"wake\",\"id\":\"18446744073709551616\"}", "id"},
		{"{\"event\":\"wake\",\"id\":\"\"}", "id"},
		{"{\"event\":\"wake\",\"id\":7}", "id"},
		{"{\"event\":\"wake\",\"up\":9007199254740991}", "up: expected a number"},
		{"{\"event\":\"wake\",\"outcome\":\"lost\"}", "outcome: \"lost\""},
		{"{\"decided\":[1]}", "decided: expected texts"},
		{"{\"decided\":[],\"wake\":\"x\"}", "wake"},
		{"{\"event\":\"wake\",\"up\":1", "JSON"},
	};
	struct recording_head head;
	struct recorded recorded;
	struct err err;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		CHECK_INT(recording_read_head(heads[i][0], strlen(heads[i][0]), &head, &err), -1);
		CHECK_CONTAINS(err.text, heads[i][1]);
	}
	for (size_t i = 0; i < ARRAY_LEN(lines); i++) {
		CHECK_INT(recording_read(lines[i][0], strlen(lines[i][0]), &recorded, &err), -1);
		CHECK_CONTAINS(err.text, lines[i][1]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_and_field_comes_back),
		cmocka_unit_test(every_byte_comes_back),
		cmocka_unit_test(no_body_is_more_than_doubled),
		cmocka_unit_test(the_head_comes_back),
		cmocka_unit_test(what_is_no_recording_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
