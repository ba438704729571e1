/* Whatever --redis-url is given: a struct or a sentence, and nothing leaks. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "redis_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = memcpy(xcalloc(1, size + 1), data, size);
	struct redis_url url;
	struct err err = {""};

	if (redis_url_parse(text, &url, &err) == 0)
		redis_url_done(&url);
	else if (!*err.text)
		abort();
	free(text);
	return 0;
}
