/* Keyspaces in tablets: which they are, their tables, where each one's ranges were read last, and what moves. */
#include "ring.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "counts.h"
#include "json.h"
#include "ring_private.h"

static bool
is_listed(char *const *names, const char *name)
{
	for (; *names; names++) {
		if (!strcmp(*names, name))
			return true;
	}
	return false;
}

static void
drop_tables(struct ring_keyspace *keyspace)
{
	for (size_t i = 0; i < keyspace->ntables; i++)
		ring_layout_drop(keyspace->tables[i].layout);
	free(keyspace->tables);
	keyspace->tables = NULL;
	keyspace->ntables = 0;
	keyspace->tables_known = false;
}

void
ring_keyspace_drop(struct ring_keyspace *keyspace)
{
	ring_layout_drop(TAKE_PTR(keyspace->layout));
	drop_tables(keyspace);
}

int
ring_set_tablet_keyspaces(struct ring *ring, const char *tablets, size_t tablets_len, const char *vnodes,
    size_t vnodes_len, struct err *err)
{
	char **in_tablets = scylla_strings(tablets, tablets_len);
	char **in_vnodes = scylla_strings(vnodes, vnodes_len);
	int status = in_tablets && in_vnodes ? 0
	    : err_set(err, "the lists of keyspaces in tablets and in vnodes cannot be read: expected arrays of strings");

	for (size_t i = 0; status == 0 && i < ring->nkeyspaces; i++) {
		struct ring_keyspace *keyspace = &ring->keyspaces[i];
		bool tablet = is_listed(in_tablets, keyspace->name) && !is_listed(in_vnodes, keyspace->name);

		if (tablet != keyspace->tablets)
			ring_keyspace_drop(keyspace);
		keyspace->tablets = tablet;
	}
	scylla_strings_free(in_tablets);
	scylla_strings_free(in_vnodes);
	return status;
}

bool
ring_has_tablets(const struct ring *ring, const char *keyspace)
{
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		if (ring->keyspaces[i].tablets && (!keyspace || !strcmp(ring->keyspaces[i].name, keyspace)))
			return true;
	}
	return false;
}

static struct ring_keyspace *
tablet_keyspace(struct ring *ring, const char *name, size_t len)
{
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		struct ring_keyspace *keyspace = &ring->keyspaces[i];

		if (keyspace->tablets && strlen(keyspace->name) == len && !memcmp(keyspace->name, name, len))
			return keyspace;
	}
	return NULL;
}

static struct ring_table *
table_named(struct ring_keyspace *keyspace, const char *name)
{
	for (size_t i = 0; keyspace && i < keyspace->ntables; i++) {
		if (!strcmp(keyspace->tables[i].name, name))
			return &keyspace->tables[i];
	}
	return NULL;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp(((const struct ring_table *)a)->name, ((const struct ring_table *)b)->name);
}

static void
add_table(struct ring_keyspace *fresh, struct ring_keyspace *keyspace, const char *name, bool moving)
{
	struct ring_table *at = ARRAY_GROW(fresh->tables, fresh->ntables);
	struct ring_table *old = table_named(keyspace, name);

	memcpy(at->name, name, strlen(name));
	at->moving = old ? old->moving : moving;
	at->counted = old && old->counted;
	if (old)
		at->layout = TAKE_PTR(old->layout);
}

/* The keyspace's tables out of all "keyspace:table". What was read of one that is still there stays. */
static int
set_tables(struct ring_keyspace *keyspace, char *const *names, size_t *room, bool moving, struct err *err)
{
	struct ring_keyspace fresh = {0};
	size_t prefix = strlen(keyspace->name);

	for (; *names; names++) {
		const char *table = *names + prefix + 1;

		if (strncmp(*names, keyspace->name, prefix) || (*names)[prefix] != ':')
			continue;
		if (!*table || strlen(table) >= RING_TABLE || (*room)-- == 0) {
			drop_tables(&fresh);
			return err_set(err, "the list of tables: \"%.80s\" is no table's name, or there are more than %d",
			    *names, COUNT_MAX_TABLES);
		}
		add_table(&fresh, keyspace, table, moving);
	}
	if (fresh.ntables > 0)
		qsort(fresh.tables, fresh.ntables, sizeof *fresh.tables, by_name);
	drop_tables(keyspace);
	keyspace->tables = fresh.tables;
	keyspace->ntables = fresh.ntables;
	keyspace->tables_known = true;
	return 0;
}

