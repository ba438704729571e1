#include "carry.h"

#include <string.h>

enum { FIELDS_MAX = 24 };

void
carry_log(struct shell *shell, const struct effect *effect)
{
	struct log_field fields[FIELDS_MAX + 1] = {0};
	const char *at = effect->log.fields;

	for (size_t i = 0; at && *at && i < FIELDS_MAX; i++) {
		fields[i].key = at;
		at += strlen(at) + 1;
		fields[i].value = at;
		at += strlen(at) + 1;
	}
	log_line(&shell->log, (enum log_level)effect->log.level, effect->log.message, fields);
}
