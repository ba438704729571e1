#include "lint_cluster.h"

#include <string.h>

#include "alloc.h"
#include "plan_channels.h"
#include "plan_make.h"
#include "source.h"
#include "workflow.h"

struct blaming {
	const struct lint_cluster *against;
	const struct workflow_source *source;
	struct findings *findings;
};

/* What is in a variable only the operation knows. */
static void
check_channels(const struct blaming *b, const struct workflow_step *step)
{
	struct err sentence = {""};

	for (size_t i = 0; i < step->nwith; i++) {
		const char *text = step->with[i].text;
		CLEANUP_FREE char *place = xasprintf("%s.with.channels", step->place);

		for (; strcmp(step->with[i].name, "channels") == 0 && *text; text += *text == ',') {
			size_t len = strcspn(text, ",");
			CLEANUP_FREE char *channel = xstrndup(text, len);

			if (!strchr(channel, '+') &&
			    plan_check_channel(b->against->cluster.channels, place, channel, &sentence) < 0)
				workflow_source_blame(b->source, SEVERITY_ERROR, sentence.text, b->findings);
			text += len;
		}
	}
}

/* A variable that must be given says nothing against the workflow. */
static bool
is_for_the_operation(const char *sentence)
{
	return strncmp(sentence, "spec.variables.", strlen("spec.variables.")) == 0;
}

/* By check_channels(), which goes on where the plan ends at its first mistake; the plan says first whose it is. */
static bool
is_said(const struct findings *findings, const char *sentence)
{
	for (size_t i = 0; i < findings->count; i++)
		if (strstr(sentence, findings->items[i].text))
			return true;
	return false;
}

void
lint_cluster(const struct lint_cluster *against, struct at_hand *hand, const struct workflow *workflow,
    const char *text, size_t len, const char *name, struct findings *findings)
{
	struct findings again = {.count = 0};
	struct workflow_source source;
	struct blaming blaming = {against, &source, findings};
	struct err err = {""};
	struct plan *plan;

	workflow_source_read(&source, text, len, name, &again);
	for (size_t b = 0; b < workflow->nblocks; b++)
		for (size_t i = 0; i < workflow->blocks[b].nsteps; i++)
			check_channels(&blaming, &workflow->blocks[b].steps[i]);
	plan = plan_make(against->args, workflow, &against->cluster, hand, &err);
	if (!plan && !is_said(findings, err.text))
		workflow_source_blame(&source, is_for_the_operation(err.text) ? SEVERITY_NOTE : SEVERITY_ERROR, err.text,
		    findings);
	plan_free(plan);
	findings_sort(findings);
	findings_done(&again);
	workflow_source_done(&source);
}
