#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "answer.h"
#include "kube_client.h"
#include "version.h"

enum { CONNECT_MS = 5000, ANSWER_MS = 15000 };

/* What came of a question. */
struct reply {
	bool done;
	enum io_outcome outcome;
	int status;
	char *body;
	size_t len;
	char *error;
};

int
api_open(struct api *api, const struct args *args, struct err *err)
{
	*api = (struct api){0};
	if (kubeconfig_find(args->kubeconfig, args->context, &api->config, err))
		return -1;
	if (loop_init(&api->loop, err)) {
		kubeconfig_done(&api->config);
		return -1;
	}
	api->kube = kube_client_new(&api->loop, &api->config, "straitctl/" STRAIT_VERSION, CONNECT_MS);
	api->namespace_ = args->namespace_ ? args->namespace_ : api->config.namespace_ ? api->config.namespace_ : "default";
	return 0;
}

void
api_close(struct api *api)
{
	kube_client_free(api->kube);
	loop_drain(&api->loop);
	loop_done(&api->loop);
	kubeconfig_done(&api->config);
}

static void
replied(void *user, struct io_answer *answer)
{
	struct reply *reply = user;

	*reply = (struct reply){.done = true, .outcome = answer->outcome, .status = answer->status,
	    .len = answer->body->len, .error = xstrdup_or_null(answer->error)};
	reply->body = buf_take(answer->body);
}

/* A refusal in the server's own words, which stand in a Status object. */
static void
refused(const struct api *api, const struct reply *reply, bool *missing, struct err *err)
{
	CLEANUP_JSON struct cJSON *status = json_parse(reply->body, reply->len, NULL);
	const char *server = kube_client_server(api->kube), *words = json_str_or(status, "message", reply->body);

	*missing = reply->status == 404 && json_str(json_get(status, "details"), "name");
	if (reply->status == 401)
		err_set(err, "%s does not know who you are (401): renew the user's token or certificate in the kubeconfig",
		    server);
	else if (reply->status == 404 && !*missing)
		err_set(err, "%s knows no TargetClusters: install Strait's CRDs there, or use another --context", server);
	else
		err_set(err, "%s says: %.300s (%d)", server, words, reply->status);
}

static struct cJSON *
read_reply(const struct api *api, const struct reply *reply, bool *missing, struct err *err)
{
	const char *server = kube_client_server(api->kube);
	struct cJSON *object;
	struct err why;

	if (reply->outcome != IO_ANSWERED) {
		err_set(err, "%s %s: %s", server, reply->outcome == IO_TIMEOUT ? "does not answer" : "cannot be reached",
		    reply->error ? reply->error : "the connection broke");
		return NULL;
	}
	if (reply->status != 200) {
		refused(api, reply, missing, err);
		return NULL;
	}
	object = json_parse(reply->body, reply->len, &why);
	if (!object)
		err_set(err, "%s: its answer cannot be read: %s", server, why.text);
	return object;
}

struct cJSON *
api_get(struct api *api, const char *path, bool *missing, struct err *err)
{
	struct reply reply = {.done = false};
	struct cJSON *object;

	*missing = false;
	kube_client_start(api->kube, &(struct kube_ask){.lane = KUBE_LANE_SHORT, .method = "GET", .path = path,
	    .deadline_ms = ANSWER_MS, .done = replied, .user = &reply});
	while (!reply.done)
		loop_turn(&api->loop, true);
	object = read_reply(api, &reply, missing, err);
	free(reply.body);
	free(reply.error);
	return object;
}
