/* TargetCluster.spec.commands: what run-command may run on the nodes' hosts. Whoever may write the TargetCluster decides that,
 * whoever writes a workflow names one and fills its gaps. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "field.h"

struct target_command {
	char *name;
	char **args;             /* the program by its path, and its arguments, with {gaps}; counted */
	size_t nargs;
	int64_t timeout_ms;      /* 0: none */
	int impact;              /* in the order of none, takesNodeDown, bringsNodeUp, changesTopology; -1: not said */
};

struct target_commands {
	struct target_command *list;
	size_t count;
};

/* 'list' may be absent. What was read so far is in *ret in any case. */
int target_commands_read(const struct field *list, struct target_commands *ret, struct err *err);
void target_commands_done(struct target_commands *commands);

/* The length of the {gap} that 'text' begins with, braces included; 0: none. */
size_t target_gap(const char *text);
/* What a host command's argument may be made of: no shell, and nothing that a shell would expand. */
#define TARGET_WORD "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:@/=,+-"
