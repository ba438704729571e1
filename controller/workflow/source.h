/* A workflow's text, in whichever form it is written, as the object that everything else reads. */
#pragma once

#include "buf.h"
#include "findings.h"
#include "places.h"

struct cJSON;
struct reconciler;
struct workflow;

struct workflow_source {
	struct cJSON *object;            /* {"metadata", "spec"}; NULL: it could not be read, the findings say why */
	struct places places;            /* of the object's members in the text */
	bool is_scp;
};

/* Read 'text'; 'name' is what the workflow is called when the text does not say. */
void workflow_source_read(struct workflow_source *ret, const char *text, size_t len, const char *name,
    struct findings *findings);
void workflow_source_done(struct workflow_source *source);
/* A sentence that begins with the path of a member ("spec.steps[0].task: …", after "workflow x, " too), as a finding at
 * that member's place. */
void workflow_source_blame(const struct workflow_source *source, enum severity severity, const char *sentence,
    struct findings *findings);

/* Read, decoded and linted: the workflow, or NULL when there is an error among the findings, which come by place. A
 * Workflow object's spec.definition is read in place of its steps. 'types' is the registry. */
struct workflow *workflow_read(const char *text, size_t len, const char *name, const struct reconciler *const *types,
    struct findings *findings);
/* The same with other workflows at hand, which it may run as steps. */
struct lint_others;
struct workflow *workflow_read_among(const struct lint_others *others, const char *text, size_t len, const char *name,
    const struct reconciler *const *types, struct findings *findings);
/* Of a Workflow object as the API server has it; a mistake in spec.definition is told with line and column. */
struct workflow *workflow_of_object(const struct cJSON *object, struct err *err);