int
ring_set_tables(struct ring *ring, const char *body, size_t len, struct err *err)
{
	char **names = scylla_strings(body, len);
	size_t room = COUNT_MAX_TABLES;
	int status = names ? 0 : err_set(err, "the list of tables cannot be read: expected an array of strings");

	for (size_t i = 0; status == 0 && i < ring->nkeyspaces; i++) {
		if (ring->keyspaces[i].tablets)
			status = set_tables(&ring->keyspaces[i], names, &room, ring->motion != RING_STILL, err);
	}
	scylla_strings_free(names);
	return status;
}

int
ring_set_table_ranges(struct ring *ring, const char *keyspace, const char *table, const char *body, size_t len,
    struct err *err)
{
	struct ring_keyspace *of = tablet_keyspace(ring, keyspace, strlen(keyspace));
	struct ring_table *at = table_named(of, table);
	struct ring_layout *layout;

	if (!at)
		return err_set(err, "keyspace %.80s has no table %.80s in tablets", keyspace, table);
	at->counted = false;
	layout = ring_read_layout(ring, keyspace, table, body, len, err);
	if (!layout)
		return -1;
	ring_layout_drop(at->layout);
	at->layout = layout;
	at->counted = ring->motion != RING_MOTION_UNKNOWN && !at->moving;
	return 0;
}

bool
ring_table_at(const struct ring *ring, size_t n, const struct ring_keyspace **ret_keyspace,
    const struct ring_table **ret_table)
{
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		const struct ring_keyspace *keyspace = &ring->keyspaces[i];

		if (n < keyspace->ntables) {
			*ret_keyspace = keyspace;
			*ret_table = &keyspace->tables[n];
			return true;
		}
		n -= keyspace->ntables;
	}
	return false;
}

/* A task of this kind takes no replica to another node: a repair, and what goes on inside a node. */
static bool
stays(const char *type)
{
	static const char *const kinds[] = {"user_repair", "auto_repair", "repair", "intranode_migration"};

	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (!strcmp(type, kinds[i]))
			return true;
	}
	return false;
}

static bool
is_over(const char *state)
{
	return !strcmp(state, "done") || !strcmp(state, "failed");
}

/* Of which table, as far as the task tells; else all may move. */
static void
note_motion(struct ring *ring, const struct cJSON *task)
{
	const char *name = json_str_or(task, "keyspace", "");
	struct ring_keyspace *keyspace = tablet_keyspace(ring, name, strlen(name));
	struct ring_table *table = table_named(keyspace, json_str_or(task, "table", ""));

	for (size_t i = 0; !table && i < ring->nkeyspaces; i++) {
		for (size_t k = 0; k < ring->keyspaces[i].ntables; k++)
			ring->keyspaces[i].tables[k].moving = true;
	}
	if (table)
		table->moving = true;
	ring->motion = RING_MOVING;
}

void
ring_forget_motion(struct ring *ring, bool counts_too)
{
	ring->motion = RING_MOTION_UNKNOWN;
	for (size_t i = 0; i < ring->nkeyspaces; i++) {
		for (size_t k = 0; k < ring->keyspaces[i].ntables; k++) {
			ring->keyspaces[i].tables[k].moving = false;
			ring->keyspaces[i].tables[k].counted &= !counts_too;
		}
	}
}

int
ring_set_motion(struct ring *ring, const char *body, size_t len, struct err *err)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, len, err);

	ring_forget_motion(ring, false);
	if (!json)
		return -1;
	if (!json_is_array(json))
		return err_set(err, SCYLLA_TABLET_TASKS ": expected an array of tasks");
	ring->motion = RING_STILL;
	JSON_EACH(task, json) {
		if (!stays(json_str_or(task, "type", "")) && !is_over(json_str_or(task, "state", "")))
			note_motion(ring, task);
	}
	return 0;
}
