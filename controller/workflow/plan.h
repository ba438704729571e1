/* The plan: a workflow compiled against a cluster's nodes and an operation's variables. Frozen when the operation's turn
 * comes; its JSON text is what the journal keeps, and the hash of that text is its name. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "err.h"
#include "reconciler.h"
#include "target_commands.h"
#include "workflow.h"

struct json_out;

/* The newest format that is written and read. A plan is written in the oldest that can tell it, so that a build before
 * this one goes on with what it understands and refuses the rest: 2 adds approvals and the shape of a roll, 3 what becomes
 * of a step that fails, and values that differ from lane to lane, 4 nodes that are not in the ring yet, 5 tests by which a
 * step is done or left out. */
enum { PLAN_FORMAT = 5, PLAN_GATE_TIMEOUT_MS = 30 * 60 * 1000 };

/* A block of others is one of the first so many. */
enum { PLAN_OTHERS_MOST = 64 };

/* Of a condition: how long it is waited for when neither the workflow nor the type says, and how often it may be asked. */
enum { PLAN_WAIT_MS = 30 * 60 * 1000, PLAN_POLL_LEAST_MS = 100 };

struct plan_node {
	char *name;
	char *host_id;
	char *address;
	char *datacenter;
	char *zone;              /* "dc/rack" */
	bool is_new;             /* not in the ring when the plan is made. Its host id is not of the plan: whoever carries
	                          * the plan out may note here which one it has got */
};

struct plan_value {
	char *name;
	char *text;              /* resolved; a rule: as it was written, with +node+ and +zone+, and ++ for a plus */
	bool rule;               /* it differs from lane to lane: plan_value_of() */
};

struct plan_condition {
	const struct reconciler *type;
	struct plan_value *with;
	size_t nwith;
	int64_t window_ms, poll_ms, timeout_ms;
};

/* A test that could not be told when the plan was made: of a variable, or of what has become of a step. */
struct plan_when {
	char *variable;                      /* or NULL */
	char *step;                          /* else that one's number */
	enum parameter_type type;            /* of the variable */
	bool negated;                        /* it is none of 'values', else one of them */
	char **values;
	size_t nvalues;
};

/* What a test has left out when the plan was made. */
struct plan_left_out {
	char *number;                        /* "1.2"; of an eachNode or another workflow "2" */
	char *what;
	char *why;                           /* "when: +upgrade+ is false" */
};

/* The variable that a step sets, and what its values may be. */
struct plan_set {
	char *variable;
	enum parameter_type type;
	bool bounded;
	int64_t min, max;
	char **choices;
	size_t nchoices;
	char *fallback;                      /* its value when the step sets none; or NULL */
};

struct plan_step {
	char *number;                        /* "1.2"; with a node: "1.2/db-b-3" */
	const struct reconciler *type;       /* NULL: a wait for 'conditions' */
	enum impact impact;                  /* what counts: the type's, or as the workflow states it */
	bool assumed;                        /* opaque, and the workflow states none */
	struct plan_value *with;
	size_t nwith;
	struct plan_condition *conditions;
	size_t nconditions;
	int64_t retries;
	int64_t retry_backoff_ms;            /* before the first retry; 0: the engine's own */
	int64_t timeout_ms;
	bool any;                            /* one of the conditions is enough */
	enum workflow_on_timeout on_timeout; /* of an approval that has a timeout; it is awaited for ever if that is 0 */
	bool approval;                       /* a person's word is awaited; 'type' NULL, no conditions */
	char *message;                       /* what is said meanwhile; or NULL */
	bool borne;                          /* its failure for good is passed over */
	struct plan_step *on_failure;        /* "1.2.onFailure.1": done when it has failed for good; may rescue it */
	size_t nfallbacks;
	struct plan_when *when;              /* all of them must hold, else it is skipped */
	size_t nwhen;
	struct plan_set *sets;               /* or NULL */
	bool implied;                        /* added by the engine: the stable window, the restoring step */
};

/* The first nodes, which must be finished, and have soaked or been approved, before others begin. */
struct plan_canary {
	int64_t nodes;                       /* 0: none */
	int64_t soak_ms;
	bool approval;
	char *message;                       /* or NULL */
};

/* After every 'size' lanes, in their order, these steps of the cluster, and no lane begins before they are done. */
struct plan_batch {
	int64_t size;                        /* 0: none */
	struct plan_step *then;              /* "1.batch.1" */
	size_t nthen;
};

struct plan_block {
	char *from;                          /* the workflow that it is of, when the plan's own runs that as a step; or NULL */
	struct plan_when *when;              /* all of them must hold when it begins, else none of it is done */
	size_t nwhen;
	struct plan_left_out *left_out;
	size_t nleft_out;
	bool each_node;
	enum workflow_order order;           /* of 'lanes'; units stand together in each */
	bool finally;                        /* the last block, done when the operation ends, however that is */
	struct plan_batch batch;
	enum workflow_unit unit;
	int64_t limit;                       /* lanes at work in one unit; see plan_limit() */
	int64_t limit_percent;               /* 0: 'limit' counts */
	int64_t max_failures;                /* so many failed lanes do not end the roll */
	int64_t cool_down_ms;                /* from a lane's end until its place is given on */
	int64_t gate_timeout_ms;
	struct plan_canary canary;
	struct plan_step *steps;             /* every lane's, in order */
	size_t nsteps;
	bool others;                         /* its lanes are known when it begins: members that are none of 'except' */
	size_t *except;                      /* node numbers, in order: the operation's targets */
	size_t nexcept;
	size_t *lanes;                       /* node numbers in the order they are taken, unit by unit */
	size_t nlanes;
	bool disruptive;                     /* some node step takes its node down, or may make a new one join: lanes have
	                                      * 'restore' and 'stable' */
	bool leaves_down;                    /* disruptive, and nothing brings the node up again (a lone scylla-drain):
	                                      * it ends down as asked, and 'stable' waits for nothing */
	struct plan_step restore;            /* number "1.restore": systemd-restart-service of what was stopped; type NULL
	                                      * when nothing in the block tells which service */
	struct plan_step stable;             /* number "1.stable": is-up-normal for the stable window */
};

