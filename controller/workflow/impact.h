/* What a step may do to the ring: its type's own impact, or of an opaque type the one that the workflow states. */
#pragma once

#include "err.h"
#include "plan.h"
#include "reconciler.h"
#include "workflow.h"

/* In the order of enum impact, as workflows write them; NULL-ended. */
extern const char *const impact_names[];

/* 'step' has a task of 'type'. Unstated, of an opaque type, the worst: TAKES_NODE_DOWN on a node, CHANGES_TOPOLOGY as a
 * step of the cluster; *ret_assumed says so. -1: stated of a type whose impact is its own. */
int impact_of_step(const struct workflow_step *step, const struct reconciler *type, bool each_node, enum impact *ret,
    bool *ret_assumed, struct err *err);

/* The workflow of one task: this is what its author states. Another word, or NULL, states nothing. */
void impact_state(struct workflow *w, const char *name);

/* Its acts leave under the gate alone. */
bool impact_takes_down(const struct plan_step *step);
/* When it is done the node is up: what takes it down and brings it up again counts. */
bool impact_brings_up(const struct plan_step *step);
/* After its acts the node may have another generation, by our own doing. */
bool impact_may_restart(const struct plan_step *step);
/* It may change something: an opaque one with impact none does, though not the ring. */
bool impact_is_change(const struct plan_step *step);
