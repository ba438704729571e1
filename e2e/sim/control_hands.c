/* The control port's verbs for nodes. */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "breaks.h"
#include "hands.h"
#include "server.h"

enum { WORD = 128 };

static const char *
query(struct conn *conn, const char *name, char text[WORD])
{
	return http_query(conn->request.path, name, text, WORD);
}

static int64_t
amount(struct conn *conn, const char *name)
{
	char text[WORD];

	return strtoll(query(conn, name, text), NULL, 10);
}

static void
away(struct sim *sim, int64_t now, size_t node, bool on)
{
	(void)now;
	sim_host_away(sim, node, on);
}

static void
disable(struct sim *sim, int64_t now, size_t node, bool on)
{
	(void)now;
	sim_disable(sim, node, on);
}

static void
mask(struct sim *sim, int64_t now, size_t node, bool on)
{
	(void)now;
	sim_mask(sim, node, on);
}

static const struct {
	const char *verb;
	void (*act)(struct sim *sim, int64_t now, size_t node);
} hands[] = {
	{"start", sim_start}, {"stop", sim_stop}, {"restart", sim_restart}, {"crash", sim_crash},
	{"isolate", sim_isolate}, {"wipe", sim_wipe},
};

/* What is so until it is undone. */
static const struct {
	const char *on, *off;
	void (*turn)(struct sim *sim, int64_t now, size_t node, bool on);
} switches[] = {
	{"hang", "unhang", sim_hang}, {"stick", "unstick", sim_stuck_stop}, {"stray", "unstray", sim_schema_stray},
	{"away", "back", away}, {"mask", "unmask", mask}, {"disable", "enable", disable},
	{"hang-drain", "unhang-drain", sim_drain_hang},
};

static bool
by_name(struct cluster *cluster, size_t node, const char *verb)
{
	int64_t now = server_now(cluster->server);

	for (size_t i = 0; i < ARRAY_LEN(hands); i++)
		if (!strcmp(verb, hands[i].verb)) {
			hands[i].act(cluster->sim, now, node);
			return true;
		}
	for (size_t i = 0; i < ARRAY_LEN(switches); i++)
		if (!strcmp(verb, switches[i].on) || !strcmp(verb, switches[i].off)) {
			switches[i].turn(cluster->sim, now, node, !strcmp(verb, switches[i].on));
			return true;
		}
	return false;
}

static bool
by_name_or_amount(struct conn *conn, struct cluster *cluster, size_t node, const char *verb)
{
	if (by_name(cluster, node, verb))
		return true;
	if (!strcmp(verb, "slow"))
		sim_slow(cluster->sim, node, amount(conn, "ms"));
	else if (!strcmp(verb, "lag"))
		sim_lag(cluster->sim, node, amount(conn, "ms"));
	else if (!strcmp(verb, "reboot"))
		sim_reboot(cluster->sim, server_now(cluster->server), node, amount(conn, "ms"));
	else if (!strcmp(verb, "slow-boot"))
		sim_boot_slow(cluster->sim, node, amount(conn, "ms"));
	else if (!strcmp(verb, "fail-boot"))
		sim_boot_fail(cluster->sim, node, (unsigned)amount(conn, "n"));
	else if (!strcmp(verb, "compactions"))
		sim_compactions(cluster->sim, node, (unsigned)amount(conn, "n"));
	else
		return false;
	return true;
}

static int
remove_node(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	char text[WORD];
	int by = sim_find(cluster->sim, query(conn, "by", text));

	return sim_removenode(cluster->sim, server_now(cluster->server), by < 0 ? SIZE_MAX : (size_t)by, node,
	    amount(conn, "ms"), err);
}

static int
decommission(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	return sim_decommission(cluster->sim, server_now(cluster->server), node, amount(conn, "ms"), err);
}

static int
address(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	char text[WORD];

	return sim_readdress(cluster->sim, server_now(cluster->server), node, query(conn, "to", text), err);
}

static int
remake(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	(void)conn, (void)err;
	sim_remake(cluster->sim, server_now(cluster->server), node);
	return 0;
}

static int
upgrade(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	char text[WORD];

	if (!*query(conn, "to", text))
		return err_set(err, "upgrade needs to=VERSION");
	sim_upgrade(cluster->sim, server_now(cluster->server), node, text);
	return 0;
}

static int
fail_drain(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	char text[WORD];

	(void)err;
	sim_drain_fail(cluster->sim, server_now(cluster->server), node, query(conn, "text", text));
	return 0;
}

static int
garbage(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	static const char *const kinds[] = {"none", "html", "half", "empty", "errors", "other", "huge"};
	char text[WORD];

	query(conn, "kind", text);
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(text, kinds[i]))
			continue;
		sim_garbage(cluster->sim, node, (enum sim_garbage)i);
		return 0;
	}
	return err_set(err, "garbage is \"%s\": expected none, html, half, empty, errors, other or huge", text);
}

static int
set_cut(struct conn *conn, struct cluster *cluster, size_t node, bool on, struct err *err)
{
	char text[WORD];
	int other = sim_find(cluster->sim, query(conn, "from", text));

	if (other < 0)
		return err_set(err, "from is \"%s\": expected the other node", text);
	sim_cut(cluster->sim, server_now(cluster->server), node, (size_t)other, on);
	return 0;
}

static int
cut(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	return set_cut(conn, cluster, node, true, err);
}

