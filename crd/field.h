/* Strict reading of objects that people write. A field is a value and where it stands; it lives on the stack, points to
 * the field it is in, and its place is rendered only for an error: "spec.targets.zones[2]: expected a string, got 3".
 * Absent members are fine unless said otherwise; JSON null counts as a wrong kind. Readers return 0 or -1; outputs are
 * untouched when the member is absent. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "err.h"

struct cJSON;

struct field {
	const struct field *up;       /* NULL: the outermost */
	const char *key;              /* NULL: an element of an array. Of the outermost: printed before the path */
	size_t index;
	const struct cJSON *value;    /* NULL: absent */
};

/* The outermost value; 'origin' says whose it is, "workflow x, ", or "". */
struct field field_of(const struct cJSON *value, const char *origin);
struct field field_get(const struct field *object, const char *key);
struct field field_at(const struct field *array, size_t index, const struct cJSON *element);

/* "spec.targets.zones[2]", owned. */
char *field_place(const struct field *f);
/* "PLACE: SENTENCE"; -1. */
int field_error(const struct field *f, struct err *err, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* "PLACE: expected WHAT, got VALUE", or "PLACE: missing; expected WHAT"; -1. */
int field_wrong(const struct field *f, const char *what, struct err *err);

/* Refuse absence, or another kind. */
int field_need_object(const struct field *f, struct err *err);
int field_need_array(const struct field *f, struct err *err);
/* Every member is one of 'keys' (NULL-ended); the value is an object or absent. */
int field_known(const struct field *f, const char *const *keys, struct err *err);

/* A string that is not empty, owned. */
int field_text(const struct field *f, char **ret, struct err *err);
int field_need_text(const struct field *f, char **ret, struct err *err);
/* A string, an integer or a boolean, as owned text; needed. */
int field_scalar(const struct field *f, char **ret, struct err *err);
/* A scalar, or a list of them, none empty and none with a comma, as owned text with commas between them; needed. */
int field_value(const struct field *f, char **ret, bool *ret_list, struct err *err);
int field_int(const struct field *f, int64_t min, int64_t max, int64_t *ret, struct err *err);
int field_bool(const struct field *f, bool *ret, struct err *err);
/* One of 'names' (NULL-ended); its number. */
int field_choice(const struct field *f, const char *const *names, int *ret, struct err *err);
/* An array of strings, counted. */
int field_texts(const struct field *f, char ***ret, size_t *count, struct err *err);
