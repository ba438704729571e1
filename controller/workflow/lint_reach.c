#include "lint_reach.h"

#include <string.h>

#include "plan.h"
#include "plan_split.h"

/* What the steps so far have led to. */
struct way {
	const struct workflow_step *down;        /* has taken the node down; NULL: nothing has, or it may be up again */
	const struct workflow_step *ended;       /* never lets anything come after it */
};

static bool
is(const struct workflow_step *step, const char *type)
{
	return step->task && strcmp(step->task, type) == 0;
}

/* One that may be left out, fall back, or fail without an end, lets others come after it. */
static bool
always_ends(const struct workflow_step *step)
{
	return is(step, "fail") && !step->borne && step->nfallbacks == 0 && step->nwhen == 0;
}

/* A restart takes the node down and brings it up; of an opaque task nobody knows. */
static bool
leaves_down(const struct workflow_step *step, const struct reconciler *type)
{
	return type && !type->opaque && type->impact == IMPACT_TAKES_NODE_DOWN && !is(step, "systemd-restart-service");
}

static void
say_ended(const struct workflow_step *step, const struct way *way, lint_fn *say, void *user)
{
	struct err sentence = {""};

	err_set(&sentence, "%s: never reached: %s always fails, and it stands before", step->place, way->ended->task);
	say(user, SEVERITY_WARNING, sentence.text);
}

static void
say_down(const struct workflow_step *step, const struct way *way, lint_fn *say, void *user)
{
	struct err sentence = {""};

	err_set(&sentence, "%s: can never hold, and what comes after is never reached: %s has taken the node down, and no "
	    "step before this one starts it", step->place, way->down->task);
	say(user, SEVERITY_WARNING, sentence.text);
}

void
lint_reach(const struct workflow_block *block, const struct reconciler *const *types, lint_fn *say, void *user)
{
	struct way way = {.down = NULL};

	for (size_t i = 0; i < block->nsteps; i++) {
		const struct workflow_step *step = &block->steps[i];
		const struct reconciler *type = step->task ? plan_find_type(types, step->task) : NULL;

		if (way.ended) {
			say_ended(step, &way, say, user);
			return;
		}
		if (way.down && plan_waits_on_nodes(step, types)) {
			say_down(step, &way, say, user);
			return;
		}
		if (leaves_down(step, type) && step->nwhen == 0)
			way.down = step;
		else if (step->task && (!type || type->impact != IMPACT_NONE || type->opaque))
			way.down = NULL;
		if (always_ends(step))
			way.ended = step;
	}
}
