#include <string.h>

#include "operation.h"

static bool
has(char *const *list, size_t count, const char *text)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

bool
operation_targets(const struct operation *operation, const char *name, const char *zone)
{
	if (has(operation->excludes, operation->nexcludes, name) || has(operation->excludes, operation->nexcludes, zone))
		return false;
	return operation->nzones + operation->nnodes == 0 || has(operation->zones, operation->nzones, zone) ||
	    has(operation->nodes, operation->nnodes, name);
}
