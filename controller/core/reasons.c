#include "reasons.h"

#include <stddef.h>
#include <string.h>

#define REASON(name, where, class_, meaning, remedy) {#name, where, #class_, meaning, remedy},
static const struct reason reasons[] = {
#include "reason.def"
	{NULL, NULL, NULL, NULL, NULL},
};
#undef REASON

const struct reason *
reason_all(void)
{
	return reasons;
}

const struct reason *
reason_find(const char *name)
{
	for (const struct reason *reason = reasons; reason->name; reason++)
		if (strcmp(reason->name, name) == 0)
			return reason;
	return NULL;
}
