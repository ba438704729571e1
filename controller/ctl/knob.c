#include "knob.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "api.h"
#include "json.h"
#include "objects.h"
#include "operation.h"

enum { TRIES = 5 };

int
knob_wants_active(const struct cJSON *operation, struct err *err)
{
	const char *phase = json_str_or(json_get(operation, "status"), "phase", "");

	if (!operation_phase_is_final(phase))
		return 0;
	return err_set(err, "%s has ended: %s", json_str_or(json_get(operation, "metadata"), "name", ""), phase);
}

void
knob_put_others(const struct cJSON *operation, const char *list, const char *key, const char *value,
    struct json_out *spec)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);

	JSON_EACH(element, json_path(operation, "spec", list, NULL)) {
		if (strcmp(json_str_or(element, key, ""), value) == 0)
			continue;
		buf_clear(&text);
		json_print(element, &text);
		json_put_raw(spec, NULL, buf_str(&text));
	}
}

/* As of the version that was looked at: what another person changes meanwhile is not undone. */
static int
try(struct api *api, const struct knob *knob, const struct args *args, const struct cJSON *operation, struct buf *done,
    struct err *err)
{
	const struct cJSON *meta = json_get(operation, "metadata");
	CLEANUP_BUF struct buf body = BUF_INIT(BUF_MAX_OBJECT);
	struct json_out json = JSON_OUT(&body);
	CLEANUP_FREE char *after = xasprintf("/%s?fieldManager=straitctl", args->words[0]);
	CLEANUP_FREE char *path = object_path(api, KIND_OPERATION, false, after);
	struct cJSON *changed;

	buf_clear(done);
	json_open(&json, NULL);
	json_open(&json, "metadata");
	json_put_str(&json, "resourceVersion", json_str_or(meta, "resourceVersion", ""));
	json_close(&json);
	json_open(&json, "spec");
	api->status = 0;
	if (knob->put(args, operation, &json, done, err) < 0)
		return -1;
	json_close(&json);
	json_close(&json);
	changed = api_send(api, &(struct api_request){.method = "PATCH", .path = path, .content_type = API_MERGE,
	    .body = buf_str(&body)}, err);
	json_free(changed);
	return changed ? 0 : -1;
}

int
knob_turn(const struct knob *knob, const struct args *args, struct buf *out, struct buf *said)
{
	CLEANUP_BUF struct buf done = BUF_INIT(BUF_MAX_LINE);
	struct api api;
	struct err err;
	int status = -1;

	if (api_open(&api, args, &err))
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	for (int i = 0; i < TRIES && status < 0; i++) {
		struct cJSON *operation = object_get(&api, KIND_OPERATION, args->words[0], &err);

		if (operation)
			status = try(&api, knob, args, operation, &done, &err);
		json_free(operation);
		if (status < 0 && api.status != 409)
			break;
	}
	if (status == 0)
		buf_printf(out, "%s: %s\n", args->words[0], buf_str(&done));
	else
		complain(args, said, EXIT_FAILED, "%s", err.text);
	api_close(&api);
	return status == 0 ? EXIT_DONE : EXIT_FAILED;
}
