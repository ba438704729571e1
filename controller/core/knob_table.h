/* knobs.def as data: for docs/knobs.md and for the test that walks it. */
#pragma once

#include <stddef.h>

enum knob {
#define KNOB(name, does, refused) KNOB_##name,
#define PHASE(...)
#include "knobs.def"
#undef KNOB
#undef PHASE
	KNOBS
};

enum knob_effect { TAKES_NOW, TAKES_SAFE, TAKES_KEPT, TAKES_LOST, TAKES_NONE, TAKES_REFUSED };

struct knob_cell {
	enum knob_effect effect;
	const char *becomes;            /* the phase that it leads to; NULL: the same */
};

struct knob_row {
	const char *phase;              /* as status.phase says it; NULL ends the table */
	const char *when;
	struct knob_cell cells[KNOBS];
};

const struct knob_row *knob_rows(void);
const char *knob_name(enum knob knob);
const char *knob_does(enum knob knob);
const char *knob_refused(enum knob knob);
