#include "before.h"

#include <inttypes.h>
#include <stdio.h>

#include "api.h"

bool
before_touching(struct task *t)
{
	const struct answer *pending;
	char text[24];
	int64_t count;

	if (task_recall(t, BEFORE_PENDING))
		return true;
	pending = scylla_get(t, SCYLLA_PENDING_COMPACTIONS);
	if (!pending)
		return false;
	if (answer_ok(pending) && scylla_integer(pending->body, pending->len, &count)) {
		snprintf(text, sizeof text, "%" PRId64, count);
		task_remember_first(t, BEFORE_PENDING, text);
	}
	return true;
}
