/* The model of a workflow: what an author wrote, checked for form but not yet against a cluster. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"
#include "findings.h"
#include "reconciler.h"

struct cJSON;

struct workflow_variable {
	char *name;
	enum parameter_type type;
	char *description;       /* or NULL */
	char *fallback;          /* default as text, or NULL */
	bool required;
	char **choices;          /* enum: of a list, what each entry is one of; counted */
	size_t nchoices;
	bool bounded;            /* 'min' and 'max' count; of integers, and durations in ms */
	int64_t min, max;
};

/* Conditions of one wait at most: the engine keeps a window for each. */
enum { WORKFLOW_CONDITIONS = 8 };
/* Steps inside a step at most. */
enum { WORKFLOW_FALLBACKS = 8, WORKFLOW_LIST = 16, WORKFLOW_WHENS = 8 };

/* A parameter of a task or condition as text, with +variables+ still in it. */
struct workflow_value {
	char *name;
	char *text;              /* of a list, with commas between its entries */
	bool list;               /* it was written as one */
};

/* A test by which a step is done or left out. */
struct workflow_when {
	char *place;
	char *variable;          /* its name; or NULL */
	char *step;              /* else the name of a step before this one, whose outcome it is */
	bool negated;            /* it is none of 'values', else one of them */
	char **values;
	size_t nvalues;
};

/* What may have become of a step, NULL-ended: "done", "rescued", "failed" and passed over, "skipped". */
extern const char *const workflow_outcomes[];

struct workflow_condition {
	char *name;              /* for readers, or NULL */
	char *type;
	struct workflow_value *with;
	size_t nwith;
	char *success_window, *poll_interval, *timeout;    /* durations as text, with variables; NULL: default */
};

/* What comes of an approval that is not given in time. */
enum workflow_on_timeout { WORKFLOW_FAIL, WORKFLOW_CONTINUE, WORKFLOW_CANCEL };

struct workflow_step {
	char *place;             /* where it stands in the source, for errors: "spec.steps[0].eachNode.steps[1]" */
	char *name;              /* for readers, or NULL */
	char *task;              /* type; NULL: a wait */
	struct workflow_value *with;
	size_t nwith;
	struct workflow_condition *conditions;
	size_t nconditions;
	int64_t retries;         /* -1: default */
	char *retry_backoff;     /* duration as text, with variables; NULL: default */
	char *timeout;
	bool impact_stated;
	enum impact impact;      /* as the workflow states it, of an opaque type */
	bool any;                /* one of the conditions is enough */
	bool approval;           /* neither task nor wait: a person's word is awaited */
	char *message;           /* and this is said meanwhile, with variables; or NULL */
	enum workflow_on_timeout on_timeout;     /* and 'timeout' is how long; NULL: for ever */
	bool borne;              /* abortOnFailure: false; its failure ends nothing */
	struct workflow_step *on_failure;    /* done when it has failed for good */
	size_t nfallbacks;
	struct workflow_when *when;          /* all of them must hold; none: it is done */
	size_t nwhen;
};

/* In which order the nodes are taken. */
enum workflow_order { WORKFLOW_ORDER_PLAN, WORKFLOW_ORDER_REVERSE, WORKFLOW_ORDER_TARGETS };

enum workflow_unit { WORKFLOW_UNIT_ZONE, WORKFLOW_UNIT_DATACENTER, WORKFLOW_UNIT_ALL };

/* "3", or "20%" of something. */
struct workflow_share {
	int64_t count;
	int64_t percent;         /* 0: it is a count */
};

/* The first nodes of an eachNode, after which it stops and thinks. */
struct workflow_canary {
	int64_t nodes;           /* 0: none */
	char *soak;              /* duration as text, with variables; or NULL */
	bool approval;
	char *message;           /* or NULL */
};

/* Which nodes run an eachNode's steps. */
enum workflow_selection {
	WORKFLOW_TARGETS,                    /* those of spec.targets */
	WORKFLOW_OTHERS,                     /* members that are none, when the block begins */
	WORKFLOW_ALL,
	WORKFLOW_NAMED,
};

/* After so many nodes of an eachNode, steps of the cluster. */
struct workflow_batch {
	struct workflow_share size;          /* of the operation's nodes; count and percent 0: none */
	struct workflow_step *then;
	size_t nthen;
};

/* A run of consecutive cluster steps, one eachNode, or another workflow in whose place its own blocks are. */
struct workflow_block {
	char *place;
	char *name;                          /* for readers, or NULL */
	char *workflow;                      /* the other one's name; or NULL */
	struct workflow_value *with;         /* its variables */
	size_t nwith;
	struct workflow_when *when;          /* of an eachNode or another workflow: all of them must hold */
	size_t nwhen;
	bool each_node;
	enum workflow_selection selection;
	char *names;                         /* NAMED: nodes and zones with commas between, and variables; else NULL */
	enum workflow_order order;
	bool finally;                        /* the last one: done when the operation ends, however that is */
	struct workflow_batch batch;
	enum workflow_unit unit;
	struct workflow_share limit;         /* concurrencyLimit: of the unit's nodes */
	bool unit_given, limit_given;        /* else they are what is assumed: zone and 1 */
	struct workflow_share max_failures;  /* of the operation's nodes */
	struct workflow_canary canary;
	char *cool_down, *gate_timeout;      /* durations as text, with variables; or NULL */
	struct workflow_step *steps;
	size_t nsteps;
};

struct workflow {
	char *name;
	char *description;       /* for readers, or NULL */
	struct workflow_variable *variables;
	size_t nvariables;
	struct workflow_block *blocks;
	size_t nblocks;
};

/* From a Workflow object (or a built-in one): the "spec" member is read. Unknown keys, wrong kinds, missing members are
 * refused with their place: "spec.steps[0].eachNode.concurrencyLimit: expected an integer of 1 or more, got \"x\"". */
struct workflow *workflow_decode(const struct cJSON *object, struct err *err);

/* Told one thing after the other. 'sentence' begins with the path of what it is about, and a colon. */
typedef void lint_fn(void *user, enum severity severity, const char *sentence);
/* The same, but after a mistake in a variable, step or condition it goes on with the next one and tells of each; NULL if
 * there was any. */
struct workflow *workflow_decode_all(const struct cJSON *object, lint_fn *say, void *user);
/* The workflow of one task: what ClusterOperation's nodeTask and clusterTask mean. 'with' is a JSON object's text. */
struct workflow *workflow_of_task(const char *type, const char *with, bool each_node, struct err *err);
struct workflow *workflow_free(struct workflow *workflow);
/* The step called 'name' that a test of 'step', or of the block 'in' when that is NULL, may be about: one of the cluster's
 * before it, or of its own eachNode. NULL: there is none, or more than one. */
const struct workflow_step *workflow_find_named(const struct workflow *w, const struct workflow_block *in,
    const struct workflow_step *step, const char *place, const char *name, struct err *err);
