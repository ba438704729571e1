#include "outbox_kit.h"

#include "alloc.h"
#include "check.h"
#include "cluster.h"
#include "op.h"
#include "outbox.h"
#include "reasons.h"
#include "registry.h"
#include "request.h"
#include "state.h"

const char outbox_chat[] = CHANNELS(CHANNEL("chat", "discord", ""));
const char outbox_log[] = CHANNELS(CHANNEL("log", "json", ",\"hmacSecretRef\":{\"name\":\"hooks\",\"key\":\"sign\"}"));

struct small
outbox_small(const char *channels)
{
	const struct small_config config = {
		.core = small_core_config(registry),
		.target = channels,
		.workflow = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"}]}}]}",
	};
	struct small small;

	small_open(&small, &config);
	small.op->object->owner = xstrdup("<@80351110224678912>");
	return small;
}

void
outbox_acknowledge(struct small *small)
{
	outbox_run(small->core, small->op);
	while (journal_flush(small->core, small->op), small->op->journal.sending)
		small_answer(small, small_last(small, EFFECT_REDIS)->id, OUTCOME_ANSWERED, 0, "[\"OK\"]");
	outbox_run(small->core, small->op);
}

void
outbox_answer(struct small *small, enum outcome outcome, int status, int retry_after_ms)
{
	const struct event event = {.kind = EVENT_ANSWER, .id = small_last(small, EFFECT_WEB)->id, .outcome = outcome,
	    .status = status, .body = "{}", .len = 2, .retry_after_ms = retry_after_ms};

	request_deliver(small->core, &event);
	effects_clear(small->out);
	outbox_acknowledge(small);
}

void
outbox_succeed(struct small *small)
{
	op_set_phase(small->core, small->op, PHASE_SUCCEEDED, REASON_Succeeded, "%s", "3 nodes done");
}

const struct effect_web *
outbox_sent(struct small *small)
{
	CHECK_INT(small_count(small, EFFECT_WEB), 1);
	return &small_last(small, EFFECT_WEB)->web;
}
