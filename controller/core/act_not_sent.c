/* What an act has made of its node by being intended and sent, taken back when it has surely never left: no connection was
 * made, its time was over before, or its step has ended. */
#include "act.h"

#include "lane.h"
#include "newcomers.h"
#include "op.h"
#include "state.h"

static bool
has_left(const struct act_record *act)
{
	return act->view.state != ACT_NONE && act->view.state != ACT_INTENDED && act->view.state != ACT_NOT_SENT;
}

static bool
any_of(const struct step *step, bool (*is)(const struct act_record *))
{
	for (size_t i = 0; i < step->nacts; i++)
		if (!step->acts[i].upkeep && is(&step->acts[i]))
			return true;
	return false;
}

static bool
is_intended(const struct act_record *act)
{
	return act->view.state == ACT_INTENDED;
}

void
act_arrived(struct step *step, const struct act_record *act)
{
	if (!act->upkeep)
		step->held_first = step->touched_first = step->joins_first = false;
}

static void
release(struct core *core, struct step *step)
{
	if (step->held_first) {
		step->lane->held = step->held_first = false;
		lane_record(core, step->lane);
	}
	if (step->joins_first) {
		step->joins_first = false;
		newcomer_stays_out(step->lane);
	}
}

void
act_not_sent(struct core *core, struct step *step, struct act_record *act)
{
	struct lane *lane = step->lane;

	if (!lane)
		return;
	if (act->first_start) {
		/* Who starts the node now is somebody else. */
		lane->up_act = act->first_start = false;
		lane_record(core, lane);
	}
	if (any_of(step, has_left))
		return;
	if (step->touched_first)
		lane->touched = step->touched_first = false;
	if (!any_of(step, is_intended))
		release(core, step);
}

void
acts_drop_intents(struct core *core, struct step *step)
{
	for (size_t i = 0; i < step->nacts; i++) {
		struct act_record *act = &step->acts[i];

		if (act->view.state != ACT_INTENDED)
			continue;
		act->view.state = ACT_NOT_SENT;
		act_not_sent(core, step, act);
		journal_note(step->task->op, "%s: %s %s", step->id, act->label, act_state_name(act->view.state));
	}
}
