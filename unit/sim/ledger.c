#include "checker.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "json.h"

/* The checker's books: what Redis has acknowledged, to whom. */

static void
page_clear(struct page *page)
{
	for (size_t i = 0; i < page->nacts; i++) {
		free(page->acts[i].step);
		free(page->acts[i].label);
		free(page->acts[i].value);
	}
	free(page->acts);
	store_journal_done(&page->journal);
}

void
ledger_done(struct ledger *ledger)
{
	for (size_t i = 0; i < ledger->npages; i++)
		page_clear(&ledger->pages[i]);
	free(ledger->pages);
	for (size_t i = 0; i < ledger->nattempts; i++)
		free(ledger->attempts[i].name);
	free(ledger->attempts);
	free(ledger->takeovers);
	free(ledger->told);
	store_journal_done(&ledger->journal);
}

struct ledger *
checker_ledger(struct checker *checker, const char *uid)
{
	struct ledger *ledger;

	for (size_t i = 0; i < checker->nledgers; i++) {
		if (strcmp(checker->ledgers[i].journal.uid, uid) == 0)
			return &checker->ledgers[i];
	}
	ledger = ARRAY_GROW(checker->ledgers, checker->nledgers);
	ledger->journal.uid = xstrdup(uid);
	ledger->journal.plan = xstrdup("");
	return ledger;
}

struct page *
ledger_page(struct ledger *ledger, unsigned life)
{
	for (size_t i = ledger->npages; i-- > 0;) {
		if (ledger->pages[i].life == life)
			return &ledger->pages[i];
	}
	return NULL;
}

static struct checked_act *
act_of(struct page *page, const char *step, const char *label)
{
	struct checked_act *act;

	for (size_t i = 0; i < page->nacts; i++) {
		if (strcmp(page->acts[i].step, step) == 0 && strcmp(page->acts[i].label, label) == 0)
			return &page->acts[i];
	}
	act = ARRAY_GROW(page->acts, page->nacts);
	act->step = xstrdup(step);
	act->label = xstrdup(label);
	act->value = xstrdup("");
	return act;
}

/* An act's value is acknowledged: a write of an intent is a licence for one arrival, given back by what has not left. */
static void
set_act(struct checker *checker, struct page *page, struct checked_act *act, const char *attempt, const struct cJSON *value,
    bool inherited)
{
	CLEANUP_BUF struct buf text = BUF_INIT(BUF_MAX_JOURNAL_VALUE);
	const char *state = json_str_or(value, "state", "");
	bool intended = strcmp(state, "intended") == 0;

	buf_printf(&text, "%s ", attempt);
	json_print(value, &text);
	if (intended && !inherited &&
	    (strcmp(act->state, "intended") != 0 || strcmp(act->value, buf_str(&text)) != 0 || act->inherited)) {
		act->intents++;
		act->intended = ++checker->intents;
		act->epoch = page->epoch;
	}
	if (!inherited && strcmp(state, "not_sent") == 0 && strcmp(act->state, "intended") == 0 && act->intents > act->arrivals)
		act->intents--;
	snprintf(act->state, sizeof act->state, "%s", state);
	act->once = strcmp(json_str_or(value, "kind", ""), "once") == 0;
	snprintf(act->attempt, sizeof act->attempt, "%s", attempt);
	act->inherited = inherited;
	free(act->value);
	act->value = buf_take(&text);
}

/* A node held down may be started again without another word: its restoring act is journaled with the first act. A core
 * that has taken over may do so too. */
static void
set_lane(struct checker *checker, struct page *page, const char *name, const struct cJSON *lane, bool taken_over)
{
	const char *restore = json_bool(lane, "held", false) ? json_str_or(lane, "restore", "") : "";
	struct checked_act *act = act_of(page, name, "restore");

	if (strcmp(restore, "intended") == 0 && (taken_over || strcmp(act->state, "intended") != 0)) {
		act->intents++;
		act->intended = ++checker->intents;
		act->epoch = page->epoch;
	}
	snprintf(act->state, sizeof act->state, "%s", restore);
}

