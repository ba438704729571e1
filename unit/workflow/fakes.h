/* Types and a cluster for the tests of workflows: named as the real ones where the compiler knows their names. */
#pragma once

#include <stddef.h>

#include "plan.h"
#include "workflow.h"

extern const struct reconciler *const fake_types[];

/* Six nodes over three racks of one datacenter, in no order. */
enum { FAKE_NODES = 6 };
extern const struct plan_node fake_nodes[FAKE_NODES];

/* Eight nodes over two datacenters whose racks have equal names. */
enum { FAKE_TWO = 8 };
extern const struct plan_node fake_two_datacenters[FAKE_TWO];

/* The workflow of a JSON text; fails the test when it is none. */
struct workflow *fake_workflow(const char *json);
/* "{metadata: {name: roll}, spec: {steps: STEPS}}" with STEPS given. */
struct workflow *fake_steps(const char *steps);
/* Against the six nodes, nothing else set. */
struct plan_input fake_input(void);