static int
mend(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	return set_cut(conn, cluster, node, false, err);
}

static int
salt(struct conn *conn, struct cluster *cluster, size_t node, struct err *err)
{
	struct sim_salt salt = {.ms = amount(conn, "ms"), .busy = amount(conn, "busy"),
	    .states = (unsigned)amount(conn, "states"), .leaves = amount(conn, "leaves")};
	char text[WORD];

	(void)err;
	snprintf(salt.fails, sizeof salt.fails, "%.40s", query(conn, "fail", text));
	sim_salt(cluster->sim, server_now(cluster->server), node, &salt);
	return 0;
}

/* Those that may be refused. */
static const struct {
	const char *verb;
	int (*act)(struct conn *conn, struct cluster *cluster, size_t node, struct err *err);
} changes[] = {
	{"upgrade", upgrade}, {"fail-drain", fail_drain}, {"garbage", garbage}, {"cut", cut}, {"mend", mend}, {"salt", salt},
	{"decommission", decommission}, {"remove", remove_node}, {"address", address}, {"remake", remake},
};

static const char *const works[] = {
	[SIM_REPAIR] = "repair", [SIM_CLEANUP] = "cleanup", [SIM_COMPACTION] = "compaction", [SIM_REBUILD] = "rebuild",
	[SIM_CLEANUP_ALL] = "cleanup-all",
};

/* 1: it is none of those. */
static int
work(struct conn *conn, struct cluster *cluster, size_t node, const char *verb, struct err *err)
{
	char keyspace[WORD];

	for (size_t i = 0; i < ARRAY_LEN(works); i++)
		if (!strcmp(verb, works[i]))
			return sim_work(cluster->sim, server_now(cluster->server), node, (enum sim_work)i,
			    query(conn, "keyspace", keyspace), amount(conn, "ms"), err);
	return 1;
}

static void
answer(struct conn *conn, int status, const char *text)
{
	conn_reply(conn, status, "text/plain", text, strlen(text), NULL);
}

static void
answer_refused(struct conn *conn, const struct err *err)
{
	char *text = xasprintf("%s\n", err->text);

	answer(conn, 409, text);
	free(text);
}

bool
hand_on_node(struct conn *conn, struct cluster *cluster, size_t node, const char *verb)
{
	bool found = by_name_or_amount(conn, cluster, node, verb);
	struct err err;
	int rc = 0;

	for (size_t i = 0; i < ARRAY_LEN(changes) && !found; i++) {
		found = !strcmp(verb, changes[i].verb);
		if (found)
			rc = changes[i].act(conn, cluster, node, &err);
	}
	if (!found)
		rc = work(conn, cluster, node, verb, &err);
	if (rc > 0)
		return false;
	cluster_pump(cluster);
	if (rc < 0)
		answer_refused(conn, &err);
	else
		answer(conn, 200, "");
	return true;
}

void
hand_adds(struct conn *conn, struct cluster *cluster)
{
	char zone[WORD], name[WORD], at[SIM_ADDRESS], own[WORD], replaces[WORD], flag[WORD], *rack, *line;
	struct sim_host host = {0};
	struct err err;
	int node;

	query(conn, "zone", zone);
	rack = strchr(zone, '/');
	if (rack) {
		*rack++ = '\0';
		host.datacenter = zone;
		host.rack = rack;
	}
	host.name = *query(conn, "name", name) ? name : NULL;
	host.replaces = *query(conn, "replaces", replaces) ? replaces : NULL;
	host.zero_token = *query(conn, "zero", flag) != '\0';
	host.stopped = *query(conn, "stopped", flag) != '\0';
	if (!*query(conn, "address", own))
		server_address(conn->door->server, at);
	host.address = *own ? own : at;
	node = sim_add(cluster->sim, server_now(cluster->server), &host, &err);
	if (node < 0) {
		answer_refused(conn, &err);
		return;
	}
	cluster_pump(cluster);
	line = xasprintf("node=%s address=%s host_id=%s\n", sim_name(cluster->sim, (size_t)node),
	    sim_address(cluster->sim, (size_t)node), sim_host_id(cluster->sim, (size_t)node));
	answer(conn, 200, line);
	free(line);
}

static const char *
table_of(struct conn *conn, char *table)
{
	if (!*query(conn, "table", table))
		snprintf(table, WORD, "t1");
	return table;
}

static void
answer_done(struct conn *conn, struct cluster *cluster, int rc, const struct err *err)
{
	if (rc < 0) {
		answer_refused(conn, err);
		return;
	}
	cluster_pump(cluster);
	answer(conn, 200, "");
}

void
hand_migrates(struct conn *conn, struct cluster *cluster)
{
	char keyspace[WORD], table[WORD], from[WORD], to[WORD];
	struct err err;

	answer_done(conn, cluster, sim_migrate(cluster->sim, server_now(cluster->server), query(conn, "keyspace", keyspace),
	    table_of(conn, table), (size_t)amount(conn, "tablet"), query(conn, "from", from), query(conn, "to", to),
	    amount(conn, "ms"), &err), &err);
}

void
hand_ends_migration(struct conn *conn, struct cluster *cluster)
{
	char keyspace[WORD], table[WORD];
	struct err err;

	answer_done(conn, cluster, sim_migrate_ends(cluster->sim, server_now(cluster->server),
	    query(conn, "keyspace", keyspace), table_of(conn, table), (size_t)amount(conn, "tablet"), &err), &err);
}
