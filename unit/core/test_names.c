/* What members are called. */
#include "check.h"

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "small.h"

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}";

/* A ring of which the inventory knows nobody, on which nobody is at work. */
static struct small
nameless(void)
{
	struct small small = small_begun(registry, workflow, NULL);

	for (size_t i = 0; i < SMALL_NODES; i++)
		snprintf(small.cluster->ring->members[i].name, RING_NAME, "%s", small.cluster->ring->members[i].address);
	effects_clear(small.out);
	return small;
}

/* The nodes are called so in the end; an answer that is NULL: it has no name. */
static void
answer(struct small *small, const char *const *names)
{
	uint64_t ids[SMALL_NODES];

	CHECK_INT(small_count(small, EFFECT_DNS), SMALL_NODES);
	for (size_t i = 0; i < SMALL_NODES; i++) {
		CHECK_TEXT(small->out->list[i].dns.address, small->cluster->ring->members[i].address);
		CHECK(small->out->list[i].deadline_ms > 0);
		ids[i] = small->out->list[i].id;
	}
	for (size_t i = 0; i < SMALL_NODES; i++) {
		CHECK(!names_settle(small->core, small->cluster));
		small_answer(small, ids[i], names[i] ? OUTCOME_ANSWERED : OUTCOME_REFUSED, 0, names[i] ? names[i] : "");
	}
	effects_clear(small->out);
	CHECK(names_settle(small->core, small->cluster));
	CHECK_INT(small_count(small, EFFECT_DNS), 0);
}

static void
check_called(const char *const *names, const char *const *expected)
{
	struct small small = nameless();

	CHECK(!names_settle(small.core, small.cluster));
	answer(&small, names);
	for (size_t i = 0; i < SMALL_NODES; i++)
		CHECK_TEXT(small.cluster->ring->members[i].name, expected[i] ? expected[i] : small_nodes[i].address);
	small_close(&small);
}

#define NAMES(...) (const char *const[]){__VA_ARGS__}

static void
dns_names_whom_nobody_has_named(void **state)
{
	(void)state;
	check_called(NAMES("db-a-1.example.com", "db-b-1", "db-c-1.example.com."), NAMES("db-a-1.example.com", "db-b-1",
	    "db-c-1.example.com"));
}

static void
what_is_no_hosts_name_or_anothers_is_not_used(void **state)
{
	(void)state;
	check_called(NAMES("10.0.0.1", NULL, "db c"), NAMES(NULL, NULL, NULL));
	check_called(NAMES("same.example.com", "same.example.com", "-x"), NAMES(NULL, NULL, NULL));
	check_called(NAMES("", "a/b", "..."), NAMES(NULL, NULL, NULL));
}

static void
who_is_named_is_not_asked_for(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);

	(void)state;
	effects_clear(small.out);
	CHECK(names_settle(small.core, small.cluster));
	CHECK_INT(small_count(&small, EFFECT_DNS), 0);
	CHECK_TEXT(small.cluster->ring->members[0].name, small_nodes[0].name);
	small_close(&small);
}

/* One that joins while an operation is at work keeps its address for a name until that is over. */
static void
nobody_is_renamed_beside_an_operation(void **state)
{
	struct small small = nameless();
	struct op *queue[] = {small.op};
	struct op **kept = small.cluster->queue;
	size_t nkept = small.cluster->nqueue;

	(void)state;
	CHECK(!names_settle(small.core, small.cluster));
	answer(&small, NAMES("db-a-1", "db-b-1", "db-c-1"));
	snprintf(small.cluster->ring->members[1].name, RING_NAME, "10.0.0.9");
	snprintf(small.cluster->ring->members[1].address, RING_ADDRESS, "10.0.0.9");
	small.cluster->queue = queue;
	small.cluster->nqueue = 1;
	CHECK(names_settle(small.core, small.cluster));
	CHECK_INT(small_count(&small, EFFECT_DNS), 0);
	small.cluster->queue = NULL;
	small.cluster->nqueue = 0;
	/* It is asked for then, and the cluster stays ready meanwhile. */
	CHECK(names_settle(small.core, small.cluster));
	CHECK_INT(small_count(&small, EFFECT_DNS), 1);
	small_answer(&small, small_last(&small, EFFECT_DNS)->id, OUTCOME_ANSWERED, 0, "db-new");
	CHECK(names_settle(small.core, small.cluster));
	CHECK_TEXT(small.cluster->ring->members[1].name, "db-new");
	small.cluster->queue = kept;
	small.cluster->nqueue = nkept;
	small_close(&small);
}

