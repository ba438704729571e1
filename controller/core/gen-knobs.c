/* Prints docs/knobs.md from knobs.def. */
#include <stdio.h>

#include "knob_table.h"

static const char *const effects[][2] = {
	[TAKES_NOW] = {"now", "at once"},
	[TAKES_SAFE] = {"safe point", "at the next safe point: nodes held down are brought back first"},
	[TAKES_KEPT] = {"kept", "nothing yet; when the operation runs (again), or comes to it"},
	[TAKES_LOST] = {"if lost", "only while the operation is Stalled with JournalLost"},
	[TAKES_NONE] = {"-", "nothing"},
	[TAKES_REFUSED] = {"refused", "the API server refuses it, with a sentence"},
};

static void
head(void)
{
	puts("<!-- Generated from controller/core/knobs.def by make; edit that file. -->\n"
	    "# Knobs\n\n"
	    "Of a ClusterOperation's spec these may change while it runs; all else is fixed when it is created. Keep them\n"
	    "out of Git, or whoever applies from there turns them back. `dryRun` is no knob: it is set once, makes the plan,\n"
	    "judges the gate, tells both in `status.plan` and ends as Planned\n"
	    "(`kubectl wait --for=jsonpath={.status.phase}=Planned`).\n");
	for (enum knob knob = 0; knob < KNOBS; knob++)
		printf("- **%s**: %s\n  Refused: %s\n", knob_name(knob), knob_does(knob), knob_refused(knob));
}

static void
table(void)
{
	printf("\n## What each does in which phase\n\n| phase |");
	for (enum knob knob = 0; knob < KNOBS; knob++)
		printf(" %s |", knob_name(knob));
	printf("\n|---|");
	for (enum knob knob = 0; knob < KNOBS; knob++)
		printf("---|");
	for (const struct knob_row *row = knob_rows(); row->phase; row++) {
		printf("\n| **%s**: %s |", row->phase, row->when);
		for (enum knob knob = 0; knob < KNOBS; knob++) {
			const struct knob_cell *cell = &row->cells[knob];

			printf(" %s%s%s |", effects[cell->effect][0], cell->becomes ? ": " : "",
			    cell->becomes ? cell->becomes : "");
		}
	}
	puts("\n");
	for (size_t i = 0; i < sizeof effects / sizeof *effects; i++)
		printf("- **%s**: %s\n", effects[i][0], effects[i][1]);
}

static void
tail(void)
{
	puts("\n## Who may override\n\n"
	    "An entry of `overrides` takes the verb `override` besides the right to edit the object; the policy in\n"
	    "`manifests/admission/overrides.yaml` (the chart installs it) asks for it:\n\n"
	    "    apiVersion: rbac.authorization.k8s.io/v1\n"
	    "    kind: Role\n"
	    "    metadata: {name: override-the-gate}\n"
	    "    rules:\n"
	    "    - {apiGroups: [strait.dev], resources: [clusteroperations], verbs: [override]}\n\n"
	    "    kubectl patch clop NAME --type merge -p '{\"spec\":{\"overrides\":[{\"gate\":\"cluster-normal\",\n"
	    "      \"nodes\":[\"db-a-1\"],\"reason\":\"db-a-2 waits for a disk\",\"until\":\"2026-01-28T18:00:00Z\"}]}}'");
}

int
main(void)
{
	head();
	table();
	tail();
	return fflush(stdout) != 0;
}
