/* Variables that are there without being declared: +cluster+ +operation+ +owner+ +known_node+, and +node+ +zone+, which
 * each lane has its own value of. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "reconciler.h"

enum builtin {
	BUILTIN_NONE,
	BUILTIN_CLUSTER,         /* the TargetCluster's name */
	BUILTIN_OPERATION,       /* the ClusterOperation's name */
	BUILTIN_OWNER,           /* spec.owner, if there is one */
	BUILTIN_KNOWN_NODE,      /* a member that is up and no target, if there is one */
	BUILTIN_NODE, BUILTIN_ZONE,
	BUILTINS,
};

/* By the first 'len' bytes of 'name'. */
enum builtin builtin_find(const char *name, size_t len);
const char *builtin_name(enum builtin builtin);
enum parameter_type builtin_type(enum builtin builtin);
/* Its value is known when a lane's step begins, and not before. */
bool builtin_is_of_lane(enum builtin builtin);
/* No workflow declares one of that name. known_node may be declared, and is then what was declared. */
bool builtin_is_reserved(const char *name);
/* The first one of a lane that a text with +variables+ has in it. */
enum builtin builtin_of_lane_in(const char *text);
