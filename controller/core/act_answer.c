#include "act_answer.h"

#include "op.h"

enum act_state
act_result(const struct act_record *act, const struct event *event)
{
	switch (event->outcome) {
	case OUTCOME_ANSWERED:
		if (act->channel == 'k')
			return kube_act_state(event->status);
		if (act->channel != 'h')
			return event->status >= 200 && event->status < 300 ? ACT_ANSWERED : ACT_REFUSED;
		return event->status == 0 ? ACT_ANSWERED : ACT_REFUSED;
	case OUTCOME_REFUSED:
	case OUTCOME_NOT_SENT:
		return ACT_NOT_SENT;
	default:
		return ACT_UNKNOWN;
	}
}

const char *
act_words(const struct act_record *act, const struct event *event, char *words)
{
	if (event->outcome != OUTCOME_ANSWERED || act->channel == 'h')
		return event->error;
	if (act->channel != 'k')
		return event->body;
	kube_act_words(event, words);
	return words;
}
