#include "scp_keys.h"

#include <string.h>

#include "alloc.h"
#include "variables.h"

static const struct scp_key keys[] = {
	{"metadata", "metadata", SCP_DOCUMENT, SCP_APART, 0},
	{"name", "name", SCP_DOCUMENT, SCP_APART, 0},
	{"description", "description", SCP_DOCUMENT, SCP_PLAIN, 0},
	{"variables", "variables", SCP_DOCUMENT, SCP_PLAIN, 0},
	{"cluster_tasks", "steps", SCP_DOCUMENT, SCP_TASKS, 0},
	{"finally", "finally", SCP_DOCUMENT, SCP_TASKS, 0},

	{"name", "name", SCP_TASK | SCP_CONDITION | SCP_WAIT | SCP_ROLL | SCP_APPROVED, SCP_PLAIN, 0},
	{"when", "when", SCP_TASK | SCP_WAIT | SCP_ROLL | SCP_APPROVED, SCP_PLAIN, 0},
	{"retries", "retries", SCP_TASK, SCP_PLAIN, 0},
	{"impact", "impact", SCP_TASK, SCP_PLAIN, 0},
	{"abort_on_failure", "abortOnFailure", SCP_TASK | SCP_WAIT, SCP_PLAIN, 0},
	{"on_failure", "onFailure", SCP_TASK | SCP_WAIT, SCP_TASKS, 0},
	{"retry_delay_seconds", "retryBackoff", SCP_TASK, SCP_SECONDS, 0},
	{"retry_delay", "retryBackoff", SCP_TASK, SCP_TEXT, 0},
	{"timeout_seconds", "timeout", SCP_TASK | SCP_CONDITION | SCP_APPROVAL, SCP_SECONDS, 0},
	{"timeout", "timeout", SCP_TASK | SCP_CONDITION | SCP_APPROVAL, SCP_TEXT, 0},
	{"on_timeout", "onTimeout", SCP_APPROVAL, SCP_PLAIN, 0},
	{"any", "any", SCP_WAIT, SCP_PLAIN, 0},
	{"success_window_seconds", "successWindow", SCP_CONDITION, SCP_SECONDS, 0},
	{"success_window", "successWindow", SCP_CONDITION, SCP_TEXT, 0},
	{"poll_interval_seconds", "pollInterval", SCP_CONDITION, SCP_SECONDS, 0},
	{"poll_interval", "pollInterval", SCP_CONDITION, SCP_TEXT, 0},

	{"concurrency_unit", "concurrencyUnit", SCP_ROLL, SCP_PLAIN, 0},
	{"concurrency_limit", "concurrencyLimit", SCP_ROLL, SCP_PLAIN, 0},
	{"node_tasks", "steps", SCP_ROLL, SCP_TASKS, 0},
	{"nodes", "nodes", SCP_ROLL, SCP_TEXT, 0},
	{"canary", "canary", SCP_ROLL, SCP_MEMBERS, SCP_CANARY},
	{"cool_down_seconds", "coolDown", SCP_ROLL, SCP_SECONDS, 0},
	{"cool_down", "coolDown", SCP_ROLL, SCP_TEXT, 0},
	{"max_failures", "maxFailures", SCP_ROLL, SCP_PLAIN, 0},
	{"gate_timeout_seconds", "gateTimeout", SCP_ROLL, SCP_SECONDS, 0},
	{"gate_timeout", "gateTimeout", SCP_ROLL, SCP_TEXT, 0},
	{"batch", "batch", SCP_ROLL, SCP_MEMBERS, SCP_BATCH},
	{"order", "order", SCP_ROLL, SCP_PLAIN, 0},

	{"size", "size", SCP_BATCH, SCP_PLAIN, 0},
	{"then", "then", SCP_BATCH, SCP_TASKS, 0},

	{"nodes", "nodes", SCP_CANARY, SCP_PLAIN, 0},
	{"soak_seconds", "soak", SCP_CANARY, SCP_SECONDS, 0},
	{"soak", "soak", SCP_CANARY, SCP_TEXT, 0},
	{"approval", "approval", SCP_CANARY, SCP_PLAIN, 0},
	{"message", "message", SCP_CANARY | SCP_APPROVAL, SCP_TEXT, 0},

	{"workflow", "workflow", SCP_NESTED, SCP_OBJECT, 0},
	{"variables", "with", SCP_NESTED, SCP_TEXT, 0},
};

static const struct scp_form forms[] = {
	{"workflow", "workflow", SCP_NESTED, SCP_APPROVED, true},
	{"node-workflow", "eachNode", SCP_ROLL, 0, true},
	{"wait-for-conditions", "wait", 0, SCP_WAIT, false},
	{"approval", "approval", SCP_APPROVAL, SCP_APPROVED, true},
};

const struct scp_key *
scp_key(unsigned places, const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].places & places && strcmp(keys[i].name, name) == 0)
			return &keys[i];
	return NULL;
}

/* "90s", "+patience+s": what a number of seconds makes. */
static bool
is_seconds(const char *text)
{
	size_t digits = strspn(text, "0123456789"), len = text[0] == '+' ? variables_name_len(text + 1) : 0;

	if (len > 0)
		return strcmp(text + 1 + len, "+s") == 0;
	return digits > 0 && digits < 16 && strcmp(text + digits, "s") == 0 && (text[0] != '0' || digits == 1);
}

const struct scp_key *
scp_key_for(enum scp_place place, const char *structured, const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].places & place && strcmp(keys[i].structured, structured) == 0 &&
		    (keys[i].kind != SCP_SECONDS || (text && is_seconds(text))))
			return &keys[i];
	return NULL;
}

const struct scp_key *
scp_key_at(enum scp_place place, size_t number)
{
	for (size_t i = 0; i < ARRAY_LEN(keys); i++)
		if (keys[i].places & place && number-- == 0)
			return &keys[i];
	return NULL;
}

const struct scp_form *
scp_form(const char *tag)
{
	for (size_t i = 0; i < ARRAY_LEN(forms); i++)
		if (strcmp(forms[i].tag, tag) == 0)
			return &forms[i];
	return NULL;
}

const struct scp_form *
scp_form_at(size_t number)
{
	return number < ARRAY_LEN(forms) ? &forms[number] : NULL;
}
