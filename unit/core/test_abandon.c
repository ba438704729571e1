/* An operation that is deleted with strait.dev/abandon: said and journaled, and let alone from then on. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "json.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\","
    "\"with\":{\"service\":\"scylla-server\"}}]}}]}";

/* db-a-1 is held down, its finalizer is there, all that is known is written; nobody has asked for anything. */
static struct small
open_small(void)
{
	struct small small = small_begun(registry, workflow, NULL);

	small.op->lanes[0].held = small.op->lanes[0].touched = true;
	small.op->status.running_acknowledged = true;
	small.op->object->meta.has_finalizer = true;
	small.op->object->meta.finalizers = 1;
	small.op->object->meta.finalizer_index = 0;
	for (int i = 0; i < INFORMER_KINDS; i++)
		small.core->informers.kinds[i].synced = true;
	turn_join(small.core, small.op);
	small.op->has_turn = true;
	small_settle(&small);
	effects_clear(small.out);
	return small;
}

static void
run(struct small *small)
{
	op_kick(small->core, small->op);
	ops_run(small->core);
}

static void
abandon(struct small *small)
{
	small->op->object->meta.abandon = xstrdup("ticket 4711");
	small->op->object->meta.deleting = true;
	run(small);
}

static size_t
count(const struct small *small, const char *method, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < small->out->count; i++) {
		const struct effect *effect = &small->out->list[i];

		n += effect->kind == EFFECT_KUBE && strcmp(effect->kube.method, method) == 0 && effect->kube.body &&
		    strstr(effect->kube.body, text);
	}
	return n;
}

static void
remove_object(struct small *small)
{
	static const char text[] = "{\"metadata\":{\"uid\":\"uid-op\"}}";
	CLEANUP_JSON struct cJSON *object = json_parse(text, strlen(text), NULL);

	operation_kind.gone(small->core, NULL, object);
	ops_run(small->core);
	HASH_FIND_STR(small->core->ops, "uid-op", small->op);
}

static void
it_is_said_and_journaled_before_the_finalizer_goes(void **state)
{
	struct small small = open_small();

	(void)state;
	abandon(&small);
	CHECK_INT(count(&small, "POST", "\"reason\":\"Abandoned\""), 1);
	CHECK_INT(count(&small, "POST", "ticket 4711"), 1);
	CHECK_INT(count(&small, "POST", "it held down: db-a-1."), 1);
	CHECK_INT(count(&small, "PATCH", "finalizers/0"), 1);
	CHECK_CONTAINS(small_last(&small, EFFECT_REDIS)->redis.args[4], "abandoned: ticket 4711; it held down: db-a-1");
	/* The patch is answered by one that has it still, or failed; nothing is said twice. */
	run(&small);
	CHECK_INT(count(&small, "POST", "Abandoned"), 1);
	small_close(&small);
}

/* Another's finalizer may keep the object for long, or its annotation may be taken away again. */
static void
nothing_is_sent_for_it_from_then_on(void **state)
{
	struct small small = open_small();
	size_t writes;

	(void)state;
	abandon(&small);
	small.op->object->meta.has_finalizer = false;
	writes = small_count(&small, EFFECT_REDIS);
	for (int i = 0; i < 100; i++) {
		small_at(&small, 100 * i);
		if (i == 50) {
			free(small.op->object->meta.abandon);
			small.op->object->meta.abandon = NULL;
		}
		run(&small);
	}
	CHECK_INT(small_count(&small, EFFECT_REST) + small_count(&small, EFFECT_HOST), 0);
	CHECK_INT(small_count(&small, EFFECT_REDIS), writes);
	CHECK_INT(count(&small, "PATCH", ""), 1);
	CHECK_INT(small.cluster->nqueue, 0);
	small_close(&small);
}

/* Its journal stays as long as those of others that have ended; then nothing of it is left. */
static void
it_is_forgotten_when_its_object_is_gone(void **state)
{
	struct small small = open_small();
	struct effect *effect;

	(void)state;
	abandon(&small);
	remove_object(&small);
	CHECK(small.op != NULL);
	effect = small_last(&small, EFFECT_REDIS);
	CHECK_INT(effect->redis.script, REDIS_WRITE);
	small_answer(&small, effect->id, OUTCOME_ANSWERED, 0, "[\"OK\",1]");
	ops_run(small.core);
	effect = small_last(&small, EFFECT_REDIS);
	CHECK_INT(effect->redis.script, REDIS_EXPIRE);
	small_answer(&small, effect->id, OUTCOME_ANSWERED, 0, "[\"OK\"]");
	ops_run(small.core);
	HASH_FIND_STR(small.core->ops, "uid-op", small.op);
	CHECK(!small.op);
	CHECK_INT(small_count(&small, EFFECT_REST) + small_count(&small, EFFECT_HOST), 0);
	small_close(&small);
}

/* What it has sent may still arrive. */
static void
the_next_one_waits_for_the_settle_time(void **state)
{
	struct small small = open_small();

	(void)state;
	abandon(&small);
	CHECK_INT(small.cluster->strays_until_up_ms, small.core->now.up_ms + small.core->config.settle_ms);
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_is_said_and_journaled_before_the_finalizer_goes),
		cmocka_unit_test(nothing_is_sent_for_it_from_then_on),
		cmocka_unit_test(it_is_forgotten_when_its_object_is_gone),
		cmocka_unit_test(the_next_one_waits_for_the_settle_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
