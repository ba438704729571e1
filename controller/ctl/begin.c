#include "begin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "follow.h"
#include "object.h"
#include "objects.h"

enum { NAME_MAX_ = 200 };

static const char *
owner_of(const struct args *args)
{
	const char *owner = args->owner ? args->owner : getenv("STRAIT_OWNER");

	return owner && *owner ? owner : NULL;
}

static void
put_list(struct json_out *json, const char *key, const struct args_list *words)
{
	json_open_array(json, key);
	for (size_t i = 0; i < words->count; i++)
		json_put_str(json, NULL, words->items[i]);
	json_close_array(json);
}

void
begin_open(struct json_out *json, const struct args *args, const char *cluster, const char *name)
{
	CLEANUP_FREE char *generate = xasprintf("%.*s-", NAME_MAX_, name);

	json_open(json, NULL);
	json_put_str(json, "apiVersion", CRD_API_VERSION);
	json_put_str(json, "kind", "ClusterOperation");
	json_open(json, "metadata");
	json_put_str(json, "generateName", generate);
	json_close(json);
	json_open(json, "spec");
	json_put_str(json, "cluster", cluster);
	json_put_str(json, "owner", owner_of(args));
	if (args->dry_run)
		json_put_bool(json, "dryRun", true);
	if (args->nodes.count + args->zones.count == 0 && !args->not_done_by)
		return;
	json_open(json, "targets");
	if (args->nodes.count > 0)
		put_list(json, "nodes", &args->nodes);
	if (args->zones.count > 0)
		put_list(json, "zones", &args->zones);
	json_put_str(json, "notDoneBy", args->not_done_by);
	json_close(json);
}

static void
put_target(struct json_out *json, const char *node)
{
	json_open(json, "targets");
	json_open_array(json, "nodes");
	json_put_str(json, NULL, node);
	json_close_array(json);
	json_close(json);
}

int
begin_put_pairs(struct json_out *json, const char *key, const struct args_list *pairs, struct err *err)
{
	if (pairs->count == 0)
		return 0;
	json_open(json, key);
	for (size_t i = 0; i < pairs->count; i++) {
		const char *equals = strchr(pairs->items[i], '=');
		CLEANUP_FREE char *name = xstrndup(pairs->items[i], equals ? (size_t)(equals - pairs->items[i]) : 0);

		if (!*name)
			return err_set(err, "\"%.100s\": expected NAME=VALUE", pairs->items[i]);
		for (size_t j = 0; j < i; j++)
			if (strncmp(pairs->items[j], pairs->items[i], strlen(name) + 1) == 0)
				return err_set(err, "\"%.100s\" is given twice", name);
		json_put_str(json, name, equals + 1);
	}
	json_close(json);
	return 0;
}

struct cJSON *
begin_task(struct api *api, const struct args *args, const char *cluster, const char *node, struct err *err)
{
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out json = JSON_OUT(&body);

	begin_open(&json, args, cluster, args->words[0]);
	if (node)
		put_target(&json, node);
	json_open(&json, node ? "nodeTask" : "clusterTask");
	json_put_str(&json, "type", args->words[0]);
	if (begin_put_pairs(&json, "with", &args->parameters, err) < 0)
		return NULL;
	json_close(&json);
	json_close(&json);
	json_close(&json);
	return begin_post(api, buf_str(&body), err);
}

struct cJSON *
begin_post(struct api *api, const char *body, struct err *err)
{
	CLEANUP_FREE char *path = object_path(api, KIND_OPERATION, false, "?fieldManager=straitctl");

	return api_send(api, &(struct api_request){.method = "POST", .path = path, .content_type = API_JSON,
	    .body = body}, err);
}

int
begin_follow(struct api *api, const struct args *args, const struct cJSON *made, struct buf *out, struct buf *said)
{
	const char *name = json_str_or(json_get(made, "metadata"), "name", "");

	if (args->detach) {
		buf_printf(out, "%s\n", name);
		return EXIT_DONE;
	}
	complain(args, said, 0, "%s %s on %s", kind_name(KIND_OPERATION), name,
	    json_str_or(json_get(made, "spec"), "cluster", ""));
	return follow(api, args, name, out, said);
}
