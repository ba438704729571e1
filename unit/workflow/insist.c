#include "insist.h"

#include <stdlib.h>
#include <string.h>

#include "fakes.h"

void
insist(bool holds)
{
	if (!holds)
		abort();
}

void
insist_plan(const struct workflow *workflow)
{
	struct plan_input input = fake_input();
	struct err err = {""};
	struct plan *plan = plan_compile(workflow, &input, &err), *back;

	insist(plan || *err.text);
	if (!plan)
		return;
	back = plan_decode(plan->text, fake_types, &err);
	insist(back && strcmp(back->hash, plan->hash) == 0);
	plan_free(back);
	plan_free(plan);
}