struct plan {
	char *text;                          /* canonical JSON */
	char hash[17];
	char *title;                         /* "rolling-restart", "node-task scylla-drain" */
	struct plan_node *nodes;             /* sorted: datacenter, zone, name */
	size_t nnodes;
	struct plan_block *blocks;
	size_t nblocks;
};

/* What a workflow is compiled against. All borrowed. */
struct plan_input {
	const struct reconciler *const *types;       /* the registry, NULL-ended */
	const struct plan_node *nodes;               /* of the cluster, any order */
	size_t nnodes;
	const bool *up;                              /* node by node, as the members see it; NULL: nobody knows */
	const struct plan_value *variables;          /* the operation's, as text */
	size_t nvariables;
	const char *cluster, *operation, *owner;     /* +cluster+ and so on; NULL: no value */
	char *const *zones, *const *targets;         /* of spec.targets: neither: all nodes */
	size_t nzones, ntargets;
	char *const *excludes;                       /* of them these nodes and zones are none */
	size_t nexcludes;
	const bool *unfit;                           /* nor those, node by node; NULL: all are fit */
	/* Another workflow by its name, borrowed until the plan is made; NULL and why. NULL: there are none. */
	const struct workflow *(*find)(void *find_arg, const char *name, struct err *why);
	void *find_arg;
	const struct target_commands *commands;      /* of the TargetCluster, for run-command; NULL: none */
	int64_t max_nodes_down;                      /* limits.maxNodesDown; 0: none */
	const char **channels;                       /* names of spec.channels, NULL-ended; NULL: not known */
	int64_t stable_ms;
	/* Can any two of a unit's planned nodes be down together? Asked of a block that takes several down at once; its lanes
	 * and shape are there. False and why; NULL: not asked. */
	bool (*bears_pair)(void *arg, const struct plan *plan, const struct plan_block *block, struct err *why);
	void *arg;
};

/* NULL and a sentence with place and remedy: unknown type (with "did you mean"), parameter, variable, zone, node; a
 * missing or mistyped value; a limit above maxNodesDown, or one that the replication can never bear. */
struct plan *plan_compile(const struct workflow *workflow, const struct plan_input *input, struct err *err);
/* Read a plan back from its text; types must be known. Same text, same hash. */
struct plan *plan_decode(const char *text, const struct reconciler *const *types, struct err *err);
struct plan *plan_free(struct plan *plan);
/* What a plan's text says of its own format, whatever else stands in it; 0: nothing that can be read. */
int64_t plan_format_of(const char *text);

/* The block's steps and what they fall back on, one after the other; NULL after the last. */
const struct plan_step *plan_any_step(const struct plan_block *block, size_t number);
/* These, and then those between its batches. */
const struct plan_step *plan_every_step(const struct plan_block *block, size_t number);
/* The blocks but the one of 'finally'; that one, or NULL. */
size_t plan_main_blocks(const struct plan *plan);
const struct plan_block *plan_finally(const struct plan *plan);
/* NULL when there is none of that name. */
const struct reconciler *plan_find_type(const struct reconciler *const *types, const char *name);
/* How many lanes may be at work in the unit of 'node': a percentage is of all the cluster's nodes there. */
int64_t plan_limit(const struct plan *plan, const struct plan_block *block, const struct plan_node *node);
/* Some lane is for a node that is in the ring; or: for one that is not. */
bool plan_has_members(const struct plan *plan, const struct plan_block *block);
bool plan_has_new(const struct plan *plan, const struct plan_block *block);
/* As member 'key': what tests have left out when the plan was made; nothing where that is nothing. */
void plan_put_left_out(struct json_out *out, const char *key, const struct plan_block *block);
/* The same plan with another address and zone of a node: its text and hash are made anew. */
int plan_rebind(struct plan *plan, struct plan_node *node, const char *address, const char *zone, struct err *err);
/* The unit that a node belongs to, by the block's concurrencyUnit; a borrowed text to compare. */
const char *plan_unit(const struct plan_block *block, const struct plan_node *node);
/* Does it hold, when this is the variable's value (NULL: it has none), or the step's outcome (NULL: it was not reached)? If
 * not, why: "when: +mode+ is careful, not fast". */
bool plan_when_holds(const struct plan_when *when, const char *value, struct buf *why);
/* "+mode+ is one of fast, careful" */
void plan_when_text(const struct plan_when *when, struct buf *out);
/* Is a test of the plan about what becomes of the step of that number? */
bool plan_asks_outcome(const struct plan *plan, const char *number);
/* NULL when none was given. */
const struct plan_value *plan_value_find(const struct plan_value *with, size_t nwith, const char *name);
/* The value on the way of one node: text, or what its rule says there, owned. 'look' tells what a step has set; NULL from it,
 * and then of all of it: it is not known. 'node' NULL: a step of the cluster. */
typedef const char *plan_look_fn(const void *arg, const char *name);
char *plan_value_of(const struct plan_value *value, const struct plan_node *node, plan_look_fn *look, const void *arg);
/* The step's that sets the variable; NULL: no step does. */
const struct plan_set *plan_find_set(const struct plan *plan, const char *variable);
/* A parameter of a step or condition as text: its value, else the type's default, else "". A rule as it is written. */
const char *plan_value(const struct plan_value *with, size_t nwith, const struct reconciler *type, const char *name);
