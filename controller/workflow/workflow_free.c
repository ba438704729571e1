#include "workflow.h"

#include <stdlib.h>

static void
free_values(struct workflow_value *values, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(values[i].name);
		free(values[i].text);
	}
	free(values);
}

static void
free_conditions(struct workflow_condition *conditions, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(conditions[i].name);
		free(conditions[i].type);
		free_values(conditions[i].with, conditions[i].nwith);
		free(conditions[i].success_window);
		free(conditions[i].poll_interval);
		free(conditions[i].timeout);
	}
	free(conditions);
}

static void
free_whens(struct workflow_when *whens, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		free(whens[i].place);
		free(whens[i].variable);
		free(whens[i].step);
		for (size_t v = 0; v < whens[i].nvalues; v++)
			free(whens[i].values[v]);
		free(whens[i].values);
	}
	free(whens);
}

/* Those inside a step have none inside. */
static void
step_done(struct workflow_step *step)
{
	free(step->place);
	free(step->name);
	free(step->task);
	free_values(step->with, step->nwith);
	free_conditions(step->conditions, step->nconditions);
	free(step->retry_backoff);
	free(step->timeout);
	free(step->message);
	free_whens(step->when, step->nwhen);
}

static void
free_steps(struct workflow_step *steps, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		for (size_t f = 0; f < steps[i].nfallbacks; f++)
			step_done(&steps[i].on_failure[f]);
		free(steps[i].on_failure);
		step_done(&steps[i]);
	}
	free(steps);
}

static void
free_block(struct workflow_block *block)
{
	free_steps(block->steps, block->nsteps);
	free_steps(block->batch.then, block->batch.nthen);
	free_values(block->with, block->nwith);
	free(block->workflow);
	free_whens(block->when, block->nwhen);
	free(block->names);
	free(block->canary.soak);
	free(block->canary.message);
	free(block->cool_down);
	free(block->gate_timeout);
	free(block->name);
	free(block->place);
}

struct workflow *
workflow_free(struct workflow *workflow)
{
	if (!workflow)
		return NULL;
	for (size_t i = 0; i < workflow->nvariables; i++) {
		free(workflow->variables[i].name);
		free(workflow->variables[i].description);
		free(workflow->variables[i].fallback);
		for (size_t k = 0; k < workflow->variables[i].nchoices; k++)
			free(workflow->variables[i].choices[k]);
		free(workflow->variables[i].choices);
	}
	free(workflow->variables);
	for (size_t i = 0; i < workflow->nblocks; i++)
		free_block(&workflow->blocks[i]);
	free(workflow->blocks);
	free(workflow->description);
	free(workflow->name);
	free(workflow);
	return NULL;
}
