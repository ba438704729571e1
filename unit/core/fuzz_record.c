/* Whatever Redis holds: lines of "FIELD VALUE" are read into an operation with a plan, which then goes on as far as it
 * can. What was taken must be written again without a fault. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "cluster.h"
#include "op.h"
#include "registry.h"
#include "small.h"
#include "state.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char workflow[] = "{\"steps\":[{\"eachNode\":{\"steps\":[{\"task\":\"scylla-drain\"},"
    "{\"task\":\"systemd-stop-scylla-server\"},{\"task\":\"systemd-start-service\",\"with\":{\"service\":"
    "\"scylla-server\"}}]}},{\"wait\":[{\"condition\":\"cluster-normal\"}]}]}";

static void
write_again(struct small *small)
{
	struct buf buf = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	record_op(small->op, &buf);
	for (size_t i = 0; i < small->op->nlanes; i++) {
		buf_clear(&buf);
		record_lane(&small->op->lanes[i], &buf);
		if (small->op->lanes[i].step) {
			buf_clear(&buf);
			record_step(small->op->lanes[i].step, &buf);
			if (!buf_ok(&buf))
				abort();
		}
	}
	buf_done(&buf);
}

static void
go_on(struct small *small)
{
	small->op->status.running_acknowledged = small->op->object->meta.has_finalizer = true;
	if (!small->op->ended)
		roll_run(small->core, small->op);
	small_at(small, 20000);
	timers_run(small->core, &small->core->timers, small->core->now.up_ms);
	if (!small->op->ended)
		roll_run(small->core, small->op);
	small_settle(small);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct small_config config = {.core = small_core_config(registry), .workflow = workflow};
	char *text = xcalloc(size + 1, 1), *rest = text, *line;
	struct small small;
	bool good = true;

	if (size > 0)
		memcpy(text, data, size);
	small_open(&small, &config);
	small_sweep(&small);
	while (good && (line = strsep(&rest, "\n"))) {
		char *value = strchr(line, ' ');

		if (value)
			*value++ = '\0';
		good = record_read(small.core, small.op, line, value);
	}
	if (good) {
		write_again(&small);
		go_on(&small);
		write_again(&small);
	}
	free(text);
	small_close(&small);
	return 0;
}
