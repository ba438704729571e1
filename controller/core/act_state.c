/* The states of an act: how they are called in the journal and the log, which is persistent, and what they mean together. */
#include <string.h>

#include "alloc.h"
#include "op.h"

static const char *const names[] = {
	[ACT_NONE] = "none", [ACT_INTENDED] = "intended", [ACT_SENT] = "sent", [ACT_ANSWERED] = "answered",
	[ACT_REFUSED] = "refused", [ACT_NOT_SENT] = "not_sent", [ACT_UNKNOWN] = "unknown",
};

const char *
act_state_name(enum act_state state)
{
	return names[state];
}

int
act_state_parse(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(names[i], text) == 0)
			return (int)i;
	return -1;
}

static bool
is_in_flight(const struct act_record *act)
{
	return act->view.state == ACT_INTENDED || act->view.state == ACT_SENT;
}

bool
acts_in_flight(const struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (is_in_flight(&step->acts[i]))
			return true;
	return false;
}

bool
acts_unresolved(const struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (is_in_flight(&step->acts[i]) || (step->acts[i].view.state == ACT_UNKNOWN && step->acts[i].kind == ACT_ONCE))
			return true;
	return false;
}

const struct act_record *
acts_may_arrive(const struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].view.state == ACT_SENT ||
		    (step->acts[i].view.state == ACT_UNKNOWN && !step->acts[i].view.settled))
			return &step->acts[i];
	return NULL;
}
