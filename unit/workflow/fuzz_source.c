/* Any text as a workflow in either form: findings with places inside of it, or a workflow that compiles or is refused with
 * a sentence; and what is printed of it reads back as the same. */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "fakes.h"
#include "insist.h"
#include "json.h"
#include "source.h"
#include "yaml_print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
print_and_read(const char *text)
{
	CLEANUP_BUF struct buf printed = BUF_INIT(BUF_MAX_OBJECT), first = BUF_INIT(BUF_MAX_OBJECT);
	CLEANUP_BUF struct buf second = BUF_INIT(BUF_MAX_OBJECT);
	struct workflow_source source, again;
	struct findings findings = {.count = 0};

	workflow_source_read(&source, text, strlen(text), "x", &findings);
	if (source.object) {
		yaml_print(source.object, &printed);
		workflow_source_read(&again, buf_str(&printed), printed.len, "x", &findings);
		json_print(source.object, &first);
		json_print(again.object, &second);
		/* What was a mapping with cluster_tasks would be read as the other form. */
		insist(printed.len > YAML_BYTES_MAX || again.is_scp || strcmp(buf_str(&first), buf_str(&second)) == 0);
		workflow_source_done(&again);
	}
	workflow_source_done(&source);
	findings_done(&findings);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP_BUF struct buf copy = BUF_INIT(BUF_MAX_OBJECT);
	const char *text;
	struct findings findings = {.count = 0};
	struct workflow *w;

	buf_put(&copy, data, size);
	text = buf_str(&copy);
	w = workflow_read(text, strlen(text), "x", fake_types, &findings);
	insist(w ? findings.errors == 0 : findings.errors > 0);
	for (size_t i = 0; i < findings.count; i++)
		insist(findings.items[i].mark.line > 0 && findings.items[i].mark.column > 0 && *findings.items[i].text);
	findings_done(&findings);
	if (w)
		insist_plan(w);
	workflow_free(w);
	print_and_read(text);
	return 0;
}
