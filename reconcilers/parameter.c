#include <string.h>

#include "reconciler.h"

const struct parameter *
parameter_find(const struct reconciler *type, const char *name)
{
	for (size_t i = 0; i < TASK_PARAMETERS && type->parameters[i].name; i++)
		if (strcmp(type->parameters[i].name, name) == 0)
			return &type->parameters[i];
	return NULL;
}
