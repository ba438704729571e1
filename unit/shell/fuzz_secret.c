/* Whatever the API server says where a Secret was asked for: what is passed on can be read, and holds no data. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"
#include "secret.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Of an object, or of the object that a watch's line tells of. */
static void
check(const struct cJSON *object)
{
	const char *kind = json_str(object, "kind");

	/* What the server says of a failure passes as it is. */
	if (kind && strcmp(kind, "Status") == 0)
		return;
	if (json_get(object, "data") || json_get(object, "stringData"))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf out = BUF_INIT(BUF_MAX_ANSWER);
	CLEANUP_JSON struct cJSON *passed = NULL;
	struct secrets *secrets = secrets_new();

	secrets_filter(secrets, (const char *)data, size, &out);
	passed = json_parse(buf_str(&out), out.len, NULL);
	if (!passed)
		abort();
	check(passed);
	if (json_get(passed, "object"))
		check(json_get(passed, "object"));
	JSON_EACH(item, json_get(passed, "items"))
		check(item);
	secrets_free(secrets);
	return 0;
}
