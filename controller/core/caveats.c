#include "caveats.h"

#include <stdio.h>
#include <string.h>

#include "op.h"
#include "task.h"

void
caveats_begin(struct op *op)
{
	op->caveats.judged[0] = '\0';
}

/* An override may have one condition judged twice. */
void
caveats_note(struct op *op, const struct task *judge)
{
	char *judged = op->caveats.judged;
	size_t len = strlen(judged);

	if (judge->unproven && !strstr(judged, judge->sentence))
		snprintf(judged + len, CAVEATS_TEXT - len, "%s%s", len ? "; " : "", judge->sentence);
}

void
caveats_keep(struct op *op)
{
	snprintf(op->caveats.told, sizeof op->caveats.told, "%s", op->caveats.judged);
}
