/* How the states of an act are called in the journal and the log: persistent. */
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

const struct act_record *
acts_may_arrive(const struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++)
		if (step->acts[i].view.state == ACT_SENT ||
		    (step->acts[i].view.state == ACT_UNKNOWN && !step->acts[i].view.settled))
			return &step->acts[i];
	return NULL;
}
