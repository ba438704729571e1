/* Whatever a host prints when it is asked for a unit, or ssh in its place: the first byte's lowest bit says whether the
 * host was reached at all, the rest is the output. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "host.h"
#include "op.h"
#include "question.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char name[] = "scylla-server.service";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	size_t len = size - (size > 0);
	char *text = memcpy(xcalloc(1, len + 1), data + (size > 0), len);
	struct question question = {
		.channel = QUESTION_HOST,
		.address = "10.0.0.1",
		.what = (char[]){"scylla-server.service"},
		.answer = {.reached = size == 0 || data[0] & 1, .body = text, .len = strlen(text), .error = ""},
	};
	struct question *questions[] = {&question};
	struct task task = {.questions = questions, .nquestions = 1, .node = {.address = question.address}};
	const struct host_unit *unit = host_show(&task, name);

	if (!unit || !unit->error || (unit->reached && !question.answer.reached))
		abort();
	if (strlen(unit->active) >= sizeof unit->active || strlen(unit->invocation) >= sizeof unit->invocation)
		abort();
	for (size_t i = 0; i < task.nunits; i++)
		free(task.units[i]);
	free(task.units);
	free(text);
	return 0;
}
