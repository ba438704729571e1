/* A recording: what the core was told, as JSON, one line for each. The first line has the format, the version, the
 * configuration and the seed; then comes a line for each event, before the core is stepped with it, and after it one that says
 * what the core decided: a mark of each effect. Since core_step() is a function of these, a replay decides the same.
 * Log lines are no decision; they have no mark. Writing and reading are pure: whose the file is, is the shell's affair. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core.h"
#include "err.h"

struct buf;
struct cJSON;

/* One more for whatever an older reader would take for something else. */
enum { RECORDING_FORMAT = 1 };

/* Append a line, with its end. A member that is not there has its type's zero. */
void recording_put_head(struct buf *out, const struct core_config *config, const char *version);
void recording_put_event(struct buf *out, const struct event *event, struct instant now);
void recording_put_decision(struct buf *out, const struct effects *effects);

enum { EFFECT_MARK = 64 };
/* "17 kube 1a2b3c4d5e6f7a8b": id, kind, and a hash of all that the effect says. 'text' holds EFFECT_MARK bytes and is
 * returned. */
char *effect_mark(const struct effect *effect, char *text);

/* Whoever reads has it from a stranger: what would make the core reserve or wait without bound is refused. */
struct recording_head {
	const char *version;
	struct core_config config;       /* without 'types' and 'workflows', which are the reader's own */
	struct cJSON *json;              /* holds the texts */
};

int recording_read_head(const char *line, size_t len, struct recording_head *ret, struct err *err);
void recording_head_done(struct recording_head *head);

struct recorded {
	bool is_event;
	/* The event, and when the core was stepped with it. */
	struct event event;
	struct instant now;
	/* The decision: an array of marks, and when to wake. */
	const struct cJSON *marks;
	int64_t wake_up_ms;

	struct cJSON *json;              /* holds the texts, but for a body and an error that are none */
	char *bytes, *error_bytes;
};

/* A line, without its end, after the first. */
int recording_read(const char *line, size_t len, struct recorded *ret, struct err *err);
void recorded_done(struct recorded *recorded);
