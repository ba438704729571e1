#include "conditions.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "instant.h"

static struct condition *
slot_of(struct condition *list, const char *type)
{
	for (int i = 0; i < CONDITIONS_MAX - 1; i++)
		if (list[i].type[0] == '\0' || strcmp(list[i].type, type) == 0)
			return &list[i];
	return NULL;
}

/* Somebody else's conditions stay theirs: what we applied would become ours. */
static bool
is_ours(const char *type)
{
	static const char *const types[] = {"Accepted", "GateOpen", "JournalDurable", "Succeeded", "Ready",
	    "Reconciling", "Stalled", "ChannelsReady"};

	for (size_t i = 0; type && i < ARRAY_LEN(types); i++)
		if (strcmp(types[i], type) == 0)
			return true;
	return false;
}

struct condition *
conditions_load(const char *text)
{
	struct condition *list = xcalloc(CONDITIONS_MAX, sizeof *list);
	CLEANUP_JSON struct cJSON *json = text ? json_parse(text, strlen(text), NULL) : NULL;

	JSON_EACH (element, json) {
		const char *type = json_str(element, "type");
		int64_t since = instant_parse(json_str_or(element, "lastTransitionTime", ""));

		if (is_ours(type))
			conditions_set(list, type, json_str_or(element, "status", "Unknown"),
			    json_str_or(element, "reason", "?"), json_str_or(element, "message", ""),
			    since < 0 ? 0 : since);
	}
	return list;
}

void
conditions_free(struct condition *list)
{
	for (int i = 0; list && i < CONDITIONS_MAX; i++)
		free(list[i].message);
	free(list);
}

void
conditions_set(struct condition *list, const char *type, const char *status, const char *reason, const char *message,
    int64_t now_wall_ms)
{
	struct condition *slot = slot_of(list, type);

	if (!slot)
		return;
	if (strcmp(slot->type, type) != 0 || strcmp(slot->status, status) != 0)
		slot->since_wall_ms = now_wall_ms;
	snprintf(slot->type, sizeof slot->type, "%s", type);
	snprintf(slot->status, sizeof slot->status, "%s", status);
	snprintf(slot->reason, sizeof slot->reason, "%s", reason);
	free(slot->message);
	slot->message = xstrdup(message);
}

bool
conditions_has(const struct condition *list, const char *type)
{
	for (; list->type[0]; list++)
		if (strcmp(list->type, type) == 0)
			return true;
	return false;
}

void
conditions_write(const struct condition *list, struct json_out *out, int64_t generation)
{
	char since[INSTANT_TEXT];

	json_open_array(out, "conditions");
	for (; list->type[0]; list++) {
		json_open(out, NULL);
		json_put_str(out, "type", list->type);
		json_put_str(out, "status", list->status);
		json_put_int(out, "observedGeneration", generation);
		json_put_str(out, "lastTransitionTime", instant_rfc3339(list->since_wall_ms, since));
		json_put_str(out, "reason", list->reason);
		json_put_str(out, "message", list->message);
		json_close(out);
	}
	json_close_array(out);
}