static void
one_without_a_name_is_asked_for_again_later(void **state)
{
	struct small small = nameless();

	(void)state;
	CHECK(!names_settle(small.core, small.cluster));
	answer(&small, NAMES("db-a-1", "db-b-1", NULL));
	small_at(&small, 599000);
	CHECK(names_settle(small.core, small.cluster));
	CHECK_INT(small_count(&small, EFFECT_DNS), 0);
	small_at(&small, 601000);
	small.cluster->nqueue = small.cluster->nbeside = 0;
	CHECK(names_settle(small.core, small.cluster));
	CHECK_INT(small_count(&small, EFFECT_DNS), 1);
	small_answer(&small, small_last(&small, EFFECT_DNS)->id, OUTCOME_ANSWERED, 0, "db-c-1");
	CHECK(names_settle(small.core, small.cluster));
	CHECK_TEXT(small.cluster->ring->members[2].name, "db-c-1");
	small_close(&small);
}

/* db-b-1 is a machine of that address by now. */
static void
replace(struct small *small, const char *address, int number)
{
	CLEANUP_FREE char *body = xasprintf("[{\"key\":\"%s\",\"value\":\"%s\"},{\"key\":\"%s\",\"value\":"
	    "\"00000000-0000-0000-0000-%012d\"},{\"key\":\"%s\",\"value\":\"%s\"}]", small_nodes[0].address,
	    small_nodes[0].host_id, address, number, small_nodes[2].address, small_nodes[2].host_id);
	bool changed;

	CHECK_INT(ring_set_members(small->cluster->ring, body, strlen(body), &changed, NULL), 0);
	CHECK(changed);
}

static void
who_replaces_a_member_has_its_name(void **state)
{
	struct small small = nameless();

	(void)state;
	CHECK(!names_settle(small.core, small.cluster));
	answer(&small, NAMES("db-a-1", "db-b-1", "db-c-1"));
	small.cluster->nqueue = small.cluster->nbeside = 0;
	for (int i = 1; i <= 50; i++) {
		char address[RING_ADDRESS];
		int member;

		snprintf(address, sizeof address, "10.0.1.%d", i);
		replace(&small, address, i);
		CHECK(names_settle(small.core, small.cluster));
		CHECK_INT(small_count(&small, EFFECT_DNS), 1);
		small_answer(&small, small_last(&small, EFFECT_DNS)->id, OUTCOME_ANSWERED, 0, "db-b-1");
		effects_clear(small.out);
		CHECK(names_settle(small.core, small.cluster));
		member = ring_find_address(small.cluster->ring, address);
		CHECK(member >= 0);
		CHECK_TEXT(small.cluster->ring->members[member].name, "db-b-1");
		CHECK_INT(small.cluster->names.count, SMALL_NODES);
	}
	small_close(&small);
}

/* The inventory tells who is called so; one that has moved and whose old address is another's by now has no name of it. */
static void
whoever_is_at_the_address_has_the_name_alone(void **state)
{
	struct small small = small_begun(registry, workflow, NULL);
	struct ring *ring = small.cluster->ring;
	CLEANUP_FREE char *body = xasprintf("[{\"key\":\"10.0.9.9\",\"value\":\"%s\"},{\"key\":\"%s\",\"value\":"
	    "\"00000000-0000-0000-0000-000000000009\"}]", small_nodes[1].host_id, small_nodes[1].address);
	bool changed;

	(void)state;
	CHECK_INT(ring_set_members(ring, body, strlen(body), &changed, NULL), 0);
	names_take_inventory(small.cluster);
	CHECK_TEXT(ring->members[ring_find_address(ring, small_nodes[1].address)].name, small_nodes[1].name);
	CHECK_TEXT(ring->members[ring_find_address(ring, "10.0.9.9")].name, "10.0.9.9");
	small_close(&small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(dns_names_whom_nobody_has_named),
		cmocka_unit_test(what_is_no_hosts_name_or_anothers_is_not_used),
		cmocka_unit_test(who_is_named_is_not_asked_for),
		cmocka_unit_test(nobody_is_renamed_beside_an_operation),
		cmocka_unit_test(one_without_a_name_is_asked_for_again_later),
		cmocka_unit_test(who_replaces_a_member_has_its_name),
		cmocka_unit_test(whoever_is_at_the_address_has_the_name_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
