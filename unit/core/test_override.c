/* spec.overrides: what one lifts, what it does not, and that it is never silent. */
#include "check.h"

#include "alloc.h"
#include "buf.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

static const char workflow[] =
    "{\"steps\":[{\"eachNode\":{\"concurrencyLimit\":3,\"concurrencyUnit\":\"all\",\"steps\":["
    "{\"task\":\"scylla-drain\"},{\"task\":\"systemd-restart-service\",\"with\":{\"service\":\"scylla-server\"}}]}}]}";

/* db-c-1 has crashed: neither condition of the gate holds for anybody else. */
static struct small
open_small(const char *limits)
{
	struct small small = small_begun(registry, workflow, limits);

	/* Of a release without raft: two of three are its quorum, whatever is lifted. */
	snprintf(small.cluster->version, sizeof small.cluster->version, "5.4.9");
	small_crash(&small, "db-c-1");
	return small;
}

static enum gate
ask(struct small *small, size_t lane)
{
	return gate_check(small->core, small->op, small->op->lanes[lane].step);
}

/* For an hour from now. */
static struct operation_override *
lift(struct small *small, const char *gate, const char *node, const char *keyspace)
{
	struct operation *object = small->op->object;
	struct operation_override *override = ARRAY_GROW(object->overrides, object->noverrides);

	*override = (struct operation_override){
		.gate = xstrdup(gate),
		.reason = xstrdup("the rack is dark"),
		.until_ms = small->core->now.wall_ms + HOURS(1),
	};
	if (node)
		*ARRAY_GROW(override->nodes, override->nnodes) = xstrdup(node);
	if (keyspace)
		*ARRAY_GROW(override->keyspaces, override->nkeyspaces) = xstrdup(keyspace);
	object->meta.generation++;
	return override;
}

static void
each_condition_is_lifted_for_itself(void **state)
{
	struct small small = open_small(NULL);

	(void)state;
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	lift(&small, "cluster-normal", "db-a-1", NULL);
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "ks");
	CHECK_INT(small.core->counters.overrides_used, 0);
	lift(&small, "quorum-safe", "db-a-1", NULL);
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small_close(&small);
}

static void
it_is_for_the_nodes_that_it_names(void **state)
{
	struct small small = open_small(NULL);

	(void)state;
	lift(&small, "cluster-normal", "db-a-1", NULL);
	lift(&small, "quorum-safe", "db-a-1", NULL);
	CHECK_INT(ask(&small, 1), GATE_CLOSED);
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small_close(&small);
}

static void
a_keyspace_is_left_out_of_quorum_safe(void **state)
{
	struct small small = open_small(NULL);

	(void)state;
	lift(&small, "cluster-normal", "db-a-1", NULL);
	lift(&small, "quorum-safe", NULL, "other");
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	lift(&small, "quorum-safe", NULL, "ks");
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small_close(&small);
}

static void
it_ends_at_its_time(void **state)
{
	struct small small = open_small(NULL);

	(void)state;
	lift(&small, "cluster-normal", "db-a-1", NULL)->until_ms = small.core->now.wall_ms + 1000;
	lift(&small, "quorum-safe", "db-a-1", NULL);
	small_at(&small, 999);
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small_at(&small, 1000);
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	CHECK_CONTAINS(small.op->closed_by, "db-c-1 is down");
	small_close(&small);
}

static size_t
events(struct small *small, const char *text)
{
	size_t n = 0;

	for (size_t i = 0; i < small->out->count; i++)
		n += small->out->list[i].kind == EFFECT_KUBE && strstr(small->out->list[i].kube.path, "/events") &&
		    strstr(small->out->list[i].kube.body, text);
	return n;
}

static size_t
notes(const struct small *small)
{
	size_t n = 0;

	for (const char *at = buf_str(&small->op->journal.open.line); (at = strstr(at, "gate: ")); at++)
		n++;
	return n;
}

