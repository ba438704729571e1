/* Any JSON as each of our kinds: a struct or a sentence, and nothing leaks. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "json.h"
#include "operation.h"
#include "operation_done.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_JSON struct cJSON *json = json_parse((const char *)data, size, NULL);
	struct operation *operation;
	struct operation_done *done;
	struct target *target;
	struct err err = {""};

	if (!json)
		return 0;
	operation = operation_decode(json, &err);
	if (!operation && !*err.text)
		abort();
	operation_free(operation);
	err.text[0] = '\0';
	done = operation_done_read(json);
	if (operation_done_judge(done, "c", &err) != OPERATION_DONE_TOLD && !*err.text)
		abort();
	operation_done_free(done);
	err.text[0] = '\0';
	target = target_decode(json, &err);
	if (!target && !*err.text)
		abort();
	target_free(target);
	return 0;
}
