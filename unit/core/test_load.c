/* Thousands of operations that have ended: what their objects cost in lists and in the watch, and that a change among them
 * is still seen. */
#include "check.h"

#include <time.h>

#include "alloc.h"
#include "buf.h"
#include "desk.h"
#include "finished.h"
#include "op.h"
#include "state.h"

#define OPS "/apis/strait.dev/v1alpha1/clusteroperations"
#define LIST "GET " OPS "?limit"
#define WATCH "GET " OPS "?watch"

enum { MANY = 5000, FEW = 50, PAGE = 50, UPDATES = 500, TRIES = 5 };

/* As the API server sends one: with managedFields, which nobody reads. */
static void
put_object(struct buf *out, int number, int generation, const char *spec, const char *status)
{
	buf_printf(out, "{\"metadata\":{\"generation\":%d,\"managedFields\":[{\"manager\":\"strait-controller\",\"operation\":"
	    "\"Apply\",\"subresource\":\"status\",\"fieldsV1\":{\"f:status\":{", generation);
	for (int i = 0; i < 40; i++)
		buf_printf(out, "%s\"f:field%d\":{\".\":{}}", i ? "," : "", i);
	buf_printf(out, "}}}],\"name\":\"n%d\",\"namespace\":\"ops\",\"resourceVersion\":\"100\",\"uid\":\"uid-%d\"},"
	    "\"spec\":{\"cluster\":\"c\",\"workflow\":\"w\"%s},\"status\":{%s,\"conditions\":[{\"type\":\"Succeeded\","
	    "\"status\":\"True\",\"reason\":\"Succeeded\",\"message\":\"20 nodes done\","
	    "\"lastTransitionTime\":\"2026-01-28T18:00:00Z\"}]}}",
	    number, number, spec, status);
}

static void
put_ended(struct buf *out, int number)
{
	put_object(out, number, 1, "", "\"phase\":\"Succeeded\",\"retryObserved\":0");
}

/* The pages of a list of 'count', as they are asked for. */
static void
answer_list(struct desk *desk, int count)
{
	for (int first = 0; first < count; first += PAGE) {
		CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_RING);

		buf_puts(&body, "{\"items\":[");
		for (int i = first; i < first + PAGE && i < count; i++) {
			buf_puts(&body, i == first ? "" : ", ");
			put_ended(&body, i);
		}
		buf_printf(&body, "],\"metadata\":{\"continue\":\"%s\",\"resourceVersion\":\"100\"}}",
		    first + PAGE < count ? "more" : "");
		desk_answer(desk, desk_find(desk, LIST), 200, buf_str(&body));
	}
}

static struct desk
open_desk(int count)
{
	static const char *const none[] = {NULL};
	static const struct reconciler *const no_types[] = {NULL};
	const struct core_config config = {.identity = "strait-0", .fact_age_ms = 2000, .types = no_types, .workflows = none};
	struct desk desk = desk_open(&config);

	desk_event(&desk, EVENT_START);
	desk_sync(&desk, "", "", "");
	desk_line(&desk, desk_find(&desk, WATCH), "{\"type\":\"ERROR\",\"object\":{\"code\":410}}");
	desk_pass(&desk, 3000);
	answer_list(&desk, count);
	return desk;
}

static void
update(struct desk *desk, const char *type, int number, int generation, const char *spec, const char *status)
{
	CLEANUP_BUF struct buf line = BUF_INIT(BUF_MAX_OBJECT);

	buf_printf(&line, "{\"type\":\"%s\",\"object\":", type);
	put_object(&line, number, generation, spec, status);
	buf_putc(&line, '}');
	desk_line(desk, desk_find(desk, WATCH), buf_str(&line));
}

