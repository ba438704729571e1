#include "builtin.h"

#include <string.h>

#include "variables.h"

static const char *const names[BUILTINS] = {
	[BUILTIN_NONE] = "",
	[BUILTIN_CLUSTER] = "cluster",
	[BUILTIN_OPERATION] = "operation",
	[BUILTIN_OWNER] = "owner",
	[BUILTIN_KNOWN_NODE] = "known_node",
	[BUILTIN_NODE] = "node",
	[BUILTIN_ZONE] = "zone",
};

enum builtin
builtin_find(const char *name, size_t len)
{
	for (int i = BUILTIN_NONE + 1; i < BUILTINS; i++)
		if (strlen(names[i]) == len && strncmp(names[i], name, len) == 0)
			return (enum builtin)i;
	return BUILTIN_NONE;
}

const char *
builtin_name(enum builtin builtin)
{
	return names[builtin];
}

enum parameter_type
builtin_type(enum builtin builtin)
{
	return builtin == BUILTIN_NODE || builtin == BUILTIN_KNOWN_NODE ? PARAMETER_NODE
	    : builtin == BUILTIN_ZONE ? PARAMETER_ZONE : PARAMETER_STRING;
}

bool
builtin_is_of_lane(enum builtin builtin)
{
	return builtin == BUILTIN_NODE || builtin == BUILTIN_ZONE;
}

bool
builtin_is_reserved(const char *name)
{
	enum builtin builtin = builtin_find(name, strlen(name));

	return builtin != BUILTIN_NONE && builtin != BUILTIN_KNOWN_NODE;
}

enum builtin
builtin_of_lane_in(const char *text)
{
	while ((text = strchr(text, '+'))) {
		size_t len = variables_name_len(text + 1);
		enum builtin builtin = text[1 + len] == '+' ? builtin_find(text + 1, len) : BUILTIN_NONE;

		if (builtin_is_of_lane(builtin))
			return builtin;
		/* A name's end is no other one's beginning, and two of them are one plus. */
		text += len > 0 && text[1 + len] == '+' ? len + 2 : text[1] == '+' ? 2 : 1;
	}
	return BUILTIN_NONE;
}
