/* What json_parse() takes, json_print() writes such that it reads back as the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_JSON struct cJSON *json = json_parse((const char *)data, size, NULL), *again = NULL;
	CLEANUP_BUF struct buf first = BUF_INIT(BUF_MAX_OBJECT), second = BUF_INIT(BUF_MAX_OBJECT);
	struct err err;

	if (!json)
		return 0;
	json_print(json, &first);
	again = json_parse(buf_str(&first), first.len, &err);
	if (!again && !strstr(err.text, "is there already"))    /* keys that differ in invalid bytes alone */
		abort();
	if (!again)
		return 0;
	json_print(again, &second);
	if (first.len != second.len || memcmp(buf_str(&first), buf_str(&second), first.len) != 0)
		abort();
	return 0;
}
