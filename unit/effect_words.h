/* What an effect is, in a line: "rest 10.0.0.1 POST /storage_service/drain". */
#pragma once

#include <stddef.h>

struct effect;

/* Cut at 'size'. 'name' says what is at an address; NULL: the address stands for itself. */
void effect_words(const struct effect *effect, const char *(*name)(const void *user, const char *address), const void *user,
    char *ret, size_t size);
