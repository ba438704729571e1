#include "knob_table.h"

#define PENDING "Pending"
#define QUEUED "Queued"
#define AWAITING "AwaitingApproval"
#define RUNNING "Running"
#define FROZEN "Frozen"
#define PAUSED "Paused"
#define CANCELLING "Cancelling"
#define SUCCEEDED "Succeeded"
#define FAILED "Failed"
#define CANCELLED "Cancelled"
#define PLANNED "Planned"

#define NOW {TAKES_NOW, NULL}
#define NOW_(phase) {TAKES_NOW, phase}
#define SAFE_(phase) {TAKES_SAFE, phase}
#define KEPT {TAKES_KEPT, NULL}
#define LOST {TAKES_LOST, NULL}
#define NONE {TAKES_NONE, NULL}
#define REFUSED {TAKES_REFUSED, NULL}

static const struct knob_row rows[] = {
#define KNOB(name, does, refused)
#define PHASE(phase, when, ...) {phase, when, {__VA_ARGS__}},
#include "knobs.def"
#undef KNOB
#undef PHASE
	{0},
};

static const char *const names[][3] = {
#define KNOB(name, does, refused) {#name, does, refused},
#define PHASE(...)
#include "knobs.def"
#undef KNOB
#undef PHASE
};

const struct knob_row *
knob_rows(void)
{
	return rows;
}

const char *
knob_name(enum knob knob)
{
	return names[knob][0];
}

const char *
knob_does(enum knob knob)
{
	return names[knob][1];
}

const char *
knob_refused(enum knob knob)
{
	return names[knob][2];
}
