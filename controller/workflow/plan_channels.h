/* Names of channels of the target cluster, where a type's parameter is one of them or several. */
#pragma once

#include "err.h"

struct plan_input;

/* 'name' is one of 'channels', which are NULL-ended. */
int plan_check_channel(const char *const *channels, const char *place, const char *name, struct err *err);
/* Each of 'text', separated by commas, is a channel of the cluster, as far as it is known; there is one at least. */
int plan_check_channels(const struct plan_input *input, const char *place, const char *text, struct err *err);
