/* A person who looks at the operation when it stands still, reads what its status says, and does what it asks for. */
#pragma once

#include "scene.h"

/* For world_run(): the operation is over, or it is paused and waits for a person, or has lost its journal. */
bool until_settled(struct world *world, const char *unused);
/* Once: start members whose processes are gone; retry what has failed, approve a plan,
 * resume what is paused, leave out nodes that are others now. False: there is
 * nothing to do. 'wrong' becomes what the status should have said and does not; else it stays as it is. */
bool person_helps(struct scene *scene, char *wrong, size_t size);
/* An operation beside the scene's own: its nodes are up by now. One at a time; false: there is none. */
bool person_deletes_the_lost(struct world *world);
/* One that was removed, and is waited for, is emptied and started: it joins as a new one. False: it has not been removed, or
 * its process is there. */
bool person_lets_join(struct world *world, struct sim *sim, const char *node);
