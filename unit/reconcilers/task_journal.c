/* What a step writes into the journal: it must read back as it was, and its names are a format. */
#include "alloc.h"
#include "check.h"
#include "cluster.h"
#include "op.h"
#include "state.h"
#include "task_run.h"

enum { LABELS_MAX = 256 };

static char *labels[LABELS_MAX];
static size_t nlabels;

/* 'text' with every 'from' turned into 'to'; owned. */
static char *
turned(const char *text, const char *from, const char *to)
{
	struct buf out = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	for (const char *at = strstr(text, from); at; text = at + strlen(from), at = strstr(text, from)) {
		buf_put(&out, text, (size_t)(at - text));
		buf_puts(&out, to);
	}
	buf_puts(&out, text);
	return buf_take(&out);
}

static char *
recorded(struct run *run, const struct step *step)
{
	struct buf out = BUF_INIT(BUF_MAX_JOURNAL_VALUE);

	record_step(step, &out);
	if (!buf_ok(&out))
		RUN_FAIL(run, "the step's record is larger than %d bytes", BUF_MAX_JOURNAL_VALUE);
	return buf_take(&out);
}

void
run_read_back(struct run *run)
{
	struct op *op = run->small.op;
	struct step **at = run->lane ? &run->lane->step : &op->cluster_step;
	bool touched = run->lane && run->lane->touched;
	CLEANUP_FREE char *before = recorded(run, run->step), *after = NULL, *half = NULL, *expected = NULL;

	/* As at the last event: there is nothing new to be read. */
	if (run->read_back && strcmp(run->read_back, before) == 0)
		return;
	/* What was on its way is unknown to whoever reads it. */
	half = turned(before, "{\"state\":\"intended\"", "{\"state\":\"unknown\"");
	expected = turned(half, "{\"state\":\"sent\"", "{\"state\":\"unknown\"");
	*at = NULL;
	if (!record_read(run->small.core, op, run->step->id, before) || !*at)
		RUN_FAIL(run, "the step cannot be read back from %s", before);
	after = recorded(run, *at);
	if (strcmp(after, expected) != 0)
		RUN_FAIL(run, "the step reads back as another\n was: %s\n  is: %s", expected, after);
	step_free(run->small.core, *at);
	*at = run->step;
	if (run->lane)
		run->lane->touched = touched;
	free(run->read_back);
	run->read_back = TAKE_PTR(before);
}

static void
collect(const char *type, const char *what, const char *name, const char *how)
{
	char *label = xasprintf("%s: %s %s%s", type, what, name, how);

	for (size_t i = 0; i < nlabels; i++)
		if (strcmp(labels[i], label) == 0) {
			free(label);
			return;
		}
	assert_true(nlabels < LABELS_MAX);
	labels[nlabels++] = label;
}

void
run_collect_labels(struct run *run)
{
	const struct step *step = run->step;
	const char *type = step_kind(step);

	for (size_t i = 0; i < step->nacts; i++)
		collect(type, "act", step->acts[i].label, step->acts[i].kind == ACT_ONCE ? ", once" : ", repeatable");
	for (size_t i = 0; i < step->nmemory; i++)
		collect(type, "remembers", step->memory[i].key, "");
	for (size_t i = 0; run->lane && i < run->lane->nmemory; i++)
		collect(type, "remembers", run->lane->memory[i].key, " for the lane");
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *
run_labels(void)
{
	struct buf out = BUF_INIT(BUF_MAX_OBJECT);

	qsort(labels, nlabels, sizeof *labels, compare);
	for (size_t i = 0; i < nlabels; i++) {
		buf_printf(&out, "%s\n", labels[i]);
		free(labels[i]);
	}
	nlabels = 0;
	return buf_take(&out);
}
