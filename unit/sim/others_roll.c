#include "others.h"

#include <stdio.h>
#include <string.h>

/* An operation on each cluster of a fleet. */

void
others_roll(struct others *others, struct world *world, struct chance *chance, int64_t within_ms)
{
	for (size_t i = 1; world_cluster(world, i) && others->count < OTHERS_AND_ROLLS; i++) {
		struct other *other = &others->list[others->count++];

		*other = (struct other){.kind = other_roll, .world = world, .sim = world_cluster(world, i)};
		snprintf(other->name, sizeof other->name, "roll-%zu", i);
		snprintf(other->node, sizeof other->node, "%s", sim_name(other->sim, 0));
		other->at_ms = chance_between(chance, 0, within_ms);
	}
}

const char *
others_judge(const struct others *others, char *text, size_t size)
{
	for (size_t i = 0; i < others->count; i++) {
		const struct other *other = &others->list[i];
		const struct api_object *o = api_find(other->world->api, KIND_OPERATION, SCENE_NAMESPACE, other->name);
		const char *wrong = NULL;

		if (o && other->kind == other_roll &&
		    strcmp(checker_ledger(other->world->checker, o->uid)->told_phase, "Succeeded") == 0)
			wrong = judge_rolled(other->world, other->sim, text, size);
		if (wrong)
			return wrong;
	}
	return NULL;
}
