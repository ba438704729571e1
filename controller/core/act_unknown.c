/* What a person reads of an act that may have arrived, and must not be sent again. */
#include <stdio.h>

#include "op.h"

static const struct act_record *
once_unknown(const struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].kind == ACT_ONCE && step->acts[i].view.state == ACT_UNKNOWN)
			return &step->acts[i];
	return NULL;
}

/* NULL: the act's own words name whom. One that only the journal tells of has no channel yet. */
static const char *
addressee(const struct step *step, const struct act_record *act)
{
	if (act->channel == 'k')
		return "the API server";
	return act->channel != 'w' && step->lane ? step->lane->node->name : NULL;
}

bool
act_explain_unknown(const struct step *step, char *text, size_t size)
{
	const struct act_record *act = once_unknown(step);
	const char *whom = act ? addressee(step, act) : NULL;

	if (!act)
		return false;
	snprintf(text, size, "outcome unknown: %.100s was sent%s%.60s and neither its effect nor its absence could be "
	    "observed: %.100s", act->target, whom ? " to " : "", whom ? whom : "", step->message);
	return true;
}
