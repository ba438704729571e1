/* Shared by the files that decode a TargetCluster. */
#pragma once

#include "field.h"
#include "target.h"

/* Names and users become arguments of host commands and keys of the journal: no option, no slash, no blank. */
int target_read_word(const struct field *f, char **ret, struct err *err);
/* spec.channels. */
int target_read_channels(struct target *t, const struct field *list, struct err *err);
void target_free_channels(struct target *t);
/* Of the status what is only remembered: what cannot be read counts as never written. */
void target_read_told(struct target *t, const struct cJSON *status);
void target_free_told(struct target *t);
