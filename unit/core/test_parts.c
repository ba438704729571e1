/* The small parts: timers, conditions of a status, whose turn it is. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "conditions.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

/* --- timers --- */

static char fired[32];

static char name_a[] = "a", name_a2[] = "A", name_b[] = "b", name_c[] = "c", name_d[] = "d", name_x[] = "x",
    name_y[] = "y";

static void
fire(struct core *core, void *owner)
{
	(void)core;
	snprintf(fired + strlen(fired), sizeof fired - strlen(fired), "%s", (const char *)owner);
}

static void
timers_fire_by_due_time_then_by_arming(void **state)
{
	struct timers timers = {NULL};
	struct timer a = {0}, b = {0}, c = {0}, d = {0};

	(void)state;
	fired[0] = '\0';
	CHECK_INT(timers_next(&timers), INT64_MAX);
	timer_arm(&timers, &a, 30, fire, name_a);
	timer_arm(&timers, &b, 10, fire, name_b);
	timer_arm(&timers, &c, 30, fire, name_c);
	timer_arm(&timers, &d, 20, fire, name_d);
	CHECK_INT(timers_next(&timers), 10);
	timers_run(NULL, &timers, 9);
	CHECK_TEXT(fired, "");
	timers_run(NULL, &timers, 29);
	CHECK_TEXT(fired, "bd");
	timers_run(NULL, &timers, 100);
	CHECK_TEXT(fired, "bdac");
	CHECK(!a.armed && !b.armed && !c.armed && !d.armed);
	CHECK_INT(timers_next(&timers), INT64_MAX);
}

static void
a_timer_is_moved_disarmed_or_only_brought_forward(void **state)
{
	struct timers timers = {NULL};
	struct timer a = {0}, b = {0};

	(void)state;
	fired[0] = '\0';
	timer_arm(&timers, &a, 10, fire, name_a);
	timer_arm(&timers, &a, 50, fire, name_a2);
	CHECK_INT(timers_next(&timers), 50);
	timer_arm_earlier(&timers, &a, 60, fire, name_x);
	CHECK_INT(timers_next(&timers), 50);
	timer_arm_earlier(&timers, &a, 40, fire, name_y);
	CHECK_INT(timers_next(&timers), 40);
	timer_arm(&timers, &b, 20, fire, name_b);
	timer_disarm(&timers, &b);
	timer_disarm(&timers, &b);
	timers_run(NULL, &timers, 100);
	CHECK_TEXT(fired, "y");
}

static struct timers again_timers;
static struct timer again_timer;
static int again_count;

static void
fire_again(struct core *core, void *owner)
{
	again_count++;
	timer_arm(&again_timers, &again_timer, 1000 + again_count, fire_again, owner);
	(void)core;
}

static void
a_timer_that_arms_itself_fires_once_a_run(void **state)
{
	(void)state;
	again_count = 0;
	timer_arm(&again_timers, &again_timer, 10, fire_again, NULL);
	timers_run(NULL, &again_timers, 100);
	CHECK_INT(again_count, 1);
	timer_disarm(&again_timers, &again_timer);
}

/* --- conditions --- */

static const struct condition *
find(const struct condition *list, const char *type)
{
	for (; list->type[0]; list++)
		if (strcmp(list->type, type) == 0)
			return list;
	CHECK_FAIL("no condition %s", type);
	return NULL;
}

static void
the_transition_time_moves_only_when_the_status_flips(void **state)
{
	struct condition *list = conditions_load(NULL);

	(void)state;
	conditions_set(list, "Ready", "False", "Progressing", "one", 1000);
	conditions_set(list, "Ready", "False", "GateClosed", "two", 2000);
	CHECK_INT(find(list, "Ready")->since_wall_ms, 1000);
	CHECK_TEXT(find(list, "Ready")->reason, "GateClosed");
	CHECK_TEXT(find(list, "Ready")->message, "two");
	conditions_set(list, "Ready", "True", "Succeeded", "three", 3000);
	CHECK_INT(find(list, "Ready")->since_wall_ms, 3000);
	conditions_free(list);
}

static void
conditions_survive_being_written_and_read(void **state)
{
	struct condition *list = conditions_load(NULL), *again;
	CLEANUP_BUF struct buf buf = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out out = JSON_OUT(&buf);
	CLEANUP_JSON struct cJSON *object = NULL;
	CLEANUP_BUF struct buf array = BUF_INIT(BUF_MAX_OBJECT);

	(void)state;
	conditions_set(list, "Accepted", "True", "Accepted", "", 1795248000000);
	conditions_set(list, "Ready", "False", "Progressing", "a \"quoted\" text", 1795248060000);
	json_open(&out, NULL);
	conditions_write(list, &out, 3);
	json_close(&out);
	object = json_parse(buf_str(&buf), buf.len, NULL);
	json_print(json_get(object, "conditions"), &array);
	CHECK_CONTAINS(buf_str(&array), "\"observedGeneration\":3");
	again = conditions_load(buf_str(&array));
	conditions_set(again, "Ready", "False", "Progressing", "later", 1799999999000);
	CHECK_INT(find(again, "Ready")->since_wall_ms, 1795248060000);
	CHECK_INT(find(again, "Accepted")->since_wall_ms, 1795248000000);
	conditions_free(list);
	conditions_free(again);
}

