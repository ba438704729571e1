/* What receivers on the web were told, judged by what they have taken. */
#pragma once

#include "world.h"

/* A post arrives: what it tells must have been acknowledged by Redis. */
void notices_arrival(struct world *world, const struct effect_web *request);
/* How many of the posts taken at 'key' (of the Secret) carry the id UID/'what'; '*ret_calls' of them call somebody. */
size_t notices_taken(const struct world *world, const char *key, const char *what, size_t *ret_calls);
/* What is wrong, or NULL: somebody called twice, the same id with two texts, a post that is not what its service takes. */
const char *notices_judge(const struct world *world, char *text, size_t size);
