/* A hand may have been at the journal: "held": "true" must not be taken for false. Every member that a controller knows
 * has its type, or the value is unreadable. */
#include <string.h>

#include "alloc.h"
#include "journal_private.h"
#include "json.h"
#include "outbox.h"

enum type { TEXT, NUMBER, FLAG, OBJECT, ARRAY };

struct member {
	const char *name;
	enum type type;
};

static const struct member of_op[] = {
	{"phase", TEXT}, {"reason", TEXT}, {"message", TEXT}, {"start", NUMBER}, {"end", NUMBER}, {"retrySeen", NUMBER},
	{"errors", ARRAY}, {"acknowledged", TEXT}, {"released", FLAG}, {"rebuilt", NUMBER},
	{"block", NUMBER}, {"clusterAt", NUMBER}, {"canaryPassed", NUMBER}, {"soakUntil", NUMBER}, {"approvalUntil", NUMBER},
	{"clusterRescue", NUMBER}, {"batches", NUMBER}, {"rescued", NUMBER}, {"passedOver", NUMBER}, {"values", OBJECT},
	{"ending", TEXT}, {"endingReason", TEXT}, {"endingMessage", TEXT}, {"finallyAt", NUMBER}, {"finallyRescue", NUMBER},
	{"gatePaused", TEXT}, {"closedSince", NUMBER}, {"closedBy", TEXT}, {"closedMoved", NUMBER},
};

static const struct member of_error[] = {
	{"at", NUMBER}, {"step", TEXT}, {"node", TEXT}, {"message", TEXT}, {"remedy", TEXT}, {"borne", FLAG},
};

static const struct member of_lane[] = {
	{"state", TEXT}, {"at", NUMBER}, {"held", FLAG}, {"failed", FLAG}, {"outOfService", FLAG}, {"restoring", FLAG},
	{"upAct", FLAG}, {"hostId", TEXT}, {"stamp", TEXT}, {"process", TEXT}, {"restore", TEXT}, {"message", TEXT},
	{"coolUntil", NUMBER}, {"memory", OBJECT}, {"downFrom", NUMBER}, {"upAt", NUMBER},
	{"rescue", NUMBER}, {"downMoved", NUMBER}, {"downAccepted", FLAG}, {"skipped", NUMBER}, {"values", OBJECT},
};

static const struct member of_step[] = {
	{"state", TEXT}, {"attempt", NUMBER}, {"began", NUMBER}, {"spent", NUMBER}, {"deadline", NUMBER}, {"message", TEXT},
	{"acts", OBJECT}, {"memory", OBJECT},
};

static const struct member of_act[] = {
	{"state", TEXT}, {"kind", TEXT}, {"request", TEXT}, {"status", NUMBER}, {"answer", TEXT},
	{"upkeep", FLAG},
};

static const struct member of_newcomer[] = {
	{"hostId", TEXT}, {"joins", FLAG}, {"joined", FLAG},
};

static bool
is_flag(const struct cJSON *value)
{
	CLEANUP_FREE char *text = json_text(value) ? NULL : json_scalar(value);

	return text && (strcmp(text, "true") == 0 || strcmp(text, "false") == 0);
}

static bool
is_of(const struct cJSON *value, enum type type)
{
	int64_t number;

	switch (type) {
	case TEXT:
		return json_text(value) != NULL;
	case NUMBER:
		return json_to_int(value, &number);
	case FLAG:
		return is_flag(value);
	case OBJECT:
		return json_is_object(value);
	case ARRAY:
		return json_is_array(value);
	}
	return false;
}

static bool
fits(const struct cJSON *object, const struct member *members, size_t count)
{
	if (!json_is_object(object))
		return false;
	for (size_t i = 0; i < count; i++) {
		const struct cJSON *value = json_get(object, members[i].name);

		if (value && !is_of(value, members[i].type))
			return false;
	}
	return true;
}

#define FITS(object, members) fits(object, members, ARRAY_LEN(members))

/* Every value of it is a text. */
static bool
memory_fits(const struct cJSON *memory)
{
	JSON_EACH (member, memory)
		if (!json_text(member))
			return false;
	return true;
}

bool
record_fits(const char *field, const struct cJSON *value)
{
	if (strcmp(field, "op") == 0) {
		JSON_EACH (error, json_get(value, "errors"))
			if (!FITS(error, of_error))
				return false;
		return FITS(value, of_op) && memory_fits(json_get(value, "values")) && outbox_fits(value);
	}
	if (strncmp(field, "new/", 4) == 0)
		return FITS(value, of_newcomer);
	if (!memory_fits(json_get(value, "memory")) || !memory_fits(json_get(value, "values")))
		return false;
	if (strncmp(field, "lane/", 5) == 0)
		return FITS(value, of_lane);
	JSON_EACH (act, json_get(value, "acts"))
		if (!FITS(act, of_act))
			return false;
	return FITS(value, of_step);
}
