#include "manager.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"
#include "json.h"

static bool
is_id(const char *text)
{
	size_t len = strlen(text);

	return len > 0 && len < MANAGER_ID && !text[strspn(text, "0123456789abcdef-")];
}

const char *
manager_find_cluster(const struct cJSON *clusters, const char *name)
{
	JSON_EACH (cluster, clusters)
		if (strcmp(json_str_or(cluster, "name", ""), name) == 0 && is_id(json_str_or(cluster, "id", "")))
			return json_str(cluster, "id");
	return NULL;
}

char *
manager_join(const struct cJSON *list, char *text, size_t size)
{
	size_t len = 0;

	text[0] = '\0';
	JSON_EACH (element, list)
		if (json_text(element) && len + 1 < size)
			len += (size_t)snprintf(text + len, size - len, "%s%s", len ? ", " : "", json_text(element));
	return text;
}

/* Since 3.2.6 the cron expression comes as JSON in a text, {"spec": …, "start_date": …}, also where there is none. */
char *
manager_schedule(const struct cJSON *schedule, char *text, size_t size)
{
	const char *interval = json_str_or(schedule, "interval", ""), *cron = json_str_or(schedule, "cron", "");
	CLEANUP_JSON struct cJSON *spec = json_parse(cron, strlen(cron), NULL);

	if (json_is_object(spec))
		cron = json_str_or(spec, "spec", "");
	if (*cron)
		snprintf(text, size, "cron %s", cron);
	else if (*interval && strcmp(interval, "0s") != 0)
		snprintf(text, size, "every %s", interval);
	else
		snprintf(text, size, "once");
	return text;
}

/* --- tasks --- */

/* How hard it works, not on what. */
static bool
is_pace(const char *key)
{
	static const char *const keys[] = {"continue", "fail_fast", "intensity", "parallel", "small_table_threshold"};

	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (strcmp(keys[i], key) == 0)
			return true;
	return false;
}

static bool
is_empty(const struct cJSON *value)
{
	CLEANUP_FREE char *scalar = json_scalar(value);

	if (json_is_array(value) || json_is_object(value))
		return json_count(value) == 0;
	return !scalar || !*scalar || strcmp(scalar, "false") == 0 || strcmp(scalar, "0") == 0;
}

static bool
is_all_keyspaces(const struct cJSON *list)
{
	return json_count(list) == 1 && strcmp(json_text(json_first(list)) ? json_text(json_first(list)) : "", "*") == 0;
}

/* An option that nobody here knows may leave out anything. */
static void
read_part(const struct cJSON *properties, char *part, size_t size)
{
	char names[80];

	part[0] = '\0';
	JSON_EACH (property, properties) {
		const char *key = json_key(property);

		if (is_pace(key) || is_empty(property) || (strcmp(key, "keyspace") == 0 && is_all_keyspaces(property)))
			continue;
		if (strcmp(key, "keyspace") == 0)
			snprintf(part, size, "keyspaces %s alone", manager_join(property, names, sizeof names));
		else if (strcmp(key, "dc") == 0)
			snprintf(part, size, "datacenters %s alone", manager_join(property, names, sizeof names));
		else if (strcmp(key, "host") == 0)
			snprintf(part, size, "host %.60s alone", json_text(property) ? json_text(property) : "?");
		else
			snprintf(part, size, "with the option %.40s", key);
		return;
	}
}

static int64_t
time_of(const struct cJSON *object, const char *key)
{
	const char *text = json_str(object, key);
	int64_t at = text ? instant_parse(text) : -1;

	return at > 0 ? at : 0;
}

bool
manager_read_tasks(const char *text, size_t len, struct manager_task *tasks, size_t most, size_t *ret_count)
{
	CLEANUP_JSON struct cJSON *json = json_parse(text, len, NULL);

	*ret_count = 0;
	if (!json_is_array(json))
		return false;
	JSON_EACH (task, json) {
		struct manager_task *read = &tasks[*ret_count];

		if (*ret_count == most)
			break;
		if (strcmp(json_str_or(task, "type", ""), "repair") != 0 || !is_id(json_str_or(task, "id", "")))
			continue;
		*read = (struct manager_task){.last_success_ms = time_of(task, "last_success"),
		    .resumes = json_bool(json_get(task, "properties"), "continue", true)};
		snprintf(read->id, sizeof read->id, "%s", json_str(task, "id"));
		snprintf(read->status, sizeof read->status, "%.11s", json_str_or(task, "status", "?"));
		read_part(json_get(task, "properties"), read->part, sizeof read->part);
		++*ret_count;
	}
	return true;
}

/* --- runs --- */

struct run {
	int64_t began_ms;
	bool done, runs;
};

static int
later_first(const void *a, const void *b)
{
	int64_t one = ((const struct run *)a)->began_ms, other = ((const struct run *)b)->began_ms;

	return one < other ? 1 : one > other ? -1 : 0;
}

/* From when on the work of the i-th run counts: from the beginning of the first of those before it that were not finished.
 * 0: the history does not go back so far. */
static int64_t
since(const struct run *runs, size_t count, size_t i, bool resumes)
{
	size_t first = i;

	while (resumes && first + 1 < count && !runs[first + 1].done)
		first++;
	return resumes && first + 1 == MANAGER_RUNS ? 0 : runs[first].began_ms;
}

bool
manager_read_runs(const char *text, size_t len, bool resumes, struct manager_runs *ret)
{
	CLEANUP_JSON struct cJSON *json = json_parse(text, len, NULL);
	struct run runs[MANAGER_RUNS];
	size_t count = 0;

	*ret = (struct manager_runs){0};
	if (!json_is_array(json))
		return false;
	JSON_EACH (run, json) {
		const char *status = json_str_or(run, "status", "");

		if (count < MANAGER_RUNS)
			runs[count++] = (struct run){time_of(run, "start_time"), strcmp(status, "DONE") == 0,
			    strcmp(status, "RUNNING") == 0};
	}
	qsort(runs, count, sizeof *runs, later_first);
	for (size_t i = count; i-- > 0;) {
		int64_t from = since(runs, count, i, resumes);

		if (runs[i].done && from > ret->whole_since_ms)
			ret->whole_since_ms = from;
		if (runs[i].runs)
			ret->running_since_ms = from;
	}
	return true;
}
