#include "catalog.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "err.h"
#include "informer.h"
#include "json.h"
#include "object.h"
#include "op.h"
#include "source.h"
#include "state.h"
#include "workflow.h"

static void
put(struct core *core, const char *namespace_, const char *name, const struct cJSON *object)
{
	CLEANUP_FREE char *key = xasprintf("%s/%s", namespace_, name);
	struct catalog_entry *entry;
	struct err err = {""};

	HASH_FIND_STR(core->catalog, key, entry);
	if (!entry) {
		entry = xcalloc(1, sizeof *entry);
		entry->key = TAKE_PTR(key);
		HASH_ADD_KEYPTR(hh, core->catalog, entry->key, strlen(entry->key), entry);
	}
	workflow_free(entry->workflow);
	free(entry->problem);
	entry->workflow = workflow_of_object(object, &err);
	entry->problem = entry->workflow ? NULL : xstrdup(err.text);
}

static void
drop(struct core *core, struct catalog_entry *entry)
{
	HASH_DEL(core->catalog, entry);
	workflow_free(entry->workflow);
	free(entry->problem);
	free(entry->key);
	free(entry);
}

/* An operation that waited for a workflow may be accepted now. */
static void
kick_waiting(struct core *core)
{
	struct op *op, *next;

	HASH_ITER (hh, core->ops, op, next)
		if (!op->started && op->object)
			op_kick(core, op);
}

static void
seen(struct core *core, void *owner, const struct cJSON *object, uint64_t round)
{
	const struct cJSON *meta = json_get(object, "metadata");

	(void)owner;
	(void)round;
	put(core, json_str_or(meta, "namespace", ""), json_str_or(meta, "name", ""), object);
	kick_waiting(core);
}

static void
gone(struct core *core, void *owner, const struct cJSON *object)
{
	const struct cJSON *meta = json_get(object, "metadata");
	CLEANUP_FREE char *key = xasprintf("%s/%s", json_str_or(meta, "namespace", ""), json_str_or(meta, "name", ""));
	struct catalog_entry *entry;

	(void)owner;
	HASH_FIND_STR(core->catalog, key, entry);
	if (entry)
		drop(core, entry);
}

/* A workflow that vanished while the watch was broken stays until its DELETED is seen or the controller restarts:
 * plans are frozen, so all it can do is to be run once more. */
static void
swept(struct core *core, void *owner, uint64_t round)
{
	(void)core;
	(void)owner;
	(void)round;
}

const struct informer_kind catalog_kind = {
	.plural = "workflows",
	.seen = seen,
	.swept = swept,
	.gone = gone,
};

void
catalog_start(struct core *core)
{
	for (const char *const *w = core->config.workflows; w && w[0]; w += 2) {
		CLEANUP_JSON struct cJSON *object = json_parse(w[1], strlen(w[1]), NULL);

		put(core, "", w[0], object);
	}
}

const struct workflow *
catalog_look(struct core *core, const char *namespace_, const char *name, bool *ret_missing, struct err *err)
{
	const char *const namespaces[] = {namespace_, ""};

	for (size_t i = 0; i < ARRAY_LEN(namespaces); i++) {
		CLEANUP_FREE char *key = xasprintf("%s/%s", namespaces[i], name);
		struct catalog_entry *entry;

		HASH_FIND_STR(core->catalog, key, entry);
		if (!entry)
			continue;
		if (!entry->workflow)
			err_set(err, "Workflow %s cannot be read: %s", name, entry->problem);
		return entry->workflow;
	}
	*ret_missing = true;
	err_set(err, "there is no Workflow \"%s\" in namespace %s and no built-in one: create it, or name another", name,
	    namespace_);
	return NULL;
}

const struct workflow *
catalog_find(struct core *core, const char *namespace_, const char *name, bool *ret_missing, struct err *err)
{
	bool missing = false;
	struct err why = {""};
	const struct workflow *workflow = catalog_look(core, namespace_, name, &missing, &why);

	*ret_missing |= missing;
	if (!workflow)
		err_set(err, "%s%s", missing ? "spec.workflow: " : "", why.text);
	return workflow;
}

void
catalog_done(struct core *core)
{
	struct catalog_entry *entry, *next;

	HASH_ITER (hh, core->catalog, entry, next)
		drop(core, entry);
}
