/* Conditions of a status: lastTransitionTime moves only when the status flips (kubernetes.md §2.1). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "json.h"

enum { CONDITIONS_MAX = 8 };

struct condition {
	char type[24];           /* "" ends a list */
	char status[8];          /* True, False, Unknown */
	char reason[64];
	char *message;
	int64_t since_wall_ms;
};

/* A list of CONDITIONS_MAX from a status' JSON array text. */
struct condition *conditions_load(const char *text);
void conditions_free(struct condition *list);
void conditions_set(struct condition *list, const char *type, const char *status, const char *reason,
    const char *message, int64_t now_wall_ms);
bool conditions_has(const struct condition *list, const char *type);
/* As member "conditions" of the open object. */
void conditions_write(const struct condition *list, struct json_out *out, int64_t generation);
