/* Any text as YAML, as a workflow, as a plan: each refused with a sentence, or good for the next; a plan's text reads
 * back as the same plan. */
#include <stddef.h>
#include <stdint.h>

#include "insist.h"
#include "json.h"
#include "yaml_json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_JSON struct cJSON *json = NULL;
	struct err err = {""};
	struct workflow *w;

	if (yaml_to_json((const char *)data, size, &text, &err) < 0) {
		insist(*err.text);
		return 0;
	}
	json = json_parse(buf_str(&text), text.len, &err);
	insist(json || *err.text);
	w = json ? workflow_decode(json, &err) : NULL;
	insist(w || *err.text);
	if (w)
		insist_plan(w);
	workflow_free(w);
	return 0;
}
