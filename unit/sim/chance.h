/* Luck from a seed: the same seed, the same world. SplitMix64. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct chance {
	uint64_t state;
};

uint64_t chance_next(struct chance *chance);
/* low <= result <= high */
int64_t chance_between(struct chance *chance, int64_t low, int64_t high);
/* True in 'permille' of a thousand cases. */
bool chance_of(struct chance *chance, int permille);
