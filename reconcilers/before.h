/* What a node was like before the operation touched it, for the whole lane: recorded by every type that takes a node
 * down, read by conditions that ask whether it is as well as before. */
#pragma once

#include "scylla.h"

#define BEFORE_PENDING "pending_before"      /* compactions */

/* False while it is being asked: call it first, before testing other questions. A node that does not answer tells
 * nothing, and is not waited for. */
bool before_touching(struct task *t);
