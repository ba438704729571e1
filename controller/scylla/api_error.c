#include "api.h"

#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "json.h"

/* One row of the catalogue: the texts are Scylla's own, of releases 5.2 to 2026.2. The first that occurs decides. */
struct known_error {
	const char *text;
	enum scylla_error class;
};

static const struct known_error catalogue[] = {
	/* Something else is under way, or the node or its peers are not ready for it: it passes. */
	{"is not in the normal state (current state:", SCYLLA_ERROR_RETRY},
	{"Canceled. Dead nodes:", SCYLLA_ERROR_RETRY},
	{"there is no raft quorum", SCYLLA_ERROR_RETRY},
	{"Can not perform cleanup operation when topology changes", SCYLLA_ERROR_RETRY},
	{"a different topology request is already pending", SCYLLA_ERROR_RETRY},
	{"Cluster-wide vnodes cleanup failed", SCYLLA_ERROR_RETRY},
	{"rebuild failed:", SCYLLA_ERROR_RETRY},
	{"unknown repair id", SCYLLA_ERROR_RETRY},
	{"Node is not in NORMAL status yet", SCYLLA_ERROR_RETRY},
	{"The gossiper is not ready yet", SCYLLA_ERROR_RETRY},
	{"local host ID is not yet set", SCYLLA_ERROR_RETRY},
	/* It is already being done. */
	{"Concurrent request for removal already in progress", SCYLLA_ERROR_ADOPT},
	{"is already in repair by tablet_task_id", SCYLLA_ERROR_ADOPT},
	/* Asking again changes nothing. */
	{"wait for status to become normal or restart", SCYLLA_ERROR_HALT},
	{"is not a member of the cluster", SCYLLA_ERROR_HALT},
	{"Cannot decommission last node", SCYLLA_ERROR_HALT},
	{"last token-owning node", SCYLLA_ERROR_HALT},
	{"node decommission rejected:", SCYLLA_ERROR_HALT},
	{"node remove rejected:", SCYLLA_ERROR_HALT},
	{"Unable to find new replica", SCYLLA_ERROR_HALT},
	{"No candidate nodes", SCYLLA_ERROR_HALT},
	{"failed. See earlier errors (", SCYLLA_ERROR_HALT},
	{"Rolled back:", SCYLLA_ERROR_HALT},
	{"aborted on user request", SCYLLA_ERROR_HALT},
	{"the node being removed is alive", SCYLLA_ERROR_HALT},
	{"is alive", SCYLLA_ERROR_HALT},
	{"is not found in the cluster", SCYLLA_ERROR_HALT},
	{"is down and not ignored", SCYLLA_ERROR_HALT},
	{"does not belong to this cluster", SCYLLA_ERROR_HALT},
	{"Cannot mark host", SCYLLA_ERROR_HALT},
	{"Cannot rebuild a single node", SCYLLA_ERROR_HALT},
	{"Cannot repair tablet keyspace", SCYLLA_ERROR_HALT},
	{"because it is colocated", SCYLLA_ERROR_HALT},
	{"TABLET_REPAIR_SCHEDULER feature is not enabled", SCYLLA_ERROR_HALT},
	{"cannot be aborted", SCYLLA_ERROR_HALT},
	{"is per-table in keyspace", SCYLLA_ERROR_HALT},
	{"has tablet table", SCYLLA_ERROR_HALT},
	{"already exists.", SCYLLA_ERROR_HALT},
	{"No such config entry:", SCYLLA_ERROR_HALT},
	{"API call is not supported yet", SCYLLA_ERROR_HALT},
	{"Missing mandatory parameter", SCYLLA_ERROR_HALT},
	/* "… not found": it is over and forgotten, or the process is another one. */
	{"task with id", SCYLLA_ERROR_RETRY},
};

/* "Operation X is in progress": the API lock is held by X. -1: the text says no such thing. */
static int
lock_class(const char *text, const char *operation)
{
	static const char before[] = "Operation ", after[] = " is in progress";
	const char *name = strstr(text, before);
	const char *end = name ? strstr(name, after) : NULL;

	if (!end)
		return -1;
	name += sizeof before - 1;
	if ((size_t)(end - name) == strlen(operation) && !strncmp(name, operation, (size_t)(end - name)))
		return SCYLLA_ERROR_ADOPT;
	return SCYLLA_ERROR_RETRY;
}

static enum scylla_error
text_class(int status, const char *text, const char *operation)
{
	int class = lock_class(text, operation);

	if (class >= 0)
		return (enum scylla_error)class;
	for (size_t i = 0; i < ARRAY_LEN(catalogue); i++) {
		if (strstr(text, catalogue[i].text))
			return catalogue[i].class;
	}
	/* 404: the path is not registered yet, early in a boot; 408: a timed wait is over. */
	return status == 404 || status == 408 ? SCYLLA_ERROR_RETRY : SCYLLA_ERROR_UNKNOWN;
}

/* What is no JSON (a proxy's page, a cut answer) as one printable line. */
static char *
plain_line(int status, const char *body, size_t len)
{
	CLEANUP_BUF struct buf line = BUF_INIT(BUF_MAX_LINE);

	for (size_t i = 0; i < len && i < BUF_MAX_LINE / 2; i++)
		buf_putc(&line, (unsigned char)body[i] < ' ' ? ' ' : body[i]);
	if (len == 0)
		buf_printf(&line, "HTTP status %d without a text", status);
	return buf_take(&line);
}

enum scylla_error
scylla_error_class(int status, const char *body, size_t len, const char *operation, char *message, size_t size)
{
	CLEANUP_JSON struct cJSON *json = json_parse(body, len, NULL);
	CLEANUP_FREE char *text = xstrdup_or_null(json_str(json, "message"));

	if (!text)
		text = plain_line(status, body, len);
	if (message && size > 0) {
		size_t cut = strlen(text) < size ? strlen(text) : size - 1;

		while (text[cut] && cut > 0 && ((unsigned char)text[cut] & 0xc0) == 0x80)
			cut--;
		memcpy(message, text, cut);
		message[cut] = '\0';
	}
	return text_class(status, text, operation);
}
