/* The truth about a cluster, by brute force from the model's inside, for judging acts at the moment they arrive.
 *
 * Who is not in the ring is neither down nor a coordinator; a node without tokens is a coordinator and no replica.
 * A node is *down* for a coordinator when it does not run, does not gossip, is not NORMAL, or when that coordinator
 * thinks so.
 * An act that takes a serving node down is unsafe when
 *	two-zones	another node is down in another zone (datacenter/rack),
 *	topology	a node joins, leaves, is removed or replaced (its streaming has begun); of a node that serves nobody
			this alone counts, unless the controller itself took it down,
 *	quorum		a range or tablet of a keyspace with RF >= 3 (not Local, not Everywhere) falls below a quorum of
 *			all its replicas, or of those in a datacenter that has three or more, for some coordinator; a
 *			tablet in transition has two sets of them, and each counts. Where a policy is told (needs.h), what
 *			that says clients need of the keyspace, whatever its RF,
 *	too-many	with it more nodes would be down than that policy allows,
 *	raft		group0 has a majority of its voters, three or more, and would have none without the node,
 *	work		the node is cleaned up, somebody rebuilds, or a vnode keyspace is repaired by it or by a node that
 *			shares a range of it (a repair of tablets goes on without it),
 *	schema		nodes that are up, the node itself apart, have different schema versions,
 *	repeated	the controller does it to a node that it has restarted since the mark; a boot that
 *			failed was no restart.
 * Blame: an unsafe act is a violation when it is unsafe by what had been observable for longer than sim_config.blame
 * alone: at the dead node itself (refused, its mode, gossip off) or in an answering peer's view. What the controller
 * itself took down counts at once: it need not ask. Else the act is 'unavoidable', and counted apart. */
#pragma once

#include <stddef.h>

#include "model.h"
#include "needs.h"

/* A disruptive act arrives at the node: judge, and write to the audit log. To be called before it takes effect. */
void oracle_judge(struct sim *sim, enum sim_source source, size_t node);
/* The node's process is ordered to start. Of one that is no member yet: unsafe (kind=joiners) while another one that the
 * controller has started joins; what hands have started meanwhile is not to blame. */
void oracle_judge_join(struct sim *sim, enum sim_source source, size_t node);
/* How many nodes are down for somebody. */
size_t oracle_down(const struct sim *sim);

/* oracle_policy.c. What is asked of the keyspace's ranges; with fewer replicas than 'least' nothing is. */
struct oracle_needs {
	struct sim_needs of;
	size_t least;
};
struct keyspace;
struct oracle_needs oracle_needs(const struct sim *sim, const struct keyspace *keyspace);
/* Of 'total' replicas 'left' are reached: too few? */
bool oracle_lost(enum sim_need need, size_t least, size_t total, size_t left);
/* Somebody who may has said that the rule need not hold for an act on the node now. */
bool oracle_waives(const struct sim *sim, size_t node, const char *kind);

/* oracle_work.c: what is younger than 'before' does not count. */
bool oracle_work(struct sim *sim, size_t node, int64_t before, char *why, size_t size);
bool oracle_schema(struct sim *sim, size_t node, int64_t before, char *why, size_t size);
