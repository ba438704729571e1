/* What an act orders, by the channel that it goes through. */
#include <stdio.h>
#include <string.h>

#include "alloc.h"
#include "channel_kube.h"
#include "cluster.h"
#include "op.h"
#include "question.h"
#include "request.h"
#include "state.h"

enum { HOST_MARGIN_MS = 10000 };

static void
fill_rest(struct core *core, struct step *step, struct act_record *act, struct effect *effect)
{
	int64_t left = step->plan->timeout_ms - step->spent_ms;

	(void)core;
	cluster_rest_effect(step->task->op->cluster, effect, lane_address(step->lane), "POST", xstrdup(act->target));
	effect->deadline_ms = left > SECONDS(10) ? left : SECONDS(10);
}

static void
fill_host(struct core *core, struct step *step, struct act_record *act, struct effect *effect)
{
	CLEANUP_FREE char *words = host_act_words(act->target);

	host_words(step->task->op->cluster, effect, lane_address(step->lane), words);
	effect->deadline_ms = core->config.connect_timeout_ms + HOST_MARGIN_MS;
}

static void
fill_web(struct core *core, struct step *step, struct act_record *act, struct effect *effect)
{
	(void)core;
	(void)step;
	web_fill_act(effect, act);
}

static void
fill_kube(struct core *core, struct step *step, struct act_record *act, struct effect *effect)
{
	(void)core;
	kube_fill(step->task, act, effect);
}

static const struct carrier {
	char channel;
	enum effect_kind kind;
	void (*fill)(struct core *core, struct step *step, struct act_record *act, struct effect *effect);
} carriers[] = {{'r', EFFECT_REST, fill_rest}, {'h', EFFECT_HOST, fill_host}, {'w', EFFECT_WEB, fill_web},
    {'k', EFFECT_KUBE, fill_kube}};

struct effect *
act_effect(struct core *core, struct step *step, struct act_record *act, request_done *done)
{
	const struct carrier *carrier = carriers;
	struct effect *effect;

	while (carrier->channel != act->channel)
		carrier++;
	effect = request_new(core, carrier->kind, done, step, (uint64_t)(act - step->acts));
	carrier->fill(core, step, act, effect);
	return effect;
}
