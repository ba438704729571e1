#include "chance.h"

uint64_t
chance_next(struct chance *chance)
{
	uint64_t z = chance->state += UINT64_C(0x9e3779b97f4a7c15);

	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

int64_t
chance_between(struct chance *chance, int64_t low, int64_t high)
{
	return high <= low ? low : low + (int64_t)(chance_next(chance) % (uint64_t)(high - low + 1));
}

bool
chance_of(struct chance *chance, int permille)
{
	/* A certain thing draws nothing: switching a fault off leaves the others as they were drawn. */
	if (permille <= 0)
		return false;
	return chance_next(chance) % 1000 < (uint64_t)permille;
}