static double
cpu_us(void)
{
	struct timespec at;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
	return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

/* The least of a few, as what else the machine does only adds. */
static double
update_us(struct desk *desk, int count)
{
	double least = 0;

	for (int try = 0; try < TRIES; try++) {
		double began = cpu_us(), each;

		for (int i = 0; i < UPDATES; i++)
			update(desk, "MODIFIED", i * 7 % count, 1, "", "\"phase\":\"Succeeded\",\"retryObserved\":0");
		each = (cpu_us() - began) / UPDATES;
		if (try == 0 || each < least)
			least = each;
	}
	return least;
}

static void
an_update_costs_the_same_beside_thousands(void **state)
{
	struct desk few = open_desk(FEW), many = open_desk(MANY);
	double beside_few = update_us(&few, FEW), beside_many = update_us(&many, MANY), began;

	(void)state;
	CHECK_INT(HASH_COUNT(many.core->finished), MANY);
	CHECK_INT(HASH_COUNT(many.core->ops), 0);
	desk_line(&many, desk_find(&many, WATCH), "{\"type\":\"ERROR\",\"object\":{\"code\":410}}");
	desk_pass(&many, 3000);
	began = cpu_us();
	answer_list(&many, MANY);
	print_message("  an update %.0f us beside %d, %.0f us beside %d; a list of these %.0f ms, in pages of %d\n", beside_few,
	    FEW, beside_many, MANY, (cpu_us() - began) / 1e3, PAGE);
	if (beside_many > 4 * beside_few)
		CHECK_FAIL("an update costs %.0f us beside %d, and %.0f us beside %d", beside_few, FEW, beside_many, MANY);
	CHECK_INT(desk_count_all(&many, "REDIS"), desk_count_all(&few, "REDIS"));
	desk_close(&few);
	desk_close(&many);
}

static void
what_a_list_no_longer_shows_is_forgotten(void **state)
{
	struct desk desk = open_desk(3 * PAGE);

	(void)state;
	desk_line(&desk, desk_find(&desk, WATCH), "{\"type\":\"ERROR\",\"object\":{\"code\":410}}");
	desk_pass(&desk, 3000);
	answer_list(&desk, 2 * PAGE);
	CHECK_INT(HASH_COUNT(desk.core->finished), 2 * PAGE);
	update(&desk, "DELETED", 5, 1, "", "\"phase\":\"Succeeded\"");
	CHECK_INT(HASH_COUNT(desk.core->finished), 2 * PAGE - 1);
	desk_close(&desk);
}

/* Each of these is one among thousands, and asks for something. */
static void
a_change_among_them_is_seen(void **state)
{
	static const struct {
		int generation;
		const char *spec, *status;
		size_t alive;
	} cases[] = {
		{1, "", "\"phase\":\"Succeeded\",\"retryObserved\":0", 0},
		{2, ",\"retry\":1", "\"phase\":\"Failed\",\"retryObserved\":0", 1},
		{2, ",\"suspend\":true", "\"phase\":\"Failed\",\"retryObserved\":0", 0},
		/* Nothing new was asked for: a write of ours that comes late. */
		{1, "", "\"phase\":\"Running\",\"retryObserved\":0", 0},
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct desk desk = open_desk(2 * PAGE);

		update(&desk, "MODIFIED", 7, cases[i].generation, cases[i].spec, cases[i].status);
		if (HASH_COUNT(desk.core->ops) != cases[i].alive)
			CHECK_FAIL("case %zu: %u operations are alive", i, HASH_COUNT(desk.core->ops));
		desk_close(&desk);
	}
}

static void
a_knob_that_is_turned_later_still_counts(void **state)
{
	struct desk desk = open_desk(PAGE);
	const char *deletes = ",\"deleteAfterFinished\":true,\"ttlSecondsAfterFinished\":60";

	(void)state;
	update(&desk, "MODIFIED", 7, 2, deletes, "\"phase\":\"Succeeded\",\"completionTime\":\"2026-01-28T18:00:00Z\"");
	CHECK(finished_find(desk.core, "uid-7")->expiry != NULL);
	update(&desk, "MODIFIED", 7, 3, "", "\"phase\":\"Succeeded\",\"completionTime\":\"2026-01-28T18:00:00Z\"");
	CHECK(finished_find(desk.core, "uid-7")->expiry == NULL);
	desk_close(&desk);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_update_costs_the_same_beside_thousands),
		cmocka_unit_test(what_a_list_no_longer_shows_is_forgotten),
		cmocka_unit_test(a_change_among_them_is_seen),
		cmocka_unit_test(a_knob_that_is_turned_later_still_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
