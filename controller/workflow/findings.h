/* What is wrong with a workflow's text: all of it at once, each with its place. */
#pragma once

#include <stddef.h>

#include "yaml_read.h"

enum severity { SEVERITY_ERROR, SEVERITY_WARNING, SEVERITY_NOTE };

/* Findings of one text at most; what comes after them is counted, not kept. */
enum { FINDINGS_MAX = 200 };

struct finding {
	enum severity severity;
	struct yaml_mark mark;
	char *text;
};

struct findings {
	struct finding *items;
	size_t count;
	size_t errors;           /* of all, those beyond FINDINGS_MAX too */
};

/* Always -1, so that "return findings_add(...)" reads well. */
int findings_add(struct findings *findings, enum severity severity, struct yaml_mark mark, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* By place; of one place in the order in which they were found. */
void findings_sort(struct findings *findings);
void findings_done(struct findings *findings);
/* "error", "warning", "note". */
const char *severity_name(enum severity severity);
