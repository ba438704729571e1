#include "checker.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* I6: status is a projection of the acknowledged journal and may lag, never lead. */

static bool
is_final(const char *phase)
{
	return strcmp(phase, "Succeeded") == 0 || strcmp(phase, "Failed") == 0 || strcmp(phase, "Cancelled") == 0 ||
	    strcmp(phase, "Planned") == 0;
}

/* Lanes, or cluster steps, that the journal calls done. */
static long
count_done(const struct store_journal *journal, bool lanes)
{
	long done = 0;

	for (size_t i = 0; i < journal->nfields; i++) {
		const struct store_field *field = &journal->fields[i];
		CLEANUP_JSON struct cJSON *value = NULL;

		if ((strncmp(field->name, "lane/", 5) == 0) != lanes || (!lanes && strchr(field->name, '/')))
			continue;
		value = json_parse(field->value, strlen(field->value), NULL);
		done += strcmp(json_str_or(value, "state", ""), "done") == 0;
	}
	return done;
}

static void
check_progress(struct checker *checker, int64_t up_ms, const struct store_journal *journal, const char *progress)
{
	char *end = NULL;
	long told = strtol(progress, &end, 10);

	if (*progress && *end == '/' && told > count_done(journal, true) + count_done(journal, false))
		checker_fault(checker, up_ms, "I6: status says %s, the journal has %ld lanes done", progress,
		    count_done(journal, true));
}

static bool
condition_holds(const struct cJSON *status, const char *type)
{
	JSON_EACH(condition, json_get(status, "conditions")) {
		if (strcmp(json_str_or(condition, "type", ""), type) == 0)
			return strcmp(json_str_or(condition, "status", ""), "True") == 0;
	}
	return false;
}

/* What kubectl and kstatus conclude must not contradict the phase. */
static void
check_conditions(struct checker *checker, int64_t up_ms, const struct cJSON *status, const char *phase)
{
	bool succeeded = strcmp(phase, "Succeeded") == 0, planned = strcmp(phase, "Planned") == 0;

	if (condition_holds(status, "Succeeded") != succeeded || (condition_holds(status, "Ready") && !succeeded && !planned))
		checker_fault(checker, up_ms, "status: conditions Succeeded or Ready contradict the phase %s", phase);
	if (condition_holds(status, "Reconciling") && (is_final(phase) || condition_holds(status, "Stalled")))
		checker_fault(checker, up_ms, "status: Reconciling beside Stalled or the phase %s", phase);
	if (strlen(json_str_or(status, "message", "")) > 60 * 4)
		checker_fault(checker, up_ms, "status: a message of %zu bytes", strlen(json_str(status, "message")));
}

/* The phase is not ahead of what the journal has acknowledged to the writer. */
static void
check_phase(struct checker *checker, int64_t up_ms, const struct store_journal *journal, const char *known, const char *phase)
{
	bool planned = *journal->plan != '\0';

	if (is_final(phase) && planned && strcmp(phase, known) != 0)
		checker_fault(checker, up_ms, "I6: status says %s, the journal %s", phase, *known ? known : "nothing");
	if (strcmp(phase, "Succeeded") == 0 && !planned)
		checker_fault(checker, up_ms, "I6: status says Succeeded, the journal has no plan");
	if (strcmp(phase, "Running") == 0 && !planned)
		checker_fault(checker, up_ms, "I6: status says Running, the journal has no plan");
}

void
checker_status(struct checker *checker, int64_t up_ms, unsigned life, const char *uid, const char *body, bool partly)
{
	static const struct json_cut cuts[] = {{.key = "transitions"}, {.key = "nodesDone"}, {.key = "nodes"}, {.key = NULL}};
	CLEANUP_JSON struct cJSON *json = json_parse_cut(body, strlen(body), cuts, 2, NULL);
	const struct cJSON *status = json_get(json, "status");
	const char *phase = json_str_or(status, "phase", "");
	struct ledger *ledger = checker_ledger(checker, uid);
	struct page *page = ledger_page(ledger, life);
	const struct store_journal *journal = page ? &page->journal : &ledger->journal;

	if (json_str(status, "message"))
		snprintf(ledger->told_message, sizeof ledger->told_message, "%s", json_str(status, "message"));
	if (json_get(status, "conditions"))
		ledger->told_lost = strstr(body, "\"JournalLost\"") != NULL;
	if (partly && !json_str(status, "phase"))
		return;
	check_progress(checker, up_ms, journal, json_str_or(status, "progress", ""));
	check_conditions(checker, up_ms, status, phase);
	if (*json_str_or(status, "planHash", "") && !*journal->plan && strcmp(phase, "Planned") != 0)
		checker_fault(checker, up_ms, "I6: status has a planHash, the journal no plan");
	check_phase(checker, up_ms, journal, page ? page->phase : "", phase);
	snprintf(ledger->told_phase, sizeof ledger->told_phase, "%s", phase);
	free(ledger->told);
	ledger->told = xstrdup(body);
}

void
checker_told(struct checker *checker, const struct sender *to, const char *uid, const char *body)
{
	static const struct json_cut cuts[] = {{.key = "transitions"}, {.key = "nodesDone"}, {.key = "nodes"}, {.key = NULL}};
	CLEANUP_JSON struct cJSON *json = json_parse_cut(body, strlen(body), cuts, 2, NULL);
	const struct cJSON *status = json_get(json, "status");
	const char *phase = json_str(status, "phase");
	struct ledger *ledger = checker_ledger(checker, uid);
	struct page *page = ledger_page(ledger, to->life);
	int64_t epoch = json_int(json_get(status, "journal"), "epoch", 0);

	if (epoch > ledger->told_epoch)
		ledger->told_epoch = epoch;
	if (page && phase)
		snprintf(page->told_phase, sizeof page->told_phase, "%s", phase);
}
