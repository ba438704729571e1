#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "at_hand.h"
#include "command.h"
#include "json.h"
#include "lint_cluster.h"
#include "plan_find.h"
#include "registry.h"
#include "source.h"
#include "text_file.h"
#include "version.h"
#include "workflow.h"
#include "workflow_texts.h"

enum { LINT_FOUND = 1 };

/* How findings are printed. */
struct printer {
	void (*open)(struct buf *out);
	void (*finding)(const char *file, const struct finding *finding, bool first, struct buf *out);
	void (*close)(struct buf *out);
};

static void
nothing(struct buf *out)
{
	(void)out;
}

static void
text_finding(const char *file, const struct finding *f, bool first, struct buf *out)
{
	(void)first;
	buf_printf(out, "%s:%d:%d: %s: %s\n", file, f->mark.line, f->mark.column, severity_name(f->severity), f->text);
}

static void
json_begin(struct buf *out)
{
	buf_puts(out, "[");
}

static void
json_finding(const char *file, const struct finding *f, bool first, struct buf *out)
{
	struct json_out json = JSON_OUT(out);

	buf_puts(out, first ? "\n" : ",\n");
	json_open(&json, NULL);
	json_put_str(&json, "file", file);
	json_put_int(&json, "line", f->mark.line);
	json_put_int(&json, "column", f->mark.column);
	json_put_str(&json, "severity", severity_name(f->severity));
	json_put_str(&json, "message", f->text);
	json_close(&json);
}

static void
json_end(struct buf *out)
{
	buf_puts(out, "\n]\n");
}

/* The static analysis results interchange format, 2.1.0: what code hosts show beside the line. */
static void
sarif_begin(struct buf *out)
{
	buf_puts(out, "{\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":["
	    "{\"tool\":{\"driver\":{\"name\":\"straitctl lint\",\"version\":\"" STRAIT_VERSION "\","
	    "\"rules\":[{\"id\":\"workflow\"}]}},"
	    "\"results\":[");
}

static void
sarif_finding(const char *file, const struct finding *f, bool first, struct buf *out)
{
	struct json_out json = JSON_OUT(out);

	buf_puts(out, first ? "\n" : ",\n");
	json_open(&json, NULL);
	json_put_str(&json, "ruleId", "workflow");
	json_put_str(&json, "level", severity_name(f->severity));
	json_open(&json, "message");
	json_put_str(&json, "text", f->text);
	json_close(&json);
	json_open_array(&json, "locations");
	json_open(&json, NULL);
	json_open(&json, "physicalLocation");
	json_open(&json, "artifactLocation");
	json_put_str(&json, "uri", file);
	json_close(&json);
	json_open(&json, "region");
	json_put_int(&json, "startLine", f->mark.line);
	json_put_int(&json, "startColumn", f->mark.column);
	json_close(&json);
	json_close(&json);
	json_close(&json);
	json_close_array(&json);
	json_close(&json);
}

static void
sarif_end(struct buf *out)
{
	buf_puts(out, "\n]}]}\n");
}

static const struct printer text_printer = {nothing, text_finding, nothing};
static const struct printer json_printer = {json_begin, json_finding, json_end};
static const struct printer sarif_printer = {sarif_begin, sarif_finding, sarif_end};

struct linting {
	const struct args *args;
	const struct printer *printer;
	const struct lint_cluster *cluster;      /* or NULL */
	struct at_hand *hand;
	struct buf *out;
	const char *file, *name;
	size_t printed, errors;
};

static void
lint_text(void *user, const char *text, size_t len)
{
	struct linting *l = user;
	struct findings findings = {.count = 0};
	const struct lint_others others = {at_hand_find, l->hand};
	struct workflow *workflow = workflow_read_among(&others, text, len, l->name, registry, &findings);

	if (workflow && l->cluster)
		lint_cluster(l->cluster, l->hand, workflow, text, len, l->name, &findings);
	for (size_t i = 0; i < findings.count; i++)
		l->printer->finding(l->file, &findings.items[i], l->printed++ == 0, l->out);
	l->errors += findings.errors;
	findings_done(&findings);
	workflow_free(workflow);
}

/* -1: it cannot be read. */
static int
lint_file(struct linting *l, const char *file, struct buf *said)
{
	CLEANUP_BUF struct buf text = BUF_INIT(YAML_BYTES_MAX + 1);
	CLEANUP_FREE char *name = text_file_stem(file);
	struct err err;

	if (text_file_read(file, &text, &err) < 0)
		return complain(l->args, said, -1, "%s", err.text);
	l->file = file;
	l->name = name;
	if (workflow_texts_each(buf_str(&text), text.len, lint_text, l) == 0)
		complain(l->args, said, 0, "%s: no workflow stands in it", file);
	return 0;
}

static int
lint_all(struct linting *l, struct buf *said)
{
	size_t unread = 0;

	l->printer->open(l->out);
	for (size_t i = 0; i < l->args->nwords; i++)
		unread += lint_file(l, l->args->words[i], said) < 0;
	l->printer->close(l->out);
	if (unread > 0)
		return EXIT_USAGE;
	return l->errors > 0 ? LINT_FOUND : EXIT_DONE;
}

static int
run(const struct args *args, struct buf *out, struct buf *said)
{
	const char *form = args->output ? args->output : "text";
	const struct printer *printer = strcmp(form, "json") == 0 ? &json_printer
	    : strcmp(form, "sarif") == 0 ? &sarif_printer : &text_printer;
	struct at_hand hand = {.files = args->words, .nfiles = args->nwords};
	struct linting linting = {.args = args, .printer = printer, .hand = &hand, .out = out};
	struct lint_cluster cluster = {.args = args};
	int status = EXIT_DONE;

	if (args->cluster_file) {
		linting.cluster = &cluster;
		if (plan_find_cluster(&cluster.cluster, args, said) != EXIT_DONE)
			status = EXIT_USAGE;
	}
	if (status == EXIT_DONE)
		status = lint_all(&linting, said);
	plan_cluster_done(&cluster.cluster);
	at_hand_done(&hand);
	return status;
}

const struct command cmd_lint = {
	.name = "lint",
	.arguments = "FILE...",
	.takes = TAKES_FINDINGS | TAKES_TARGETS | TAKES_LINT,
	.least = 1,
	.most = 100000,
	.summary = "Check workflows without a cluster: every mistake with its line and column.",
	.help = "FILE is a Workflow object or SCP's YAML; - is the standard input. Of several documents in a file those of\n"
	    "another kind are passed over. With --cluster-file, a TargetCluster by hand or as kubectl prints it, each is\n"
	    "planned against its nodes too, with what --var, --nodes and --zone say. Exit status: 0 no error (warnings and\n"
	    "notes do not count); 1 errors were found; 2 a file could not be read, or wrong usage.\n",
	.run = run,
};
