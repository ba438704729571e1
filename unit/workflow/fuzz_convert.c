/* Any text as a workflow, written in SCP's YAML: refused with a sentence, or read back it makes the same plan. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fakes.h"
#include "insist.h"
#include "json.h"
#include "scp.h"
#include "source.h"
#include "workflow.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* NULL: it is none. */
static struct plan *
plan_of(const struct workflow_source *source)
{
	struct plan_input input = fake_input();
	struct err err = {""};
	struct workflow *workflow = source->object ? workflow_decode(source->object, &err) : NULL;
	struct plan *plan = workflow ? plan_compile(workflow, &input, &err) : NULL;

	workflow_free(workflow);
	return plan;
}

static void
compare(const struct workflow_source *source, const struct buf *printed)
{
	struct findings findings = {.count = 0};
	struct plan *before = plan_of(source), *after;
	struct workflow_source again;

	workflow_source_read(&again, buf_str(printed), printed->len, "x", &findings);
	after = plan_of(&again);
	insist(!before == !after && (!before || strcmp(before->text, after->text) == 0));
	plan_free(before);
	plan_free(after);
	workflow_source_done(&again);
	findings_done(&findings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf copy = BUF_INIT(BUF_MAX_OBJECT), printed = BUF_INIT(BUF_MAX_OBJECT);
	struct findings findings = {.count = 0};
	struct workflow_source source;
	struct err err = {""};
	const char *text;

	buf_put(&copy, data, size);
	text = buf_str(&copy);
	workflow_source_read(&source, text, strlen(text), "x", &findings);
	if (source.object && scp_print(source.object, &printed, &err) < 0)
		insist(*err.text);
	else if (source.object && printed.len <= YAML_BYTES_MAX)
		compare(&source, &printed);
	workflow_source_done(&source);
	findings_done(&findings);
	return 0;
}
