#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "command.h"
#include "json.h"
#include "scp.h"
#include "source.h"
#include "text_file.h"
#include "workflow.h"
#include "workflow_texts.h"
#include "yaml_print.h"

/* {"metadata", "spec"} as a whole object. */
static void
print_object(const struct cJSON *object, struct buf *out)
{
	buf_puts(out, "apiVersion: strait.dev/v1alpha1\nkind: Workflow\n");
	yaml_print(object, out);
}

/* A definition stands in place of the steps: it is they that are wanted. */
static void
open_definition(struct workflow_source *source, struct findings *findings)
{
	const char *definition = json_str(json_get(source->object, "spec"), "definition");
	const char *name = json_str_or(json_get(source->object, "metadata"), "name", "workflow");
	struct workflow_source inner;

	if (!definition)
		return;
	workflow_source_read(&inner, definition, strlen(definition), name, findings);
	workflow_source_done(source);
	*source = inner;
}

static int
print(const struct args *args, const struct workflow_source *source, struct buf *out, struct buf *said)
{
	struct err err = {""};

	if (args->to && strcmp(args->to, "scp") == 0) {
		if (scp_print(source->object, out, &err) == 0)
			return EXIT_DONE;
		buf_clear(out);
		return complain(args, said, EXIT_FAILED, "%s", err.text);
	}
	if (source->is_scp)
		print_object(source->object, out);
	else
		yaml_print(source->object, out);
	return EXIT_DONE;
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

	if (args->to && strcmp(args->to, "scp") != 0 && strcmp(args->to, "workflow") != 0)
		return complain(args, said, EXIT_USAGE, "--to %s: expected scp or workflow", args->to);
	if (text_file_read(file, &text, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s", err.text);
	if (workflow_texts_only(&text, &err) < 0)
		return complain(args, said, EXIT_USAGE, "%s: %s", file, err.text);
	CLEANUP_FREE char *name = text_file_stem(file);

	workflow_source_read(&source, buf_str(&text), text.len, name, &findings);
	open_definition(&source, &findings);
	findings_sort(&findings);
	for (size_t i = 0; i < findings.count; i++)
		status = complain(args, said, EXIT_FAILED, "%s:%d:%d: %s", file, findings.items[i].mark.line,
		    findings.items[i].mark.column, findings.items[i].text);
	if (source.object && status == EXIT_DONE)
		status = print(args, &source, out, said);
	workflow_source_done(&source);
	findings_done(&findings);
	return status;
}

const struct command cmd_convert = {
	.name = "convert",
	.arguments = "FILE",
	.takes = TAKES_FORM,
	.least = 1,
	.most = 1,
	.summary = "Print a workflow that is written in SCP's YAML as a Workflow object, or the other way.",
	.help = "FILE, in either form, may be - for the standard input; of a Workflow object with spec.definition that is\n"
	    "converted. --to workflow is the default. Comments are lost; nothing else is: there and back is the same plan,\n"
	    "hash for hash. Exit status: 0 converted; 1 it has errors, or the dialect cannot say it; 2 wrong usage, or FILE\n"
	    "cannot be read.\n",
	.run = run,
};