static void
each_use_is_told_once_everywhere(void **state)
{
	struct small small = open_small(NULL);
	struct buf metrics = BUF_INIT(BUF_MAX_RING);

	(void)state;
	lift(&small, "cluster-normal", "db-a-1", NULL);
	lift(&small, "quorum-safe", "db-a-1", NULL);
	for (int i = 0; i < 3; i++)
		CHECK_INT(ask(&small, 0), GATE_OPEN);
	CHECK_INT(small.core->counters.overrides_used, 1);
	CHECK_INT(events(&small, "cluster-normal overridden until"), 1);
	CHECK_INT(events(&small, "quorum-safe overridden until"), 1);
	CHECK_INT(events(&small, "the rack is dark"), 1);
	CHECK_INT(notes(&small), 1);
	CHECK_CONTAINS(buf_str(&small.op->journal.open.line), "1.1/db-a-1: gate: cluster-normal overridden");
	CHECK_CONTAINS(small.op->overridden, "db-c-1 is down");
	core_metrics(small.core, &metrics);
	CHECK_CONTAINS(buf_str(&metrics), "\nstrait_overrides_used_total 1\n");
	buf_done(&metrics);
	small_close(&small);
}

static void
what_holds_by_itself_is_no_use(void **state)
{
	struct small small = open_small(NULL);

	(void)state;
	lift(&small, "cluster-normal", "db-a-1", NULL);
	lift(&small, "quorum-safe", "db-a-1", NULL);
	small_sweep(&small);
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	CHECK_INT(small.core->counters.overrides_used, 0);
	CHECK_INT(notes(&small), 0);
	CHECK_TEXT(small.op->overridden, "");
	small_close(&small);
}

/* Its record would become durable after the act had left. */
static void
an_act_that_is_intended_already_is_not_let_through(void **state)
{
	struct small small = open_small(NULL);
	struct step *step = small.op->lanes[0].step;
	struct act_record *act = act_add(step, "drain");

	(void)state;
	act->view.state = ACT_INTENDED;
	lift(&small, "cluster-normal", "db-a-1", NULL);
	lift(&small, "quorum-safe", "db-a-1", NULL);
	CHECK_INT(ask(&small, 0), GATE_CLOSED);
	act->view.state = ACT_NONE;
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	act->view.state = ACT_INTENDED;
	CHECK_INT(ask(&small, 0), GATE_OPEN);
	small_close(&small);
}

static void
limits_and_silence_are_never_lifted(void **state)
{
	static const char *const limits[] = {"\"frozen\":true", "\"maxNodesDown\":1"};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(limits); i++) {
		struct small small = open_small(limits[i]);

		lift(&small, "cluster-normal", "db-a-1", NULL);
		lift(&small, "quorum-safe", "db-a-1", NULL);
		CHECK_INT(ask(&small, 0), GATE_CLOSED);
		CHECK_CONTAINS(small.op->closed_by, "limits.");
		CHECK_INT(small.core->counters.overrides_used, 0);
		small_close(&small);
	}
}

/* Whoever gives a type a new precondition says in the CRD that it may be overridden. */
static void
the_crd_lists_every_precondition(void **state)
{
	struct buf crd = BUF_INIT(BUF_MAX_OBJECT);
	FILE *file = fopen("crd/clusteroperations.yaml", "r");
	char line[512];

	(void)state;
	CHECK(file);
	while (fgets(line, sizeof line, file))
		if (strstr(line, "self.gate in ["))
			buf_puts(&crd, line);
	fclose(file);
	CHECK_CONTAINS(buf_str(&crd), "'cluster-normal'");
	CHECK_CONTAINS(buf_str(&crd), "'quorum-safe'");
	for (size_t t = 0; registry[t]; t++)
		for (size_t i = 0; i < TASK_PRECONDITIONS && registry[t]->preconditions[i]; i++) {
			CLEANUP_FREE char *quoted = xasprintf("'%s'", registry[t]->preconditions[i]);

			CHECK_CONTAINS(buf_str(&crd), quoted);
		}
	buf_done(&crd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_condition_is_lifted_for_itself),
		cmocka_unit_test(it_is_for_the_nodes_that_it_names),
		cmocka_unit_test(a_keyspace_is_left_out_of_quorum_safe),
		cmocka_unit_test(it_ends_at_its_time),
		cmocka_unit_test(each_use_is_told_once_everywhere),
		cmocka_unit_test(what_holds_by_itself_is_no_use),
		cmocka_unit_test(an_act_that_is_intended_already_is_not_let_through),
		cmocka_unit_test(limits_and_silence_are_never_lifted),
		cmocka_unit_test(the_crd_lists_every_precondition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
