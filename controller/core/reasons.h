/* Names of reasons as constants, so that a reason without a row in reason.def does not compile. */
#pragma once

struct reason {
	const char *name;
	const char *where;
	const char *class_;      /* "info", "wait", "person" */
	const char *meaning;
	const char *remedy;
};

#define REASON(name, where, class_, meaning, remedy) static const char REASON_##name[] __attribute__((unused)) = #name;
#include "reason.def"
#undef REASON

/* NULL when there is none of that name. */
const struct reason *reason_find(const char *name);
/* All of them, ended by a NULL name. */
const struct reason *reason_all(void);
