#include <inttypes.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "json_place.h"
#include "scylla.h"
#include "web.h"

/* NULL: being asked, or there is nobody to ask; '*ret_problem' says so. */
static const struct answer *
ask(struct task *t, const char **ret_problem)
{
	const char *url = task_text(t, "url"), *path = task_text(t, "scylla");

	*ret_problem = NULL;
	if (*url)
		return web_get(t, url, NULL);
	if (*path)
		return scylla_ring(t) ? scylla_get_from(t, task_text(t, "node"), path) : NULL;
	url = web_prometheus(t);
	if (!url)
		*ret_problem = "the TargetCluster has no spec.access.prometheus: give its url";
	return url ? web_query(t, url, "/api/v1/query", "query", task_text(t, "query")) : NULL;
}

/* The one number of an instant query; NULL: it has none, or more. Borrowed. */
static const struct cJSON *
sample(const struct cJSON *json)
{
	const struct cJSON *data = json_get(json, "data"), *result = json_get(data, "result");

	if (strcmp(json_str_or(data, "resultType", ""), "scalar") == 0)
		return json_next(json_first(result));
	return json_count(result) == 1 ? json_next(json_first(json_get(json_first(result), "value"))) : NULL;
}

/* An answer that is no JSON is a text by itself, without the newline at its end. */
static char *
plain(const struct answer *answer)
{
	size_t len = answer->len;

	while (len > 0 && strchr("\r\n\t ", answer->body[len - 1]))
		len--;
	return memchr(answer->body, '\0', len) ? NULL : xstrndup(answer->body, len);
}

/* What is observed, owned; NULL: there is nothing of the kind. */
static char *
find(struct task *t, const struct answer *answer)
{
	CLEANUP_JSON struct cJSON *json = json_parse(answer->body, answer->len, NULL);
	const char *path = task_text(t, "path");

	if (*task_text(t, "query"))
		return json ? json_scalar(sample(json)) : NULL;
	if (*path)
		return json ? json_scalar(json_place(json, path, NULL)) : NULL;
	return json ? json_scalar(json) : plain(answer);
}

/* Desired: the variable has the value that is observed now. */
static enum verdict
reconcile(struct task *t)
{
	const char *problem, *path = task_text(t, "path");
	const struct answer *answer = ask(t, &problem);
	CLEANUP_FREE char *text = NULL;

	if (problem)
		return task_halt(t, "%s", problem);
	if (!answer)
		return VERDICT_WAIT;
	if (!answer->reached)
		return task_wait(t, SECONDS(5), "it does not answer: %s", answer_text(t, answer));
	if (answer->status != 200)
		return task_wait(t, SECONDS(5), "it answers HTTP %d: %s", answer->status, answer_text(t, answer));
	text = find(t, answer);
	if (text && *text)
		return task_set(t, text);
	if (*task_text(t, "query"))
		return task_wait(t, SECONDS(5), "the query does not give one number: %s", answer_text(t, answer));
	return task_wait(t, SECONDS(5), "the answer has no value at %.80s: %s", *path ? path : "its top",
	    answer_text(t, answer));
}

const struct reconciler set_variable = {
	.name = "set-variable",
	.scope = SCOPE_CLUSTER,
	.sets_variable = true,
	.summary = "Give a variable of the workflow the value that is observed now; later steps use it as +name+.",
	.parameters = {
		{.name = "variable", .type = PARAMETER_STRING, .required = true,
		    .help = "its name, without pluses; what it may be its declaration says"},
		{.name = "url", .type = PARAMETER_STRING, .fallback = "",
		    .help = "what is at this http:// or https:// address"},
		{.name = "scylla", .type = PARAMETER_STRING, .fallback = "",
		    .help = "or what Scylla's REST API of 'node' says there: /storage_service/scylla_release_version"},
		{.name = "node", .type = PARAMETER_NODE, .fallback = "", .help = "which node is asked for that"},
		{.name = "query", .type = PARAMETER_STRING, .fallback = "",
		    .help = "or the one number of this PromQL query; of the TargetCluster's spec.access.prometheus"},
		{.name = "path", .type = PARAMETER_STRING, .fallback = "",
		    .help = "the place in a JSON answer: .data.nodes[0].state"},
	},
	.timeout_ms = MINUTES(5),
	.reconcile = reconcile,
};
