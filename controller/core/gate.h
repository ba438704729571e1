/* The gate: may a node be taken down, or taken further down, now? */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct core;
struct lane;
struct op;
struct ring_policy;
struct step;

/* What the gate says of a disruptive act. */
enum gate { GATE_ASKING, GATE_OPEN, GATE_CLOSED };

/* Is a disruptive act of this step allowed now? By facts that are at most fact_age_ms old and were asked after
 * every earlier disruptive act on the cluster. What closes it is kept in the operation. */
enum gate gate_check(struct core *core, struct op *op, struct step *step);
/* The step may soon want to know: ask what the gate asks beside the sweep. */
void gate_ask_ahead(struct core *core, struct op *op, struct step *step);
/* The conditions that are judged for a step, by name, ended by NULL: those of every gate, then the type's own. */
enum { GATE_CONDITIONS = 12 };
void gate_conditions(const struct step *step, const char **names);
/* Closed for another cause: told like one of the gate's own. */
enum gate gate_close(struct core *core, struct op *op, struct step *step, const char *node, const char *why);
/* A condition judged on the ring alone; 'policy' owned, NULL: the target's. */
bool gate_condition_holds(struct core *core, struct op *op, struct step *step, const char *name,
    struct ring_policy *policy, char *why, size_t size);
/* The node of the lane is up in all views, as far as the last sweep knows. */
bool gate_node_is_up(struct op *op, struct lane *lane);
bool gate_node_is_down_everywhere(struct op *op, struct lane *lane);
/* By its own word it boots, or is about to be seen up. */
bool gate_node_is_returning(struct op *op, struct lane *lane);

/* identity.c */
/* Any act: it must be for this cluster; a disruptive one goes through the gate besides. */
enum gate gate_ask(struct core *core, struct op *op, struct step *step, bool disruptive);
