#include "rehearse.h"

#include <stdlib.h>

#include "alloc.h"
#include "op.h"
#include "rehearse_stage.h"

/* A roll of a thousand nodes takes a tenth of it. */
enum { EVENTS_MAX = 1000000 };

/* Which step somebody is at. */
struct track {
	const struct plan_step *plan;
	size_t block;
	int64_t since_ms;
};

struct notes {
	struct rehearsal *rehearsal;
	struct track *tracks;            /* a lane's each, and the cluster's */
	int64_t start_up_ms;
};

static void
note(struct notes *notes, struct track *track, const struct plan_step *plan, size_t block, size_t node, int64_t now_ms)
{
	struct rehearsal *r = notes->rehearsal;

	if (track->plan == plan)
		return;
	if (track->plan)
		*ARRAY_GROW(r->spans, r->nspans) = (struct rehearsal_span){track->block, node,
		    xstrdup(track->plan->number), track->since_ms, now_ms};
	*track = (struct track){plan, block, now_ms};
}

static void
look(struct notes *notes, const struct stage *stage)
{
	const struct op *op = stage->op;
	int64_t now = stage->now.up_ms - notes->start_up_ms;

	for (size_t i = 0; i < op->nlanes; i++) {
		const struct lane *lane = &op->lanes[i];
		bool works = lane->state == LANE_RUNNING && lane->step;

		if (works || notes->tracks[i].plan)
			note(notes, &notes->tracks[i], works ? lane->step->plan : NULL, lane->block_index,
			    (size_t)(lane->node - op->plan->nodes), now);
	}
	note(notes, &notes->tracks[op->lanes_most], op->cluster_step ? op->cluster_step->plan : NULL, op->block, SIZE_MAX, now);
}

/* False: it comes to no end. */
static bool
play(struct notes *notes, struct stage *stage)
{
	look(notes, stage);
	while (!stage->op->ended && stage->events < EVENTS_MAX) {
		if (!stage_turn(stage))
			return false;
		look(notes, stage);
	}
	return stage->op->ended && stage->op->phase == PHASE_SUCCEEDED;
}

struct rehearsal *
rehearse(const struct plan *plan, const struct reconciler *const *types, rehearse_time_fn *takes, void *user,
    struct err *err)
{
	struct notes notes = {.rehearsal = xcalloc(1, sizeof *notes.rehearsal)};
	struct stage stage;

	if (stage_open(&stage, plan, types, takes, user, err) < 0) {
		notes.rehearsal = rehearsal_free(notes.rehearsal);
	} else {
		notes.tracks = xcalloc(stage.op->lanes_most + 1, sizeof *notes.tracks);
		notes.start_up_ms = stage.now.up_ms;
		if (!play(&notes, &stage)) {
			err_set(err, "the rehearsal stands still: %s: %s", phase_name(stage.op->phase), stage.op->message);
			notes.rehearsal = rehearsal_free(notes.rehearsal);
		} else {
			notes.rehearsal->total_ms = stage.now.up_ms - notes.start_up_ms;
			notes.rehearsal->events = stage.events;
		}
		free(notes.tracks);
	}
	stage_close(&stage);
	return notes.rehearsal;
}

struct rehearsal *
rehearsal_free(struct rehearsal *rehearsal)
{
	if (!rehearsal)
		return NULL;
	for (size_t i = 0; i < rehearsal->nspans; i++)
		free(rehearsal->spans[i].number);
	free(rehearsal->spans);
	free(rehearsal);
	return NULL;
}
