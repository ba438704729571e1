/* Redis as the journal needs it: the scripts by their meaning, not by their text. io/redis.h has the contract: arguments
 * and replies of each script; unit/differential holds model and Redis to each other. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "effect.h"

struct store_field {
	char *name;
	char *value;
};

/* One operation's keys. */
struct store_journal {
	char *uid;
	int64_t epoch, seq;
	char *digest, *format, *plan;
	struct store_field *fields;
	size_t nfields;
	bool expiring;
};

struct store {
	struct store_journal *journals;
	size_t njournals;
	size_t stale, gap;               /* answers of that kind: counted, for tests */
};

struct store *store_new(void);
struct store *store_free(struct store *store);
/* A replica that has heard everything. */
struct store *store_copy(const struct store *store);
/* Run a script. The reply goes to 'reply' as JSON; the result is the reply's status: 0 fine, 1 an error reply. */
int store_run(struct store *store, const struct effect_redis *call, struct buf *reply);
/* NULL when there is none. */
struct store_journal *store_find(struct store *store, const char *uid);
const char *store_value(const struct store_journal *journal, const char *field);

/* The state of a journal alone, for the checker's own copy of it. */
void store_journal_done(struct store_journal *journal);
/* 'value' "" deletes. */
void store_journal_set(struct store_journal *journal, const char *name, const char *value);
/* Forget everything: FLUSHALL by somebody's hand. */
void store_flush(struct store *store);