/* I4: what is finished stays so. */
static void
check_finished(struct checker *checker, int64_t up_ms, const struct ledger *ledger, const char *name, const char *value)
{
	static const char done[] = "\"state\":\"done\"";
	const char *before = strncmp(name, "lane/", 5) == 0 ? store_value(&ledger->journal, name) : NULL;

	if (before && strstr(before, done) && !strstr(value, done) && !ledger->lost)
		checker_fault(checker, up_ms, "I4: %s was done and is taken up again", name);
}

/* A core hears late, after it was stopped, that Redis took what it wrote before another one took over. */
static bool
is_overtaken(const struct ledger *ledger, const struct page *page)
{
	return page->epoch < ledger->epoch;
}

static void
set_field(struct checker *checker, int64_t up_ms, struct ledger *ledger, struct page *page, const char *name,
    const char *value, bool inherited)
{
	CLEANUP_JSON struct cJSON *json = NULL;
	struct err err = {""};
	char attempt[48];

	if (!inherited && !is_overtaken(ledger, page))
		check_finished(checker, up_ms, ledger, name, value);
	if (!is_overtaken(ledger, page))
		store_journal_set(&ledger->journal, name, value);
	store_journal_set(&page->journal, name, value);
	if (!*value)
		return;
	json = json_parse(value, strlen(value), &err);
	if (!json) {
		checker_fault(checker, up_ms, "the journal's %s is no JSON: %s", name, err.text);
		return;
	}
	/* Taken up again: who has failed and was brought back is restarted once more. */
	checker->forgiven |= strcmp(name, "op") == 0 && !inherited && strcmp(page->phase, "Failed") == 0;
	if (strcmp(name, "op") == 0)
		snprintf(page->phase, sizeof page->phase, "%s", json_str_or(json, "phase", ""));
	if (strncmp(name, "lane/", 5) == 0)
		set_lane(checker, page, name, json, inherited);
	snprintf(attempt, sizeof attempt, "%" PRId64 " %" PRId64, json_int(json, "attempt", 0),
	    json_int(json, "began", 0));
	JSON_EACH(act, json_get(json, "acts"))
		set_act(checker, page, act_of(page, name, json_key(act)), attempt, act, inherited);
}

static void
set_plan(struct ledger *ledger, struct page *page, const char *plan)
{
	if (!is_overtaken(ledger, page)) {
		free(ledger->journal.plan);
		ledger->journal.plan = xstrdup(plan);
	}
	free(page->journal.plan);
	page->journal.plan = xstrdup(plan);
}

/* A page begins; or begins anew, and what was sent before is remembered apart. Who meets a sequence behind its own
 * goes on by memory, and writes the journal anew. */
static struct page *
turn_page(struct ledger *ledger, const struct sender *to, int64_t seq, bool late)
{
	struct page *page = ledger_page(ledger, to->life);

	if (page && seq < page->journal.seq && ledger->last == to->life)
		return page;
	ledger->last = late ? ledger->last : to->life;
	if (!page) {
		page = ARRAY_GROW(ledger->pages, ledger->npages);
		page->life = to->life;
		page->journal.plan = xstrdup("");
	}
	ledger->lost |= !late && seq < ledger->seq;
	page->journal.seq = seq;
	while (page->journal.nfields)
		store_journal_set(&page->journal, page->journal.fields[0].name, "");
	for (size_t i = 0; i < page->nacts; i++) {
		struct checked_act *act = &page->acts[i];

		act->inherited = true;
		act->old_intents += act->intents;
		act->old_arrivals += act->arrivals;
		act->intents = act->arrivals = 0;
		act->state[0] = '\0';
	}
	/* Others may have told something since. */
	page->told_phase[0] = '\0';
	page->taken = to->number;
	return page;
}

void
checker_forget_epochs(struct checker *checker)
{
	for (size_t i = 0; i < checker->nledgers; i++)
		checker->ledgers[i].epoch = checker->ledgers[i].told_epoch;
}

