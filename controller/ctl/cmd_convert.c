#include <stdlib.h>

#include "alloc.h"
#include "command.h"
#include "json.h"
#include "registry.h"
#include "source.h"
#include "text_file.h"
#include "workflow.h"
#include "yaml_print.h"

/* {"metadata", "spec"} as a whole object. */
static void
print_object(const struct cJSON *object, struct buf *out)
{
	buf_puts(out, "apiVersion: strait.dev/v1alpha1\nkind: Workflow\n");
	yaml_print(object, out);
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	CLEANUP_BUF struct buf text = BUF_INIT(YAML_BYTES_MAX + 1);
	struct findings findings = {.count = 0};
	struct workflow_source source;
	const char *file = args->words[0];
	int status = EXIT_DONE;
	struct err err;

	if (text_file_read(file, &text, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s", err.text);
	CLEANUP_FREE char *name = text_file_stem(file);

	workflow_source_read(&source, buf_str(&text), text.len, name, &findings);
	findings_sort(&findings);
	for (size_t i = 0; i < findings.count; i++)
		status = complain(args, said, EXIT_FAILED, "%s:%d:%d: %s", file, findings.items[i].mark.line,
		    findings.items[i].mark.column, findings.items[i].text);
	if (source.object && source.is_scp)
		print_object(source.object, out);
	else if (source.object)
		yaml_print(source.object, out);
	workflow_source_done(&source);
	findings_done(&findings);
	return status;
}

const struct command cmd_convert = {
	.name = "convert",
	.arguments = "FILE",
	.least = 1,
	.most = 1,
	.summary = "Print a workflow that is written in SCP's YAML as a Workflow object.",
	.help = "FILE may be - for the standard input. A Workflow object is printed as it would be after a conversion.\n"
	    "Comments are lost; nothing else is.\n",
	.run = run,
};
