/* Whatever a takeover answers: plan, fields and all. It is read or refused by name, and goes on as far as it can. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct small_config config = {.core = small_core_config(registry)};
	char *text = xcalloc(size + 1, 1);
	struct small small;

	if (size > 0)
		memcpy(text, data, size);
	small_open(&small, &config);
	small_sweep(&small);
	journal_take(small.core, small.op);
	/* An error reply begins with a capital letter, a journal never does. */
	small_answer(&small, small.op->journal.request, OUTCOME_ANSWERED, text[0] >= 'A' && text[0] <= 'Z', text);
	if (small.op->lost && !strstr(small.op->message, "journal"))
		abort();
	if (small.op->started && !small.op->lost && !small.op->ended) {
		small.op->status.running_acknowledged = small.op->object->meta.has_finalizer = true;
		roll_run(small.core, small.op);
		small_at(&small, 20000);
		timers_run(small.core, &small.core->timers, small.core->now.up_ms);
		roll_run(small.core, small.op);
	}
	small_settle(&small);
	free(text);
	small_close(&small);
	return 0;
}
