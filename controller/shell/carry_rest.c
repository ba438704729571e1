#include "carry.h"

#include <string.h>

#include "alloc.h"
#include "http.h"

void
carry_rest(struct shell *shell, const struct effect *effect)
{
	struct flight *flight = flight_begin(shell, effect);
	const struct effect_rest *rest = &effect->rest;
	bool v6 = strchr(rest->address, ':');
	char *url CLEANUP_FREE = xasprintf("http://%s%s%s:%d%s", v6 ? "[" : "", rest->address, v6 ? "]" : "",
	    rest->port, rest->path);

	flight->request = http_start(shell->rest, &(struct http_ask){
	    .method = rest->method,
	    .url = url,
	    .deadline_ms = effect->deadline_ms,
	    .not_after_up = effect->not_after_up,
	    .once = effect->not_after_up && strcmp(rest->method, "GET") != 0,
	    .passing = rest->passing,
	    .done = flight_done,
	    .user = flight,
	});
}