static void
hostile_conditions_are_survived(void **state)
{
	static const char *const texts[] = {
		"", "null", "{}", "7", "[null,7,[],{}]", "[{\"type\":7}]", "[{\"type\":\"\"}]",
		"[{\"type\":\"Ready\",\"status\":7,\"lastTransitionTime\":\"yesterday\"}]",
		"[{\"type\":\"a-type-that-is-much-longer-than-its-place-in-the-list-bears\","
		    "\"status\":\"Undetermined\"}]",
		"[{\"type\":\"a\"},{\"type\":\"b\"},{\"type\":\"c\"},{\"type\":\"d\"},{\"type\":\"e\"},"
		    "{\"type\":\"f\"},"
		    "{\"type\":\"g\"},{\"type\":\"h\"},{\"type\":\"i\"},{\"type\":\"j\"}]",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct condition *list = conditions_load(texts[i]);
		size_t n = 0;

		while (list[n].type[0])
			n++;
		CHECK(n < CONDITIONS_MAX);
		conditions_free(list);
	}
}

/* Ours find a place however many strange ones were there: Ready must not be lost among them. */
static void
strange_conditions_do_not_push_out_our_own(void **state)
{
	struct condition *list = conditions_load("[{\"type\":\"a\"},{\"type\":\"b\"},{\"type\":\"c\"},{\"type\":\"d\"},"
	    "{\"type\":\"e\"},{\"type\":\"f\"},{\"type\":\"g\"}]");

	(void)state;
	conditions_set(list, "Ready", "True", "Succeeded", "done", 1000);
	find(list, "Ready");
	conditions_free(list);
}

/* --- turn --- */

struct place {
	const char *name;
	int64_t created_ms;
	bool started;
};

static struct op *
make_op(struct small *small, const struct place *place)
{
	CLEANUP_FREE char *text = xasprintf("{\"metadata\":{\"name\":\"%s\",\"namespace\":\"ops\",\"uid\":\"uid-%s\","
	    "\"resourceVersion\":\"1\"},\"spec\":{\"cluster\":\"messages-prd\",\"workflow\":\"own\"}}", place->name,
	    place->name);
	CLEANUP_FREE char *uid = xasprintf("uid-%s", place->name);
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);
	struct op *op;

	operation_kind.seen(small->core, NULL, object, 1);
	HASH_FIND_STR(small->core->ops, uid, op);
	op->cluster = small->cluster;
	op->object->meta.created_ms = place->created_ms;
	op->started = place->started;
	return op;
}

static void
check_queue(const struct cluster *cluster, const char *expected)
{
	CLEANUP_BUF struct buf names = BUF_INIT(BUF_MAX_LINE);

	for (size_t i = 0; i < cluster->nqueue; i++)
		buf_printf(&names, "%s%s", i ? " " : "", cluster->queue[i]->name);
	CHECK_TEXT(buf_str(&names), expected);
}

/* Whatever the order in which they were read: those that have begun, then by age, then by name. */
static void
the_queue_does_not_depend_on_who_is_read_first(void **state)
{
	static const struct place places[] = {
		{"begun", 500, true}, {"oldest", 100, false}, {"a-twin", 300, false}, {"b-twin", 300, false},
		{"youngest", 900, false},
	};
	enum { N = ARRAY_LEN(places) };

	(void)state;
	for (size_t first = 0; first < N; first++)
		for (size_t stride = 1; stride < N; stride++) {
			const struct small_config config = {.core = small_core_config(registry)};
			struct op *ops[N];
			struct small small;

			small_open(&small, &config);
			for (size_t i = 0; i < N; i++) {
				size_t at = (first + i * stride) % N;

				ops[at] = make_op(&small, &places[at]);
				turn_join(small.core, ops[at]);
				turn_join(small.core, ops[at]);
			}
			check_queue(small.cluster, "begun oldest a-twin b-twin youngest");
			CHECK(turn_is_ours(ops[0]) && !turn_is_ours(ops[1]));
			turn_leave(small.core, ops[0]);
			turn_leave(small.core, ops[3]);
			check_queue(small.cluster, "oldest a-twin youngest");
			CHECK(turn_is_ours(ops[1]));
			small_close(&small);
		}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(timers_fire_by_due_time_then_by_arming),
		cmocka_unit_test(a_timer_is_moved_disarmed_or_only_brought_forward),
		cmocka_unit_test(a_timer_that_arms_itself_fires_once_a_run),
		cmocka_unit_test(the_transition_time_moves_only_when_the_status_flips),
		cmocka_unit_test(conditions_survive_being_written_and_read),
		cmocka_unit_test(hostile_conditions_are_survived),
		cmocka_unit_test(strange_conditions_do_not_push_out_our_own),
		cmocka_unit_test(the_queue_does_not_depend_on_who_is_read_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
