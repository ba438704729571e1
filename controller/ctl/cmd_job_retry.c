#include <string.h>

#include "json.h"
#include "knob.h"

static int
put(const struct args *args, const struct cJSON *operation, struct json_out *spec, struct buf *done, struct err *err)
{
	const struct cJSON *status = json_get(operation, "status");
	const char *phase = json_str_or(status, "phase", "");
	int64_t asked = json_int(json_get(operation, "spec"), "retry", 0);

	if (strcmp(phase, "Failed") != 0)
		return err_set(err, "only an operation that has failed is retried; %s is %s", args->words[0],
		    *phase ? phase : "not looked at yet");
	if (asked > json_int(status, "retryObserved", 0))
		return err_set(err, "%s is to be retried already (spec.retry %lld); is strait-controller running?",
		    args->words[0], (long long)asked);
	json_put_int(spec, "retry", asked + 1);
	buf_puts(done, "is taken up again");
	return 0;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	static const struct knob knob = {put};

	return knob_turn(&knob, args, out, said);
}

const struct command cmd_job_retry = {
	.name = "job retry",
	.arguments = "OP",
	.takes = TAKES_API,
	.least = 1,
	.most = 1,
	.summary = "Take the failed and the not yet begun nodes up again.",
	.run = run,
};
