/* A refusal that tells what there is instead: the nearest name, and the first few of all. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "buf.h"
#include "err.h"
#include "nearest.h"

struct known {
	struct nearest nearest;
	struct buf list;
	size_t count;
	bool brief;              /* one that is near enough is all that is told */
};

/* 'written' is borrowed. End with known_refuse() or known_done(). */
void known_init(struct known *known, const char *written);
void known_done(struct known *known);
void known_offer(struct known *known, const char *name);
/* "SENTENCE; did you mean "x"? Known: a, b, c and 27 more"; -1. Frees. */
int known_refuse(struct known *known, struct err *err, const char *format, ...) __attribute__((format(printf, 3, 4)));
