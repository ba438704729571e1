/* The programs of a host, as far as transient units start them: a few small ones, and salt-call as a highstate shows itself
 * with --out=json. What salt prints is as of 3006. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "model_inside.h"

enum { EXIT_EXEC = 203, SALT_MS = 20000, SALT_START_MS = 1500, SALT_STATES = 12, SALT_STATE_MS = 150 };
enum { STATE_COMPILER_ERROR = 1, STATE_FAILURE = 2, BUSY_PID = 4711, TEXT_MOST = 8 << 20 };

static void
fail(struct sim_unit *unit, int status)
{
	unit->status = status;
	unit->result = "exit-code";
}

/* One state's return, as state.highstate has it. */
static void
put_state(struct buf *out, const char *id, int number, bool good, const char *changes)
{
	buf_printf(out, "%s\"file_|-%s_|-/etc/scylla/%s_|-managed\": {\"name\": \"/etc/scylla/%s\", \"changes\": {%s}, "
	    "\"result\": %s, \"comment\": \"%s\", \"__sls__\": \"scylla.config\", \"__run_num__\": %d, \"start_time\": "
	    "\"18:29:02.441000\", \"duration\": %d.5, \"__id__\": \"%s\"}", number ? ", " : "", id, id, id, changes,
	    good ? "true" : "false", good ? "The file is in the correct state" : "Source file salt://scylla/conf not found in "
	    "saltenv 'base'", number, SALT_STATE_MS, id);
}

static char *
highstate(const struct sim_salt *salt, bool starts)
{
	static const char diff[] = "\"diff\": \"--- \\n+++ \\n@@ -1 +1 @@\\n-a: \\\"1\\\"\\n+a: 2\\n\"";
	struct buf out = BUF_INIT(TEXT_MOST);
	unsigned count = salt->states ? salt->states : SALT_STATES;
	char id[32];

	buf_puts(&out, "{\"local\": {");
	for (unsigned i = 0; i < count; i++) {
		snprintf(id, sizeof id, "state-%u", i + 1);
		put_state(&out, id, (int)i, true, i % 6 == 1 ? diff : "");
	}
	if (salt->fails[0])
		put_state(&out, salt->fails, (int)count, false, "");
	if (starts)
		buf_puts(&out, ", \"service_|-scylla_|-scylla-server_|-running\": {\"name\": \"scylla-server\", \"changes\": "
		    "{\"scylla-server\": true}, \"result\": true, \"comment\": \"Started Service scylla-server\", \"__sls__\": "
		    "\"scylla\", \"__run_num__\": 99, \"__id__\": \"scylla\"}");
	buf_puts(&out, "}}\n");
	return buf_take(&out);
}

static int64_t
salt(struct sim *sim, size_t node, struct sim_unit *unit)
{
	struct node *n = &sim->nodes[node];

	if (n->things.salt_busy > sim->now) {
		unit->prints = xasprintf("{\"local\": [\"The function \\\"state.highstate\\\" is running as PID %d and was "
		    "started at 2026, Jan 28 18:29:02.441000 with jid 20260128182902441000\"]}\n", BUSY_PID);
		fail(unit, STATE_COMPILER_ERROR);
		return SALT_START_MS;
	}
	unit->starts_scylla = !n->things.salt.leaves && n->stage == STAGE_OFF;
	unit->prints = highstate(&n->things.salt, unit->starts_scylla);
	if (n->things.salt.fails[0])
		fail(unit, STATE_FAILURE);
	return n->things.salt.ms ? n->things.salt.ms : SALT_MS;
}

bool
sim_program_found(const char *path)
{
	static const char *const names[] = {
		"/usr/bin/true", "/usr/bin/false", "/usr/bin/echo", "/usr/bin/sleep", "/usr/bin/salt-call",
	};

	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(path, names[i]) == 0 || (path[0] != '/' && strcmp(path, names[i] + strlen("/usr/bin/")) == 0))
			return true;
	return false;
}

/* The first word is a path, or a name that was found. */
int64_t
sim_program(struct sim *sim, size_t node, struct sim_unit *unit)
{
	CLEANUP_FREE char *path = xstrndup(unit->words, strcspn(unit->words, " "));
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *rest = unit->words + strlen(path) + (unit->words[strlen(path)] == ' ');

	unit->result = "success";
	if (!sim_program_found(path))
		fail(unit, EXIT_EXEC);
	else if (strcmp(name, "false") == 0)
		fail(unit, 1);
	else if (strcmp(name, "echo") == 0)
		unit->prints = xasprintf("%s\n", rest);
	else if (strcmp(name, "sleep") == 0)
		return (int64_t)(strtod(rest, NULL) * 1000);
	else if (strcmp(name, "salt-call") == 0)
		return salt(sim, node, unit);
	return 0;
}
