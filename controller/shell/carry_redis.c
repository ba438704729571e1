#include "carry.h"
#include "redis.h"

_Static_assert((int)REDIS_TAKEOVER == REDIS_ASK_TAKEOVER && (int)REDIS_WRITE == REDIS_ASK_WRITE &&
    (int)REDIS_EXPIRE == REDIS_ASK_EXPIRE && (int)REDIS_PROBE == REDIS_ASK_PROBE,
    "enum redis_script and enum redis_ask_kind are the same list");

void
carry_redis(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = flight_begin(shell, effect);
	const struct effect_redis *redis = &effect->redis;
	struct redis_request *request;

	/* NULL: answered already, and the flight is over. */
	request = redis_start(shell->redis, &(struct redis_ask){
	    .kind = (enum redis_ask_kind)redis->script,
	    .uid = redis->uid ? redis->uid : "",
	    .args = redis->args,
	    .nargs = redis->nargs,
	    .deadline_ms = effect->deadline_ms,
	    .not_after_up = effect->not_after_up,
	    .done = flight_done,
	    .user = flight,
	});
	if (request)
		flight->request = request;
}
