/* Whatever Redis sends, as hiredis reads it: printed as JSON or taken for its settings, in bounded memory. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "redis_private.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
take(const redisReply *reply)
{
	struct redis_request r = {.redis = &(struct redis){0}, .replies = REDIS_PROBES};
	struct buf out = BUF_INIT(BUF_MAX_RING);

	redis_print(reply, &out);
	buf_clear(&out);
	for (; r.replies > 0; r.replies--)
		redis_probe_take(&r, reply);
	redis_probe_print(&r, &out);
	buf_done(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	redisReader *reader = redisReaderCreate();
	void *reply = NULL;

	redisReaderFeed(reader, (const char *)data, size);
	while (redisReaderGetReply(reader, &reply) == REDIS_OK && reply) {
		take(reply);
		freeReplyObject(reply);
		reply = NULL;
	}
	redisReaderFree(reader);
	return 0;
}
