/* Rings with tables in tablets. */
#include "ring_kit.h"

#include "alloc.h"
#include "api.h"
#include "buf.h"

enum { NAME = 128 };

static void
put_name(struct buf *list, const char *name, size_t len)
{
	buf_printf(list, "%s\"%.*s\"", list->len > 1 ? "," : "", (int)len, name);
}

/* All keyspaces of the ring and this one, as one of the lists has it. */
static void
list_keyspaces(const struct ring *ring, const char *added, bool user, bool (*belongs)(const struct ring_keyspace *),
    struct buf *out)
{
	bool there = false;

	buf_putc(out, '[');
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		if (!strcmp(ring->keyspaces[i].name, added))
			there = true;
		if (belongs(&ring->keyspaces[i]))
			put_name(out, ring->keyspaces[i].name, strlen(ring->keyspaces[i].name));
	}
	if (!there && user)
		put_name(out, added, strlen(added));
	buf_putc(out, ']');
}

static bool
any(const struct ring_keyspace *keyspace)
{
	(void)keyspace;
	return true;
}

static bool
is_user(const struct ring_keyspace *keyspace)
{
	return keyspace->user;
}

static bool
in_tablets(const struct ring_keyspace *keyspace)
{
	return keyspace->tablets;
}

static bool
in_vnodes(const struct ring_keyspace *keyspace)
{
	return !keyspace->tablets;
}

static void
learn_keyspace(struct ring *ring, const char *keyspace, bool user)
{
	CLEANUP_BUF struct buf all = BUF_INIT(BUF_MAX_OBJECT), users = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_BUF struct buf tablets = BUF_INIT(BUF_MAX_OBJECT), vnodes = BUF_INIT(BUF_MAX_OBJECT);

	list_keyspaces(ring, keyspace, true, any, &all);
	list_keyspaces(ring, keyspace, user, is_user, &users);
	list_keyspaces(ring, keyspace, true, in_tablets, &tablets);
	list_keyspaces(ring, keyspace, false, in_vnodes, &vnodes);
	assert_int_equal(ring_set_keyspaces(ring, buf_str(&all), all.len, buf_str(&users), users.len, NULL), 0);
	assert_int_equal(ring_set_tablet_keyspaces(ring, buf_str(&tablets), tablets.len, buf_str(&vnodes), vnodes.len, NULL),
	    0);
}

static void
learn_table(struct ring *ring, const char *keyspace, const char *table)
{
	CLEANUP_BUF struct buf list = BUF_INIT(BUF_MAX_OBJECT);
	const struct ring_keyspace *of;
	const struct ring_table *at;
	char name[2 * NAME];
	bool there = false;

	buf_putc(&list, '[');
	for (size_t i = 0; ring_table_at(ring, i, &of, &at); i++) {
		there |= !strcmp(of->name, keyspace) && !strcmp(at->name, table);
		snprintf(name, sizeof name, "%.100s:%.100s", of->name, at->name);
		put_name(&list, name, strlen(name));
	}
	snprintf(name, sizeof name, "%.100s:%.100s", keyspace, table);
	if (!there)
		put_name(&list, name, strlen(name));
	buf_putc(&list, ']');
	assert_int_equal(ring_set_tables(ring, buf_str(&list), list.len, NULL), 0);
}

void
kit_table(struct ring *ring, const char *name, bool user, const char *sets)
{
	CLEANUP_FREE char *body = kit_describe(ring, sets);
	char keyspace[NAME] = "", table[NAME] = "";
	struct err err;

	assert_int_equal(sscanf(name, "%127[^.].%127s", keyspace, table), 2);
	if (!ring_has_tablets(ring, keyspace))
		learn_keyspace(ring, keyspace, user);
	learn_table(ring, keyspace, table);
	if (ring_set_table_ranges(ring, keyspace, table, body, strlen(body), &err) < 0)
		CHECK_FAIL("%s", err.text);
}

void
kit_moves(struct ring *ring, const char *tasks)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	char keyspace[NAME], table[NAME], type[NAME];
	int used;

	if (!strcmp(tasks, "?")) {
		assert_int_equal(ring_set_motion(ring, "", 0, NULL), -1);
		return;
	}
	buf_putc(&body, '[');
	for (; sscanf(tasks, " %127[^.].%127[^=]=%127s%n", keyspace, table, type, &used) == 3; tasks += used)
		buf_printf(&body, "%s{\"task_id\":\"1\",\"type\":\"%s\",\"state\":\"running\",\"keyspace\":\"%s\","
		    "\"table\":\"%s\"}", body.len > 1 ? "," : "", type, keyspace, table);
	buf_putc(&body, ']');
	assert_int_equal(ring_set_motion(ring, buf_str(&body), body.len, NULL), 0);
}

void
kit_owners(struct ring *ring, const char *but)
{
	CLEANUP_FREE bool *none = kit_held(ring, but);
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);

	buf_putc(&body, '[');
	for (size_t i = 0; i < ring->nmembers; i++) {
		if (!none[i])
			buf_printf(&body, "%s{\"key\":\"%zu\",\"value\":\"%s\"}", body.len > 1 ? "," : "", i,
			    ring->members[i].address);
	}
	buf_putc(&body, ']');
	assert_int_equal(ring_set_owners(ring, buf_str(&body), body.len, NULL), 0);
}
