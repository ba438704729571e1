/* Which keyspaces and tables there are. */
#include <string.h>

#include "model_inside.h"

/* By type and, since 6.0, by replication. */
static bool
is_asked_for(const struct node *n, const struct keyspace *keyspace, const char *whole)
{
	char type[32] = "", replication[32] = "";

	sim_query(whole, "type", type, sizeof type);
	if (sim_release(n) >= 600)
		sim_query(whole, "replication", replication, sizeof replication);
	if (!strcmp(type, "user") && !keyspace->user)
		return false;
	if (!strcmp(type, "non_local_strategy") && keyspace->of.replication == SIM_LOCAL)
		return false;
	if (!strcmp(replication, "tablets"))
		return keyspace->tablets != NULL;
	return strcmp(replication, "vnodes") != 0 || !keyspace->tablets;
}

static int
keyspaces(struct sim *sim, struct node *n, const char *whole, struct buf *out)
{
	const char *comma = "";

	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nkeyspaces; i++) {
		if (!is_asked_for(n, &sim->keyspaces[i], whole))
			continue;
		buf_printf(out, "%s\"%s\"", comma, sim->keyspaces[i].of.name);
		comma = ",";
	}
	buf_putc(out, ']');
	return 200;
}

static int
put_tables(const struct sim *sim, bool names_only, struct buf *out)
{
	const char *comma = "";

	buf_putc(out, '[');
	for (size_t i = 0; i < sim->nkeyspaces; i++) {
		const struct sim_keyspace *keyspace = &sim->keyspaces[i].of;

		for (unsigned table = 1; table <= (keyspace->tables ? keyspace->tables : 1); table++) {
			if (names_only)
				buf_printf(out, "%s\"%s:t%u\"", comma, keyspace->name, table);
			else
				buf_printf(out, "%s{\"ks\": \"%s\", \"cf\": \"t%u\", \"type\": \"ColumnFamilies\"}", comma,
				    keyspace->name, table);
			comma = ",";
		}
	}
	buf_putc(out, ']');
	return 200;
}

static int
tables(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)n, (void)argument;
	return put_tables(sim, false, out);
}

static int
table_names(struct sim *sim, struct node *n, const char *argument, struct buf *out)
{
	(void)n, (void)argument;
	return put_tables(sim, true, out);
}

const struct endpoint sim_keyspace_endpoints[] = {
	{"/storage_service/keyspaces", "?", STAGE_STORAGE, 0, keyspaces},
	{"/column_family", NULL, STAGE_STORAGE, 0, tables},
	{"/column_family/name", NULL, STAGE_STORAGE, 0, table_names},
	{NULL, NULL, STAGE_OFF, 0, NULL},
};
