#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "web.h"

enum { COMPONENT = 128 };

/* "a.b.0.c": members by name, elements by number. */
static const struct cJSON *
find(const struct cJSON *json, const char *path)
{
	while (json && *path) {
		char name[COMPONENT];
		size_t len = strcspn(path, ".");
		const struct cJSON *element = json_is_array(json) ? json_first(json) : NULL;

		if (len >= sizeof name)
			return NULL;
		memcpy(name, path, len);
		name[len] = '\0';
		for (unsigned long n = strtoul(name, NULL, 10); element && n > 0; n--)
			element = json_next(element);
		json = json_is_array(json) ? element : json_get(json, name);
		path += len + (path[len] == '.');
	}
	return json;
}

static enum truth
judge_path(struct task *t, const struct answer *answer)
{
	const char *path = task_text(t, "path"), *wanted = task_text(t, "equals");
	struct err err = {""};
	CLEANUP_JSON struct cJSON *json = json_parse(answer->body, answer->len, &err);
	CLEANUP_FREE char *text = json ? json_scalar(find(json, path)) : NULL;

	if (!json)
		return task_unknown(t, "the answer is no JSON: %.160s", err.text);
	if (!text)
		return task_fails(t, "the answer has no value at %.80s", path);
	if (strcmp(text, wanted) != 0)
		return task_fails(t, "%.80s is %.80s, not %.80s", path, text, wanted);
	return task_holds(t, "%.80s is %.80s", path, text);
}

/* Holds: the URL answers with the status, and with what is asked for in the body. */
static enum truth
judge(struct task *t)
{
	const struct answer *answer = web_get(t, task_text(t, "url"), NULL);
	const char *contains = task_text(t, "contains");
	int64_t status = task_integer(t, "status");

	if (!answer)
		return TRUTH_UNKNOWN;
	if (!answer->reached)
		return task_unknown(t, "it does not answer: %s", answer_text(t, answer));
	if (answer->status != status)
		return task_fails(t, "it answers HTTP %d, not %" PRId64, answer->status, status);
	if (*contains && !memmem(answer->body, answer->len, contains, strlen(contains)))
		return task_fails(t, "the answer does not contain \"%.80s\"", contains);
	if (*task_text(t, "path"))
		return judge_path(t, answer);
	return task_holds(t, "it answers HTTP %d", answer->status);
}

const struct reconciler http_check = {
	.name = "http-check",
	.scope = SCOPE_ANY,
	.summary = "A URL answers with a status, and with a text or a JSON value in its body.",
	.parameters = {
		{.name = "url", .type = PARAMETER_STRING, .required = true, .help = "http:// or https://, without a secret"},
		{.name = "status", .type = PARAMETER_INTEGER, .fallback = "200", .min = 100, .max = 599, .help = "the status"},
		{.name = "contains", .type = PARAMETER_STRING, .fallback = "", .help = "a text that the body contains"},
		{.name = "path", .type = PARAMETER_STRING, .fallback = "", .help = "in a JSON body: data.nodes.0.state"},
		{.name = "equals", .type = PARAMETER_STRING, .fallback = "", .help = "what is there, as text: true, 3, ready"},
	},
	.timeout_ms = MINUTES(30),
	.judge = judge,
};
