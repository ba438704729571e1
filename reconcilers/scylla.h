/* Scylla's REST API, for task authors: observe and act side by side. */
#pragma once

#include "reconciler.h"

struct raft_answer;
struct ring;
struct ring_policy;
struct topology;

/* GET on the step's node; NULL: being asked. */
const struct answer *scylla_get(struct task *t, const char *path);
/* GET on another node of the cluster, by its name. */
const struct answer *scylla_get_from(struct task *t, const char *node, const char *path);
/* POST on the step's node; never NULL. 'label' names the act in the journal. */
const struct act *scylla_post(struct task *t, const char *label, enum act_kind kind, const char *path);

/* The cluster as every member sees it (scylla/ring.h), swept after the step began; NULL: being asked. */
const struct ring *scylla_ring(struct task *t);
/* Which of the ring's members this operation holds down, and the step's own member (-1: not in the ring). */
const bool *scylla_held(struct task *t);
int scylla_member(struct task *t);
/* What clients of the step's target cluster need (spec.availability); never NULL. */
const struct ring_policy *scylla_policy(struct task *t);
/* What is under way beside clients (scylla/topology.h), asked after the step began; 'full': with all that concerns tablets.
 * And what a member that stays up said of group0's quorum (scylla/raft.h), at most 30 s ago. NULL: being asked. */
const struct topology *scylla_topology(struct task *t, bool full);
const struct raft_answer *scylla_raft(struct task *t);
/* The nodes' release, "" while unknown; and what the step that is judged may do to the ring. */
const char *scylla_release(struct task *t);
enum impact scylla_impact(struct task *t);
/* The member named 'node', -1 when the ring has none of that name. */
int scylla_member_named(struct task *t, const char *node);

/* The verdict for an act that the node refused, by its error text (scylla/api.h): adopt, retry or halt. */
enum verdict scylla_refused(struct task *t, const struct act *act);
