#include "api.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "answer.h"
#include "command.h"
#include "http.h"
#include "kube_client.h"
#include "objects.h"
#include "version.h"

enum { CONNECT_MS = 5000, ANSWER_MS = 15000 };

const char API_JSON[] = "application/json", API_MERGE[] = "application/merge-patch+json",
    API_APPLY[] = "application/apply-patch+yaml";

/* What came of a question. */
struct reply {
	struct loop *loop;
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

	/* Called by a timer too, and then libuv would go on to wait for a descriptor. */
	loop_again(reply->loop);
	*reply = (struct reply){.loop = reply->loop, .done = true, .outcome = answer->outcome, .status = answer->status,
	    .len = answer->body->len, .error = xstrdup_or_null(answer->error)};
	reply->body = buf_take(answer->body);
}

/* It is this object that is not there, and not its kind. */
static bool
is_missing(const struct cJSON *status)
{
	return json_str(json_get(status, "details"), "name") != NULL;
}

/* A refusal in the server's own words, which stand in a Status object. */
static void
refused(const struct api *api, const struct reply *reply, struct err *err)
{
	CLEANUP_JSON struct cJSON *status = json_parse(reply->body, reply->len, NULL);
	const char *server = kube_client_server(api->kube), *words = json_str_or(status, "message", reply->body);

	if (reply->status == 401)
		err_set(err, "%s does not know who you are (401): renew the user's token or certificate in the kubeconfig",
		    server);
	else if (reply->status == 404 && !is_missing(status))
		err_set(err, "%s knows nothing of Strait's objects: install Strait's CRDs there, or use another --context",
		    server);
	else
		err_set(err, "%s says: %.300s (%d)", server, words, reply->status);
}

static struct cJSON *
read_reply(const struct api *api, const struct reply *reply, struct err *err)
{
	const char *server = kube_client_server(api->kube);
	struct cJSON *object;
	struct err why;

	if (reply->outcome != IO_ANSWERED) {
		err_set(err, "%s %s: %s", server, reply->outcome == IO_TIMEOUT ? "does not answer" : "cannot be reached",
		    reply->error ? reply->error : "the connection broke");
		return NULL;
	}
	if (reply->status != 200 && reply->status != 201) {
		refused(api, reply, err);
		return NULL;
	}
	object = json_parse(reply->body, reply->len, &why);
	if (!object)
		err_set(err, "%s: its answer cannot be read: %s", server, why.text);
	return object;
}

static void
ask(struct api *api, const struct api_request *request, struct reply *reply)
{
	kube_client_start(api->kube, &(struct kube_ask){.lane = KUBE_LANE_SHORT, .method = request->method,
	    .path = request->path, .content_type = request->content_type, .body = request->body,
	    .deadline_ms = ANSWER_MS, .done = replied, .user = reply});
	while (!reply->done)
		loop_turn(&api->loop, true);
	api->status = reply->outcome == IO_ANSWERED ? reply->status : 0;
}

static void
reply_done(struct reply *reply)
{
	free(reply->body);
	free(reply->error);
}

struct cJSON *
api_send(struct api *api, const struct api_request *request, struct err *err)
{
	struct reply reply = {.loop = &api->loop};
	struct cJSON *object;

	ask(api, request, &reply);
	object = read_reply(api, &reply, err);
	reply_done(&reply);
	return object;
}

struct cJSON *
api_get(struct api *api, const char *path, bool *missing, struct err *err)
{
	struct reply reply = {.loop = &api->loop};
	struct cJSON *object, *status;

	ask(api, &(struct api_request){.method = "GET", .path = path}, &reply);
	object = read_reply(api, &reply, err);
	status = api->status == 404 ? json_parse(reply.body, reply.len, NULL) : NULL;
	*missing = is_missing(status);
	json_free(status);
	reply_done(&reply);
	return object;
}

int
api_with(const struct args *args, struct buf *out, struct buf *said,
    int (*run)(struct api *api, const struct args *args, struct buf *out, struct buf *said))
{
	struct api api;
	struct err err;
	int status;

	if (args->namespace_ && !object_name_is_good(args->namespace_))
		return complain(args, said, EXIT_USAGE, "--namespace %s: expected lower-case letters, digits and '-'",
		    args->namespace_);
	if (api_open(&api, args, &err))
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	status = run(&api, args, out, said);
	api_close(&api);
	return status;
}

/* --- waiting for what is to come --- */

static void
signalled(void *user)
{
	struct api *api = user;

	api->interrupted = true;
	loop_again(&api->loop);
}

int
api_catch(struct api *api, struct err *err)
{
	return loop_catch(&api->loop, signalled, api, err);
}

struct stream {
	struct reply reply;
	bool (*line)(void *user, const char *text, size_t len);
	void *user;
	bool enough;
};

static void
line_came(void *user, const char *line, size_t len)
{
	struct stream *stream = user;

	if (!stream->enough)
		stream->enough = !stream->line(stream->user, line, len);
	if (stream->enough)
		loop_again(stream->reply.loop);
}

static void
stream_ended(void *user, struct io_answer *answer)
{
	struct stream *stream = user;

	replied(&stream->reply, answer);
}

int
api_watch(struct api *api, const char *path, bool (*line)(void *user, const char *text, size_t len), void *user,
    struct err *err)
{
	struct stream stream = {.reply = {.loop = &api->loop}, .line = line, .user = user};
	struct http_request *request = kube_client_start(api->kube, &(struct kube_ask){.lane = KUBE_LANE_WATCH,
	    .method = "GET", .path = path, .line = line_came, .done = stream_ended, .user = &stream});
	int status = 0;

	while (!stream.reply.done && !stream.enough && !api->interrupted)
		loop_turn(&api->loop, true);
	if (!stream.reply.done) {
		http_cancel(request);
	} else if (!stream.enough && (stream.reply.outcome != IO_ANSWERED || stream.reply.status != 200)) {
		json_free(read_reply(api, &stream.reply, err));
		status = -1;
	}
	reply_done(&stream.reply);
	return status;
}

struct nap {
	uv_timer_t timer;
	struct loop *loop;
	bool over, closed;
};

static void
slept(uv_timer_t *timer)
{
	struct nap *nap = timer->data;

	nap->over = true;
	loop_again(nap->loop);
}

static void
closed(uv_handle_t *handle)
{
	((struct nap *)handle->data)->closed = true;
}

bool
api_sleep(struct api *api, int64_t ms)
{
	struct nap nap = {.loop = &api->loop};

	uv_timer_init(&api->loop.uv, &nap.timer);
	nap.timer.data = &nap;
	loop_timer(&nap.timer, slept, ms);
	while (!nap.over && !api->interrupted)
		loop_turn(&api->loop, true);
	uv_close((uv_handle_t *)&nap.timer, closed);
	while (!nap.closed)
		loop_turn(&api->loop, false);
	return !api->interrupted;
}
