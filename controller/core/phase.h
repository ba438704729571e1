/* What is said of an operation: its phase, by name, and a sentence. */
#pragma once

#include <stdbool.h>

/* Bytes of a sentence of an operation, a lane or a step. */
enum { MESSAGE = 512 };

#define PHASES(X) \
	X(NONE, "") X(PENDING, "Pending") X(QUEUED, "Queued") X(AWAITING_APPROVAL, "AwaitingApproval") \
	X(RUNNING, "Running") X(FROZEN, "Frozen") X(PAUSED, "Paused") X(CANCELLING, "Cancelling") \
	X(SUCCEEDED, "Succeeded") X(FAILED, "Failed") X(CANCELLED, "Cancelled") X(PLANNED, "Planned")
#define X(name, text) PHASE_##name,
enum phase { PHASES(X) };
#undef X
const char *phase_name(enum phase phase);
enum phase phase_parse(const char *text);
bool phase_is_final(enum phase phase);
