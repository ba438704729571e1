#include "model_redis.h"

#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

struct store *
store_new(void)
{
	return xcalloc(1, sizeof(struct store));
}

void
store_journal_done(struct store_journal *journal)
{
	for (size_t i = 0; i < journal->nfields; i++) {
		free(journal->fields[i].name);
		free(journal->fields[i].value);
	}
	free(journal->fields);
	free(journal->uid);
	free(journal->digest);
	free(journal->format);
	free(journal->plan);
	*journal = (struct store_journal){0};
}

void
store_flush(struct store *store)
{
	for (size_t i = 0; i < store->njournals; i++)
		store_journal_done(&store->journals[i]);
	store->njournals = 0;
}

struct store *
store_free(struct store *store)
{
	if (store) {
		store_flush(store);
		free(store->journals);
	}
	free(store);
	return NULL;
}

struct store *
store_copy(const struct store *store)
{
	struct store *copy = store_new();

	for (size_t i = 0; i < store->njournals; i++) {
		const struct store_journal *from = &store->journals[i];
		struct store_journal *to = ARRAY_GROW(copy->journals, copy->njournals);

		to->uid = xstrdup(from->uid);
		to->epoch = from->epoch;
		to->seq = from->seq;
		to->digest = xstrdup(from->digest);
		to->format = from->format ? xstrdup(from->format) : NULL;
		to->plan = xstrdup(from->plan);
		to->expiring = from->expiring;
		for (size_t j = 0; j < from->nfields; j++)
			store_journal_set(to, from->fields[j].name, from->fields[j].value);
	}
	return copy;
}

struct store_journal *
store_find(struct store *store, const char *uid)
{
	for (size_t i = 0; i < store->njournals; i++) {
		if (strcmp(store->journals[i].uid, uid) == 0)
			return &store->journals[i];
	}
	return NULL;
}

const char *
store_value(const struct store_journal *journal, const char *field)
{
	for (size_t i = 0; journal && i < journal->nfields; i++) {
		if (strcmp(journal->fields[i].name, field) == 0)
			return journal->fields[i].value;
	}
	return NULL;
}

static void
drop_field(struct store_journal *journal, size_t at)
{
	free(journal->fields[at].name);
	free(journal->fields[at].value);
	journal->fields[at] = journal->fields[--journal->nfields];
}

void
store_journal_set(struct store_journal *journal, const char *name, const char *value)
{
	size_t i = 0;
	struct store_field *field;

	while (i < journal->nfields && strcmp(journal->fields[i].name, name) != 0)
		i++;
	if (!*value) {
		if (i < journal->nfields)
			drop_field(journal, i);
		return;
	}
	if (i < journal->nfields) {
		free(journal->fields[i].value);
		journal->fields[i].value = xstrdup(value);
		return;
	}
	field = ARRAY_GROW(journal->fields, journal->nfields);
	field->name = xstrdup(name);
	field->value = xstrdup(value);
}

static struct store_journal *
journal_for(struct store *store, const char *uid)
{
	struct store_journal *journal = store_find(store, uid);

	if (journal)
		return journal;
	journal = ARRAY_GROW(store->journals, store->njournals);
	journal->uid = xstrdup(uid);
	journal->digest = xstrdup("");
	journal->plan = xstrdup("");
	return journal;
}

static const char *
argument(const struct effect_redis *call, size_t at)
{
	return at < call->nargs && call->args[at] ? call->args[at] : "";
}

static int
error_reply(struct buf *reply, const char *text)
{
	buf_puts(reply, text);
	return 1;
}

static void
word_reply(struct buf *reply, const char *word, const int64_t *number)
{
	struct json_out out = JSON_OUT(reply);

	json_open_array(&out, NULL);
	json_put_str(&out, NULL, word);
	if (number)
		json_put_int(&out, NULL, *number);
	json_close_array(&out);
}

static int
takeover(struct store *store, const struct effect_redis *call, struct buf *reply)
{
	struct store_journal *journal = journal_for(store, call->uid);
	struct json_out out = JSON_OUT(reply);
	int64_t found, known = strtoll(argument(call, 1), NULL, 10);

	if (journal->format && strtoll(journal->format, NULL, 10) > strtoll(argument(call, 0), NULL, 10)) {
		buf_printf(reply, "NEWERFORMAT stored=%s ours=%s", journal->format, argument(call, 0));
		return 1;
	}
	journal->epoch = (journal->epoch > known ? journal->epoch : known) + 1;
	journal->expiring = false;
	found = strtoll(journal->format ? journal->format : argument(call, 0), NULL, 10);
	free(journal->format);
	journal->format = xstrdup(argument(call, 0));
	json_open_array(&out, NULL);
	json_put_int(&out, NULL, journal->epoch);
	json_put_int(&out, NULL, journal->seq);
	json_put_str(&out, NULL, journal->digest);
	json_put_int(&out, NULL, found);
	json_put_str(&out, NULL, journal->plan);
	for (size_t i = 0; i < journal->nfields; i++) {
		json_put_str(&out, NULL, journal->fields[i].name);
		json_put_str(&out, NULL, journal->fields[i].value);
	}
	json_close_array(&out);
	return 0;
}

static void
apply(struct store_journal *journal, const struct effect_redis *call, int64_t seq)
{
	journal->seq = seq;
	free(journal->digest);
	journal->digest = xstrdup(argument(call, 2));
	if (*argument(call, 3)) {
		free(journal->plan);
		journal->plan = xstrdup(argument(call, 3));
	}
	for (size_t i = 5; i + 1 < call->nargs; i += 2)
		store_journal_set(journal, call->args[i], call->args[i + 1]);
}

static int
write_transition(struct store *store, const struct effect_redis *call, struct buf *reply)
{
	struct store_journal *journal = journal_for(store, call->uid);
	int64_t epoch = strtoll(argument(call, 0), NULL, 10);
	int64_t seq = strtoll(argument(call, 1), NULL, 10);

	if (call->nargs < 5 || (call->nargs - 5) % 2 != 0 || !*argument(call, 2))
		return error_reply(reply, "ERR wrong arguments");
	if (epoch != journal->epoch) {
		store->stale++;
		word_reply(reply, "STALE", &journal->epoch);
		return 0;
	}
	if (seq == journal->seq && strcmp(argument(call, 2), journal->digest) == 0) {
		word_reply(reply, "OK", &seq);
		return 0;
	}
	if (seq != journal->seq + 1) {
		store->gap++;
		word_reply(reply, "GAP", &journal->seq);
		return 0;
	}
	apply(journal, call, seq);
	word_reply(reply, "OK", &seq);
	return 0;
}

static int
expire(struct store *store, const struct effect_redis *call, struct buf *reply)
{
	struct store_journal *journal = store_find(store, call->uid);
	int64_t epoch = journal ? journal->epoch : 0;

	if (strtoll(argument(call, 0), NULL, 10) != epoch) {
		store->stale++;
		word_reply(reply, "STALE", &epoch);
		return 0;
	}
	if (journal)
		journal->expiring = true;
	word_reply(reply, "OK", NULL);
	return 0;
}

int
store_run(struct store *store, const struct effect_redis *call, struct buf *reply)
{
	switch (call->script) {
	case REDIS_TAKEOVER:
		return takeover(store, call, reply);
	case REDIS_WRITE:
		return write_transition(store, call, reply);
	case REDIS_EXPIRE:
		return expire(store, call, reply);
	case REDIS_PROBE:
		buf_puts(reply, "[\"yes\",\"always\",\"noeviction\",\"master\"]");
		return 0;
	}
	return error_reply(reply, "ERR unknown script");
}
