#include "plan_times.h"

#include <assert.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "known.h"

/* What a node with a usual amount of data takes; flushing, replaying the commit log and a large state tree make it longer.
 * A drain announces itself for 2 s and flushes; a start is counted up to the moment when its peers call it up. */
static const struct {
	const char *type;
	int64_t ms;
} table[] = {
	{"scylla-drain", SECONDS(30)},
	{"systemd-stop-scylla-server", SECONDS(10)},
	{"systemd-stop-service", SECONDS(10)},
	{"systemd-start-service", SECONDS(90)},
	{"systemd-restart-service", SECONDS(100)},
	{"salt-highstate", MINUTES(5)},
	{"run-command", SECONDS(30)},
	{"kubernetes-job", MINUTES(5)},
};

/* Of types that the table does not have. */
enum { QUICK_MS = 1000, DISRUPTIVE_MS = 60000 };
static_assert(ARRAY_LEN(table) <= ARRAY_LEN(((struct plan_times *)0)->used), "each row has its mark");

/* "TYPE=TIME" of this type; NULL: nobody said. */
static const char *
said_of(const struct plan_times *times, const char *type)
{
	size_t len = strlen(type);

	for (size_t i = 0; times->said && i < times->said->count; i++)
		if (strncmp(times->said->items[i], type, len) == 0 && times->said->items[i][len] == '=')
			return times->said->items[i] + len + 1;
	return NULL;
}

int
plan_times_check(const struct plan_times *times, const struct reconciler *const *types, struct err *err)
{
	for (size_t i = 0; times->said && i < times->said->count; i++) {
		const char *item = times->said->items[i], *equals = strchr(item, '=');
		CLEANUP_FREE char *name = xstrndup(item, strcspn(item, "="));
		struct known known;

		if (!equals || duration_parse(equals + 1) < 0)
			return err_set(err, "--takes %.80s: expected TYPE=TIME, such as scylla-drain=2m", item);
		if (plan_find_type(types, name))
			continue;
		known_init(&known, name);
		for (size_t t = 0; types[t]; t++)
			if (types[t]->reconcile)
				known_offer(&known, types[t]->name);
		return known_refuse(&known, err, "--takes %.80s: unknown task type", item);
	}
	return 0;
}

static int64_t
own_duration(const struct reconciler *type, const struct plan_value *with, size_t nwith)
{
	return strcmp(type->name, "sleep") == 0 ? duration_parse(plan_value(with, nwith, type, "duration")) : -1;
}

int64_t
plan_times_of(void *user, const struct reconciler *type, const struct plan_value *with, size_t nwith)
{
	struct plan_times *times = user;
	const char *said = said_of(times, type->name);
	int64_t own = own_duration(type, with, nwith);

	if (said || own >= 0)
		return said ? duration_parse(said) : own;
	for (size_t i = 0; i < ARRAY_LEN(table); i++)
		if (strcmp(table[i].type, type->name) == 0) {
			times->used[i] = true;
			return table[i].ms;
		}
	return type->impact == IMPACT_NONE ? QUICK_MS : DISRUPTIVE_MS;
}

void
plan_times_text(const struct plan_times *times, struct buf *out)
{
	char text[INSTANT_TEXT];
	bool any = false;

	for (size_t i = 0; times->said && i < times->said->count; i++) {
		size_t len = strcspn(times->said->items[i], "=");

		buf_printf(out, "%s%.*s %s", any ? ", " : "", (int)len, times->said->items[i], times->said->items[i] + len + 1);
		any = true;
	}
	for (size_t i = 0; i < ARRAY_LEN(table); i++) {
		if (!times->used[i])
			continue;
		buf_printf(out, "%s%s %s", any ? ", " : "", table[i].type, duration_text(table[i].ms, text));
		any = true;
	}
	buf_printf(out, "%sconditions that hold at once, approvals given when asked for, a gate that is open",
	    any ? ", " : "");
}