/* Another one has taken over before the answer was heard, by one that was stopped or far away. */
static bool
is_late(const struct ledger *ledger, int64_t epoch)
{
	return epoch > 0 && epoch < ledger->epoch && (size_t)epoch < ledger->ntakeovers;
}

/* I3: whoever takes over has a higher epoch than anybody before. */
static void
check_raised(struct checker *checker, int64_t up_ms, struct ledger *ledger, int64_t epoch)
{
	if (epoch <= ledger->epoch)
		checker_fault(checker, up_ms, "I3: a takeover is answered with epoch %" PRId64 ", the one before had %" PRId64,
		    epoch, ledger->epoch);
	ledger->epoch = epoch;
}

static void
acked_takeover(struct checker *checker, int64_t up_ms, const struct sender *to, struct ledger *ledger,
    const struct cJSON *reply)
{
	const char *name = NULL;
	int64_t epoch = 0, seq = 0;
	struct page *page;
	size_t at = 0;
	bool late;

	json_to_int(json_first(reply), &epoch);
	json_to_int(json_next(json_first(reply)), &seq);
	late = is_late(ledger, epoch);
	page = turn_page(ledger, to, seq, late);
	if (!late)
		check_raised(checker, up_ms, ledger, epoch);
	for (size_t i = 0; i < ledger->npages; i++)
		checker->forgiven |= ledger->pages[i].life != to->life &&
		    checker_has_untold_restore(checker, ledger->pages[i].life);
	JSON_EACH(element, reply) {
		const char *text = json_text(element);

		if (at == 0)
			json_to_int(element, &page->epoch);
		else if (seq < page->journal.seq)
			break;
		else if (at == 4)
			set_plan(ledger, page, text ? text : "");
		else if (at > 4 && at % 2 == 1)
			name = text;
		else if (at > 4 && name)
			set_field(checker, up_ms, ledger, page, name, text ? text : "", true);
		at++;
	}
}

bool
checker_acked(struct checker *checker, int64_t up_ms, const struct sender *to, const struct effect_redis *call,
    const char *reply)
{
	CLEANUP_JSON struct cJSON *json = json_parse(reply, strlen(reply), NULL);
	const char *word = json_text(json_first(json));
	struct ledger *ledger;
	struct page *page;

	if (call->script == REDIS_TAKEOVER)
		acked_takeover(checker, up_ms, to, checker_ledger(checker, call->uid), json);
	if (call->script != REDIS_WRITE || !word || strcmp(word, "OK") != 0)
		return false;
	ledger = checker_ledger(checker, call->uid);
	page = ledger_page(ledger, to->life);
	if (!page) {
		checker_fault(checker, up_ms, "the journal is written by a core that has not taken it over");
		return true;
	}
	page->journal.seq = strtoll(call->args[1], NULL, 10);
	ledger->seq = page->journal.seq > ledger->seq ? page->journal.seq : ledger->seq;
	if (*call->args[3])
		set_plan(ledger, page, call->args[3]);
	for (size_t i = 5; i + 1 < call->nargs; i += 2)
		set_field(checker, up_ms, ledger, page, call->args[i], call->args[i + 1], false);
	return true;
}

void
checker_takeover(struct checker *checker, int64_t up_ms, const char *uid, const char *reply)
{
	CLEANUP_JSON struct cJSON *json = json_parse(reply, strlen(reply), NULL);
	struct ledger *ledger = checker_ledger(checker, uid);
	int64_t epoch;

	if (!json_to_int(json_first(json), &epoch) || epoch < 1)
		return;
	/* Redis may have forgotten epochs: then they come again. */
	if (ledger->ntakeovers > (size_t)epoch)
		ledger->ntakeovers = (size_t)epoch;
	while (ledger->ntakeovers < (size_t)epoch)
		*ARRAY_GROW(ledger->takeovers, ledger->ntakeovers) = INT64_MAX;
	ledger->takeovers[epoch - 1] = up_ms;
}
