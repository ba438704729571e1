/* A reply as JSON. */
#include "json.h"
#include "redis_private.h"

static void
print_value(const redisReply *reply, struct json_out *out)
{
	switch (reply->type) {
	case REDIS_REPLY_INTEGER:
		json_put_int(out, NULL, reply->integer);
		break;
	case REDIS_REPLY_NIL:
		json_put_raw(out, NULL, "null");
		break;
	case REDIS_REPLY_ARRAY:
		json_open_array(out, NULL);
		for (size_t i = 0; i < reply->elements; i++)
			print_value(reply->element[i], out);
		json_close_array(out);
		break;
	default:
		json_put_str(out, NULL, reply->str ? reply->str : "");
		break;
	}
}

void
redis_print(const redisReply *reply, struct buf *out)
{
	struct json_out json = JSON_OUT(out);

	print_value(reply, &json);
}
